"""`GET /api/v1/events/{documentId}`: a document's progress as server-sent events.

The order that loses nothing: subscribe (events are kept from when the document's partition is read on), send the
history after Last-Event-ID, then what was kept, leaving out what the history had. After the final event the stream is
closed; a client that comes back after it is answered 204, which stops EventSource from reconnecting.
"""

from collections.abc import Callable
from typing import Annotated, TypeVar

from aiohttp import web
from msgspec import Meta

from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.problems import ProblemError, not_found
from services.gateway.sse.answer import StreamAnswer, client
from services.gateway.sse.frames import connected
from services.gateway.sse.streams import DocumentStream
from services.gateway.sse.watched import state
from services.gateway.tenants import TENANT
from shared.events import EventId, event_id, is_final
from shared.messages import Event, Message

T = TypeVar("T")
_START: EventId = (0, 0)


LAST_EVENT_ID = {"Last-Event-ID": "Id of the last event that was seen"}
"""A field of a request, as the contract tells it."""


class EventsQuery(Message):
    """From where on."""

    last_event_id: Annotated[str, Meta(max_length=4000)] | None = None
    """As `Last-Event-ID`, which a new `EventSource` cannot send."""


async def follow_document(request: web.Request) -> web.StreamResponse:
    """Errors: 404 unknown document, 400 bad Last-Event-ID, 503 too many streams open."""
    gateway = request.app[GATEWAY]
    id_ = document_id(request)
    last = last_event_id(request, event_id, _START)
    watched = gateway.hub.watch(id_)
    stream = DocumentStream(gateway, client(request), watched, last)
    gateway.hub.add(stream, watched)
    try:
        await gateway.hub.ready(stream)
        async with gateway.opening:
            document = await gateway.history.document(id_, request[TENANT])
            missed = await gateway.history.of(document, last) if document else []
            watched.begin(missed)
        if document is None:
            raise not_found("document")
        # Whoever saw an end has seen the end, though Redis may have lost it and published it again under another id.
        if document.status.final and is_final(last):
            stream.close("refused")
            return web.Response(status=204)
        watched.know(document)
        return StreamAnswer(request, stream, connected(state(document)), missed)
    except BaseException:
        stream.close("refused")
        raise


def last_event_id(request: web.Request, read: Callable[[str], T], none: T) -> T:
    """Where the client is. Raises a 400 problem.

    Args:
        read: reads an id, or raises `ValueError`.
        none: where the request names none.
    """
    # A recreated EventSource cannot send the header, so the query may carry it.
    text = request.headers.get("Last-Event-ID") or request.query.get("lastEventId")
    if not text:
        return none
    try:
        return read(text)
    except ValueError:
        raise ProblemError(
            400, "bad-event-id", "Bad Last-Event-ID", "Last-Event-ID is not an id of this stream; leave it out."
        ) from None


ROUTES = [
    Endpoint(
        "GET",
        "/api/v1/events/{id}",
        follow_document,
        "Follow a document: its progress as server-sent events, from its beginning or from an event on.",
        statuses={204: "The document has ended, and its end was seen"},
        query=EventsQuery,
        fields=LAST_EVENT_ID,
        problems={400: ("bad-event-id",), 503: ("too-many-streams",)},
        stream=(Event,),
    ),
]
