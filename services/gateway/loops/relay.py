"""The relay puts committed jobs on their streams.

A document and its `job_queue` row are committed together, before the upload is answered (transactional outbox). The
relay takes rows that are not enqueued yet, adds each to its stream with a script that adds a document once, and notes
them. If it dies in between, the next run repeats the script, which then adds nothing.

It keeps the streams short: only as many documents as `QUEUE_WINDOW` are under way at once, and who is next is decided
here, in Postgres, by priority and by turns between tenants. A stream is first in, first out, and could not.
"""

import asyncio
import time
from typing import ClassVar

from prometheus_client import Gauge

from services.gateway.metrics import RELAYED
from shared.db.jobs import Jobs, QueuedJob
from shared.db.pool import DatabaseAwayError, outage
from shared.events import progress_event
from shared.logs import get_logger
from shared.messages import Event
from shared.settings import Settings, setting
from shared.streams.entries import job_fields
from shared.streams.loops import AWAY, redis_outage
from shared.streams.producer import Producer
from shared.traces import span
from shared.watchdog import CALL_SECONDS, turn

log = get_logger(__name__)

PARTITIONS_AWAY = Gauge(
    "timelift_redis_partitions_away",
    "Sets of streams that cannot be written to; their documents are worked through directly.",
)
_LOOK_SECONDS = 2.0
"""Between two looks whether a server is still there that took what was last put on it."""
_PASSED = 10_000
"""Documents that are passed over at most; beyond, they are tried once more."""


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


class Relay:
    """Puts committed jobs on their streams.

    A partition whose server is away, or refuses, costs the others nothing: its documents are passed over until it is
    back, and worked through directly meanwhile.

    Args:
        jobs: holds the rows.
        producer: puts them on the streams.
    """

    def __init__(self, jobs: Jobs, producer: Producer, settings: RelaySettings) -> None:
        self._jobs = jobs
        self._producer = producer
        self._settings = settings
        self._nudged = asyncio.Event()
        self._full = False
        """Whether no slot was free when it looked last: a commit is nothing to look for then, only an end is."""
        self._away: dict[int, Exception] = {}
        self._passed: dict[str, int] = {}
        """Documents of partitions that are away, by partition: they must not stand in front of the others."""
        self._looked_at = 0
        self._look_due = 0.0

    @property
    def away(self) -> bool:
        """Whether no partition could be written to the last time."""
        return len(self._away) == len(self._producer.partitions)

    @property
    def partly_away(self) -> bool:
        """Whether some partition could not be written to the last time."""
        return bool(self._away)

    def committed(self) -> None:
        """Tell the relay that a job was committed, so that it does not wait for its next look if a slot is free."""
        if not self._full:
            self._nudged.set()

    def freed(self) -> None:
        """Tell the relay that a slot became free, so that it does not wait for its next look."""
        self._nudged.set()

    async def run_once(self) -> int:
        """Enqueue what may be; returns how many. Then waits up to a second for a nudge."""
        self._nudged.clear()
        moved = 0
        try:
            await self._look()
            if not self.away:
                moved = await self._move()
        except DatabaseAwayError as error:
            log.warning("relay waits for postgres", error=str(error))
        if self.away:
            raise next(iter(self._away.values()))
        try:
            async with asyncio.timeout(1):
                await self._nudged.wait()
        except TimeoutError:
            # Another gateway's rows, and slots that its documents freed, are found by looking.
            return moved
        return moved

    async def _look(self) -> None:
        """Whether the partitions that were away take writes again, and whether one of the others still answers."""
        if self._away:
            turn()
            await asyncio.gather(*(self._look_at(number, write=True) for number in list(self._away)))
            turn()
        if time.monotonic() < self._look_due:
            return
        self._look_due = time.monotonic() + _LOOK_SECONDS
        self._looked_at = (self._looked_at + 1) % len(self._producer.partitions)
        if self._looked_at not in self._away:
            await self._look_at(self._looked_at, write=False)

    async def _look_at(self, partition: int, *, write: bool) -> None:
        try:
            # Several are looked at in tasks of their own, for which nobody else bounds the calls: to wait for a
            # connection and for an answer takes longer than a chore may stand still.
            async with asyncio.timeout(CALL_SECONDS):
                await self._producer.probe(partition, write=write)
        except AWAY as error:
            self._note(partition, error)
        else:
            self._note(partition, None)

    def _note(self, partition: int, error: Exception | None) -> None:
        if error is not None:
            self._away[partition] = error
            redis_outage.begins((self, partition), error, chore="relay", partition=partition)
        elif self._away.pop(partition, None):
            redis_outage.ends((self, partition))
            self._passed = {id_: of for id_, of in self._passed.items() if of != partition}
        PARTITIONS_AWAY.set(len(self._away))

    @outage
    async def _move(self) -> int:
        self._full = False  # what is committed while it looks may be too late for this look
        waiting, room = await self._jobs.look(self._settings.queue_window)
        self._full = not room
        if not (waiting and room):
            return 0
        async with self._jobs.take(self._settings.queue_window, list(self._passed)) as jobs:
            for job in list(jobs):
                if not await self._enqueue(job):
                    jobs.remove(job)
            return len(jobs)

    async def _enqueue(self, job: QueuedJob) -> bool:
        """Put a job on its stream; False if its partition is away."""
        partition = self._producer.keys_of(job.document_id).partition
        if partition not in self._away:
            again = _starting_again(job) if job.generation else None
            try:
                deadline = await self._deadline(job)
                with span("relay", "producer", job.trace, document=job.document_id, tenant=job.tenant) as here:
                    fields = job_fields(
                        job.document_id,
                        job.tenant,
                        job.payload,
                        deadline=deadline,
                        trace=job.trace,
                        sender=here.sender,
                    )
                    await self._producer.enqueue(
                        job.stage, job.document_id, fields, generation=job.generation, event=again
                    )
            except AWAY as error:
                self._note(partition, error)
            else:
                RELAYED.labels(job.stage).inc()
                return True
        if len(self._passed) >= _PASSED:
            self._passed.clear()
        self._passed[job.document_id] = partition
        return False

    async def _deadline(self, job: QueuedJob) -> float:
        """When a job is of no use any more, by the clock of the server it goes to (Unix seconds); 0 for never."""
        if not self._settings.queue_deadline:
            return 0.0
        now = await self._producer.now(job.document_id)
        # Nothing stands for never, so what is over already is some second in the past.
        return max(now - job.age + self._settings.queue_deadline / 1000, 1.0)


def _starting_again(job: QueuedJob) -> Event:
    """Redis forgot how far the document was told to be: it is told first, so that no percentage falls."""
    return progress_event(job.document_id, "compressing", job.percentage, "Starting again")
