"""The streams as their keeper sees them: what they hold, taking jobs off, dead jobs, figures."""

import time
from typing import cast

import msgspec

from shared.messages import Event, Message, Stage
from shared.streams.client import RedisSettings
from shared.streams.entries import event_data, replaced
from shared.streams.keys import GROUPS, STAGES, Keys, partition_of
from shared.streams.scripts import Client, Scripts

_DEAD_FIELDS = ("reason", "detail", "deliveries", "died")
_DEAD_SHOWN = 1000
_DEAD_PAGES = 100
"""Pages of `_DEAD_SHOWN` entries that are looked through for one tenant's: bounds what one request costs the server."""
_NO_TENANT = "default"
"""Whose an entry is that could not be read and names nobody."""
Entries = list[tuple[str, dict[str, str]]]


class Held(msgspec.Struct):
    """A job that Redis holds."""

    document_id: str
    stage: Stage
    entry: str
    """Id on the stage's stream; empty while it waits for its retry."""


class DeadJob(Message):
    """A job that failed for good."""

    id: str
    """``<stage>-<partition>-<entry id>``."""
    document_id: str
    tenant: str
    stage: Stage
    reason: str
    """As its owner was told."""
    detail: str
    """For operators: error and stack."""
    attempt: int
    deliveries: int
    died_at: str
    payload: msgspec.Raw


class StageFigures(Message):
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


