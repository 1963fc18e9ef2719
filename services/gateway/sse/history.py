"""A document's events so far, for streams that open: from Redis, from the record where Redis forgot them, and the end
from the document itself where neither has it."""

import contextlib
import time
from datetime import UTC, datetime

from redis.exceptions import RedisError

from services.gateway.gathered import Gathered
from services.gateway.sse.frames import Frame
from shared.db.documents import Documents, time_text
from shared.db.events import RecordedEvent
from shared.db.followed import Followed, FollowedDocument
from shared.events import STEPS, EventId, error_event, invented_end, is_final
from shared.messages import CompleteResult, Event, Status
from shared.streams.event_log import EventLog, Published

_UNASKED: EventId = (0, 0)


class History:
    """Looks up what streams that open have missed, for all that open at the same time together.

    Args:
        documents: for the weeks of documents that have ended.
        followed: the record.
        published: what Redis holds.
    """

    def __init__(self, documents: Documents, followed: Followed, published: EventLog) -> None:
        self._documents = documents
        self._published = published
        self._documents_asked: Gathered[tuple[str, str], FollowedDocument] = Gathered(followed.rows)
        self._events: Gathered[str, Published] = Gathered(self._of_redis)
        self._recorded: Gathered[str, list[RecordedEvent]] = Gathered(followed.events)

    async def document(self, document_id: str, tenant: str) -> FollowedDocument | None:
        """A tenant's document, or None."""
        return await self._documents_asked.get((document_id, tenant))

    async def of(self, document: FollowedDocument, after: EventId = _UNASKED) -> list[Frame]:
        """A document's events after an id. Those of the record come without a partition."""
        id_ = document.id
        partition: int | None = self._published.keys_of(id_).partition
        found = await self._events.get(id_) or []
        status = document.status
        ended = bool(found) and found[-1][1].final
        # The record's first event is what makes an uploaded document one that is processed.
        if (not found and status is not Status.UPLOADED) or (status.final and not ended):
            recorded = [(each.id, each.event) for each in await self._recorded.get(id_) or []]
            # An end that was published before a dead job was replayed is not the end any more.
            recorded = [
                each
                for at, each in enumerate(recorded)
                if not each[1].final or (status.final and at == len(recorded) - 1)
            ]
            if len(recorded) > len(found):
                found, partition = recorded, None
            ended = bool(found) and found[-1][1].final
        frames = [Frame(event_id, event, partition) for event_id, event in found]
        if status.final and not ended:
            frames.append(_end(document, after))
        elif status.final and not is_final(after) and frames[-1].number <= after:
            # Whoever asks has not seen it, though the clock that made the ids before it was ahead.
            frames[-1] = frames[-1].after(after)
        return [await self._as_corrected(document, each) for each in frames if each.number > after]

    async def end(self, document: FollowedDocument) -> Frame:
        """The end of a document that has ended, made from the record."""
        return await self._as_corrected(document, _end(document, _UNASKED))

    async def _as_corrected(self, document: FollowedDocument, frame: Frame) -> Frame:
        """An end with the week as it is now: the record leaves it out, and a person may have corrected it."""
        event = frame.event
        if event.type == "complete":
            saved = await self._documents.timetable(document.id, document.tenant)
            event.timetable_data = saved[1] if saved else event.timetable_data
            if event.result:
                # One that was published before there could be several does not say.
                event.result.timetable_ids = event.result.timetable_ids or document.timetable_ids
        return frame

    async def _of_redis(self, ids: list[str]) -> dict[str, Published]:
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            return await self._published.histories(ids)
        return {}


def gone(document_id: str) -> Frame:
    """The end of a document that is not there any more."""
    return Frame(invented_end(int(time.time() * 1000)), error_event(document_id, "Deleted.", Status.CANCELLED))


def _end(document: FollowedDocument, after: EventId) -> Frame:
    at = document.completed_at or datetime.now(UTC)
    id_ = invented_end(max(int(at.timestamp() * 1000), after[0]))
    if document.status in (Status.COMPLETED, Status.VALIDATION_FAILED) and document.timetable_ids:
        event = Event(
            type="complete",
            document_id=document.id,
            step="Processing complete",
            percentage=100,
            status=document.status,
            result=CompleteResult(
                document_id=document.id,
                timetable_id=document.timetable_ids[0],
                timetable_ids=document.timetable_ids,
                validated=document.status is Status.COMPLETED,
            ),
            at=time_text(at),
        )
    else:
        event = Event(
            type="error",
            document_id=document.id,
            step=document.step,
            stage=next((phase for phase in STEPS if phase == document.stage), None),
            error=document.error or "This document was cancelled.",
            failure=document.failure,
            percentage=document.percentage,
            status=document.status,
            at=time_text(at),
        )
    return Frame(id_, event)
