"""Progress of a running job, published among its document's events."""

import asyncio
import time
from typing import Any

from msgspec.structs import replace
from redis.exceptions import RedisError

from shared.estimate import Estimate, Paces, Work, stage_seconds
from shared.events import FIRST_PHASES, now_rfc3339, progress_event
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
_QUIET_SECONDS = 0.5
"""While nothing is told for so long, a job that is expected to be further by then is said to be: a step that tells
nothing of itself is no standstill."""
_POINTS = 4
"""An event within a phase says this many points more: finer, a bar looks no smoother, and each costs the servers six
commands and every subscriber a frame."""
_WORDS_SECONDS = 1.0
"""Or else something new in words, after so long: where percentages stand, the lines that were read still rise."""


class JobProgress:
    """`shared.outcomes.Progress` of one delivery. Publishing never fails the work, and the work does not wait for it.

    What is told in one turn of the event loop goes out together, and what was told last goes with the job's end.

    Args:
        paces: how the stages go; may grow meanwhile.
    """

    def __init__(self, consumer: StageConsumer, delivery: Delivery, job: Job, paces: Paces) -> None:
        self._consumer = consumer
        self._delivery = delivery
        self._job = job
        self._last = 0.0
        self.phase: Phase = FIRST_PHASES[job.stage]
        """The one that was told last."""
        self._estimate = Estimate(paces, time.time() - job.begun if job.begun else 0.0, phase=self.phase)
        self._told: list[Event] = []
        self._newest_passes = False
        """Whether the last of these is overtaken by the next of its phase."""
        self._shown: Event | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._publishing: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def expected(self) -> float:
        """Seconds that the stage would take for this document on two idle cores."""
        return stage_seconds(self._job.stage, self._estimate.work)

    @property
    def _further(self) -> int:
        """The percentage that is worth an event within a phase."""
        return (self._shown.percentage or 0) + _POINTS if self._shown else 0

    async def __call__(
        self,
        phase: Phase,
        fraction: float,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        work: Work | None = None,
    ) -> None:
        self.phase = phase
        self._estimate.tell(phase, fraction, work)
        now, passes = time.monotonic(), 0 < fraction < 1
        if passes and now - self._last < _SECONDS_BETWEEN:
            return
        left, percentage = self._estimate.seconds_left, self._estimate.percentage
        new_words = self._shown is None or (self._shown.message != message and now - self._last >= _WORDS_SECONDS)
        if passes and percentage < self._further and not new_words:
            return
        self._last = now
        event = progress_event(self._job.document_id, phase, percentage, message, details, seconds_left=left)
        event.attempt = self._job.attempt if self._job.attempt > 1 else None
        self._tell(event, passes=passes)

    def _tell(self, event: Event, *, passes: bool) -> None:
        if self._closed:
            return
        if self._told and self._newest_passes and self._told[-1].stage == event.stage:
            # While one write hangs, what it would tell grows no longer than its phases.
            self._told.pop()
        self._newest_passes = passes
        self._told.append(event)
        self._shown = event
        if self._publishing is None or self._publishing.done():
            self._publishing = asyncio.create_task(self._publish(), name=f"progress {self._delivery.id}")
        self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_QUIET_SECONDS, self._go_on)

    def _go_on(self) -> None:
        """Say how far the job is by its estimate: nothing else was told for a while."""
        percentage = self._estimate.percentage
        if self._shown is None or percentage < self._further:
            self._wait()
            return
        left = round(self._estimate.seconds_left, 1)
        self._tell(replace(self._shown, percentage=percentage, seconds_left=left, at=now_rfc3339()), passes=True)

    async def flush(self) -> None:
        """Wait until all is published that was told, or could not be."""
        if self._publishing is not None:
            await asyncio.wait([self._publishing])

    async def rest(self) -> list[Event]:
        """What is not published by now, for whoever ends the delivery with it."""
        self.close()
        if self._publishing is not None:
            await self.flush()
        rest, self._told = self._told, []
        return rest

    def close(self) -> None:
        """Begin to publish nothing more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

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