class Desk:
    """Args:
    client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._settings = settings
        self._scripts = Scripts(client)
        self.partitions = [Keys(number) for number in range(settings.partitions)]

    def keys_of(self, document_id: str) -> Keys:
        """The keys of the partition a document lives in."""
        return self.partitions[partition_of(document_id, len(self.partitions))]

    async def enqueue(
        self, stage: Stage, document_id: str, fields: list[str], *, generation: int = 0, event: Event | None = None
    ) -> str | None:
        """Add a document's first job, once for each generation; gives the entry's id, or None if it was there.

        A job that the relay could not note while the marker lives, and adds again, is the reconciler's to take off.

        Args:
            fields: of the entry, flat.
            generation: how often Redis forgot the document.
            event: told with it.
        """
        keys = self.keys_of(document_id)
        told: list[str | int] = [event.type, event.percentage or 0, event_data(event)] if event else ["", 0, ""]
        id_: str | None = await self._scripts.call(
            "enqueue",
            [keys.jobs(stage), keys.queued(document_id, generation), keys.events, keys.progress(document_id)],
            self._settings.marker_ttl,
            document_id,
            *told,
            self._settings.event_stream_length,
            self._settings.progress_ttl,
            *fields,
        )
        return id_

    async def ping(self) -> None:
        """Raises if the server cannot be reached."""
        await self._client.ping()

    async def inventory(self) -> list[Held]:
        """Every job that Redis holds, each partition seen in one instant."""
        held: list[Held] = []
        for keys in self.partitions:
            names = [name for stage in STAGES for name in (keys.jobs(stage), keys.retry(stage))]
            flat = await self._scripts.call("inventory", names)
            held += [Held(flat[i], STAGES[int(flat[i + 1]) - 1], flat[i + 2]) for i in range(0, len(flat), 3)]
        return held

    async def remove(self, document_id: str, *, stage: Stage | None = None, keep: str = "") -> int:
        """Take a document's jobs off; whoever runs one no longer owns it. Gives how many.

        Args:
            stage: only of this one.
            keep: entry id that stays.
        """
        keys = self.keys_of(document_id)
        removed = 0
        for each in (stage,) if stage else STAGES:
            names = [keys.jobs(each), keys.retry(each)]
            removed += int(await self._scripts.call("remove", names, GROUPS[each], document_id, keep))
        return removed

    async def tell(self, event: Event) -> None:
        """Tell an event outside of any delivery."""
        keys = self.keys_of(event.document_id)
        await self._scripts.call("tell", [keys.events, keys.progress(event.document_id)], *self._told(event))

    async def announce(self, event: Event) -> None:
        """Tell an event outside of any delivery and that the document's jobs were taken away."""
        keys = self.keys_of(event.document_id)
        names = [keys.events, keys.progress(event.document_id), keys.control]
        await self._scripts.call("announce", names, *self._told(event))

    def _told(self, event: Event) -> tuple[str | int, ...]:
        return (
            event.document_id,
            event.type,
            event.percentage or 0,
            event_data(event),
            self._settings.event_stream_length,
            self._settings.progress_ttl,
        )

    # --- dead jobs --------------------------------------------------------------------------------------------

    async def dead(self, tenant: str | None = None) -> list[DeadJob]:
        """The dead jobs, newest first; at most 1,000 of each stage and partition.

        Args:
            tenant: only this one's, among the newest 100,000 of each stage and partition.
        """
        found: list[DeadJob] = []
        for stage in STAGES:
            for keys in self.partitions:
                if tenant is None:
                    entries = cast("Entries", await self._client.xrevrange(keys.dead(stage), count=_DEAD_SHOWN))
                else:
                    entries = await self._dead_of(keys.dead(stage), tenant)
                found += [_dead_job(stage, keys, id_, fields) for id_, fields in entries]
        return sorted(found, key=lambda job: job.died_at, reverse=True)

    async def _dead_of(self, name: str, tenant: str) -> Entries:
        """One tenant's newest: another's flood in front of them costs pages, and does not hide them."""
        found: Entries = []
        newest = "+"
        for _ in range(_DEAD_PAGES):
            last, *flat = await self._scripts.call("dead", [name], tenant, _NO_TENANT, newest, _DEAD_SHOWN)
            for id_, fields in zip(flat[::2], flat[1::2], strict=True):
                found.append((id_, dict(zip(fields[::2], fields[1::2], strict=True))))
            if not last or len(found) >= _DEAD_SHOWN:
                break
            newest = f"({last}"
        return found[:_DEAD_SHOWN]

    async def dead_job(self, id_: str) -> DeadJob | None:
        """One dead job, or None. Raises `ValueError` on what is no dead job's id."""
        stage, keys, entry = self._locate(id_)
        entries = cast("Entries", await self._client.xrange(keys.dead(stage), entry, entry))
        return _dead_job(stage, keys, *entries[0]) if entries else None

    async def replay(self, id_: str) -> bool:
        """Put a dead job back to work as a first attempt; False if it is gone. Whoever asks for it still wants it: its
        deadline no longer counts."""
        stage, keys, entry = self._locate(id_)
        entries = cast("Entries", await self._client.xrange(keys.dead(stage), entry, entry))
        if not entries:
            return False
        kept = {name: value for name, value in entries[0][1].items() if name not in _DEAD_FIELDS}
        fields = replaced(tuple(part for pair in kept.items() for part in pair), attempt="1", deadline="0.000")
        names = [keys.dead(stage), keys.jobs(stage), keys.progress(kept.get("document", ""))]
        return bool(await self._scripts.call("replay", names, entry, *fields))

    async def bury(self, id_: str) -> bool:
        """Remove a dead job for good; False if it is gone."""
        stage, keys, entry = self._locate(id_)
        return bool(await self._client.xdel(keys.dead(stage), entry))

    async def purge(self) -> int:
        """Remove all dead jobs; gives how many."""
        removed = 0
        for stage in STAGES:
            for keys in self.partitions:
                removed += int(await self._client.xtrim(keys.dead(stage), maxlen=0, approximate=False))
        return removed

    def _locate(self, id_: str) -> tuple[Stage, Keys, str]:
        stage, _, rest = id_.partition("-")
        partition, _, entry = rest.partition("-")
        parts = entry.split("-")
        numbers = [partition, *parts]
        if stage not in STAGES or len(parts) != 2 or not all(n.isascii() and n.isdigit() for n in numbers):
            raise ValueError("not a dead job's id")
        if any(len(number) > 19 for number in numbers):
            raise ValueError("no such entry")
        if int(partition) >= len(self.partitions):
            raise ValueError("no such partition")
        return stage, self.partitions[int(partition)], entry

    # --- figures ----------------------------------------------------------------------------------------------

    async def figures(self) -> list[StageFigures]:
        """What every stage holds now."""
        return [await self._stage(stage) for stage in STAGES]

    async def _stage(self, stage: Stage) -> StageFigures:
        made = StageFigures(
            stage=stage,
            depth=0,
            waiting=0,
            running=0,
            retrying=0,
            dead=0,
            oldest_waiting_seconds=0.0,
            workers=0,
        )
        for keys in self.partitions:
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
                made.workers += int(group["consumers"])
                # `lag` is NULL after deletions, so the oldest waiting job is the first behind the last delivered.
                after = f"({group['last-delivered-id']}"
                first = cast("Entries", await self._client.xrange(jobs, after, "+", count=1))
                if first:
                    age = time.time() - int(first[0][0].partition("-")[0]) / 1000
                    made.oldest_waiting_seconds = max(made.oldest_waiting_seconds, round(age, 3))
        made.waiting = max(made.depth - made.running, 0)
        return made


def _dead_job(stage: Stage, keys: Keys, id_: str, fields: dict[str, str]) -> DeadJob:
    def number(name: str) -> int:
        text = fields.get(name, "")
        return int(text) if text.isascii() and text.isdigit() else 0

    return DeadJob(
        id=f"{stage}-{keys.partition}-{id_}",
        document_id=fields.get("document", ""),
        tenant=fields.get("tenant", ""),
        stage=stage,
        reason=fields.get("reason", ""),
        detail=fields.get("detail", ""),
        attempt=number("attempt"),
        deliveries=number("deliveries"),
        died_at=fields.get("died", ""),
        payload=msgspec.Raw(fields.get("payload", "null").encode()),
    )
