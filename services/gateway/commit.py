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


async def commit(gateway: Gateway, upload: Accepted, data: bytes) -> None:
    """Store and record an upload. Raises a 503 problem or `DatabaseAwayError`; then nothing is left behind."""
    try:
        await _commit(gateway, upload, data)
    except Exception:
        if upload.key is not None:
            gateway.in_background(_release(gateway, upload.tenant, upload.key))
        raise
    gateway.relay.committed()


async def _commit(gateway: Gateway, upload: Accepted, data: bytes) -> None:
    tenant, document_id = upload.tenant, upload.document_id
    try:
        await gateway.blobs.put(upload.payload.blob, data)
    except BlobAwayError as error:
        log.error("cannot store uploads", error=str(error))
        # The store may have it all the same, and may hang: nobody waits for that.
        gateway.in_background(_discard(gateway, tenant, document_id))
        raise ProblemError(
            503, "storage-away", "Temporarily unavailable", "The picture could not be stored.", retry_after=5
        ) from error
    try:
        async with asyncio.timeout(_RECORD_SECONDS):
            await patiently(
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


async def _discard(gateway: Gateway, tenant: str, document_id: str) -> None:
    try:
        await gateway.blobs.delete_prefix(document_prefix(tenant, document_id))
    except BlobAwayError as error:
        log.error("a refused upload's picture stays in the store", document_id=document_id, error=str(error))
