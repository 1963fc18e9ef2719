"""Puts jobs and events on the streams, and takes jobs off, from outside of any delivery."""

import msgspec

from shared.messages import Event, Stage
from shared.streams.client import RedisSettings
from shared.streams.entries import event_data, text_of
from shared.streams.keys import GROUPS, STAGES, Keys, partition_of
from shared.streams.scripts import Client, Scripts


class Held(msgspec.Struct):
    """A job that Redis holds."""

    document_id: str
    stage: Stage
    entry: str
    """Id on the stage's stream; empty while it waits for its retry."""


class Producer:
    """The streams as whoever feeds them sees them.

    Args:
        client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._settings = settings
        self._scripts = Scripts(client)
        self.partitions = settings.keys

    def keys_of(self, document_id: str) -> Keys:
        """The keys of the partition a document lives in."""
        return self.partitions[partition_of(document_id, len(self.partitions))]

    async def enqueue(
        self, stage: Stage, document_id: str, fields: list[str], *, generation: int = 0, event: Event | None = None
    ) -> str | None:
        """Add a document's first job, once for each generation; returns the entry's id, or None if it was there.

        A job that the relay could not note while the marker lives, and adds again, is the reconciler's to take off.

        Args:
            fields: of the entry, flat.
            generation: how often Redis forgot the document.
            event: published with it.
        """
        keys = self.keys_of(document_id)
        event_args: list[str | int] = [event.type, event.percentage or 0, event_data(event)] if event else ["", 0, ""]
        id_: str | None = await self._scripts.call(
            "enqueue",
            [keys.jobs(stage), keys.queued(document_id, generation), keys.events, keys.progress(document_id)],
            self._settings.marker_ttl,
            document_id,
            text_of(fields, "tenant"),
            *event_args,
            self._settings.event_stream_length,
            self._settings.progress_ttl,
            *fields,
        )
        return id_

    async def now(self, document_id: str) -> float:
        """The clock of the server that a document lives on, in Unix seconds."""
        return int(await self._scripts.call("now", [self.keys_of(document_id).events])) / 1000

    async def count_request(self, client: str, limit: int, window: int) -> tuple[int, int, int]:
        """Count a client's request against its `limit` in `window` seconds; returns whether it may pass, how many more
        may at once, and the seconds until there is room."""
        name = self.keys_of(client).rate(client)
        passes, left, seconds = await self._scripts.call("rate", [name], limit, window)
        return passes, left, seconds

    async def probe(self, partition: int, *, write: bool) -> None:
        """Raises if a partition's server cannot be reached.

        Args:
            write: also if it takes no writes: it is full, or cannot write its files.
        """
        key = self.partitions[partition].probe
        if write:
            await self._client.set(key, "1", px=1000)
        else:
            await self._client.exists(key)

    async def inventory(self, partition: int | None = None) -> list[Held]:
        """Every job that Redis holds, each partition seen in one instant.

        Args:
            partition: only this one's.
        """
        held: list[Held] = []
        for keys in self.partitions if partition is None else [self.partitions[partition]]:
            names = [name for stage in STAGES for name in (keys.jobs(stage), keys.retry(stage))]
            flat = await self._scripts.call("inventory", names)
            held += [Held(flat[i], STAGES[int(flat[i + 1]) - 1], flat[i + 2]) for i in range(0, len(flat), 3)]
        return held

    async def remove(self, document_id: str, *, stage: Stage | None = None, keep: str = "") -> int:
        """Take a document's jobs off; whoever runs one no longer owns it. Returns how many.

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

    async def publish(self, event: Event, tenant: str) -> None:
        """Publish an event of a tenant's document outside of any delivery."""
        keys = self.keys_of(event.document_id)
        names = [keys.events, keys.progress(event.document_id)]
        await self._scripts.call("publish_event", names, *self._event_args(event, tenant))

    async def announce(self, event: Event, tenant: str, *, deleted: bool = False) -> None:
        """Publish an event outside of any delivery, and that the document's jobs were cancelled.

        Args:
            deleted: the document is not there any more: this is told although its end was, as who lists all documents
                has to know.
        """
        keys = self.keys_of(event.document_id)
        names = [keys.events, keys.progress(event.document_id), keys.control]
        await self._scripts.call("announce", names, *self._event_args(event, tenant), int(deleted))

    def _event_args(self, event: Event, tenant: str) -> tuple[str | int, ...]:
        return (
            event.document_id,
            tenant,
            event.type,
            event.percentage or 0,
            event_data(event),
            self._settings.event_stream_length,
            self._settings.progress_ttl,
        )
