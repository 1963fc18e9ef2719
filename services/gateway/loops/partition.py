"""The events of one partition, as a gateway reads them: while somebody here follows something in it, and not else.

::

    asleep ──follow()──▶ beginning ──its newest id is known──▶ read on ──nobody follows any more──▶ asleep
                           │    ▲
                           ▼    │
                  Redis does not answer: streams open without it

Who opens a stream follows, waits until the partition is read from an id on (`ready`), and reads the history after that:
what came before that id is in the history, and what comes after it is handed out.
"""

import asyncio
from typing import TypeAlias, cast

from shared.streams.keys import Keys
from shared.streams.loops import wait
from shared.streams.scripts import Client

Entries: TypeAlias = list[tuple[str, dict[str, str]]]
"""Ids with their fields, in order."""

_BLOCK_MS = 3000
"""Longest that a read waits for an event. It takes none, so a stopping gateway breaks it off."""
_BATCH = 500
"""Entries of one read."""


class Partition:
    """Args:
    keys: the partition's.
    reader: a client of its own, for blocking reads.
    """

    def __init__(self, keys: Keys, reader: Client) -> None:
        self._keys = keys
        self._reader = reader
        self.last = ""
        """The id that was read last; empty while nothing is read."""
        self._followers = 0
        self._followed = asyncio.Event()
        self.ready = asyncio.Event()
        """Set while it is read from an id on, and while Redis does not say from which."""
        self._unawaited = False
        """Whether streams opened without knowing from where on it is read."""

    def follow(self) -> None:
        """Somebody follows something in it."""
        self._followers += 1
        self._followed.set()

    def unfollow(self) -> None:
        """Somebody who followed does not any more."""
        self._followers -= 1
        if not self._followers:
            self._followed.clear()

    def go_without(self) -> None:
        """A stream opens though it is not known from where on this is read."""
        self._unawaited = self._unawaited or not self.ready.is_set()

    async def read(self) -> Entries:
        """What came after `last`, which is the caller's to move; nothing, after a while, where nothing came or nobody
        follows. Reads by id, never from `$`, which drops what came between two reads."""
        if not self._followers:
            self.last, self._unawaited = "", False
            self.ready.clear()
            await wait(self._followed, _BLOCK_MS / 1000)
            return []
        if not self.last:
            await self._begin()
        answer = cast(
            "list[tuple[str, Entries]] | None",
            await self._reader.xread({self._keys.events: self.last}, count=_BATCH, block=_BLOCK_MS),
        )
        return answer[0][1] if answer else []

    async def _begin(self) -> None:
        try:
            # Streams that did not wait have a history from before this id: they are told again what they know, which
            # they pass over, so that they miss nothing of what came meanwhile.
            count = _BATCH if self._unawaited else 1
            newest = cast("Entries", await self._reader.xrevrange(self._keys.events, count=count))
        except BaseException:
            self._unawaited = True
            self.ready.set()
            raise
        self.last = newest[-1][0] if len(newest) == count else "0-0"
        self._unawaited = False
        self.ready.set()
