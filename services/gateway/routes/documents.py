"""Documents over HTTP: list, one, its picture, its name, cancel, retry, delete."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta
from redis.exceptions import RedisError

from services.gateway.admission import admit
from services.gateway.bodies import read_json
from services.gateway.caching import has
from services.gateway.context import GATEWAY, Gateway, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.paging import at_time, read_page, whole, write_cursor
from services.gateway.problems import ProblemError, not_found
from services.gateway.tenants import TENANT
from shared.blobs import BlobAwayError, BlobMissingError, PatientBlobs, document_prefix
from shared.db.document_search import Order, Wanted
from shared.db.documents import Row, read_document
from shared.events import error_event
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import THUMBNAIL_TYPE, THUMBNAIL_WIDTH, DocumentList, Event, Message, PageImage, Status

log = get_logger(__name__)


_ORDERS: dict[str, tuple[Order, bool]] = {
    "-created": ("created", True),
    "created": ("created", False),
    "-updated": ("updated", True),
    "updated": ("updated", False),
    "name": ("name", False),
    "-name": ("name", True),
}
"""By which the list may be sorted; a minus turns it round."""
_MAX_QUERY = 100


class Renamed(Message, forbid_unknown_fields=True):
    """Body of `PATCH /api/v1/documents/{id}`."""

    saved_name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*\Z")] | None
    """What the document is called from now on; null for what its file or its first timetable is called."""


async def list_documents(request: web.Request) -> web.Response:
    """Newest first unless another order is asked for, in pages; of all, or of those that are asked for."""
    limit, after = read_page(request)
    wanted = _wanted(request)
    if wanted == Wanted():
        at_time(after)
    rows, following = await request.app[GATEWAY].search.page(request[TENANT], wanted, limit, after)
    return json_response(DocumentList(documents=[read_document(row) for row in rows], next=write_cursor(following)))


def _wanted(request: web.Request) -> Wanted:
    query = request.query
    try:
        text = query.get("q", "").strip()
        if len(text) > _MAX_QUERY or "\0" in text:
            raise ValueError
        order, descending = _ORDERS[query.get("sort", "-created")]
        needs_look = {"true": True, "false": False}[query.get("needsLook", "false")]
        statuses = tuple(sorted({Status(each) for each in query.getall("status", [])}))
    except (ValueError, KeyError):
        raise ProblemError(
            400,
            "bad-query",
            "Bad query",
            f"q has at most {_MAX_QUERY} characters; sort, status (several times) and needsLook are of those allowed.",
            allowed={"sort": [*_ORDERS], "status": [*Status], "needsLook": ["true", "false"]},
        ) from None
    return Wanted(text, statuses, needs_look, order, descending)


async def _row(request: web.Request) -> Row:
    row = await request.app[GATEWAY].documents.row(document_id(request), request[TENANT])
    if row is None:
        raise not_found("document")
    return row


async def get_document(request: web.Request) -> web.Response:
    """Status, step, percentage and error: what a client polls when it cannot hold an event stream."""
    return json_response(read_document(await _row(request)))


async def get_image(request: web.Request) -> web.StreamResponse:
    """The stored picture, which the boxes of the blocks refer to; `page` from 0. With a `width` up to that of a
    thumbnail, a small copy of it."""
    gateway = request.app[GATEWAY]
    row = await _row(request)
    pages = msgspec.json.decode(row["pages"], type=list[PageImage])
    try:
        page, width = whole(request.query.get("page", "0")), whole(request.query.get("width", "16383"))
    except ValueError:
        raise ProblemError(400, "bad-query", "Bad query", "page is a number from 0, width one of pixels.") from None
    # Only what the compressor stored: the upload itself may still say where a photo was taken.
    if page >= len(pages):
        raise not_found("page" if pages else "picture yet")
    try:
        stored, content_type = picture_for(pages[page], width)
        size, tag, chunks = await gateway.blobs.stream(stored)
    except BlobMissingError:
        raise not_found("picture") from None
    headers = {"Cache-Control": "private, max-age=300", "Content-Security-Policy": "default-src 'none'; sandbox"}
    if tag:
        headers["ETag"] = f'"{tag}"'
        if has(request.if_none_match, tag):
            return web.Response(status=304, headers=headers)
    answer = web.StreamResponse(headers=headers)
    answer.content_type = content_type
    return await gateway.answers.stream(request, answer, size, chunks)


def picture_for(page: PageImage, width: int) -> tuple[str, str]:
    """Blob key and content type of the smallest picture of a page that is wide enough."""
    if page.thumbnail and width <= THUMBNAIL_WIDTH:
        return page.thumbnail, THUMBNAIL_TYPE
    return page.image, page.content_type


async def rename_document(request: web.Request) -> web.Response:
    """Call a document something, at any time. Errors: 422 no fitting name."""
    id_, wanted = document_id(request), await read_json(request, Renamed)
    if not await request.app[GATEWAY].documents.rename(id_, request[TENANT], wanted.saved_name):
        raise not_found("document")
    return json_response(read_document(await _row(request)))


async def retry_document(request: web.Request) -> web.Response:
    """Read a document that failed or was cancelled once more, from its beginning. Errors: 409 when it is under way or
    was read, 503 when too many wait."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    await admit(gateway, request[TENANT])
    before = await gateway.documents.retry(id_, request[TENANT])
    if before is None:
        raise not_found("document")
    if before not in (Status.FAILED, Status.CANCELLED):
        raise ProblemError(
            409,
            "not-failed",
            "Not failed",
            f"The document is {before.value}; only one that failed or was cancelled is.",
        )
    gateway.relay.nudge()
    try:
        # Put back to work from here, too, it would be read twice.
        for job in await gateway.dead_letters.newest(request[TENANT]):
            if job.document_id == id_:
                await gateway.dead_letters.delete(job.id)
    except (RedisError, OSError) as error:
        log.warning("a dead job stays", document_id=id_, error=str(error))
    log.info("document retried", document_id=id_, was=before.value)
    answer = json_response(read_document(await _row(request)), 202)
    answer.headers["Location"] = f"/api/v1/documents/{id_}"
    return answer


