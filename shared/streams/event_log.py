"""What was published and is still kept, read back for who comes later."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from shared.events import EventId, event_id
from shared.logs import get_logger
from shared.messages import Event
from shared.streams.client import RedisSettings
from shared.streams.entries import read_event
from shared.streams.keys import Keys, partition_of
from shared.streams.scripts import Client, Scripts

log = get_logger(__name__)

Published = list[tuple[str, Event]]
"""Events with their ids, in order."""

_OF_DOCUMENT = 1000
"""Events of a document that are kept, about."""
_OF_DOCUMENTS = 2000
"""Events of all documents of one call, which the loop reads in one go, about."""
_OF_TENANT = 1000
"""Events that a stream of all one's own is told at most of what it missed: the loop writes them in one go."""
_PAGE = 1000
"""Entries of all documents that a call looks at."""
_PAGES = 64


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it stands on its partition's stream."""

    id: str
    partition: int
    tenant: str
    event: Event

    @property
    def at(self) -> str:
        """When it was told, or else published; RFC 3339, UTC."""
        seconds, milliseconds = divmod(int(self.id.partition("-")[0]), 1000)
        return self.event.at or f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{milliseconds:03}Z"


class EventLog:
    """The events streams of all partitions, and those of single documents.

    Args:
        client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._scripts = Scripts(client)
        self._partitions = settings.keys

    def keys_of(self, document_id: str) -> Keys:
        """The keys of the partition a document lives in."""
        return self._partitions[partition_of(document_id, len(self._partitions))]

    async def histories(self, ids: list[str]) -> dict[str, Published]:
        """The events of each document. Of one whose partition is away there are none."""
        by_partition: defaultdict[Keys, list[str]] = defaultdict(list)
        for id_ in ids:
            by_partition[self.keys_of(id_)].append(id_)
        found: dict[str, Published] = {}
        for keys, own in by_partition.items():
            while own:
                progress = [keys.progress(id_) for id_ in own]
                answers = await self._scripts.call("histories", progress, _OF_DOCUMENT, _OF_DOCUMENTS)
                found |= {id_: _read(entries) for id_, entries in zip(own, answers, strict=False)}
                own = own[len(answers) :]
        return found

    async def newest(self, count: int, since_ms: int = 0) -> list[LoggedEvent]:
        """The events of all documents that came last, newest first.

        Args:
            since_ms: only those from then on, by the clock of Redis.
        """
        found: list[LoggedEvent] = []
        for keys in self._partitions:
            entries = await self._client.xrevrange(keys.events, "+", str(since_ms), count=count)
            for id_, fields in cast("list[tuple[str, dict[str, str]]]", entries):
                for _, event in _read([(id_, [part for pair in fields.items() for part in pair])]):
                    found.append(LoggedEvent(id_, keys.partition, fields.get("tenant", ""), event))
        return sorted(found, key=lambda each: event_id(each.id), reverse=True)[:count]

    async def newest_ids(self, partitions: Iterable[Keys]) -> dict[int, EventId]:
        """The id of each partition's newest event."""

        async def newest(keys: Keys) -> tuple[int, EventId]:
            entries = cast("list[tuple[str, Any]]", await self._client.xrevrange(keys.events, count=1))
            return keys.partition, event_id(entries[0][0]) if entries else (0, 0)

        return dict(await asyncio.gather(*map(newest, partitions)))

    async def of_tenant(self, keys: Keys, tenant: str, after: str) -> tuple[Published, bool]:
        """A tenant's newest events in a partition after an id, and whether there may be others that followed it."""
        found: list[Any] = []
        lost, last = False, after
        for page in range(_PAGES):
            missing, last, *flat = await self._scripts.call("events_of", [keys.events], tenant, last, _PAGE)
            lost = lost or (page == 0 and bool(missing))
            found += zip(flat[::2], flat[1::2], strict=True)
            if len(found) > _OF_TENANT:
                found, lost = found[-_OF_TENANT:], True
            if not last:
                return _read(found), lost
        return _read(found), True


def _read(entries: list[Any]) -> Published:
    found: Published = []
    for id_, flat in entries:
        try:
            found.append((id_, read_event(dict(zip(flat[::2], flat[1::2], strict=True)))))
        except (KeyError, ValueError, msgspec.DecodeError) as error:
            log.warning("event cannot be read", event_id=id_, error=str(error))
    return found
