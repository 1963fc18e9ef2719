"""The keys of the API over HTTP, for keys with the role `operate`."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from services.gateway.bodies import read_json
from services.gateway.context import GATEWAY
from services.gateway.endpoint import Endpoint
from services.gateway.environment_keys import TENANT_NAME
from services.gateway.problems import ProblemError, not_found
from services.gateway.tenants import IDENTITY
from shared.db.api_keys import ApiKey
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import Message, Role

log = get_logger(__name__)


class NewKey(Message, forbid_unknown_fields=True):
    """Body of `POST /api/v1/keys`."""

    tenant: Annotated[str, Meta(pattern=rf"^{TENANT_NAME}\Z")]
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\Z")]
    """Whose it is."""
    roles: Annotated[list[Role], Meta(min_length=1, max_length=3)]


class MadeKey(ApiKey):
    """A new key, with its text, which is not kept."""

    key: str


class KeyList(Message):
    """Body of `GET /api/v1/keys`."""

    keys: list[ApiKey]


async def list_keys(request: web.Request) -> web.Response:
    """All tenants' keys, those that hold first, without their texts."""
    return json_response(KeyList(keys=await request.app[GATEWAY].api_keys.all()))


async def add_key(request: web.Request) -> web.Response:
    """Make a key. Errors: 403 on a gateway that asks nobody for a key, 422 a field that does not fit."""
    _named(request)
    wanted = await read_json(request, NewKey)
    made, key = await request.app[GATEWAY].api_keys.add(wanted.tenant, wanted.name, wanted.roles)
    log.info("api key made", id=made.id, of=made.tenant, roles=made.roles, by=request[IDENTITY].key_id)
    answer = json_response(MadeKey(**{name: getattr(made, name) for name in made.__struct_fields__}, key=key), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def revoke_key(request: web.Request) -> web.Response:
    """End a key for good: here at once, on other gateways within ten seconds. Twice is fine."""
    _named(request)
    gateway, id_ = request.app[GATEWAY], request.match_info["id"]
    if not await gateway.api_keys.revoke(id_):
        raise not_found("key")
    gateway.tenants.forget(id_)
    log.info("api key revoked", id=id_, by=request[IDENTITY].key_id)
    return web.Response(status=204)


def _named(request: web.Request) -> None:
    # A gateway that is open for an afternoon must not leave behind keys for when it is closed again.
    if request[IDENTITY].key_id is None:
        raise ProblemError(
            403,
            "role-missing",
            "Not allowed",
            "This gateway asks nobody for a key. Keys are made with `python -m services.gateway.keys`.",
        )


ROUTES = [
    Endpoint("GET", "/api/v1/keys", list_keys, "List all tenants' keys.", answer=KeyList, role="operate"),
    Endpoint(
        "POST",
        "/api/v1/keys",
        add_key,
        "Make a key; its text is in the answer, this once.",
        answer=MadeKey,
        status=201,
        body=NewKey,
        problems={422: ("bad-body",)},
        role="operate",
    ),
    Endpoint(
        "DELETE",
        "/api/v1/keys/{id}",
        revoke_key,
        "End a key for good.",
        status=204,
        ids="^[0-9a-f]{12}$",
        role="operate",
    ),
]
