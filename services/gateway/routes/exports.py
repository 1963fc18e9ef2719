"""Weeks as files: calendars, tables and workbooks, by suffix or by `Accept`."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

import msgspec
from aiohttp import web
from msgspec import Meta

from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.exports import csv_rows, ics, term_dates, xlsx
from services.gateway.exports.process import Suffix
from services.gateway.exports.term_dates import TermDates
from services.gateway.exports.week import Week, title
from services.gateway.problems import ProblemError, not_found
from services.gateway.tenants import TENANT
from shared.children.protocol import ChildError
from shared.db.documents import read_document
from shared.db.weeks import Row
from shared.logs import get_logger
from shared.messages import Message, Timetable, WeekLetter

log = get_logger(__name__)

SCHEMA = "/api/v1/schemas/timetable.json"
"""Where the schema of a timetable's JSON is published."""
_MAX_NAME = 80
"""Characters of a file's name."""


class TermQuery(Message):
    """When a week holds, before what is stored with it."""

    first: date | None = msgspec.field(default=None, name="from")
    """First day of the term."""
    until: date | None = None
    """Its last day."""
    holidays: Annotated[str, Meta(max_length=10_000)] | None = None
    """As 2026-10-12/2026-10-24,2026-12-25."""
    time_zone: Annotated[str, Meta(max_length=64)] | None = None
    """IANA name, such as Europe/Berlin."""
    first_week: WeekLetter | None = None
    """Which week it is at the first day, where weeks take turns."""


class Format(NamedTuple):
    """A kind of file."""

    suffix: Suffix
    content_type: str
    dated: bool = False
    """Whether it needs to know when the weeks hold."""


ICS = Format("ics", ics.CONTENT_TYPE, dated=True)
_CSV = Format("csv", csv_rows.CONTENT_TYPE)
_XLSX = Format("xlsx", xlsx.CONTENT_TYPE)
FORMATS = {each.content_type: each for each in (ICS, _CSV, _XLSX)}
"""By content type."""
TOGETHER = (ICS, _XLSX)
"""Those that hold several weeks."""


async def one(request: web.Request, wanted: Format) -> web.Response:
    """One week, or a document's first, as a file. Errors: 404, 422 a calendar without the term's dates."""
    id_ = document_id(request)
    row = await request.app[GATEWAY].weeks.one(id_, request[TENANT])
    if row is None:
        raise await no_week(request, id_)
    return await file_of(request, wanted, [row])


async def all_of_document(request: web.Request, wanted: Format) -> web.Response:
    """All weeks of a document in one file; errors as of `one`."""
    id_ = document_id(request)
    rows = await request.app[GATEWAY].weeks.of_document(id_, request[TENANT])
    if not rows:
        raise await no_week(request, id_)
    return await file_of(request, wanted, rows)


async def file_of(request: web.Request, wanted: Format, rows: list[Row]) -> web.Response:
    """The answer that holds weeks as a file."""
    weeks = [_week(request, row, dated=wanted.dated) for row in rows]
    name = title(weeks[0].timetable) if len(weeks) == 1 else ""
    name = name or rows[0]["file_name"].rpartition(".")[0] or rows[0]["file_name"]
    try:
        data = await request.app[GATEWAY].writer.write(wanted.suffix, weeks, name)
    except ChildError as error:
        log.error("a week was not written to a file", suffix=wanted.suffix, error=str(error))
        raise ProblemError(503, "busy", "Busy", "The file cannot be written right now.", retry_after=5) from None
    headers = {"Content-Disposition": disposition(name, wanted.suffix), "Vary": "Accept"}
    charset = "utf-8" if wanted.content_type.startswith("text/") else None
    return web.Response(body=data, content_type=wanted.content_type, charset=charset, headers=headers)


