"""An address of the API: what answers it, who may ask, and what its contract says (`openapi.py`).

Each module of routes ends with its `ROUTES`, a list of these. There is no other description of the API that a program
reads, so it cannot say anything else than what is routed.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec
from aiohttp import web

from shared.messages import Message, Role

READS = frozenset(("GET", "HEAD", "OPTIONS"))
"""Methods that change nothing."""

MediaTypes: TypeAlias = tuple[str, ...]
"""Of what is no message."""
Needed: TypeAlias = Role | Literal["somebody", "anybody"]
"""What a key must be for; `somebody` takes any key, `anybody` none."""
UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
"""What `{id}` is, unless its endpoint says otherwise."""


@dataclass(frozen=True)
class Endpoint(web.AbstractRouteDef):
    """Args:
    method: GET answers HEAD as well, unless it is a stream.
    handler: answers, or raises `ProblemError`.
    summary: what it does, in one sentence.
    answer: the message it answers, or the media types; None: no body.
    others: media types that it answers as well, to who asks for them by `Accept`.
    status: of a success.
    statuses: of other successes, with what they mean.
    query: what may stand in the address (`read_query`).
    body: the message it takes, or the media types; None: no body.
    body_required: whether it cannot do without.
    fields: request header fields that count, with what they are for.
    problems: the names of the problems beside those of every endpoint, by status.
    ids: the pattern of what stands in the path's braces.
    role: that a key must have; somebody, with whatever key; anybody, without one; None: reading for GET, else writing.
    stream: the messages that events of the answer carry, which stays open; none: it is no event stream.
    """

    method: str
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    summary: str
    answer: type[Message] | MediaTypes | None = None
    others: MediaTypes = ()
    status: int = 200
    statuses: Mapping[int, str] = field(default_factory=dict)
    query: type[msgspec.Struct] | None = None
    body: type[Message] | MediaTypes | None = None
    body_required: bool = True
    fields: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    ids: str = UUID
    role: Needed | None = None
    stream: tuple[type[Message], ...] = ()

    @property
    def needed(self) -> Needed:
        """The role that a key must have."""
        return self.role or ("read" if self.method in READS else "write")

    def register(self, router: web.UrlDispatcher) -> list[web.AbstractRoute]:
        # A HEAD would be answered by a stream that stays open.
        options: dict[str, Any] = {"allow_head": not self.stream} if self.method == "GET" else {}
        add = getattr(router, f"add_{self.method.lower()}")
        route: web.AbstractRoute = add(self.path, self.handler, **options)
        return [route]


ENDPOINTS = web.AppKey("endpoints", dict[tuple[str, str], Endpoint])
"""By method and path."""


def role_needed(request: web.Request) -> Needed:
    """The role that a request's key must have, or whether it needs one at all."""
    endpoint = _endpoint(request)
    return endpoint.needed if endpoint else ("read" if request.method in READS else "write")


def is_stream(request: web.Request) -> bool:
    """Whether the answer to a request stays open."""
    endpoint = _endpoint(request)
    return endpoint is not None and bool(endpoint.stream)


def takes_body(request: web.Request) -> bool:
    """Whether a handler may read the body of a request; of what is not the API's, some do."""
    endpoint = _endpoint(request)
    return endpoint is None or endpoint.body is not None


def _endpoint(request: web.Request) -> Endpoint | None:
    resource = request.match_info.route.resource
    method = "GET" if request.method == "HEAD" else request.method
    return request.app[ENDPOINTS].get((method, resource.canonical)) if resource else None
