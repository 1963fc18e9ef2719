"""`GET /api/v1/events/{documentId}`: a document's progress as server-sent events.

The order that loses nothing: subscribe (events are buffered from now on), send the history after Last-Event-ID, then
the buffer, leaving out what the history had. After the final event the stream is closed; a client that comes back
after it is answered 204, which stops EventSource from reconnecting.
"""

import asyncio
import contextlib
import random
import time
from typing import cast

import msgspec
from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.answers import SMALL
from services.gateway.clients import client_of
from services.gateway.context import GATEWAY, Gateway, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.loops.hub import Frame, Subscriber, frame
from services.gateway.metrics import EVENT_AGE, STREAMS_CLOSED
from services.gateway.problems import ProblemError, not_found
from services.gateway.tenants import TENANT
from shared.db.documents import Row, read_document
from shared.db.pool import DatabaseAwayError
from shared.events import EventId, event_id, invented_end, is_final, percentage_in, with_percentage
from shared.fair_share import Hold
from shared.logs import get_logger
from shared.messages import CompleteResult, Document, Event, Status
from shared.streams.entries import read_event

log = get_logger(__name__)

_START: EventId = (0, 0)
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
_RETRY_MS = 1000


async def events(request: web.Request) -> web.StreamResponse:
    """Errors: 404 unknown document, 400 bad Last-Event-ID, 503 too many streams open."""
    gateway = request.app[GATEWAY]
    id_ = document_id(request)
    last = _last_event_id(request)
    subscriber = gateway.hub.subscribe(id_)
    hold = Hold(client_of(request, gateway.settings.proxies), lambda: subscriber.close("room"), at_work=True)
    try:
        if not gateway.streams.take(hold):
            raise ProblemError(
                503,
                "too-many-streams",
                "Too many event streams",
                "Poll the document instead, or come back.",
                retry_after=5,
            )
        async with gateway.opening:
            row = await gateway.documents.row(id_, request[TENANT])
            history = await _history(gateway, row, last) if row else []
        if row is None:
            raise not_found("document")
        # Whoever saw an end has seen the end, though Redis may have lost it and published it again under another id.
        if is_final(last) and Status(row["status"]).final:
            return web.Response(status=204)
        if last > _START and not history and Status(row["status"]).final:
            return web.Response(status=204)
        stream = _Stream(request, gateway, id_, subscriber, last)
        return await stream.run(read_document(row), history)
    finally:
        gateway.streams.release(hold)
        gateway.hub.unsubscribe(id_, subscriber)


def _last_event_id(request: web.Request) -> EventId:
    # A recreated EventSource cannot send the header, so the query may carry it.
    text = request.headers.get("Last-Event-ID") or request.query.get("lastEventId")
    if not text:
        return _START
    try:
        return event_id(text)
    except ValueError:
        raise ProblemError(
            400, "bad-event-id", "Bad Last-Event-ID", "Last-Event-ID is not an id of this stream; leave it out."
        ) from None


async def _history(gateway: Gateway, row: Row, after: EventId) -> list[Frame]:
    """The document's events after `after`: from Redis, from the record where Redis forgot them, and the final one from
    the document itself where neither has it."""
    id_ = str(row["id"])
    key = gateway.producer.keys_of(id_).progress(id_)
    found: list[tuple[str, Event]] = []
    known = False
    with contextlib.suppress(RedisError, OSError, TimeoutError):
        # Each heartbeat of each stream asks: not for all of it again, which may be long.
        newer = "-" if after == _START else f"({after[0]}-{after[1]}"
        entries = cast("list[tuple[str, dict[str, str]]]", await gateway.client.xrange(key, newer, count=1000))
        found = [(entry_id, read_event(fields)) for entry_id, fields in entries]
        known = bool(found) or bool(await gateway.client.exists(key))
    status = Status(row["status"])
    ended = bool(found) and found[-1][1].final
    if not known or (status.final and not ended):
        recorded = [(each.id, each.event) for each in await gateway.events.of(id_)]
        # An end that was published before a dead job was replayed is not the end any more.
        recorded = [
            each for n, each in enumerate(recorded) if not each[1].final or (status.final and n == len(recorded) - 1)
        ]
        recorded = [each for each in recorded if event_id(each[0]) > after]
        found = recorded if len(recorded) > len(found) else found
        ended = bool(found) and found[-1][1].final
    if status.final and not ended:
        found.append(_final_event(row, after))
    frames: list[Frame] = []
    for entry_id, event in found:
        if event.type == "complete":
            # The record leaves it out, and a person may have corrected it since it was published.
            saved = await gateway.documents.timetable(id_, row["tenant"])
            event.timetable_data = saved[1] if saved else event.timetable_data
            if event.result:
                # One that was published before there could be several does not say.
                event.result.timetable_ids = event.result.timetable_ids or read_document(row).timetable_ids
        frames.append(Frame(entry_id, event, frame(entry_id, event)))
    return frames


