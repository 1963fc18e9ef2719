"""What was published and is still kept, read back for who comes later."""

from collections import defaultdict
from typing import Any

import msgspec

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
_PAGE = 1000
"""Entries of all documents that a call looks at."""
_PAGES = 64


class EventLog:
    """The events streams of all partitions, and those of single documents.

    Args:
        client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
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
            answers = await self._scripts.call("histories", [keys.progress(id_) for id_ in own], _OF_DOCUMENT)
            found |= {id_: _read(entries) for id_, entries in zip(own, answers, strict=True)}
        return found

    async def of_tenant(self, keys: Keys, tenant: str, after: str) -> tuple[Published, bool]:
        """A tenant's events in a partition after an id, and whether some that followed it may be kept no more."""
        found: list[Any] = []
        lost, last = False, after
        for page in range(_PAGES):
            missing, last, *flat = await self._scripts.call("events_of", [keys.events], tenant, last, _PAGE)
            lost = lost or (page == 0 and bool(missing))
            found += zip(flat[::2], flat[1::2], strict=True)
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
