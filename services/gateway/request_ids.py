"""Names of a request: one for people to ask about (`X-Request-Id`), and its place in a trace (W3C Trace Context).

What a client or a proxy in front says is kept, so that their logs and ours speak of the same; what they do not say, or
say in a form that is none, is made up. Every line of the log that a request causes carries both.
"""

import re
import secrets

import structlog
from aiohttp import web

from services.gateway.problems import Handler

REQUEST_ID = web.RequestKey("request_id", str)
TRACE = web.RequestKey("trace", str)
"""As `traceparent`, with our own part of the trace as the parent of what follows."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@web.middleware
async def named(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name a request, and its lines in the log."""
    said = request.headers.get("X-Request-Id", "")
    request[REQUEST_ID] = said if _ID.fullmatch(said) else secrets.token_hex(16)
    request[TRACE] = trace_of(request.headers.get("traceparent", ""))
    # In the context of its connection, whose next request takes their place.
    structlog.contextvars.bind_contextvars(request=request[REQUEST_ID], trace=request[TRACE])
    return await handler(request)


def trace_of(traceparent: str) -> str:
    """Our place in a trace: in the one that a `traceparent` names, or a new one."""
    match = _TRACEPARENT.fullmatch(traceparent.strip())
    # Of a version that is newer, only what is known is taken (section 3.2.4); ours has nothing after the flags.
    if match is None or (match[4] and traceparent.startswith("00")):
        made = secrets.token_hex(24)
        return f"00-{made[:32]}-{made[32:]}-00"
    return f"00-{match[1]}-{secrets.token_hex(8)}-{match[3]}"


def add_names(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the client what its request is called here."""
    if REQUEST_ID in request:
        response.headers["X-Request-Id"] = request[REQUEST_ID]
        response.headers["traceresponse"] = request[TRACE]