def _final_event(row: Row, after: EventId) -> tuple[str, Event]:
    document = read_document(row)
    id_ = invented_end(max(int(row["completed_at"].timestamp() * 1000), after[0]))
    if document.status in (Status.COMPLETED, Status.VALIDATION_FAILED) and document.timetable_id:
        event = Event(
            type="complete",
            document_id=document.document_id,
            step="Processing complete",
            percentage=100,
            status=document.status,
            result=CompleteResult(
                document_id=document.document_id,
                timetable_id=document.timetable_id,
                timetable_ids=document.timetable_ids,
                validated=document.status is Status.COMPLETED,
            ),
            at=document.completed_at,
        )
    else:
        event = Event(
            type="error",
            document_id=document.document_id,
            error=document.error or "This document was cancelled.",
            percentage=document.percentage,
            status=document.status,
            at=document.completed_at,
        )
    return id_, event


class _Stream:
    """One response, from its headers to its end."""

    def __init__(self, request: web.Request, gateway: Gateway, id_: str, subscriber: Subscriber, last: EventId) -> None:
        self._request = request
        self._gateway = gateway
        self._id = id_
        self._subscriber = subscriber
        self._last = last
        self._shown = percentage_in(last)
        self._response = web.StreamResponse(headers=_HEADERS)
        self._write_timeout = gateway.settings.sse_write_timeout / 1000

    async def run(self, document: Document, history: list[Frame]) -> web.StreamResponse:
        await self._response.prepare(self._request)
        try:
            await self._write(f"retry: {_RETRY_MS}\n".encode() + self._connected(document))
            closed = "ended" if await self._send(history) else await self._follow()
            await self._response.write_eof()
        except (ConnectionError, TimeoutError, ProblemError) as error:
            # The client went away, or stopped reading for longer than a write may take; or there was no room.
            kind = (
                "room" if isinstance(error, ProblemError) else "slow" if isinstance(error, TimeoutError) else "client"
            )
            closed = self._subscriber.cut_off or kind
            self._abort()
        except asyncio.CancelledError:
            STREAMS_CLOSED.labels("client").inc()
            raise
        STREAMS_CLOSED.labels(closed).inc()
        return self._response

    async def _follow(self) -> str:
        """Send what comes; returns why it ended, as `STREAMS_CLOSED` tells it."""
        heartbeat = self._gateway.settings.sse_heartbeat / 1000
        # Streams that were opened together, after a restart, do not all have theirs at once for ever.
        due = time.monotonic() + heartbeat * random.uniform(0.5, 1.0)
        while True:
            frames = await self._subscriber.take(max(due - time.monotonic(), 0.01))
            if self._subscriber.cut_off:
                self._abort()
                return self._subscriber.cut_off
            ended = await self._send(frames)
            for each in frames:
                EVENT_AGE.observe(max(time.time() - event_id(each.id)[0] / 1000, 0.0))
            if ended:
                return "ended"
            if time.monotonic() < due:
                continue
            due = time.monotonic() + heartbeat
            try:
                row = await self._gateway.documents.row(self._id, self._request[TENANT])
                # What the reader missed while Redis was away is found by looking at the history again.
                if row is None:
                    return "deleted"
                if await self._send(await _history(self._gateway, row, self._last)):
                    return "ended"
            except DatabaseAwayError:
                await self._write(b": heartbeat\n\n")
                continue
            # Comments are invisible to page code: the data lets its watchdog see that the stream lives.
            await self._write(b": heartbeat\n" + self._connected(read_document(row)))

    def _connected(self, document: Document) -> bytes:
        event = Event(
            type="connected",
            document_id=self._id,
            step=document.step,
            percentage=document.percentage,
            status=document.status,
        )
        return frame(None, event)

    async def _send(self, frames: list[Frame]) -> bool:
        """Send the frames that are new; returns whether the stream is at its end."""
        fresh = bytearray()
        for each in frames:
            if event_id(each.id) <= self._last:
                continue
            self._last = event_id(each.id)
            fresh += self._rising(each)
            if each.event.final:
                await self._write(bytes(fresh))
                return True
        if fresh:
            await self._write(bytes(fresh))
        return False

    def _rising(self, item: Frame) -> bytes:
        """The frame's bytes; where Redis was emptied meanwhile and counts anew, with the percentage that was shown."""
        if item.event.percentage is None or item.event.percentage >= self._shown:
            self._shown = item.event.percentage or self._shown
            return item.data
        id_ = item.id
        if not item.event.final:
            # The id carries the percentage as well: with its own, a client that comes back with it would be shown less.
            id_ = with_percentage(event_id(id_), self._shown)
        return frame(id_, msgspec.structs.replace(item.event, percentage=self._shown))

    async def _write(self, data: bytes) -> None:
        large = self._gateway.answers.held(self._request, len(data)) if len(data) > SMALL else contextlib.nullcontext()
        with large:
            async with asyncio.timeout(self._write_timeout):
                await self._response.write(data)

    def _abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()


ROUTES = [
    # A HEAD would be answered by a stream that stays open.
    Endpoint("GET", "/api/v1/events/{id}", events, stream=True),
]
