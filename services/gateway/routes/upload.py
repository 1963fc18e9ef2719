"""`POST /api/v1/documents/upload`: take the file, commit it, answer 202. Nothing heavy runs in the request."""

import asyncio
import contextlib
import hashlib
import time
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta
from redis.exceptions import RedisError

from services.gateway.admission import admit
from services.gateway.commit import Accepted, commit
from services.gateway.context import GATEWAY, Gateway, new_document_id
from services.gateway.endpoint import Endpoint
from services.gateway.idempotency import FIELD, read_key, take
from services.gateway.loops.webhooks import new_secret
from services.gateway.metrics import UPLOAD_ANSWER, UPLOAD_BYTES
from services.gateway.multipart import UploadedFile, read_files
from services.gateway.openapi import UPLOAD
from services.gateway.places import give_place, take_place
from services.gateway.problems import ProblemError
from services.gateway.queries import read_query
from services.gateway.reception import Body
from services.gateway.request_ids import TRACE
from services.gateway.routes.webhooks import checked_url
from services.gateway.tenants import TENANT
from shared.answers import Uploaded
from shared.blobs import blob_key
from shared.bundle import bundled
from shared.db.jobs import PRIORITIES
from shared.db.pool import DatabaseAwayError
from shared.events import progress_event
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import CompressPayload, Message, Status
from shared.outcomes import OtherFormatError, UnreadableError
from shared.pictures import ALLOWED, PictureInfo, PictureSettings, inspect, too_many_pages
from shared.traces import TRACEPARENT, span

log = get_logger(__name__)

_DIRECT_SECONDS = 120
"""Longest that an upload's answer waits for its document while Redis is away; it goes on without it."""
_PHOTOS = frozenset({"jpeg", "png", "webp", "heic", "avif"})
"""What may be one page of several: each of these files is one."""
_LOOK_SECONDS = 1.0
"""How often it looks meanwhile whether the document is somebody else's."""


class UploadQuery(Message):
    """How an upload is to be treated."""

    priority: Literal["interactive", "batch"] = "interactive"
    """A batch lets others go first."""
    webhook: Annotated[str, Meta(max_length=2000)] | None = None
    """Address that is called when the document has ended."""
    reuse: bool = False
    """Whether a completed document of the same bytes will do."""
    pages: bool = False
    """Whether the body's parts are named “page” and are the pages of one document: photos of one wall plan."""


async def upload(request: web.Request) -> web.Response:
    """Errors: what `read_files` raises, 422 for a file that can never be read, 503 when too much arrives at once or the
    store or the record cannot be reached. A refused upload leaves nothing behind."""
    gateway = request.app[GATEWAY]
    query = read_query(request, UploadQuery)
    webhook = await _webhook(request, query.webhook)
    away = gateway.relay.away
    with gateway.direct.slot() if away else contextlib.nullcontext(True) as free:
        if not free:
            raise ProblemError(
                503,
                "queue-away",
                "Temporarily slow",
                "The queue is away and all slots beside it are taken. Please try again in a moment.",
                retry_after=10,
            )
        async with gateway.reception.body(request) as body:
            given = request.headers.get("traceparent", "")
            given = given if TRACEPARENT.fullmatch(given) else ""
            with span("upload", "server", given, tenant=request[TENANT]) as here:
                taken, received = await _receive(request, body, query, webhook, here.sender or request[TRACE])
        if away and not taken.status.final:
            give_place(request)
            taken.status = await _worked_through(gateway, taken.document_id, request[TENANT])
    answer = json_response(taken, 200 if taken.status.final else 202)
    answer.headers["Location"] = f"/api/v1/documents/{taken.document_id}"
    UPLOAD_ANSWER.observe(time.monotonic() - received)
    return answer


async def _webhook(request: web.Request, url: str | None) -> str | None:
    """The address that is called when the document has ended, if the upload gives one. Raises a 422 problem."""
    if url is None:
        return None
    url = checked_url(request, url)
    # What is sent is signed: there must be something to sign it with.
    await request.app[GATEWAY].webhooks.secret(request[TENANT], new_secret())
    return url


