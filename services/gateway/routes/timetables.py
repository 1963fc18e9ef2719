"""Timetables over HTTP: the list, one, a person's correction, and what was read before that."""

import hashlib

import msgspec
from aiohttp import web

from services.gateway import correction
from services.gateway.bodies import read_body
from services.gateway.caching import plain_tag
from services.gateway.context import GATEWAY, document_id
from services.gateway.correction import Correction, Review
from services.gateway.endpoint import Endpoint
from services.gateway.exports.week import title
from services.gateway.negotiation import JSON, negotiate
from services.gateway.paging import PageQuery, at_time, read_page, write_cursor
from services.gateway.problems import ProblemError, not_found
from services.gateway.queries import read_query
from services.gateway.routes import exports
from services.gateway.routes.exports import SCHEMA, TermQuery, no_week
from services.gateway.tenants import TENANT, key_name
from shared.answers import TimetableList
from shared.db.document_search import microseconds
from shared.db.documents import read_saved, time_text
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import Message, Status, Timetable, encode

log = get_logger(__name__)

_CORRECTIONS = 100
"""Corrections that are told."""
_CORRECTABLE = (Status.COMPLETED, Status.VALIDATION_FAILED)


class CorrectionQuery(Message):
    """What a correction is."""

    review: bool = False
    """A step of several: what is still to be looked at stays with the week."""


class CorrectionNote(Message):
    """That a person corrected a week."""

    at: str
    """RFC 3339, UTC."""
    key_name: str | None
    """Of the key that it came with; null without one."""


class Original(Message):
    """Body of `GET /api/v1/timetables/{id}/original`."""

    timetable: Timetable
    """As it was read."""
    corrections: list[CorrectionNote]
    """Newest first."""


async def list_timetables(request: web.Request) -> web.Response:
    """Newest first, without their blocks, in pages."""
    limit, after = read_page(read_query(request, PageQuery))
    rows = await request.app[GATEWAY].documents.timetables(request[TENANT], limit + 1, at_time(after))
    last = rows[limit - 1] if len(rows) > limit else None
    return json_response(
        TimetableList(
            timetables=[read_saved(row) for row in rows[:limit]],
            next=write_cursor((microseconds(last["created_at"]), str(last["id"]))) if last else None,
        )
    )


async def list_of_document(request: web.Request) -> web.Response:
    """A document's timetables in its order, without their blocks; none until it was read. All in one calendar or
    workbook where `Accept` asks for that."""
    wanted = negotiate(request.headers.get("Accept", ""), (JSON, *(each.content_type for each in exports.TOGETHER)))
    if wanted != JSON:
        return await exports.all_of_document(request, exports.FORMATS[wanted])
    gateway, id_ = request.app[GATEWAY], document_id(request)
    rows = await gateway.documents.timetables_of(id_, request[TENANT])
    if not rows and await gateway.documents.row(id_, request[TENANT]) is None:
        raise not_found("document")
    return json_response(TimetableList(timetables=[read_saved(row) for row in rows], next=None))


async def get_timetable(request: web.Request) -> web.Response:
    """One week, or a document's first; 404 until there is one, with what became of the document. As a calendar or a
    table where `Accept` asks for that."""
    wanted = negotiate(request.headers.get("Accept", ""), (JSON, *exports.FORMATS))
    if wanted != JSON:
        return await exports.one(request, exports.FORMATS[wanted])
    return _answer(await _week(request))


async def get_json(request: web.Request) -> web.Response:
    """One week as a file of JSON, whatever `Accept` says; its schema is at `SCHEMA`."""
    timetable = await _week(request)
    answer = _answer(timetable)
    answer.headers["Content-Disposition"] = exports.disposition(title(timetable) or document_id(request), "json")
    return answer


