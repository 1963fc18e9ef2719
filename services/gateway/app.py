"""The gateway's web application: routes, headers, the page."""

from pathlib import Path

from aiohttp import web

from services.gateway import documents, queue, sse, timetables, upload
from services.gateway.access_log import AccessLogSettings, access_log
from services.gateway.context import GATEWAY, Gateway
from services.gateway.guard import allows_origin, guard
from services.gateway.metrics import measured
from services.gateway.problems import problem_middleware
from shared.health import Check, add_health_routes
from shared.http_server import SECURITY_HEADERS

STATIC = Path(__file__).parent / "static"
"""Where `make` builds the page from `web/`."""

_CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def build_app(gateway: Gateway, checks: dict[str, Check], alive: Check) -> web.Application:
    """The application over `gateway`; `checks` decide whether it is ready, `alive` whether it can go on at all."""
    app = web.Application(
        middlewares=[
            measured,
            access_log(AccessLogSettings.load()),
            problem_middleware,
            gateway.answers.middleware,
            guard,
            gateway.tenants.middleware,
        ],
        client_max_size=1024,
    )
    app[GATEWAY] = gateway
    app.on_response_prepare.append(_headers)
    api = [
        web.post("/api/v1/documents/upload", upload.upload),
        web.get("/api/v1/documents", documents.list_documents),
        web.get("/api/v1/documents/{id}", documents.get_document),
        web.delete("/api/v1/documents/{id}", documents.delete_document),
        web.get("/api/v1/documents/{id}/image", documents.get_image),
        web.get("/api/v1/documents/{id}/timetables", timetables.list_of_document),
        web.post("/api/v1/documents/{id}/cancel", documents.cancel_document),
        web.get("/api/v1/queue", queue.get_queue),
        web.get("/api/v1/queue/dead", queue.list_dead),
        web.delete("/api/v1/queue/dead", queue.purge_dead),
        web.post("/api/v1/queue/dead/{id}/retry", queue.retry_dead),
        web.delete("/api/v1/queue/dead/{id}", queue.delete_dead),
        web.get("/api/v1/timetables", timetables.list_timetables),
        web.get("/api/v1/timetables/{id}", timetables.get_timetable),
        web.put("/api/v1/timetables/{id}", timetables.put_timetable),
        # A HEAD would be answered by a stream that stays open.
        web.get("/api/v1/events/{id}", sse.events, allow_head=False),
    ]
    app.add_routes([*api, *(web.options(path, _preflight) for path in sorted({route.path for route in api}))])
    app.router.add_get("/", _page)
    # Only names that a file there can have: to a longer one the file system answers with an error.
    app.router.add_get("/assets/{name:[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}}", _asset)
    add_health_routes(app, checks, alive)
    return app


async def _page(_: web.Request) -> web.StreamResponse:
    index = STATIC / "index.html"
    if not index.is_file():
        return web.Response(text="The page is not built yet: run `make run`, or use the API below /api/v1.\n")
    return web.FileResponse(index, headers={"Cache-Control": "no-cache", "Content-Security-Policy": _CSP})


async def _asset(request: web.Request) -> web.StreamResponse:
    path = STATIC / "assets" / request.match_info["name"]
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path)


async def _preflight(request: web.Request) -> web.Response:
    """Answers a browser that asks whether a page of another origin may call the API; `_headers` says whether."""
    headers = {
        "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, Last-Event-ID, X-API-Key, traceparent",
        "Access-Control-Max-Age": "600",
    }
    return web.Response(status=204, headers=headers)


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SECURITY_HEADERS)
    if request.path.startswith("/api/") and request.app[GATEWAY].settings.origins:
        # Pages of those origins show pictures by <img>, which says nothing of where it stands.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if "Origin" in request.headers and request.path.startswith("/api/") and allows_origin(request):
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = "ETag, Location, Retry-After"
        response.headers["Vary"] = "Origin"
