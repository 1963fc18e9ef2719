"""Progress of a running job, published among its document's events."""

import time
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError

from shared.cancelling import end_if_cancelled
from shared.logs import get_logger
from shared.messages import Event, Phase
from shared.outcomes import Job
from shared.streams.entries import Delivery
from shared.streams.loops import AWAY, redis_outage
from shared.streams.stage_consumer import StageConsumer

log = get_logger(__name__)

STEPS: dict[Phase, str] = {
    "compressing": "Compressing image",
    "preprocessing": "Preprocessing image",
    "ocr": "Running OCR",
    "ai": "AI extraction",
    "validation": "Validating",
}
"""Words for people."""

SHARES: dict[Phase, tuple[int, int]] = {
    "compressing": (2, 13),
    "preprocessing": (13, 42),
    "ocr": (42, 90),
    "ai": (90, 97),
    "validation": (97, 99),
}
"""From which percentage to which each phase runs; the shares follow measured stage times (docs/streams.md)."""

_SECONDS_BETWEEN = 0.1
"""Within a phase, events closer than this are left out: no eye follows them and every one costs every subscriber."""


def percentage_of(phase: Phase, fraction: float) -> int:
    """The percentage of the whole way at `fraction` (0 to 1) of a phase."""
    low, high = SHARES[phase]
    return round(low + (high - low) * min(max(fraction, 0.0), 1.0))


def now_rfc3339() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class JobProgress:
    """`shared.outcomes.Progress` of one delivery. Publishing never fails the work."""

    def __init__(self, consumer: StageConsumer, delivery: Delivery, job: Job) -> None:
        self._consumer = consumer
        self._delivery = delivery
        self._job = job
        self._last = 0.0

    async def __call__(
        self, phase: Phase, fraction: float, message: str, *, details: dict[str, Any] | None = None
    ) -> None:
        now = time.monotonic()
        if 0 < fraction < 1 and now - self._last < _SECONDS_BETWEEN:
            return
        self._last = now
        event = Event(
            type="progress",
            document_id=self._job.document_id,
            step=STEPS[phase],
            stage=phase,
            percentage=percentage_of(phase, fraction),
            message=message,
            details=details,
            at=now_rfc3339(),
        )
        try:
            await self._consumer.publish(self._delivery, event)
        except AWAY as error:
            # Without Redis nobody is listening; the work itself goes on and is acknowledged when Redis is back.
            redis_outage.begins("progress", error)
        except RedisError as error:
            log.warning("progress not published", error=str(error))
        else:
            redis_outage.ends("progress")
        # A handler that was cancelled here would go on with work that is nobody's any more.
        end_if_cancelled()
