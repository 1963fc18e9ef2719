"""Progress of a running job, published among its document's events."""

import time
from typing import Any

from redis.exceptions import RedisError

from shared.cancelling import end_if_cancelled
from shared.events import FIRST_PHASES, percentage_of, progress_event
from shared.logs import get_logger
from shared.messages import Phase
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
    """`shared.outcomes.Progress` of one delivery. Publishing never fails the work."""

    def __init__(self, consumer: StageConsumer, delivery: Delivery, job: Job) -> None:
        self._consumer = consumer
        self._delivery = delivery
        self._job = job
        self._last = 0.0
        self.phase: Phase = FIRST_PHASES[job.stage]
        """The one that was told last."""

    async def __call__(
        self, phase: Phase, fraction: float, message: str, *, details: dict[str, Any] | None = None
    ) -> None:
        self.phase = phase
        now = time.monotonic()
        if 0 < fraction < 1 and now - self._last < _SECONDS_BETWEEN:
            return
        self._last = now
        event = progress_event(self._job.document_id, phase, percentage_of(phase, fraction), message, details)
        event.attempt = self._job.attempt if self._job.attempt > 1 else None
        try:
            await self._consumer.publish(self._delivery, event)
        except AWAY as error:
            # Without Redis nobody is listening; the work itself goes on and is acknowledged when Redis is back.
            redis_outage.begins(UNPUBLISHED, error)
        except RedisError as error:
            log.warning("progress not published", error=str(error))
        # A handler that was cancelled here would go on with work that is nobody's any more.
        end_if_cancelled()
