"""What a document is told that nobody has begun to read: how many come before it, and how long that may take."""

import asyncio
import time
from typing import NamedTuple

from redis.exceptions import RedisError

from services.gateway.gathered import Gathered
from shared.answers import Document
from shared.db.jobs import Jobs
from shared.streams.last_hour import LastHour, StageHour

_KEPT_SECONDS = 10.0
"""How long one look at the last hour serves."""
_AT_ONCE = 10_000
"""Documents of one statement, which reads all that wait, however few of them are asked for."""
_MINUTES = 10
"""In which the fullest minute says how many documents the system reads while some wait."""


class Place(NamedTuple):
    before: int
    """Documents that come first."""
    seconds_left: float | None
    """Until this one has ended; None where nothing ended of late."""


class Waiting:
    """Places in the queue.

    Args:
        jobs: knows the order.
        last_hour: says how long documents take.
    """

    def __init__(self, jobs: Jobs, last_hour: LastHour) -> None:
        self._jobs = jobs
        self._last_hour = last_hour
        self._asked: Gathered[str, Place] = Gathered(self.places, _AT_ONCE)
        self._each: float | None = None
        self._looked = float("-inf")

    async def places(self, ids: list[str]) -> dict[str, Place]:
        """Of some documents, those that have not ended. Raises `DatabaseAwayError`."""
        if not ids:
            return {}
        before = await self._jobs.before(ids)
        each = await self._seconds_each() if before else None
        return {
            id_: Place(count, None if each is None else round((count + 1) * each, 1)) for id_, count in before.items()
        }

    async def place(self, document_id: str) -> Place | None:
        """Of a document; None if it has ended. All who ask while a statement is under way share the next one. Raises
        `DatabaseAwayError`."""
        return await self._asked.get(document_id)

    async def tell(self, *documents: Document) -> None:
        """Note the places of those documents that nobody has begun. Raises `DatabaseAwayError`."""
        # What is told of one that waits makes it one that is processed; its percentage says that nobody has begun.
        waiting = [each for each in documents if not (each.percentage or each.status.final)]
        places = await asyncio.gather(*(self.place(each.document_id) for each in waiting))
        for document, place in zip(waiting, places, strict=True):
            if place:
                document.before, document.seconds_left = place

    async def _seconds_each(self) -> float | None:
        if time.monotonic() - self._looked > _KEPT_SECONDS:
            try:
                self._each = seconds_each(await self._last_hour.stages())
            except (RedisError, OSError):
                self._each = None
            self._looked = time.monotonic()
        return self._each


def seconds_each(stages: list[StageHour]) -> float | None:
    """Seconds from one document's end to the next one's while some wait: by the slowest stage alone with one worker, or
    by what was seen if that is less, as it is with several."""
    means = [each.mean_seconds for each in stages if each.mean_seconds is not None]
    most = max(stages[-1].per_minute[-_MINUTES:], default=0)
    if not means:
        return None
    return min(max(means), 60 / most) if most else max(means)