async def cancel_document(request: web.Request) -> web.Response:
    """Stop a document's job, queued or running, at any stage. Errors: 409 when it has ended already."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    before = await gateway.documents.cancel(id_, request[TENANT])
    if before is None:
        raise not_found("document")
    if before.final and before is not Status.CANCELLED:
        raise ProblemError(
            409, "already-ended", "Already ended", f"The document is {before.value}; it cannot be cancelled."
        )
    document = read_document(await _row(request))
    event = error_event(id_, "Cancelled.", Status.CANCELLED, phase=document.stage)
    await _take_off(gateway, id_, request[TENANT], event)
    return json_response(document)


async def _take_off(gateway: Gateway, id_: str, tenant: str, event: Event) -> None:
    """Take a document's jobs off the streams and tell whoever runs or watches them."""
    try:
        await gateway.producer.remove(id_)
        await gateway.producer.announce(event, tenant)
    except (RedisError, OSError) as error:
        # The record says that it has ended: what still runs cannot save, and the reconciler takes the job off later.
        log.warning("jobs are left to the reconciler", document_id=id_, error=str(error))
    gateway.relay.nudge()


async def delete_document(request: web.Request) -> web.Response:
    """Delete a document, its pictures, its events and its timetable; a job of it that runs is stopped."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    if not await gateway.documents.delete(id_, request[TENANT]):
        raise not_found("document")
    # The record is gone first: a blob that stays is garbage, a document without its picture would be a lie.
    await _take_off(gateway, id_, request[TENANT], error_event(id_, "Deleted.", Status.CANCELLED))
    prefix = document_prefix(request[TENANT], id_)
    try:
        await gateway.blobs.delete_prefix(prefix)
    except BlobAwayError:
        gateway.in_background(_delete_blobs(gateway, prefix))
    return web.Response(status=204)


async def _delete_blobs(gateway: Gateway, prefix: str) -> None:
    await PatientBlobs(gateway.blobs).delete_prefix(prefix)


ROUTES = [
    Endpoint("GET", "/api/v1/documents", list_documents),
    Endpoint("GET", "/api/v1/documents/{id}", get_document),
    Endpoint("PATCH", "/api/v1/documents/{id}", rename_document),
    Endpoint("DELETE", "/api/v1/documents/{id}", delete_document),
    Endpoint("GET", "/api/v1/documents/{id}/image", get_image),
    Endpoint("POST", "/api/v1/documents/{id}/cancel", cancel_document),
    Endpoint("POST", "/api/v1/documents/{id}/retry", retry_document),
]
