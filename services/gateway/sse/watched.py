"""A document that somebody follows on this gateway, and how far it is: what heartbeats tell without asking anybody."""

import time
from typing import Protocol

import msgspec

from services.gateway.sse.frames import Frame, Piece, connected
from shared.db.followed import FollowedDocument
from shared.events import EventId, known_phase
from shared.messages import Event, Status


class Follower(Protocol):
    """An open event stream, as the hub sees it."""

    def put(self, frame: Frame) -> None:
        """Take a frame."""

    def beat(self) -> None:
        """Show that the stream lives."""

    def close(self, reason: str) -> None:
        """End the stream."""


def state(document: FollowedDocument) -> Event:
    """How far a document is, as a stream begins with it."""
    return Event(
        type="connected",
        document_id=document.id,
        step=document.step,
        stage=known_phase(document.stage),
        percentage=document.percentage,
        seconds_left=document.seconds_left,
        status=document.status,
    )


class Watched:
    """Args:
    document_id: whose.
    """

    __slots__ = ("_at", "_began", "_event", "_heartbeat", "document_id", "ended", "followers", "last", "quiet")

    def __init__(self, document_id: str) -> None:
        self.document_id = document_id
        self.followers: set[Follower] = set()
        self.last: EventId = (0, 0)
        """Id of the newest event that was handed out."""
        self._began: EventId = (0, 0)
        """Id of the newest event that a stream had from its history before any was handed out."""
        self.ended = False
        self.quiet = False
        """Whether nothing was told of it since the record was looked at last."""
        self._event = Event(type="connected", document_id=document_id, percentage=0)
        self._at = 0.0
        """When `_event` was as it is (monotonic)."""
        self._heartbeat: Piece | None = None

    def take(self, frame: Frame) -> Frame | None:
        """Note an event; returns it as it is told, or None if it was told already."""
        if frame.number <= self.last:
            if not frame.event.final or self.ended:
                return None
            frame = frame.after(self.last)
        self.last, self.quiet = frame.number, False
        if frame.number <= self._began and not frame.event.final:
            # One stream has it from its history, another that looked at its own before this was told has not: each
            # passes over what it has.
            self.ended = False
            return frame
        # One that was put back to work after its end begins anew.
        told = frame if self.ended else frame.at_least(self._event.percentage or 0)
        event = told.event
        self.ended = event.final
        status = event.status or (Status.PROCESSING if event.type == "progress" else self._event.status)
        self._set(
            msgspec.structs.replace(
                self._event,
                step=event.step or self._event.step,
                stage=event.stage or self._event.stage,
                percentage=event.percentage,
                status=status,
                seconds_left=event.seconds_left,
                before=event.before,
            )
        )
        return told

    def know(self, document: FollowedDocument) -> None:
        """Note what the record says, unless events said more."""
        if self.last == (0, 0) or document.percentage > (self._event.percentage or 0):
            self._set(state(document))

    def begin(self, frames: list[Frame]) -> None:
        """Note the history that a stream found before anything was handed out: what is recorded of it would be told
        again as missed."""
        if frames and self.last == (0, 0):
            self._began = max(self._began, frames[-1].number)

    @property
    def known(self) -> EventId:
        """Id of the newest event that is no news: handed out, or in a history."""
        return max(self.last, self._began)

    @property
    def waits(self) -> bool:
        """Whether nobody has begun with it, as far as is known here."""
        return not (self._event.percentage or self.ended)

    def wait(self, before: int, seconds_left: float | None) -> None:
        """Note how many documents come before one that waits, and how long that may take."""
        self._set(msgspec.structs.replace(self._event, seconds_left=seconds_left, before=before))

    @property
    def heartbeat(self) -> Piece:
        """Comments are invisible to page code: the data lets its watchdog see that the stream lives."""
        event = self._event
        if event.seconds_left is not None:
            left = round(max(event.seconds_left - (time.monotonic() - self._at), 0.0), 1)
            event = msgspec.structs.replace(event, seconds_left=left)
        elif self._heartbeat:
            return self._heartbeat
        self._heartbeat = Piece(connected(event, before=b": heartbeat\n"))
        return self._heartbeat

    def _set(self, event: Event) -> None:
        self._event = event
        self._at, self._heartbeat = time.monotonic(), None