async def _week(request: web.Request) -> Timetable:
    """One week, or a document's first. Raises a 404 problem."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    found = await gateway.documents.timetable(id_, request[TENANT])
    if found is None:
        raise await no_week(request, id_)
    return found[1]


async def put_timetable(request: web.Request) -> web.Response:
    """A person says what one week is, or a document's first. Errors: 400 no JSON, 422 a field that does not fit, 404,
    409 while the document has no week, 412 when the week is not the one that `If-Match` names."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    kind = Review if read_query(request, CorrectionQuery).review else Correction
    said = correction.read(await read_body(request, correction.MAX_BYTES), kind)
    expected = _if_match(request)

    def change(status: Status, before: Timetable | None) -> Timetable:
        if before is None or status not in _CORRECTABLE:
            raise ProblemError(
                409, "not-completed", "Not completed", f"The document is {status.value}; there is no week to correct."
            )
        after = correction.corrected(before, said)
        # A change that is there already was saved, and its answer lost (RFC 9110, section 13.1.1).
        if expected is not None and "*" not in expected and etag(before) not in expected and after != before:
            raise ProblemError(
                412,
                "changed-meanwhile",
                "Changed meanwhile",
                "The timetable is not the one that If-Match names any more. Get it again and repeat the change.",
                headers={"ETag": f'"{etag(before)}"'},
            )
        return after

    after = await gateway.documents.correct(id_, request[TENANT], change, key_name(request))
    if after is None:
        raise not_found("timetable")
    log.info("timetable corrected", id=id_, blocks=len(after.timeblocks))
    return _answer(after)


def _if_match(request: web.Request) -> set[str] | None:
    """The tags of If-Match, None without it; a weak one matches nothing (RFC 9110, section 13.1.1)."""
    if "If-Match" not in request.headers:
        return None
    return {plain_tag(tag) for tag in request.if_match or () if not tag.is_weak}


def etag(timetable: Timetable) -> str:
    """A tag of the week, without its quotes. Not of how it was read: what another try cost is no change to repeat a
    correction for."""
    week = msgspec.structs.replace(timetable, extraction=None)
    return hashlib.sha256(encode(week)).hexdigest()[:32]


def _answer(timetable: Timetable) -> web.Response:
    answer = json_response(timetable)
    answer.headers["ETag"] = f'"{etag(timetable)}"'
    answer.headers["Link"] = f'<{SCHEMA}>; rel="describedby"; type="application/schema+json"'
    return answer


async def get_original(request: web.Request) -> web.Response:
    """One week as it was read, whatever a person has made of it, and who has corrected it when. Errors: 404, also where
    it was corrected before originals were kept."""
    id_ = document_id(request)
    found = await request.app[GATEWAY].weeks.original(id_, request[TENANT], _CORRECTIONS)
    if found is None:
        raise await no_week(request, id_)
    _, body, corrections = found
    if body is None:
        raise ProblemError(
            404, "no-original", "No original", "What was read was not kept when this week was corrected."
        )
    return json_response(
        Original(
            timetable=msgspec.json.decode(body, type=Timetable),
            corrections=[CorrectionNote(at=time_text(at) or "", key_name=name) for at, name in corrections],
        )
    )


ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/documents/{id}/timetables",
        list_of_document,
        "List a document's timetables in its order; none until it was read.",
        answer=TimetableList,
        others=tuple(each.content_type for each in exports.TOGETHER),
        query=TermQuery,
        problems=exports.NO_DATES,
    ),
    Endpoint(
        "GET",
        "/api/v1/timetables",
        list_timetables,
        "List the timetables without their blocks, newest first.",
        answer=TimetableList,
        query=PageQuery,
    ),
    Endpoint(
        "GET",
        "/api/v1/timetables/{id}.json",
        get_json,
        "Get a week, or a document's first, as JSON.",
        answer=Timetable,
        problems={404: ("no-timetable",)},
    ),
    Endpoint(
        "GET",
        "/api/v1/timetables/{id}",
        get_timetable,
        "Get a week, or a document's first, in the form that `Accept` asks for.",
        answer=Timetable,
        others=tuple(exports.FORMATS),
        query=TermQuery,
        problems={404: ("no-timetable",), **exports.NO_DATES},
    ),
    Endpoint(
        "PUT",
        "/api/v1/timetables/{id}",
        put_timetable,
        "Correct a week, or a document's first: from then on no reading overwrites it.",
        answer=Timetable,
        query=CorrectionQuery,
        body=Correction,
        fields={"If-Match": "Tag of the week that is corrected, so that nobody overwrites another's correction"},
        problems={409: ("not-completed",), 412: ("changed-meanwhile",), 422: ("bad-timetable",)},
    ),
    Endpoint(
        "GET",
        "/api/v1/timetables/{id}/original",
        get_original,
        "Get a week as it was read, and who has corrected it when.",
        answer=Original,
        problems={404: ("no-timetable", "no-original")},
    ),
]
