"""The gateway's web application: its routes behind its middlewares, and the headers of every answer."""

from aiohttp import web

from services.gateway.access_log import AccessLogSettings, access_log
from services.gateway.caching import caching
from services.gateway.context import GATEWAY, Gateway
from services.gateway.endpoint import ENDPOINTS, Endpoint
from services.gateway.guard import allows_origin, guard
from services.gateway.metrics import measured
from services.gateway.places import begins, placed
from services.gateway.problems import problem_middleware
from services.gateway.rate_limits import RateLimits, RateSettings
from services.gateway.request_ids import add_names, named
from services.gateway.routes import (
    calendars,
    contract,
    dead_jobs,
    documents,
    events,
    exports,
    identity,
    keys,
    login,
    operations,
    page,
    queue,
    shared_events,
    term_dates,
    tickets,
    timetables,
    upload,
    webhooks,
)
from services.gateway.tenants import DEPRECATED
from shared.health import Check, add_health_routes
from shared.http_server import SECURITY_HEADERS

API: list[Endpoint] = [
    *upload.ROUTES,
    *documents.ROUTES,
    *tickets.ROUTES,
    *exports.ROUTES,
    *term_dates.ROUTES,
    *calendars.ROUTES,
    *webhooks.ROUTES,
    *timetables.ROUTES,
    *events.ROUTES,
    *shared_events.ROUTES,
    *queue.ROUTES,
    *operations.ROUTES,
    *dead_jobs.ROUTES,
    *identity.ROUTES,
    *keys.ROUTES,
]
"""All addresses of the API."""
_ALLOWED_FIELDS = (
    *(
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "Last-Event-ID",
        "X-API-Key",
        *("X-Request-Id", "traceparent"),
    ),
)
"""What a page of another origin may send."""
_EXPOSED = (
    "Content-Disposition, ETag, Last-Event-ID, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
)


def build_app(gateway: Gateway, checks: dict[str, Check], alive: Check) -> web.Application:
    """The application over `gateway`; `checks` decide whether it is ready, `alive` whether it can go on at all."""
    app = web.Application(
        middlewares=[
            named,
            measured,
            access_log(AccessLogSettings.load()),
            problem_middleware,
            gateway.answers.middleware,
            caching,
            guard,
            gateway.tenants.middleware,
            RateLimits(RateSettings.load()).middleware,
            placed,
        ],
        client_max_size=1024,
    )
    app[GATEWAY] = gateway
    app.on_response_prepare.extend((_headers, begins))
    app[ENDPOINTS] = {(each.method, each.path): each for each in API}
    app.add_routes([*API, *(web.options(path, _preflight) for path in sorted({route.path for route in API}))])
    app.add_routes([*contract.routes(API), *login.ROUTES, *page.ROUTES])
    add_health_routes(app, checks, alive)
    return app


async def _preflight(request: web.Request) -> web.Response:
    """Answers a browser that asks whether a page of another origin may call the API; `_headers` says whether."""
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": ", ".join(_ALLOWED_FIELDS),
        "Access-Control-Max-Age": "600",
    }
    return web.Response(status=204, headers=headers)


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    add_names(request, response)
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.get(DEPRECATED):
        # RFC 9745; of the release that brought tickets.
        response.headers["Deprecation"] = "@1764460800"
    if request.path.startswith("/api/") and request.app[GATEWAY].settings.origins:
        # Pages of those origins show pictures by <img>, which says nothing of where it stands.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if "Origin" in request.headers and request.path.startswith("/api/") and allows_origin(request):
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED
        response.headers.add("Vary", "Origin")
