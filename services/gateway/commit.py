"""An upload becomes a document: its picture in the store and its record in Postgres, both or neither."""

import asyncio
from dataclasses import dataclass

from services.gateway.context import Gateway
from services.gateway.problems import ProblemError
from shared.blobs import BlobAwayError, document_prefix
from shared.db.pool import DatabaseAwayError, patiently
from shared.logs import get_logger
from shared.messages import CompressPayload

log = get_logger(__name__)

_RECORD_SECONDS = 5.0
"""How long an upload's record is tried for, once Postgres had answered."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An upload that was read and found good."""

    document_id: str
    tenant: str
    payload: CompressPayload
    trace: str
    priority: int
    webhook: str | None
    digest: bytes
    """SHA-256 of the file."""
    key: str | None
    """Its Idempotency-Key, which is taken."""


async def commit(gateway: Gateway, upload: Accepted, data: bytes) -> str | None:
    """Store and record an upload; returns the tenant's newest completed document of the same bytes, if there is one.
    Raises a 503 problem or `DatabaseAwayError`; then nothing is left behind."""
    try:
        same = await _commit(gateway, upload, data)
    except Exception:
        if upload.key is not None:
            gateway.in_background(_release(gateway, upload.tenant, upload.key))
        raise
    gateway.relay.committed()
    return same


async def _commit(gateway: Gateway, upload: Accepted, data: bytes) -> str | None:
    tenant, document_id = upload.tenant, upload.document_id
    try:
        await gateway.blobs.write(upload.payload.blob, data)
    except BlobAwayError as error:
        # The store may have it all the same, and may hang: nobody waits for that.
        gateway.in_background(_discard(gateway, tenant, document_id))
        raise _not_stored(error) from error
    # The record needs a picture that workers can read; that it outlives a power failure, only the answer needs.
    recorded, flushed = await asyncio.gather(
        _record(gateway, upload), gateway.blobs.flush(upload.payload.blob), return_exceptions=True
    )
    if isinstance(recorded, BaseException):
        raise recorded
    if isinstance(flushed, BaseException):
        gateway.in_background(_take_back(gateway, tenant, document_id))
        raise _not_stored(flushed) from flushed
    return recorded


def _not_stored(error: BaseException) -> ProblemError:
    log.error("cannot store uploads", error=str(error))
    return ProblemError(
        503, "storage-away", "Temporarily unavailable", "The picture could not be stored.", retry_after=5
    )


async def _record(gateway: Gateway, upload: Accepted) -> str | None:
    tenant, document_id = upload.tenant, upload.document_id
    try:
        async with asyncio.timeout(_RECORD_SECONDS):
            return await patiently(
                lambda: gateway.documents.add(
                    document_id,
                    tenant,
                    upload.payload,
                    upload.trace,
                    upload.priority,
                    upload.webhook,
                    digest=upload.digest,
                    key=upload.key,
                )
            )
    except TimeoutError:
        # An answer was lost and Postgres stays away: it may have been recorded, and then the picture is needed.
        gateway.in_background(_discard_unrecorded(gateway, tenant, document_id))
        raise DatabaseAwayError("an upload's record was not confirmed") from None
    except Exception:
        # Postgres refused the statement: nothing was recorded.
        await _discard(gateway, tenant, document_id)
        raise


async def _release(gateway: Gateway, tenant: str, key: str) -> None:
    # One that was recorded all the same keeps its key.
    await patiently(lambda: gateway.uploads.release(tenant, key))


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
        gateway.relay.committed()


async def _take_back(gateway: Gateway, tenant: str, document_id: str) -> None:
    """Delete a document whose picture the store may not keep. A job of it that was begun cannot save."""
    await patiently(lambda: gateway.documents.delete(document_id, tenant))
    gateway.relay.freed()
    await _discard(gateway, tenant, document_id)


async def _discard(gateway: Gateway, tenant: str, document_id: str) -> None:
    try:
        await gateway.blobs.delete_prefix(document_prefix(tenant, document_id))
    except BlobAwayError as error:
        log.error("a refused upload's picture stays in the store", document_id=document_id, error=str(error))
