"""The access log: a line for each request, without what a client must not find in a log (keys, query, address)."""

import time
from typing import ClassVar, Literal

from aiohttp import web
from aiohttp.typedefs import Middleware

from services.gateway.problems import Handler, path_of
from services.gateway.tenants import TENANT
from shared.logs import get_logger
from shared.settings import Settings, setting

log = get_logger(__name__)

_MANY = ("/api/v1/events", "/api/v1/events/{id}", "/api/v1/documents/{id}/image")
"""Routes of which a person who watches causes many requests."""


class AccessLogSettings(Settings):
    group: ClassVar[str] = "Logs"
    access_log: Literal["off", "api", "all"] = setting(
        "api",
        "Requests that the gateway writes a line about: api is those of the API without event streams and pictures.",
    )


def access_log(settings: AccessLogSettings) -> Middleware:
    """A middleware that writes the line when the answer has ended."""

    @web.middleware
    async def logged(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _wanted(request, settings.access_log):
            return await handler(request)
        begun, status = time.monotonic(), 0
        try:
            response = await handler(request)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            raise
        else:
            return response
        finally:
            log.info(
                "request",
                method=request.method,
                path=path_of(request),
                status=status or "client gone",
                tenant=request.get(TENANT),
                milliseconds=round((time.monotonic() - begun) * 1000, 1),
            )

    return logged


def _wanted(request: web.Request, which: str) -> bool:
    resource = request.match_info.route.resource
    of_api = request.path.startswith("/api/") and not (resource and resource.canonical in _MANY)
    return which == "all" or (which == "api" and of_api)
