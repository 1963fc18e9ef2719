"""How many of a client's requests are answered at once, so that one who asks for a thousand things in one breath has
not all connections to the record: who asks for one thing waits behind a few."""

from aiohttp import web

from services.gateway.clients import client_of
from services.gateway.context import GATEWAY
from services.gateway.endpoint import is_stream
from services.gateway.problems import Handler
from shared.places import Place

_PLACE = web.RequestKey("place", Place)


@web.middleware
async def placed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a request that brings no body in a place of its client's. Bodies and event streams are shared out
    elsewhere: one that comes slowly, or stays open, would keep its client's other requests waiting."""
    if not request.path.startswith("/api/") or request.body_exists or is_stream(request):
        return await handler(request)
    gateway = request.app[GATEWAY]
    request[_PLACE] = place = await gateway.places.take(client_of(request, gateway.settings.proxies))
    try:
        return await handler(request)
    finally:
        place.give()


async def begins(request: web.Request, _answer: web.StreamResponse) -> None:
    """Give the place of a request whose answer begins: how long its client takes over it is another matter."""
    if _PLACE in request:
        request[_PLACE].give()
