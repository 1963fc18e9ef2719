"""Documents over HTTP: list, one, its picture, its name, cancel, retry, delete."""

from typing import Annotated, Literal, cast

import msgspec
from aiohttp import web
from msgspec import Meta
from redis.exceptions import RedisError

from services.gateway.admission import admit
from services.gateway.bodies import read_json
from services.gateway.caching import has
from services.gateway.context import GATEWAY, Gateway, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.paging import PageQuery, at_time, read_page, write_cursor
from services.gateway.problems import ProblemError, not_found
from services.gateway.queries import NO_NUL, read_query
from services.gateway.routes.shared_events import begin_now
from services.gateway.sse.cursor import LAST_EVENT_ID
from services.gateway.tenants import TENANT
from shared.answers import Document, DocumentList
from shared.blobs import BlobAwayError, BlobMissingError, PatientBlobs, document_prefix
from shared.db.document_search import Order, Wanted
from shared.db.documents import Row, read_document
from shared.events import error_event
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import THUMBNAIL_TYPE, THUMBNAIL_WIDTH, Event, Message, PageImage, Status

log = get_logger(__name__)


class ListQuery(PageQuery):
    """Which documents, in which order."""

    q: Annotated[str, Meta(max_length=100, pattern=NO_NUL)] = ""
    """Text in one of its names, its weeks' classes or teachers, whatever the case."""
    status: tuple[Status, ...] = ()
    """Several times for several."""
    needs_look: bool = False
    """Only those that a person should look at."""
    sort: Literal["-created", "created", "-updated", "updated", "name", "-name"] = "-created"
    """A minus turns it round."""

    @property
    def wanted(self) -> Wanted:
        order = cast("Order", self.sort.removeprefix("-"))
        statuses = tuple(sorted(set(self.status)))
        return Wanted(self.q.strip(), statuses, self.needs_look, order, self.sort.startswith("-"))


class ImageQuery(Message):
    """Which picture."""

    page: Annotated[int, Meta(ge=0, le=9999)] = 0
    """From 0."""
    width: Annotated[int, Meta(ge=1, le=16_383)] | None = None
    """Pixels that are enough."""


class Renamed(Message, forbid_unknown_fields=True):
    """Body of `PATCH /api/v1/documents/{id}`."""

    saved_name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*\Z")] | None
    """What the document is called from now on; null for what its file or its first timetable is called."""


async def list_documents(request: web.Request) -> web.Response:
    """Newest first unless another order is asked for, in pages; of all, or of those that are asked for."""
    query = read_query(request, ListQuery)
    limit, after = read_page(query)
    if query.wanted == Wanted():
        at_time(after)
    gateway = request.app[GATEWAY]
    # Before the documents are: a stream that begins here tells all that became of them since.
    begin = await begin_now(gateway)
    rows, following = await gateway.search.page(request[TENANT], query.wanted, limit, after)
    documents = [read_document(row) for row in rows]
    await gateway.waiting.tell(*documents)
    answer = json_response(DocumentList(documents=documents, next=write_cursor(following)))
    answer.headers[LAST_EVENT_ID] = str(begin)
    return answer


async def _row(request: web.Request) -> Row:
    row = await request.app[GATEWAY].documents.row(document_id(request), request[TENANT])
    if row is None:
        raise not_found("document")
    return row


async def get_document(request: web.Request) -> web.Response:
    """Status, step, percentage and error: what a client polls when it cannot hold an event stream."""
    document = read_document(await _row(request))
    await request.app[GATEWAY].waiting.tell(document)
    return json_response(document)


async def get_image(request: web.Request) -> web.StreamResponse:
    """The stored picture, which the boxes of the blocks refer to; `page` from 0. With a `width` up to that of a
    thumbnail, a small copy of it."""
    gateway, query = request.app[GATEWAY], read_query(request, ImageQuery)
    row = await _row(request)
    pages = msgspec.json.decode(row["pages"], type=list[PageImage])
    # Only what the compressor stored: the upload itself may still say where a photo was taken.
    if query.page >= len(pages):
        raise not_found("page" if pages else "picture yet")
    try:
        stored, content_type = picture_for(pages[query.page], query.width)
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


def picture_for(page: PageImage, width: int | None) -> tuple[str, str]:
    """Blob key and content type of the smallest picture of a page that is wide enough."""
    if page.thumbnail and width is not None and width <= THUMBNAIL_WIDTH:
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
    gateway.relay.committed()
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


async def _take_off(gateway: Gateway, id_: str, tenant: str, event: Event, *, deleted: bool = False) -> None:
    """Take a document's jobs off the streams and tell whoever runs or watches them."""
    try:
        await gateway.producer.remove(id_)
        await gateway.producer.announce(event, tenant, deleted=deleted)
    except (RedisError, OSError) as error:
        # The record says that it has ended: what still runs cannot save, and the reconciler takes the job off later.
        log.warning("jobs are left to the reconciler", document_id=id_, error=str(error))
    gateway.relay.freed()


async def delete_document(request: web.Request) -> web.Response:
    """Delete a document, its pictures, its events and its timetable; a job of it that runs is stopped."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    if not await gateway.documents.delete(id_, request[TENANT]):
        raise not_found("document")
    # The record is gone first: a blob that stays is garbage, a document without its picture would be a lie.
    await _take_off(gateway, id_, request[TENANT], error_event(id_, "Deleted.", Status.CANCELLED), deleted=True)
    prefix = document_prefix(request[TENANT], id_)
    try:
        await gateway.blobs.delete_prefix(prefix)
    except BlobAwayError:
        gateway.in_background(_delete_blobs(gateway, prefix))
    return web.Response(status=204)


async def _delete_blobs(gateway: Gateway, prefix: str) -> None:
    await PatientBlobs(gateway.blobs).delete_prefix(prefix)


ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/documents",
        list_documents,
        "List the documents: all, or those that are asked for.",
        answer=DocumentList,
        query=ListQuery,
    ),
    Endpoint(
        "GET",
        "/api/v1/documents/{id}",
        get_document,
        "Say how far a document is and what became of it.",
        answer=Document,
    ),
    Endpoint(
        "PATCH",
        "/api/v1/documents/{id}",
        rename_document,
        "Call a document something, or nothing any more.",
        answer=Document,
        body=Renamed,
        problems={422: ("bad-body",)},
    ),
    Endpoint(
        "DELETE",
        "/api/v1/documents/{id}",
        delete_document,
        "Stop a document and delete it with its pictures, events and timetables.",
        status=204,
    ),
    Endpoint(
        "GET",
        "/api/v1/documents/{id}/image",
        get_image,
        "Get a page's stored picture, in which the blocks' boxes are measured, or its thumbnail.",
        answer=("image/webp", "image/jpeg", "image/png"),
        query=ImageQuery,
        problems={503: ("storage-away", "busy")},
    ),
    Endpoint(
        "POST",
        "/api/v1/documents/{id}/cancel",
        cancel_document,
        "Stop a document's job, queued or running.",
        answer=Document,
        problems={409: ("already-ended",)},
    ),
    Endpoint(
        "POST",
        "/api/v1/documents/{id}/retry",
        retry_document,
        "Read a document that failed or was cancelled once more, from its beginning.",
        answer=Document,
        status=202,
        problems={409: ("not-failed",), 503: ("queue-full",)},
    ),
]
