"""What each stage did in the last hour: jobs, and how long they took. Kept by the minute, some kilobytes a stage."""

import time

from shared.messages import Message, Stage
from shared.streams.client import RedisSettings
from shared.streams.keys import STAGES
from shared.streams.scripts import Client

MINUTES = 60
BOUNDS_MS = (50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200)
"""Upper bounds of the classes that durations are counted in; the last class is beyond."""


class StageHour(Message):
    """One stage's last hour, over all partitions."""

    stage: Stage
    done: int
    retried: int
    dead: int
    mean_seconds: float | None
    p50_seconds: float | None
    """What half of the jobs are not above, reckoned as if a class's durations lay evenly between its bounds; null
    beyond the last one."""
    p95_seconds: float | None
    per_minute: list[int]
    """Jobs that ended, the oldest minute first, the present one last."""
    mean_seconds_per_minute: list[float | None]
    """How long these took; null where none ended."""


class LastHour:
    """Reads what the workers noted.

    Args:
        client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._partitions = settings.keys

    async def stages(self) -> list[StageHour]:
        """Every stage's last hour."""
        now = int(time.time() // 60)
        found: list[StageHour] = []
        for stage in STAGES:
            minutes: dict[int, list[int]] = {}
            for keys in self._partitions:
                for minute, text in (await self._client.hgetall(keys.minutes(stage))).items():
                    counts = [int(each) for each in text.split()]
                    held = minutes.setdefault(int(minute), [0] * len(counts))
                    minutes[int(minute)] = [a + b for a, b in zip(held, counts, strict=True)]
            found.append(_hour(stage, {at: counts for at, counts in minutes.items() if now - MINUTES < at <= now}, now))
        return found


def _hour(stage: Stage, minutes: dict[int, list[int]], now: int) -> StageHour:
    total = [sum(column) for column in zip(*minutes.values(), strict=True)] or [0] * (4 + len(BOUNDS_MS) + 1)
    done, retried, dead, milliseconds, *classes = total
    jobs = done + retried + dead
    by_minute = [minutes.get(at, [0] * 4)[:4] for at in range(now - MINUTES + 1, now + 1)]
    return StageHour(
        stage=stage,
        done=done,
        retried=retried,
        dead=dead,
        mean_seconds=_mean(jobs, milliseconds),
        p50_seconds=_quantile(classes, 0.5),
        p95_seconds=_quantile(classes, 0.95),
        per_minute=[sum(counts[:3]) for counts in by_minute],
        mean_seconds_per_minute=[_mean(sum(counts[:3]), counts[3]) for counts in by_minute],
    )


def _mean(jobs: int, milliseconds: int) -> float | None:
    return round(milliseconds / jobs / 1000, 3) if jobs else None


def _quantile(classes: list[int], share: float) -> float | None:
    left = sum(classes) * share
    for low, high, count in zip((0, *BOUNDS_MS), BOUNDS_MS, classes, strict=False):
        if count and left <= count:
            return round((low + (high - low) * left / count) / 1000, 3)
        left -= count
    return None
