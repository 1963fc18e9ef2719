"""An address of the API: what answers it, and who may ask.

Each module of routes ends with its `ROUTES`, a list of these.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from shared.messages import Role

_READS = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(frozen=True)
class Endpoint(web.AbstractRouteDef):
    """Args:
    method: GET answers HEAD as well, unless it is a stream.
    handler: answers, or raises `ProblemError`.
    role: that a key must have, or anybody, without a key; None: reading for GET, else writing.
    stream: whether the answer stays open, so that a HEAD would wait for ever.
    """

    method: str
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    role: Role | Literal["anybody"] | None = None
    stream: bool = False

    def register(self, router: web.UrlDispatcher) -> list[web.AbstractRoute]:
        options: dict[str, Any] = {"allow_head": not self.stream} if self.method == "GET" else {}
        add = getattr(router, f"add_{self.method.lower()}")
        route: web.AbstractRoute = add(self.path, self.handler, **options)
        return [route]


ENDPOINTS = web.AppKey("endpoints", dict[tuple[str, str], Endpoint])
"""By method and path."""


def role_needed(request: web.Request) -> Role | Literal["anybody"]:
    """The role that a request's key must have; anybody where it needs none."""
    resource = request.match_info.route.resource
    method = "GET" if request.method == "HEAD" else request.method
    endpoint = request.app[ENDPOINTS].get((method, resource.canonical)) if resource else None
    return (endpoint and endpoint.role) or ("read" if method in _READS else "write")
