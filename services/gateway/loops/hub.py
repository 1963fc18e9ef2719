"""The hub: one reader of the events stream per gateway, feeding all its subscribers.

A frame is built once an event, however many subscribers it has. A subscriber holds a bounded buffer; the one whose
client does not keep up is cut off and comes back with Last-Event-ID, so that it delays nobody (Mercure's rule).
"""

import asyncio
from collections import defaultdict
from typing import cast

import msgspec

from services.gateway.metrics import STREAMS_OPEN
from shared.logs import get_logger
from shared.messages import Event
from shared.streams.entries import read_event
from shared.streams.keys import Keys
from shared.streams.scripts import Client

log = get_logger(__name__)


def frame(id_: str | None, event: Event) -> bytes:
    """An event as a server-sent event: unnamed, its type in the data (`event: error` is EventSource's own)."""
    head = b"id: " + id_.encode() + b"\n" if id_ else b""
    return head + b"data: " + msgspec.json.encode(event) + b"\n\n"


class Frame(msgspec.Struct, frozen=True):
    """An event ready to be sent."""

    id: str
    event: Event
    data: bytes


class Subscriber:
    """One open event stream's buffer between the hub and the request that writes it."""

    def __init__(self, limit: int) -> None:
        self._frames: list[Frame] = []
        self._limit = limit
        self._ready = asyncio.Event()
        self.cut_off = ""
        """Why, once it is."""

    def close(self, reason: str) -> None:
        """Cut the stream off; its client comes back with Last-Event-ID."""
        self.cut_off = self.cut_off or reason
        self._frames.clear()
        self._ready.set()

    def put(self, item: Frame) -> None:
        """Add a frame; over the limit the subscriber is cut off and its buffer let go."""
        if self.cut_off:
            return
        if len(self._frames) >= self._limit:
            self.close("slow")
            return
        self._frames.append(item)
        self._ready.set()

    async def take(self, seconds: float) -> list[Frame]:
        """All buffered frames, waiting up to `seconds` for the first."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError:
            return []
        self._ready.clear()
        frames, self._frames = self._frames, []
        return frames


class Hub:
    """Reads the events of all partitions and hands each to the subscribers of its document.

    Args:
        readers: for each partition a client of its own, for blocking reads.
        limit: frames that wait for one client; one that falls further behind is cut off.
    """

    def __init__(self, readers: dict[Keys, Client], limit: int) -> None:
        self._readers = readers
        self._limit = limit
        self._last: dict[Keys, str] = {}
        self._subscribers: defaultdict[str, set[Subscriber]] = defaultdict(set)

    def subscribe(self, document_id: str) -> Subscriber:
        """From here on the document's events are buffered; read the history after this, so that none falls between."""
        subscriber = Subscriber(self._limit)
        self._subscribers[document_id].add(subscriber)
        STREAMS_OPEN.inc()
        return subscriber

    def unsubscribe(self, document_id: str, subscriber: Subscriber) -> None:
        found = self._subscribers.get(document_id)
        if found and subscriber in found:
            found.remove(subscriber)
            STREAMS_OPEN.dec()
            if not found:
                del self._subscribers[document_id]

    def close(self) -> None:
        """Cut all streams off, because this gateway is stopping."""
        for subscribers in self._subscribers.values():
            for each in subscribers:
                each.close("stopping")

    async def run_once(self, keys: Keys) -> None:
        """Read on in one partition's events and hand them out. Reads by id, never from `$`, which drops what came
        between two reads."""
        reader = self._readers[keys]
        if keys not in self._last:
            newest = cast("list[tuple[str, dict[str, str]]]", await reader.xrevrange(keys.events, count=1))
            self._last[keys] = newest[0][0] if newest else "0-0"
        answer = cast(
            "list[tuple[str, list[tuple[str, dict[str, str]]]]] | None",
            await reader.xread({keys.events: self._last[keys]}, count=500, block=1000),
        )
        for _, entries in answer or []:
            for id_, fields in entries:
                self._last[keys] = id_
                if fields.get("document", "") in self._subscribers:
                    self._hand_out(id_, fields)

    def _hand_out(self, id_: str, fields: dict[str, str]) -> None:
        try:
            event = read_event(fields)
        except (KeyError, ValueError, msgspec.DecodeError) as error:
            # One garbled entry must not end the reader that all streams hang on.
            log.warning("event cannot be read", event_id=id_, error=str(error))
            return
        self.deliver(id_, event)

    def deliver(self, id_: str, event: Event) -> None:
        """Hand an event to its document's subscribers."""
        if subscribers := self._subscribers.get(event.document_id):
            item = Frame(id_, event, frame(id_, event))
            for subscriber in subscribers:
                subscriber.put(item)
