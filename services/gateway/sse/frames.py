"""What is written to event streams: made once an event, however many streams it goes to."""

from functools import cached_property
from typing import Literal

import msgspec

from shared.events import EventId, event_id, invented_end, with_percentage
from shared.messages import Event, Message

_encode = msgspec.json.Encoder().encode


class StreamState(Message, omit_defaults=True):
    """What a stream of several documents says of itself: that it lives."""

    type: Literal["connected"]
    missed: bool = False
    """Whether events may be lost that the client has not seen."""


class Piece:
    """Bytes of an event stream, as they are and as a chunk of HTTP/1.1."""

    __slots__ = ("_chunk", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._chunk = b""

    @property
    def chunk(self) -> bytes:
        if not self._chunk:
            self._chunk = b"%x\r\n%b\r\n" % (len(self.raw), self.raw)
        return self._chunk


def lines(id_: str | None, data: bytes, before: bytes = b"") -> bytes:
    """A server-sent event: unnamed, its type in the data (`event: error` is EventSource's own)."""
    head = b"id: " + id_.encode() + b"\n" if id_ else b""
    return before + head + b"data: " + data + b"\n\n"


class Frame:
    """An event ready to be sent.

    Args:
        id_: on its partition's stream, or of the direct path, or invented.
        partition: whose stream it was read from; None for what came beside the streams.
    """

    def __init__(self, id_: str, event: Event, partition: int | None = None) -> None:
        self.id = id_
        self.number: EventId = event_id(id_)
        self.event = event
        self.partition = partition

    @cached_property
    def data(self) -> bytes:
        """The event's JSON."""
        return _encode(self.event)

    @cached_property
    def plain(self) -> Piece:
        """As the stream of one document sends it."""
        return Piece(lines(self.id, self.data))

    def at_least(self, percentage: int) -> "Frame":
        """With a percentage that is not below one that was shown: where Redis was emptied, it counts anew."""
        if self.event.percentage is None or self.event.percentage >= percentage:
            return self
        # The id carries the percentage as well: with its own, a client that comes back with it would be shown less.
        id_ = self.id if self.event.final else with_percentage(self.number, percentage)
        return Frame(id_, msgspec.structs.replace(self.event, percentage=percentage), self.partition)

    def after(self, last: EventId) -> "Frame":
        """Under an id behind `last`: an end is told to whoever has not seen one, whatever the clock said that made the
        ids before it."""
        return Frame(invented_end(last[0]), self.event)


def connected(event: Event, id_: str | None = None, before: bytes = b"") -> bytes:
    """The event that tells how far a document is, and that the stream lives."""
    return lines(id_, _encode(event), before)
