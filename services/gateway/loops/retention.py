"""Deletes what has been kept as long as it may be: these are children's timetables.

One gateway at a time (advisory lock), a batch of documents after the other. A document's pictures go before its row:
one whose pictures could not be deleted is found again, and none is forgotten in the store. What Redis remembers of it
goes last.
"""

import re
from typing import ClassVar

from prometheus_client import Counter
from pydantic import field_validator
from redis.exceptions import RedisError

from shared.blobs import BlobAwayError, BlobStore, document_prefix
from shared.db.documents import Documents
from shared.db.pool import DatabaseAwayError, outage
from shared.db.retention import Due, Retention
from shared.events import error_event
from shared.logs import get_logger
from shared.messages import Status
from shared.settings import Settings, setting
from shared.streams.loops import AWAY
from shared.streams.producer import Producer
from shared.streams.traces import Traces
from shared.watchdog import allowing

log = get_logger(__name__)

DELETED = Counter("timelift_retention_deleted_total", "What was deleted because of its age.", ["what"])

_BATCH = 100
"""Documents that are found at a time."""
_DOCUMENT_SECONDS = 120.0
"""Longest that the deletion of one may take, by the time-outs of the stores."""
_OWN_DAYS = re.compile(r"([a-z0-9-]{1,40}):([0-9]{1,5})")


def tenant_days(text: str) -> dict[str, int]:
    """The days of `RETENTION_TENANTS`, by tenant. Raises `ValueError`."""
    found: dict[str, int] = {}
    for pair in filter(None, (each.strip() for each in text.split(","))):
        match = _OWN_DAYS.fullmatch(pair)
        if match is None or match[1] in found:
            raise ValueError("it is not of the form tenant:days,tenant:days, each tenant once")
        found[match[1]] = int(match[2])
    return found


class RetentionSettings(Settings):
    group: ClassVar[str] = "Retention"
    retention_days: int = setting(
        0, "Days after its upload that a document is deleted with all that belongs to it; 0 keeps it.", ge=0, le=36_500
    )
    retention_tenants: str = setting(
        "", "Tenants with days of their own, as tenant:days,tenant:days; 0 days keep that tenant's documents."
    )
    retention_original_days: int = setting(
        0,
        "Days after which the uploaded file itself is deleted, once it was read; the pictures of its pages, which have "
        "none of its metadata, stay as long as the document. 0 keeps it as long.",
        ge=0,
        le=36_500,
    )

    @field_validator("retention_tenants")
    @classmethod
    def _check(cls, text: str) -> str:
        tenant_days(text)
        return text


class Retainer:
    """Deletes what is due.

    Args:
        retention: knows what is due.
        traces: what Redis remembers.
    """

    def __init__(
        self,
        retention: Retention,
        documents: Documents,
        blobs: BlobStore,
        producer: Producer,
        traces: Traces,
        settings: RetentionSettings,
    ) -> None:
        self._retention = retention
        self._documents = documents
        self._blobs = blobs
        self._producer = producer
        self._traces = traces
        self._settings = settings
        self._tenants = tenant_days(settings.retention_tenants)

    async def run_once(self) -> int:
        """Delete all that is due now; returns how many documents and originals. What cannot be deleted is due again."""
        deleted = 0
        try:
            if self._settings.retention_days or any(self._tenants.values()):
                deleted += await self._documents_due()
            if self._settings.retention_original_days:
                deleted += await self._originals_due()
        except (DatabaseAwayError, BlobAwayError) as error:
            log.warning("retention waits", error=str(error))
        return deleted

    @outage
    async def _documents_due(self) -> int:
        deleted, found = 0, _BATCH
        while found == _BATCH:
            async with self._retention.deleting() as mine:
                due = await mine.documents(self._settings.retention_days, self._tenants, _BATCH) if mine else []
                for each in due:
                    with allowing(_DOCUMENT_SECONDS):
                        await self._delete(each)
                if due:
                    with allowing(_DOCUMENT_SECONDS):
                        await self._erase({each.id for each in due})
            found = len(due)
            deleted += found
        return deleted

    async def _delete(self, due: Due) -> None:
        await self._blobs.delete_prefix(document_prefix(due.tenant, due.id))
        await self._documents.delete(due.id, due.tenant)
        DELETED.labels("document").inc()
        log.info("document deleted, kept long enough", document_id=due.id, tenant=due.tenant, days=round(due.days, 1))
        if not due.ended:
            try:
                await self._producer.remove(due.id)
                await self._producer.announce(error_event(due.id, "Deleted.", Status.CANCELLED), due.tenant)
            except (RedisError, OSError) as error:
                log.warning("jobs are left to the reconciler", document_id=due.id, error=str(error))

    async def _erase(self, documents: set[str]) -> None:
        try:
            await self._traces.erase(documents)
        except AWAY as error:
            log.warning("redis keeps events of deleted documents until they are pushed out", error=str(error))

    @outage
    async def _originals_due(self) -> int:
        deleted, found = 0, _BATCH
        while found == _BATCH:
            async with self._retention.deleting() as mine:
                due = await mine.originals(self._settings.retention_original_days, _BATCH) if mine else []
                for each in due:
                    with allowing(_DOCUMENT_SECONDS):
                        await self._blobs.delete(each.blob)
                        await self._retention.original_gone(each.id)
                    DELETED.labels("original").inc()
                    log.info(
                        "original deleted, kept long enough",
                        document_id=each.id,
                        tenant=each.tenant,
                        days=round(each.days, 1),
                    )
            found = len(due)
            deleted += found
        return deleted
