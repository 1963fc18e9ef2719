"""Tickets: what `EventSource` and `<img>` of other origins, which can send no header, take along instead of a key."""

from aiohttp import web

from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.problems import not_found
from services.gateway.tenants import IDENTITY, TENANT
from shared.db.documents import time_text
from shared.db.passes import Pass
from shared.health import json_response
from shared.messages import Message

_SECONDS = 300


class Ticket(Message):
    """Lets who has it follow one document and see its pictures."""

    ticket: str
    """For `?ticket=` of that document's event stream and pictures."""
    expires_at: str


async def make_ticket(request: web.Request) -> web.Response:
    """Make a ticket to a document. Errors: 404."""
    gateway, id_, identity = request.app[GATEWAY], document_id(request), request[IDENTITY]
    if await gateway.documents.row(id_, request[TENANT]) is None:
        raise not_found("document")
    made = Pass(identity.tenant, identity.name, frozenset(("read",)), identity.key_id, identity.key_digest, id_)
    text, ends = await gateway.passes.make(made, _SECONDS)
    return json_response(Ticket(ticket=text, expires_at=time_text(ends) or ""), 201)


ROUTES = [
    Endpoint(
        "POST",
        "/api/v1/documents/{id}/ticket",
        make_ticket,
        "Make a ticket that lets who has it follow this document and see its pictures, for five minutes.",
        answer=Ticket,
        status=201,
        role="read",
    ),
]
