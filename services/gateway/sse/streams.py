"""The kinds of event streams: of one document, of several, of all of a tenant's. They differ in what a client has seen
already, under which ids it is told, and when the stream is over."""

from collections.abc import Iterable

from services.gateway.context import Gateway
from services.gateway.sse.cursor import Cursor
from services.gateway.sse.event_stream import EventStream
from services.gateway.sse.frames import Frame, Piece, StreamState, lines
from services.gateway.sse.watched import Watched
from shared.events import EventId, percentage_in
from shared.messages import encode


class DocumentStream(EventStream):
    """The events of one document, under their own ids.

    Args:
        watched: the document.
        last: the id that the client has seen last.
    """

    __slots__ = ("_shown", "last", "watched")

    def __init__(self, gateway: Gateway, client: str, watched: Watched, last: EventId) -> None:
        self.watched = watched
        self.last = last
        self._shown = percentage_in(last)
        super().__init__(gateway, client)

    def accept(self, frame: Frame) -> Piece | None:
        if frame.number <= self.last:
            if not frame.event.final:
                return None
            frame = frame.after(self.last)
        self.last = frame.number
        shown = frame.at_least(self._shown)
        self._shown = shown.event.percentage or self._shown
        self.over = frame.event.final
        return shown.plain

    def heartbeat(self) -> Piece:
        return self.watched.heartbeat


class DocumentsStream(EventStream):
    """The events of several documents, under cursors.

    Args:
        ids: of the documents, in order.
        cursor: where the client is.
    """

    __slots__ = ("_bits", "_told", "cursor", "ids")

    def __init__(self, gateway: Gateway, client: str, ids: list[str], cursor: Cursor) -> None:
        self.ids = ids
        self.cursor = cursor
        self._bits = {id_: 1 << at for at, id_ in enumerate(ids)}
        self._told: dict[str, EventId] = {}
        """The newest of each that the client has: what the record tells again is not on the partition's stream."""
        super().__init__(gateway, client)

    @property
    def seen(self) -> bool:
        """Whether the client has seen the end of each."""
        return self.cursor.ended == (1 << len(self.ids)) - 1

    def ended(self, id_: str) -> bool:
        """Whether the client has seen the end of one."""
        return bool(self.cursor.ended & self._bits[id_])

    def resume(self, under_way: Iterable[str]) -> None:
        """Forget the ends of documents that were put back to work since."""
        for id_ in under_way:
            self.cursor.ended &= ~self._bits[id_]

    def skip(self, frame: Frame) -> None:
        """Take an event as told."""
        id_ = frame.event.document_id
        self._told[id_] = max(frame.number, self._told.get(id_, frame.number))

    def accept(self, frame: Frame) -> Piece | None:
        id_ = frame.event.document_id
        again = frame.partition is None and not frame.event.final and frame.number <= self._told.get(id_, (0, 0))
        self.skip(frame)
        if again or self.cursor.behind(frame.partition, frame.number):
            return None
        if self.ended(id_):
            if frame.event.final or frame.partition is None:
                return None
            # Nothing follows an end on a partition's stream but a new beginning.
            self.resume([id_])
        if frame.partition is not None:
            self.cursor.positions[frame.partition] = frame.number
        if frame.event.final:
            self.cursor.ended |= self._bits[id_]
            self.over = self.seen
        return Piece(lines(str(self.cursor), frame.data))

    def heartbeat(self) -> Piece:
        return _ALIVE


class TenantStream(EventStream):
    """The events of all documents of a tenant, those that begin later among them, under cursors.

    Args:
        cursor: where the client is.
    """

    __slots__ = ("cursor",)

    def __init__(self, gateway: Gateway, client: str, cursor: Cursor) -> None:
        self.cursor = cursor
        super().__init__(gateway, client)

    def accept(self, frame: Frame) -> Piece | None:
        if self.cursor.behind(frame.partition, frame.number):
            return None
        if frame.partition is not None:
            self.cursor.positions[frame.partition] = frame.number
        return Piece(lines(str(self.cursor), frame.data))

    def heartbeat(self) -> Piece:
        """With an id: what others' documents told is behind this stream as well, so that it is not looked through when
        the client comes back."""
        hub = self._gateway.hub
        for partition, number in hub.positions.items():
            self.cursor.positions[partition] = max(number, self.cursor.positions.get(partition, number))
        self.cursor.looked = max(hub.looked, self.cursor.looked or 0)
        return Piece(lines(str(self.cursor), _CONNECTED, b": heartbeat\n"))


_CONNECTED = encode(StreamState(type="connected"))
_ALIVE = Piece(lines(None, _CONNECTED, b": heartbeat\n"))
