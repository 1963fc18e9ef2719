"""What Redis remembers of documents beyond their jobs: events on the shared streams, and dead letters."""

from collections.abc import AsyncIterator
from typing import cast

from redis.asyncio.client import Pipeline

from shared.streams.client import RedisSettings
from shared.streams.keys import STAGES
from shared.streams.scripts import Client

_PAGE = 200
"""Entries that are looked at in one call."""
Entries = list[tuple[str, dict[str, str]]]


class Traces:
    """The streams that keep what was said of documents that have ended long ago.

    Args:
        client: of the server that holds the streams.
    """

    def __init__(self, client: Client, settings: RedisSettings) -> None:
        self._client = client
        self._partitions = settings.keys

    async def erase(self, documents: set[str]) -> int:
        """Delete every entry about one of `documents`, which have no jobs any more; returns how many there were. A
        quiet system's streams would keep them for ever: they are bounded in number, not in age."""
        erased = 0
        for keys in self._partitions:
            streams = [keys.events, keys.refused_events, *(keys.dead(stage) for stage in STAGES)]
            for stream in streams:
                async for ids in self._about(stream, documents):
                    erased += int(await self._client.xdel(stream, *ids))
            own = [keys.progress(each) for each in documents]
            pipeline: Pipeline = self._client.pipeline(transaction=False)
            for each in own:
                pipeline.delete(each)
            await pipeline.execute()
        return erased

    async def _about(self, stream: str, documents: set[str]) -> AsyncIterator[list[str]]:
        """The ids of a stream's entries about `documents`, some at a time."""
        after = "-"
        while True:
            entries = cast("Entries", await self._client.xrange(stream, after, "+", count=_PAGE))
            if ids := [id_ for id_, fields in entries if fields.get("document") in documents]:
                yield ids
            if len(entries) < _PAGE:
                return
            after = f"({entries[-1][0]}"
