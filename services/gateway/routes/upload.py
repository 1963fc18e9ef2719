"""`POST /api/v1/documents/upload`: take the file, commit it, answer 202. Nothing heavy runs in the request."""

import asyncio
import contextlib
import re
import time
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta
from redis.exceptions import RedisError

from services.gateway.admission import admit
from services.gateway.context import GATEWAY, Gateway, new_document_id
from services.gateway.endpoint import Endpoint
from services.gateway.loops.webhooks import new_secret
from services.gateway.metrics import UPLOAD_ANSWER, UPLOAD_BYTES
from services.gateway.multipart import read_file
from services.gateway.openapi import UPLOAD
from services.gateway.problems import ProblemError
from services.gateway.queries import read_query
from services.gateway.reception import Body
from services.gateway.routes.webhooks import checked_url
from services.gateway.tenants import TENANT
from shared.blobs import BlobAwayError, blob_key, document_prefix
from shared.db.jobs import PRIORITIES
from shared.db.pool import DatabaseAwayError, patiently
from shared.events import progress_event
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import CompressPayload, Message, Status, Uploaded
from shared.outcomes import UnreadableError
from shared.pictures import ALLOWED, inspect

log = get_logger(__name__)

_TRACE = re.compile(r"[0-9a-f-]{1,64}")
_DIRECT_SECONDS = 120
"""Longest that an upload's answer waits for its document while Redis is away; it goes on without it."""
_LOOK_SECONDS = 1.0
"""How often it looks meanwhile whether the document is somebody else's."""
_RECORD_SECONDS = 5.0
"""How long an upload's record is tried for, once Postgres had answered."""


class UploadQuery(Message):
    """How an upload is to be treated."""

    priority: Literal["interactive", "batch"] = "interactive"
    """A batch lets others go first."""
    webhook: Annotated[str, Meta(max_length=2000)] | None = None
    """Address that is called when the document has ended."""


async def upload(request: web.Request) -> web.Response:
    """Errors: what `read_file` raises, 422 for a file that can never be read, 503 when too much arrives at once or the
    store or the record cannot be reached. A refused upload leaves nothing behind."""
    gateway = request.app[GATEWAY]
    query = read_query(request, UploadQuery)
    priority = PRIORITIES[query.priority]
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
            document_id, received = await _receive(request, body, priority, webhook)
        status = await _worked_through(gateway, document_id, request[TENANT]) if away else Status.UPLOADED
    answer = json_response(Uploaded(document_id=document_id, status=status), 200 if status.final else 202)
    answer.headers["Location"] = f"/api/v1/documents/{document_id}"
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


async def _receive(request: web.Request, body: Body, priority: int, webhook: str | None) -> tuple[str, float]:
    """Read, check and commit an upload; returns its document's id, and when its last byte was there (monotonic)."""
    gateway, tenant = request.app[GATEWAY], request[TENANT]
    file = await read_file(request, body, gateway.pictures.max_upload_bytes)
    received = time.monotonic()
    try:
        # In a thread: a hostile file of 20 MB takes a fifth of a second to walk.
        info = await asyncio.to_thread(inspect, file.data, len(file.data), gateway.pictures)
    except UnreadableError as error:
        allowed = {
            "formats": ALLOWED,
            "maxBytes": gateway.pictures.max_upload_bytes,
            "maxPixels": gateway.pictures.max_pixels,
        }
        raise ProblemError(422, "unreadable-file", "Unreadable file", str(error), allowed=allowed) from None
    document_id = new_document_id()
    payload = CompressPayload(
        blob=blob_key(tenant, document_id, "original"),
        content_type=info.content_type,
        file_name=file.name,
        size=len(file.data),
    )
    waits = await admit(gateway, tenant)
    trace = request.headers.get("traceparent", "")
    trace = trace if _TRACE.fullmatch(trace) else ""
    # A client that goes away in the middle of this must not leave a picture without a document.
    await asyncio.shield(_commit(gateway, tenant, document_id, payload, file.data, trace, priority, webhook))
    if waits and not gateway.relay.partly_away:
        await _tell_waiting(gateway, document_id, tenant)
    UPLOAD_BYTES.labels(payload.content_type).observe(payload.size)
    log.info("uploaded", document_id=document_id, bytes=payload.size, content_type=payload.content_type)
    return document_id, received


async def _tell_waiting(gateway: Gateway, document_id: str, tenant: str) -> None:
    """All slots on the streams are taken: the person is told so at once, not when a worker begins."""
    try:
        before = await gateway.jobs.before(document_id)
    except DatabaseAwayError:
        before = None
    if before is None:
        return
    message = f"Waiting, {before} documents are being read or come before yours"
    event = progress_event(document_id, "compressing", 0, message, {"before": before})
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


async def _commit(
    gateway: Gateway,
    tenant: str,
    document_id: str,
    payload: CompressPayload,
    data: bytes,
    trace: str,
    priority: int,
    webhook: str | None,
) -> None:
    try:
        await gateway.blobs.put(payload.blob, data)
    except BlobAwayError as error:
        log.error("cannot store uploads", error=str(error))
        # The store may have it all the same, and may hang: nobody waits for that.
        gateway.in_background(_discard(gateway, tenant, document_id))
        raise ProblemError(
            503, "storage-away", "Temporarily unavailable", "The picture could not be stored.", retry_after=5
        ) from error
    try:
        async with asyncio.timeout(_RECORD_SECONDS):
            await patiently(lambda: gateway.documents.add(document_id, tenant, payload, trace, priority, webhook))
    except TimeoutError:
        # An answer was lost and Postgres stays away: it may have been recorded, and then the picture is needed.
        gateway.in_background(_discard_unrecorded(gateway, tenant, document_id))
        raise DatabaseAwayError("an upload's record was not confirmed") from None
    except Exception:
        # Postgres refused the statement: nothing was recorded.
        await _discard(gateway, tenant, document_id)
        raise
    gateway.relay.nudge()


async def _discard_unrecorded(gateway: Gateway, tenant: str, document_id: str) -> None:
    """Find out whether a document was recorded, as soon as Postgres says so, and discard its picture if not."""
    row = await patiently(lambda: gateway.documents.row(document_id, tenant))
    if row is None:
        # The lost statement may still run over there, at most for its own time-out.
        await asyncio.sleep(_RECORD_SECONDS * 2)
        row = await patiently(lambda: gateway.documents.row(document_id, tenant))
    if row is None:
        await _discard(gateway, tenant, document_id)
    else:
        log.warning("an upload that was refused had been recorded: it is read", document_id=document_id)
        gateway.relay.nudge()


async def _discard(gateway: Gateway, tenant: str, document_id: str) -> None:
    try:
        await gateway.blobs.delete_prefix(document_prefix(tenant, document_id))
    except BlobAwayError as error:
        log.error("a refused upload's picture stays in the store", document_id=document_id, error=str(error))


ROUTES = [
    Endpoint(
        "POST",
        "/api/v1/documents/upload",
        upload,
        "Upload a picture of a timetable, to be read.",
        answer=Uploaded,
        status=202,
        statuses={200: "The queue was away: the document was worked through at once, and has ended"},
        query=UploadQuery,
        body=(UPLOAD,),
        fields={"traceparent": "W3C trace context, which travels with the document"},
        problems={
            400: ("no-file", "two-files", "too-many-parts", "malformed-multipart", "bad-file-name"),
            411: ("length-required",),
            413: ("file-too-large",),
            415: ("content-encoding",),
            422: ("unreadable-file", "bad-webhook"),
            503: ("queue-full", "queue-away", "storage-away"),
        },
    ),
]
