"""How many of a client's requests are answered at once, so that one who asks for a thousand things in one breath has
not all connections to the record, nor nearly all of the loop: who asks for one thing waits behind a few."""

from aiohttp import web

from services.gateway.clients import client_of
from services.gateway.context import GATEWAY
from services.gateway.endpoint import READS, is_stream, takes_body
from services.gateway.problems import Handler
from services.gateway.tenants import TENANT
from shared.places import Place

_PLACES = web.RequestKey("places", list[Place])
_PROBES = frozenset(("/livez", "/readyz"))


@web.middleware
async def placed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a request in a place of its client's. One that brings a body takes it when that is there (`take_place`):
    one that comes slowly would keep its client's other requests waiting. Event streams, which stay open, are shared out
    elsewhere."""
    if not ((request.body_exists and takes_body(request)) or is_stream(request) or request.path in _PROBES):
        await take_place(request)
    try:
        return await handler(request)
    finally:
        give_place(request)


async def take_place(request: web.Request) -> None:
    """Wait for a place, unless the request has one; changes of one document wait for each other as well, here and not
    with a connection to the record each. It is given back when the answer begins."""
    if _PLACES not in request:
        gateway = request.app[GATEWAY]
        taken = request[_PLACES] = [await gateway.places.take(client_of(request, gateway.settings.proxies))]
        document = request.match_info.get("id")
        if document and request.method not in READS:
            taken.append(await gateway.changing.take(f"{request.get(TENANT, '')} {document}"))


def give_place(request: web.Request) -> None:
    """Give the request's place back, if it has one: for the rest it waits for others."""
    for place in request.get(_PLACES, ()):
        place.give()


async def begins(request: web.Request, _answer: web.StreamResponse) -> None:
    """Give the place of a request whose answer begins: how long its client takes over it is another matter."""
    give_place(request)
