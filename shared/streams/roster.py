"""Who is there: the workers of each stage with what they run, and the gateways with their streams."""

import time
from typing import cast

import msgspec

from shared.messages import Message, Stage
from shared.streams.client import RedisSettings
from shared.streams.entries import text_of
from shared.streams.keys import GROUPS, STAGES, Keys
from shared.streams.scripts import Client

SEEN_SECONDS = 30
"""Who was not heard of for longer is not listed."""
_RUNNING = 1000
_FORGOTTEN_SECONDS = 3600


class RunningJob(Message):
    document_id: str
    tenant: str
    attempt: int
    deliveries: int
    seconds: float
    """Since it was put on its stream."""


class WorkerState(Message):
    """A worker process, of one stage."""

    name: str
    stage: Stage
    since: str
    """When it started; empty where its name does not say."""
    heard_seconds: float
    """Since it was heard of last."""
    running: list[RunningJob]


class GatewayState(Message):
    """A gateway process."""

    name: str
    since: str
    streams: int
    """Event streams that are open."""
    documents: int
    """Documents that these follow."""
    heard_seconds: float = 0.0


class Roster:
    """Args:
    client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._partitions = settings.keys

    async def announce(self, state: GatewayState) -> None:
        """Say that a gateway is there, and forget those that were not heard of for an hour."""
        key, now = self._partitions[0].gateways, time.time()
        await self._client.hset(key, state.name, f"{now:.3f} {msgspec.json.encode(state).decode()}")
        for name, text in (await self._all()).items():
            if now - float(text.partition(" ")[0]) > _FORGOTTEN_SECONDS:
                await self._client.hdel(key, name)

    async def gateways(self) -> list[GatewayState]:
        """Those that were heard of, by name."""
        found: list[GatewayState] = []
        for text in (await self._all()).values():
            said, _, body = text.partition(" ")
            state = msgspec.json.decode(body, type=GatewayState)
            state.heard_seconds = round(max(time.time() - float(said), 0.0), 3)
            if state.heard_seconds < SEEN_SECONDS:
                found.append(state)
        return sorted(found, key=lambda each: each.name)

    async def _all(self) -> dict[str, str]:
        return cast("dict[str, str]", await self._client.hgetall(self._partitions[0].gateways))

    async def workers(self) -> list[WorkerState]:
        """Those that were heard of, by stage and name; of several partitions their jobs together."""
        found: dict[tuple[Stage, str], WorkerState] = {}
        for stage in STAGES:
            for keys in self._partitions:
                if await self._client.exists(keys.jobs(stage)):
                    await self._add(found, stage, keys)
        return [found[each] for each in sorted(found, key=lambda each: (STAGES.index(each[0]), each[1]))]

    async def _add(self, found: dict[tuple[Stage, str], WorkerState], stage: Stage, keys: Keys) -> None:
        jobs, group = keys.jobs(stage), GROUPS[stage]
        if group not in {each["name"] for each in await self._client.xinfo_groups(jobs)}:
            return
        for each in await self._client.xinfo_consumers(jobs, group):
            heard = each["idle"] / 1000
            if heard < SEEN_SECONDS:
                name = str(each["name"])
                state = WorkerState(name=name, stage=stage, since=_since(name), heard_seconds=heard, running=[])
                known = found.setdefault((stage, name), state)
                known.heard_seconds = min(known.heard_seconds, heard)
        for pending in await self._client.xpending_range(jobs, group, "-", "+", _RUNNING):
            worker = found.get((stage, str(pending["consumer"])))
            entries = cast(
                "list[tuple[str, dict[str, str]]]",
                await self._client.xrange(jobs, pending["message_id"], pending["message_id"]) if worker else [],
            )
            if worker and entries:
                worker.running.append(_running(*entries[0], int(pending["times_delivered"])))


def _running(id_: str, fields: dict[str, str], deliveries: int) -> RunningJob:
    flat = [part for pair in fields.items() for part in pair]
    attempt = text_of(flat, "attempt")
    return RunningJob(
        document_id=text_of(flat, "document"),
        tenant=text_of(flat, "tenant"),
        attempt=int(attempt) if attempt.isascii() and attempt.isdigit() else 0,
        deliveries=deliveries,
        seconds=round(max(time.time() - int(id_.partition("-")[0]) / 1000, 0.0), 3),
    )


def _since(name: str) -> str:
    """When a worker started, which its name ends in (`QueueSettings.incarnation`)."""
    try:
        started = int(name.rpartition(".")[2], 16) / 1000
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started))
    except (ValueError, OverflowError, OSError):
        return ""
