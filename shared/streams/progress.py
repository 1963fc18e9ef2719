"""Progress of a running job, published among its document's events."""

import asyncio
import time
from typing import Any

from redis.exceptions import RedisError

from shared.events import FIRST_PHASES, percentage_of, progress_event
from shared.logs import get_logger
from shared.messages import Event, Phase
from shared.outcomes import Job
from shared.streams.entries import Delivery
from shared.streams.loops import AWAY, redis_outage
from shared.streams.stage_consumer import StageConsumer

log = get_logger(__name__)

UNPUBLISHED = "progress"
"""Waits for Redis since progress could not be published; nobody tries that again, so a chore sees when it could be."""

_SECONDS_BETWEEN = 0.1
"""Within a phase, events closer than this are left out: no eye follows them and every one costs every subscriber."""


class JobProgress:
    """`shared.outcomes.Progress` of one delivery. Publishing never fails the work, and the work does not wait for it.

    What is told in one turn of the event loop goes out together, and what was told last goes with the job's end.
    """

    def __init__(self, consumer: StageConsumer, delivery: Delivery, job: Job) -> None:
        self._consumer = consumer
        self._delivery = delivery
        self._job = job
        self._last = 0.0
        self.phase: Phase = FIRST_PHASES[job.stage]
        """The one that was told last."""
        self._told: list[Event] = []
        self._newest_passes = False
        """Whether the last of these is overtaken by the next of its phase."""
        self._publishing: asyncio.Task[None] | None = None
        self._closed = False

    async def __call__(
        self, phase: Phase, fraction: float, message: str, *, details: dict[str, Any] | None = None
    ) -> None:
        self.phase = phase
        now, passes = time.monotonic(), 0 < fraction < 1
        if passes and now - self._last < _SECONDS_BETWEEN:
            return
        self._last = now
        if self._told and self._newest_passes and self._told[-1].stage == phase:
            # While one write hangs, what it would tell grows no longer than its phases.
            self._told.pop()
        self._newest_passes = passes
        event = progress_event(self._job.document_id, phase, percentage_of(phase, fraction), message, details)
        event.attempt = self._job.attempt if self._job.attempt > 1 else None
        self._told.append(event)
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish(), name=f"progress {self._delivery.id}")

    async def flush(self) -> None:
        """Wait until all is published that was told, or could not be."""
        if self._publishing is not None:
            await asyncio.wait([self._publishing])

    async def rest(self) -> list[Event]:
        """What is not published by now, for whoever ends the delivery with it."""
        self.close()
        await self.flush()
        rest, self._told = self._told, []
        return rest

    def close(self) -> None:
        """Begin to publish nothing more."""
        self._closed = True

    async def _publish(self) -> None:
        while self._told and not self._closed:
            events, self._told = self._told, []
            try:
                await self._consumer.publish(self._delivery, *events)
            except AWAY as error:
                # Without Redis nobody is listening; the work itself goes on and is acknowledged when Redis is back.
                redis_outage.begins(UNPUBLISHED, error)
            except RedisError as error:
                log.warning("progress not published", error=str(error))