async def _receive(
    request: web.Request, body: Body, query: UploadQuery, webhook: str | None, trace: str
) -> tuple[Uploaded, float]:
    """Read, check and commit an upload; returns what it became, and when its last byte was there (monotonic)."""
    gateway, tenant, key = request.app[GATEWAY], request[TENANT], read_key(request)
    files = await read_files(request, body, gateway.pictures.max_upload_bytes, pages=query.pages)
    received = time.monotonic()
    await take_place(request)
    try:
        # In a thread: a hostile file of 20 MB takes a fifth of a second to walk. Nothing waits for what need not be
        # waited for: where processors are busy, each wait for another thread or server is some milliseconds.
        look = asyncio.to_thread(_looked_at, files, gateway.pictures)
        if query.reuse:
            file, info, digest = await look
            if same := await gateway.uploads.same(tenant, digest):
                return Uploaded(document_id=same, status=Status.COMPLETED, same_as=same), received
            waits = await admit(gateway, tenant)
        else:
            looked, admitted = await asyncio.gather(look, admit(gateway, tenant), return_exceptions=True)
            # In this order: what can never be read is told before that it cannot be taken now.
            if isinstance(looked, BaseException):
                raise looked
            if isinstance(admitted, BaseException):
                raise admitted
            (file, info, digest), waits = looked, admitted
    except UnreadableError as error:
        allowed = {
            "formats": ALLOWED,
            "maxBytes": gateway.pictures.max_upload_bytes,
            "maxPixels": gateway.pictures.max_pixels,
        }
        if isinstance(error, OtherFormatError):
            raise ProblemError(
                422, "other-format", "Format not read", str(error), allowed=allowed, format_=error.format
            ) from None
        raise ProblemError(422, "unreadable-file", "Unreadable file", str(error), allowed=allowed) from None
    if key is not None:
        said = f"{file.name}\n{query.priority}\n{webhook or ''}".encode("utf-8", "surrogatepass")
        if former := await take(request, key, hashlib.sha256(digest + said).digest()):
            return Uploaded(document_id=former, status=Status.UPLOADED), received
    document_id = new_document_id()
    payload = CompressPayload(
        blob=blob_key(tenant, document_id, "original"),
        content_type=info.content_type,
        file_name=file.name,
        size=len(file.data),
        pixels=(info.width or 0) * (info.height or 0),
    )
    accepted = Accepted(document_id, tenant, payload, trace, PRIORITIES[query.priority], webhook, digest, key)
    # A client that goes away in the middle of this must not leave a picture without a document.
    same = await asyncio.shield(commit(gateway, accepted, file.data))
    if waits and not gateway.relay.partly_away:
        gateway.in_background(_tell_waiting(gateway, document_id, tenant))
    UPLOAD_BYTES.labels(payload.content_type).observe(payload.size)
    log.info("uploaded", document_id=document_id, bytes=payload.size, content_type=payload.content_type)
    return Uploaded(document_id=document_id, status=Status.UPLOADED, same_as=same), received


def _looked_at(files: list[UploadedFile], settings: PictureSettings) -> tuple[UploadedFile, PictureInfo, bytes]:
    """The upload as one file, what it is, by its first page, and its digest. Raises `UnreadableError`."""
    infos = [inspect(file.data, len(file.data), settings, name=file.name, declared=file.declared) for file in files]
    file, info = files[0], infos[0]
    if len(files) > 1:
        if len(files) > settings.max_pages:
            raise UnreadableError(too_many_pages(len(files), settings.max_pages))
        if other := next((at for at, each in enumerate(infos, 1) if each.kind not in _PHOTOS), None):
            raise UnreadableError(f"Page {other} is no photo. Of several pages each is one JPEG, PNG, WebP or HEIC.")
        file = UploadedFile(file.name, bundled([each.data for each in files]), file.declared)
    return file, info, hashlib.sha256(file.data).digest()


async def _tell_waiting(gateway: Gateway, document_id: str, tenant: str) -> None:
    """All slots on the streams are taken: the person is told so at once, not when a worker begins."""
    try:
        place = await gateway.waiting.place(document_id)
    except DatabaseAwayError:
        place = None
    if place is None:
        return
    message = f"Waiting, {place.before} documents are being read or come before yours"
    details = {"before": place.before}
    event = progress_event(document_id, "compressing", 0, message, details, seconds_left=place.seconds_left)
    event.before = place.before
    try:
        await gateway.producer.publish(event, tenant)
    except (RedisError, OSError) as error:
        log.warning("waiting is not published", document_id=document_id, error=str(error))


async def _worked_through(gateway: Gateway, document_id: str, tenant: str) -> Status:
    """Wait, while Redis is away, until the document has been worked through directly, here or by another gateway, or is
    the relay's again because Redis is back; returns its status then."""
    give_up, status = time.monotonic() + _DIRECT_SECONDS, Status.UPLOADED
    while not status.final and time.monotonic() < give_up:
        # What another gateway does is only in the record.
        await gateway.direct.ended(document_id, _LOOK_SECONDS)
        with contextlib.suppress(DatabaseAwayError):  # it was accepted all the same
            row = await gateway.documents.row(document_id, tenant)
            status = Status(row["status"]) if row else Status.CANCELLED
        if not (gateway.relay.away or gateway.direct.works(document_id)):
            break
    return status


ROUTES = [
    Endpoint(
        "POST",
        "/api/v1/documents/upload",
        upload,
        "Upload a picture of a timetable, to be read.",
        answer=Uploaded,
        status=202,
        statuses={200: "It has ended already: read before (`reuse`), or worked through at once as the queue was away"},
        query=UploadQuery,
        body=(UPLOAD,),
        fields={
            FIELD: "The same one for an upload that is repeated as its answer was lost",
            "traceparent": "W3C trace context, which travels with the document",
        },
        problems={
            400: (
                "bad-idempotency-key",
                "no-file",
                "two-files",
                "too-many-parts",
                "malformed-multipart",
                "bad-file-name",
            ),
            409: ("upload-under-way",),
            411: ("length-required",),
            413: ("file-too-large",),
            422: ("unreadable-file", "other-format", "bad-webhook", "idempotency-key-reused"),
            503: ("queue-full", "queue-away", "storage-away"),
        },
    ),
]
