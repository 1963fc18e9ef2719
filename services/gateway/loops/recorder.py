"""The recorder writes events to `processing_events` in batches.

All gateways share one consumer group of the events stream, so that each event is written by one of them. It is
acknowledged after it was written: a gateway that dies leaves its events pending, and another one takes them over.
"""

import asyncio
from collections.abc import Callable
from typing import cast

import asyncpg
import msgspec
from prometheus_client import Counter
from redis.exceptions import ResponseError

from shared.db.events import Events, RecordedEvent
from shared.db.pool import patiently
from shared.logs import get_logger
from shared.streams.entries import read_event
from shared.streams.keys import Keys
from shared.streams.scripts import Client

log = get_logger(__name__)

REFUSED = Counter("timelift_events_refused_total", "Events that Postgres refused to record.")
GROUP = "recorder"
_BATCH = 500
_BLOCK_MS = 2000
"""Longest that a read waits for an event, and a stopping gateway for the read."""
_GATHER_SECONDS = 0.5
"""Between two batches, unless one was full: what comes meanwhile is one statement. Who watches is told by the hub and
waits for none of this; who polls sees a step that much later."""
_ABANDONED_MS = 30_000
_REFUSED_KEPT = 1000

Entries = list[tuple[str, dict[str, str]]]


class Recorder:
    """Writes the events of one partition to Postgres.

    Args:
        reader: a client of its own, for blocking reads.
        consumer: this gateway's name in the group.
        on_end: called when a document has ended.
    """

    def __init__(self, reader: Client, keys: Keys, events: Events, consumer: str, on_end: Callable[[], None]) -> None:
        self._reader = reader
        self._stream = keys.events
        self._refused = keys.refused_events
        self._events = events
        self._consumer = consumer
        self._on_end = on_end
        self._own_pending_read = False

    async def ensure_group(self) -> None:
        """Create the group from the start of the stream, so that events from before the first gateway are written."""
        try:
            await self._reader.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        self._own_pending_read = False

    async def run_once(self) -> None:
        """Write the events that came; those this gateway had taken before it was restarted come first."""
        entries = await self._read("0", 0) if not self._own_pending_read else []
        if not entries:
            self._own_pending_read = True
            entries = await self._read(">", _BLOCK_MS)
        await self._write(entries)
        if 0 < len(entries) < _BATCH:
            await asyncio.sleep(_GATHER_SECONDS)

    async def take_over_once(self) -> None:
        """Write what a gateway that is gone had taken."""
        _, entries, *_ = cast(
            "tuple[str, Entries, list[str]]",
            await self._reader.xautoclaim(
                self._stream, GROUP, self._consumer, min_idle_time=_ABANDONED_MS, count=_BATCH
            ),
        )
        await self._write(entries)

    async def leave(self) -> None:
        """Remove this gateway's name from the group, if nothing is pending for it."""
        pending = await self._reader.xpending_range(self._stream, GROUP, "-", "+", 1, self._consumer)
        if not pending:
            await self._reader.xgroup_delconsumer(self._stream, GROUP, self._consumer)

    async def _read(self, start: str, block_ms: int) -> Entries:
        answer = cast(
            "list[tuple[str, Entries]] | None",
            await self._reader.xreadgroup(
                GROUP, self._consumer, {self._stream: start}, count=_BATCH, block=block_ms or None
            ),
        )
        return answer[0][1] if answer else []

    async def _write(self, entries: Entries) -> None:
        if not entries:
            return
        batch: list[RecordedEvent] = []
        for id_, fields in entries:
            if not fields:
                # Trimmed off the stream while it was pending: only its id is left.
                continue
            try:
                batch.append(RecordedEvent(id_, read_event(fields)))
            except (KeyError, ValueError, msgspec.DecodeError) as error:
                log.warning("event cannot be read and is not recorded", event_id=id_, error=str(error))
        if batch and any(each.event.final for each in await self._record(batch)):
            self._on_end()
        await self._reader.xack(self._stream, GROUP, *(id_ for id_, _ in entries))

    async def _record(self, batch: list[RecordedEvent]) -> list[RecordedEvent]:
        """Write events; returns those that were. One that Postgres refuses would otherwise come back, and end every
        gateway that meets it: it is found by halving, and set aside."""
        try:
            await patiently(lambda: self._events.record(batch))
        except asyncpg.PostgresError as error:
            if len(batch) > 1:
                middle = len(batch) // 2
                return await self._record(batch[:middle]) + await self._record(batch[middle:])
            await self._set_aside(batch[0], error)
            return []
        return batch

    async def _set_aside(self, event: RecordedEvent, error: asyncpg.PostgresError) -> None:
        log.error("event is refused by postgres and set aside", event_id=event.id, error=str(error))
        REFUSED.inc()
        fields = {"id": event.id, "error": str(error), "data": msgspec.json.encode(event.event).decode()}
        await self._reader.xadd(self._refused, fields, maxlen=_REFUSED_KEPT, approximate=True)  # type: ignore[arg-type] # redis-py wants a wider mapping
