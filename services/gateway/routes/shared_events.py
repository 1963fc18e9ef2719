"""`GET /api/v1/events`: the progress of several documents, or of all one's own, as one stream. docs/events.md has the
protocol."""

import asyncio
import contextlib
from itertools import islice
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from services.gateway.context import GATEWAY, Gateway, is_document_id
from services.gateway.endpoint import UUID, Endpoint
from services.gateway.loops.lookout import MARGIN_MS
from services.gateway.places import take_place
from services.gateway.problems import ProblemError, not_found
from services.gateway.routes.events import LAST_EVENT_ID, EventsQuery, last_event_id
from services.gateway.sse.answer import StreamAnswer, client
from services.gateway.sse.cursor import Cursor, checksum
from services.gateway.sse.frames import Frame, StreamState, connected, lines
from services.gateway.sse.history import gone
from services.gateway.sse.streams import DocumentsStream, TenantStream
from services.gateway.sse.watched import state
from services.gateway.tenants import TENANT
from shared.events import EventId
from shared.logs import get_logger
from shared.messages import Event, encode
from shared.streams.loops import AWAY

log = get_logger(__name__)

_MOST = 100
"""Documents of one stream: its address has to fit into a request's first line."""
_EVENTS = 2_500
"""Events that a stream begins with: the loop writes them in one go."""
_AT_ONCE = 10
"""Documents whose events are made ready in one turn of the loop."""
_PATIENCE = 1.0
"""Seconds that who asks where a stream begins waits for Redis."""
_ENDS_BYTES = 8 * 2**20
"""Of ends with their weeks that a stream of all one's own begins with."""


class SharedEventsQuery(EventsQuery):
    """Of which documents, and from where on."""

    document_id: Annotated[tuple[Annotated[str, Meta(pattern=UUID)], ...], Meta(max_length=_MOST)] = ()
    """Once for each; without, all of the tenant's, those that begin later as well."""


async def follow(request: web.Request) -> web.StreamResponse:
    """Errors: 400 bad ids or Last-Event-ID, 404 none of the documents is there, 503 too many streams open."""
    cursor = last_event_id(request, Cursor.parse, None)
    # What it missed may be much; while the stream is open, the place is others'.
    await take_place(request)
    ids = sorted(set(request.query.getall("documentId", [])))
    if not ids:
        return await _follow_tenant(request, cursor if cursor and cursor.looked is not None else None)
    if len(ids) > _MOST or not all(map(is_document_id, ids)):
        raise ProblemError(
            400, "bad-query", "Bad query", f"documentId is a document's id, once to {_MOST} times.", field="documentId"
        )
    # An id is of the documents that it was given for; with others, nothing of theirs was seen.
    known = cursor if cursor and cursor.documents == checksum(ids) else None
    return await _follow_documents(request, ids, known)


