"""What every stage holds, as redis-cli would tell it."""

from typing import cast

from shared.messages import Message, Stage
from shared.streams.client import RedisSettings
from shared.streams.keys import GROUPS, STAGES
from shared.streams.scripts import Client, Scripts

_LIVING_MS = 30_000
"""A worker is heard of every 20 s or more often; the name of one that was killed stays for some minutes."""
Entries = list[tuple[str, dict[str, str]]]


class StageStats(Message):
    """One stage over all partitions."""

    stage: Stage
    depth: int
    """Waiting and running: the sum of XLEN."""
    waiting: int
    running: int
    """Handed out and not ended: the sum of XPENDING."""
    retrying: int
    dead: int
    oldest_waiting_seconds: float
    workers: int


class QueueStats:
    """Counts over the job streams of all stages and partitions.

    Args:
        client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._scripts = Scripts(client)
        self._partitions = settings.keys

    async def stages(self) -> list[StageStats]:
        """What every stage holds now."""
        return [await self._stage(stage) for stage in STAGES]

    async def _stage(self, stage: Stage) -> StageStats:
        made = StageStats(
            stage=stage,
            depth=0,
            waiting=0,
            running=0,
            retrying=0,
            dead=0,
            oldest_waiting_seconds=0.0,
            workers=0,
        )
        for keys in self._partitions:
            jobs = keys.jobs(stage)
            made.depth += int(await self._client.xlen(jobs))
            made.retrying += int(await self._client.zcard(keys.retry(stage)))
            made.dead += int(await self._client.xlen(keys.dead(stage)))
            if not await self._client.exists(jobs):
                continue
            for group in await self._client.xinfo_groups(jobs):
                if group["name"] != GROUPS[stage]:
                    continue
                made.running += int(group["pending"])
                consumers = await self._client.xinfo_consumers(jobs, group["name"])
                made.workers += sum(each["idle"] < _LIVING_MS for each in consumers)
                # `lag` is NULL after deletions, so the oldest waiting job is the first behind the last delivered.
                after = f"({group['last-delivered-id']}"
                first = cast("Entries", await self._client.xrange(jobs, after, "+", count=1))
                if first:
                    age = (int(await self._scripts.call("now", [jobs])) - int(first[0][0].partition("-")[0])) / 1000
                    made.oldest_waiting_seconds = max(made.oldest_waiting_seconds, round(age, 3))
        made.waiting = max(made.depth - made.running, 0)
        return made
