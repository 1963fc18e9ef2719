"""The dead letters: jobs that failed for good, kept for their operator."""

from typing import cast

import msgspec

from shared.messages import Message, Stage
from shared.streams.client import RedisSettings
from shared.streams.entries import replaced
from shared.streams.keys import STAGES, Keys
from shared.streams.scripts import Client, Scripts

_DEAD_FIELDS = ("reason", "detail", "deliveries", "died", "begun")
"""What a dead job has that one does not which is put back to work: its time counts anew, too."""
_SHOWN = 1000
_PAGES = 100
"""Pages of `_SHOWN` entries that are looked through for one tenant's: bounds what one request costs the server."""
_NO_TENANT = "default"
"""Whose an entry is that could not be read and names nobody."""
Entries = list[tuple[str, dict[str, str]]]


class OperatedJob(Message):
    """A job that failed for good as an operator of all tenants sees it: why, and nothing of what its document holds."""

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


class DeadJob(OperatedJob):
    """A job that failed for good."""

    payload: msgspec.Raw


class DeadLetters:
    """The dead streams of all stages and partitions.

    Args:
        client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._scripts = Scripts(client)
        self._partitions = settings.keys

    async def newest(self, tenant: str | None = None) -> list[DeadJob]:
        """The dead jobs, newest first; at most 1,000 of each stage and partition.

        Args:
            tenant: only this one's, among the newest 100,000 of each stage and partition.
        """
        found: list[DeadJob] = []
        for stage in STAGES:
            for keys in self._partitions:
                if tenant is None:
                    entries = cast("Entries", await self._client.xrevrange(keys.dead(stage), count=_SHOWN))
                else:
                    entries = await self._of_tenant(keys.dead(stage), tenant)
                found += [_dead_job(stage, keys, id_, fields) for id_, fields in entries]
        return sorted(found, key=lambda job: job.died_at, reverse=True)

    async def _of_tenant(self, name: str, tenant: str) -> Entries:
        """One tenant's newest: another's flood in front of them costs pages, and does not hide them."""
        found: Entries = []
        newest = "+"
        for _ in range(_PAGES):
            last, *flat = await self._scripts.call("dead", [name], tenant, _NO_TENANT, newest, _SHOWN)
            for id_, fields in zip(flat[::2], flat[1::2], strict=True):
                found.append((id_, dict(zip(fields[::2], fields[1::2], strict=True))))
            if not last or len(found) >= _SHOWN:
                break
            newest = f"({last}"
        return found[:_SHOWN]

    async def get(self, id_: str) -> DeadJob | None:
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

    async def delete(self, id_: str) -> bool:
        """Remove a dead job for good; False if it is gone."""
        stage, keys, entry = self._locate(id_)
        return bool(await self._client.xdel(keys.dead(stage), entry))

    def _locate(self, id_: str) -> tuple[Stage, Keys, str]:
        stage, _, rest = id_.partition("-")
        partition, _, entry = rest.partition("-")
        parts = entry.split("-")
        numbers = [partition, *parts]
        if stage not in STAGES or len(parts) != 2 or not all(n.isascii() and n.isdigit() for n in numbers):
            raise ValueError("not a dead job's id")
        if any(len(number) > 19 for number in numbers):
            raise ValueError("no such entry")
        if int(partition) >= len(self._partitions):
            raise ValueError("no such partition")
        return stage, self._partitions[int(partition)], entry


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