async def _follow_documents(request: web.Request, ids: list[str], cursor: Cursor | None) -> web.StreamResponse:
    gateway, tenant = request.app[GATEWAY], request[TENANT]
    stream = DocumentsStream(gateway, client(request), ids, cursor or Cursor(documents=checksum(ids)))
    try:
        gateway.hub.add(stream, *map(gateway.hub.watch, ids))
        await gateway.hub.ready(stream)
        async with gateway.gathering:
            documents = await asyncio.gather(*(gateway.history.document(id_, tenant) for id_ in ids))
            found = [each for each in documents if each]
            if cursor is None and not found:
                raise not_found("document")
            stream.resume(each.id for each in found if not each.status.final)
            if stream.seen:
                stream.close("refused")
                return web.Response(status=204)
            histories: list[list[Frame]] = []
            asked = (each for each in found if not stream.ended(each.id))
            while some := [*islice(asked, _AT_ONCE)]:
                histories += await asyncio.gather(*map(gateway.history.of, some))
        if sum(map(len, histories)) > _EVENTS:
            # Documents that were put back to work again and again: of each its newest.
            histories = [frames[-_EVENTS // len(histories) :] for frames in histories]
        told = bytearray()
        for document in found:
            if not document.status.final:
                gateway.hub.watched[document.id].know(document)
                told += connected(state(document))
        missed = [gone(id_) for id_, document in zip(ids, documents, strict=True) if document is None]
        for frames in histories:
            if frames and (watched := gateway.hub.watched.get(frames[0].event.document_id)):
                watched.begin(frames)
            # What Redis does not hold any more is told once: whoever comes back is told how far the document is.
            for each in frames:
                if each.partition is not None or each.event.final or cursor is None:
                    missed.append(each)
                else:
                    stream.skip(each)
        return StreamAnswer(request, stream, bytes(told), sorted(missed, key=lambda each: each.number))
    except BaseException:
        stream.close("refused")
        raise


async def _follow_tenant(request: web.Request, cursor: Cursor | None) -> web.StreamResponse:
    gateway, tenant = request.app[GATEWAY], request[TENANT]
    stream = TenantStream(gateway, client(request), cursor or Cursor(looked=0))
    try:
        gateway.hub.add(stream, tenant=tenant)
        await gateway.hub.ready(stream)
        async with gateway.gathering:
            now = await gateway.followed.now()
            if cursor is None:
                stream.cursor.positions = positions_at(gateway, now, gateway.hub.positions)
            missed, lost = await _missed(gateway, tenant, cursor) if cursor else ([], False)
            stream.cursor.looked = cursor.looked if cursor else now
            documents = await gateway.followed.under_way(tenant)
        begin = StreamState(type="connected", missed=lost)
        told = lines(str(stream.cursor), encode(begin)) + b"".join(connected(state(each)) for each in documents)
        answer = StreamAnswer(request, stream, told, missed)
        stream.cursor.looked = now
    except BaseException:
        stream.close("refused")
        raise
    return answer


async def begin_now(gateway: Gateway) -> Cursor:
    """The cursor of who has seen everything up to now, whether anybody here follows something or not."""
    looked = gateway.hub.looked or await gateway.followed.now()
    known = gateway.hub.positions
    asleep = [keys for keys in gateway.redis_settings.keys if keys.partition not in known]
    if asleep and not gateway.relay.away:
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(_PATIENCE):
                known |= await gateway.event_log.newest_ids(asleep)
    return Cursor(positions=positions_at(gateway, looked, known), looked=looked)


def positions_at(gateway: Gateway, now: int, known: dict[int, EventId]) -> dict[int, EventId]:
    """How far each partition is: where Redis does not say it, what is older than a minute counts as seen.

    Args:
        now: by Postgres' clock, in ms.
        known: of the partitions of which it is known.
    """
    partitions = (keys.partition for keys in gateway.redis_settings.keys)
    return dict.fromkeys(partitions, (now - MARGIN_MS, 0)) | known


async def _missed(gateway: Gateway, tenant: str, cursor: Cursor) -> tuple[list[Frame], bool]:
    """The tenant's events that a client has not seen, and whether some may be lost."""
    found: list[Frame] = []
    lost = False
    for keys in gateway.redis_settings.keys:
        milliseconds, sequence = cursor.positions.get(keys.partition, (0, 0))
        try:
            published, trimmed = await gateway.event_log.of_tenant(keys, tenant, f"{milliseconds}-{sequence}")
        except AWAY as error:
            log.warning("what a stream missed cannot be read", partition=keys.partition, error=str(error))
            lost = True
            continue
        lost = lost or trimmed
        found += [Frame(id_, event, keys.partition) for id_, event in published]
    if len(found) > _EVENTS:
        found, lost = sorted(found, key=lambda each: each.number)[-_EVENTS:], True
    told = {each.event.document_id for each in found if each.event.final}
    size = 0
    # Ends that are on no stream any more, or never were.
    since = (cursor.looked or 0) - MARGIN_MS
    for document in await gateway.followed.ended([tenant], since, await gateway.followed.now()):
        if document.id in told:
            continue
        end = (await gateway.history.of(document))[-1]
        if not cursor.behind(end.partition, end.number):
            size += len(end.data)
            if size > _ENDS_BYTES:
                return sorted(found, key=lambda each: each.number), True
            found.append(Frame(end.id, end.event))
    return sorted(found, key=lambda each: each.number), lost


ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/events",
        follow,
        "Follow several documents, or all one's own, as one stream of server-sent events.",
        statuses={204: "All of these documents have ended, and their ends were seen"},
        query=SharedEventsQuery,
        fields=LAST_EVENT_ID,
        problems={400: ("bad-event-id",), 404: ("not-found",), 503: ("too-many-streams",)},
        stream=(Event, StreamState),
    ),
]
