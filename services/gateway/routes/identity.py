"""Who is asking: what a page shows of a login, and hides because its key is not for it."""

from aiohttp import web

from services.gateway.context import GATEWAY
from services.gateway.endpoint import Endpoint
from services.gateway.tenants import IDENTITY
from shared.health import json_response
from shared.messages import Message, Role


class Me(Message):
    """Body of `GET /api/v1/me`."""

    tenant: str
    name: str
    """What the key is called; empty without one."""
    roles: list[Role]
    """What the key is for."""
    keys: bool
    """Whether this gateway asks for keys at all."""
    logged_in: bool
    """Whether the request came with a key, or with a login."""


async def get_me(request: web.Request) -> web.Response:
    """Whose the request's key or login is."""
    identity = request[IDENTITY]
    answer = Me(
        tenant=identity.tenant,
        name=identity.name,
        roles=sorted(identity.roles),
        keys=request.app[GATEWAY].tenants.asked,
        logged_in=bool(identity.key_digest),
    )
    return json_response(answer)


ROUTES = [
    Endpoint("GET", "/api/v1/me", get_me, "Say who is asking, and what for.", answer=Me, role="somebody"),
]
