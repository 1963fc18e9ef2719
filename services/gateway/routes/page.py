"""The page and its parts, as `make` builds them from `web/`."""

from pathlib import Path

from aiohttp import web

from services.gateway.context import GATEWAY

STATIC = Path(__file__).parents[1] / "static"

CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


async def page(request: web.Request) -> web.StreamResponse:
    tenants = request.app[GATEWAY].tenants
    if tenants.keyed and await tenants.logged_in(request) is None:
        raise web.HTTPSeeOther("/login")
    index = STATIC / "index.html"
    if not index.is_file():
        return web.Response(text="The page is not built yet: run `make run`, or use the API below /api/v1.\n")
    return web.FileResponse(index, headers={"Cache-Control": "no-cache", "Content-Security-Policy": CSP})


async def asset(request: web.Request) -> web.StreamResponse:
    path = STATIC / "assets" / request.match_info["name"]
    if not path.is_file():
        raise web.HTTPNotFound
    # Its name holds a digest of what is in it: another version is another address.
    return web.FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTES = [
    web.get("/", page),
    # Only names that a file there can have: to a longer one the file system answers with an error.
    web.get("/assets/{name:[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}}", asset),
]
