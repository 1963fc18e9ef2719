"""The relay puts committed jobs on their streams.

A document and its `job_queue` row are committed together, before the upload is answered (transactional outbox). The
relay takes rows that are not enqueued yet, adds each to its stream with a script that adds a document once, and notes
them. If it dies in between, the next run repeats the script, which then adds nothing.

It keeps the streams short: only as many documents as `QUEUE_WINDOW` are under way at once, and who is next is decided
here, in Postgres, by priority and by turns between tenants. A stream is first in, first out, and could not.
"""

import asyncio
from typing import ClassVar

from shared.db.jobs import Jobs, QueuedJob
from shared.db.pool import DatabaseAwayError, outage
from shared.events import progress_event
from shared.logs import get_logger
from shared.messages import Event
from shared.settings import Settings, setting
from shared.streams.entries import job_fields
from shared.streams.loops import AWAY
from shared.streams.producer import Producer

log = get_logger(__name__)


class RelaySettings(Settings):
    group: ClassVar[str] = "Relay"
    queue_window: int = setting(
        32,
        "Documents under way in Redis at once; the others wait in Postgres, where tenants take turns. At least the "
        "jobs that all workers together can run.",
        ge=1,
        le=100_000,
    )
    queue_limit: int = setting(
        1000,
        "Accepted documents of a tenant that have not ended; its next upload is answered 503.",
        ge=1,
        le=10_000_000,
    )
    queue_deadline: int = setting(
        0,
        "Age of an upload from which its jobs are not begun any more: it ends as failed; 0 for none.",
        unit="ms",
        ge=0,
    )

    def deadline(self, since: float) -> float:
        """When the jobs of an upload of `since` are of no use any more (both Unix seconds); 0 for never."""
        return since + self.queue_deadline / 1000 if self.queue_deadline else 0.0


class Relay:
    """Puts committed jobs on their streams.

    Args:
        jobs: holds the rows.
        producer: puts them on the streams.
    """

    def __init__(self, jobs: Jobs, producer: Producer, settings: RelaySettings) -> None:
        self._jobs = jobs
        self._producer = producer
        self._settings = settings
        self._nudged = asyncio.Event()
        self.away = False
        """Whether Redis could not be reached the last time."""

    def nudge(self) -> None:
        """Tell the relay that a job was committed or a slot became free, so that it does not wait for its next look."""
        self._nudged.set()

    async def run_once(self) -> int:
        """Enqueue what may be; returns how many. Then waits up to a second for a nudge."""
        self._nudged.clear()
        moved = 0
        try:
            moved = await self._move()
            if not moved:
                await self._producer.ping()
            self._note_redis(away=False)
        except DatabaseAwayError as error:
            log.warning("relay waits for postgres", error=str(error))
        except AWAY:
            self._note_redis(away=True)
            raise
        try:
            async with asyncio.timeout(1):
                await self._nudged.wait()
        except TimeoutError:
            # Another gateway's rows, and slots that its documents freed, are found by looking.
            return moved
        return moved

    def _note_redis(self, *, away: bool) -> None:
        if away and not self.away:
            log.warning("redis is away: documents are worked through directly")
        elif self.away and not away:
            log.info("redis is back: documents go over the streams again")
        self.away = away

    @outage
    async def _move(self) -> int:
        async with self._jobs.take(self._settings.queue_window) as jobs:
            for job in jobs:
                deadline = self._settings.deadline(job.since)
                fields = job_fields(job.document_id, job.tenant, job.payload, deadline=deadline, trace=job.trace)
                again = _starting_again(job) if job.generation else None
                await self._producer.enqueue(job.stage, job.document_id, fields, generation=job.generation, event=again)
            return len(jobs)


def _starting_again(job: QueuedJob) -> Event:
    """Redis forgot how far the document was told to be: it is told first, so that no percentage falls."""
    return progress_event(job.document_id, "compressing", job.percentage, "Starting again")