def _week(request: web.Request, row: Row, *, dated: bool) -> Week:
    stored = msgspec.json.decode(row["term_dates"], type=TermDates) if row["term_dates"] else None
    dates = term_dates.from_query(request.query, stored) if dated else None
    if dated and dates is None:
        raise no_dates()
    if dates and not dates.time_zone and (zone := request.app[GATEWAY].settings.time_zone):
        dates = msgspec.structs.replace(dates, time_zone=zone)
    timetable = msgspec.json.decode(row["body"], type=Timetable)
    return Week(str(row["id"]), timetable, row["updated_at"], row["corrections"], dates)


def no_dates() -> ProblemError:
    """422: nothing says when a week holds."""
    return ProblemError(
        422,
        "no-term-dates",
        "No term dates",
        "A calendar needs to know when the week holds. Give the term's first and last day as “from” and “until”, or "
        "store them with the week at “term-dates”.",
        allowed={"query": "?from=2026-09-01&until=2026-12-18&timeZone=Europe/Berlin"},
    )


def disposition(name: str, suffix: str) -> str:
    """The Content-Disposition of a file to keep, for old readers in ASCII (RFC 6266)."""
    kept = "".join(" " if each in '/\\:*?"<>|' or not each.isprintable() else each for each in name)
    kept = " ".join(kept.split())[:_MAX_NAME].strip(". ") or "timetable"
    ascii_name = kept.encode("ascii", "replace").decode().replace("?", "_")
    return f"attachment; filename=\"{ascii_name}.{suffix}\"; filename*=UTF-8''{quote(kept, safe='')}.{suffix}"


async def no_week(request: web.Request, id_: str) -> ProblemError:
    """The 404 problem of a document without a week, with what became of it; or of an id that is nobody's."""
    row = await request.app[GATEWAY].documents.row(id_, request[TENANT])
    if row is None:
        return not_found("timetable")
    document = read_document(row)
    return ProblemError(
        404,
        "no-timetable",
        "No timetable",
        document.error or f"This document has no timetable yet; it is {document.status.value}.",
    )


def timetable_schema() -> dict[str, Any]:
    """JSON Schema of a timetable, made from the struct that is sent."""
    schema = msgspec.json.schema(Timetable)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, "title": "Timetable", **schema}


async def get_schema(_: web.Request) -> web.Response:
    """The schema, which is nobody's secret: without a key."""
    body = msgspec.json.encode(timetable_schema())
    headers = {"Cache-Control": "public, max-age=3600"}
    return web.Response(body=body, content_type="application/schema+json", headers=headers)


def _as_file(wanted: Format) -> Callable[[web.Request], Any]:
    async def handler(request: web.Request) -> web.Response:
        return await one(request, wanted)

    return handler


def _all_as_file(wanted: Format) -> Callable[[web.Request], Any]:
    async def handler(request: web.Request) -> web.Response:
        return await all_of_document(request, wanted)

    return handler


NO_DATES = {422: ("no-term-dates", "bad-term-dates")}
"""Problems of what may be a calendar."""

ROUTES = [
    *(
        Endpoint(
            "GET",
            f"/api/v1/timetables/{{id}}.{each.suffix}",
            _as_file(each),
            f"Get a week, or a document's first, as a file: {each.suffix}.",
            answer=(each.content_type,),
            query=TermQuery,
            problems={404: ("no-timetable",), **NO_DATES},
        )
        for each in FORMATS.values()
    ),
    *(
        Endpoint(
            "GET",
            f"/api/v1/documents/{{id}}/timetables.{each.suffix}",
            _all_as_file(each),
            f"Get all weeks of a document in one file: {each.suffix}.",
            answer=(each.content_type,),
            query=TermQuery,
            problems={404: ("no-timetable",), **NO_DATES},
        )
        for each in TOGETHER
    ),
    Endpoint(
        "GET",
        SCHEMA,
        get_schema,
        "Get the JSON Schema of a timetable.",
        answer=("application/schema+json",),
        role="anybody",
    ),
]
