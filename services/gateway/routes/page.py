"""The page and its parts, as `make` builds them from `web/`.

They are kept in memory and sent from there: a file that is open for each client would be a descriptor for each, and
who reads nothing would keep it.
"""

import hashlib
import mimetypes
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from services.gateway.answers import cut
from services.gateway.context import GATEWAY
from services.gateway.negotiation import negotiate

STATIC = Path(__file__).parents[1] / "static"

CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


_SUFFIXES = {"identity": "", "br": ".br", "gzip": ".gz"}
"""Of the files that the build puts beside its texts, by how they are compressed."""


class _File(NamedTuple):
    data: bytes
    tag: str
    stamp: tuple[int, int]
    """Of the file that it was read from: when it was written, and its length."""


_kept: dict[Path, _File] = {}


async def page(request: web.Request) -> web.StreamResponse:
    tenants = request.app[GATEWAY].tenants
    if tenants.keyed and await tenants.logged_in(request) is None:
        raise web.HTTPSeeOther("/login")
    answer = await _send(request, STATIC / "index.html", {"Cache-Control": "no-cache", "Content-Security-Policy": CSP})
    return answer or web.Response(text="The page is not built yet: run `make run`, or use the API below /api/v1.\n")


async def operations(request: web.Request) -> web.StreamResponse:
    """The operator's address leads to its place on the one page there is."""
    raise web.HTTPSeeOther("/#/operations")


async def asset(request: web.Request) -> web.StreamResponse:
    # Its name holds a digest of what is in it: another version is another address.
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    answer = await _send(request, STATIC / "assets" / request.match_info["name"], headers)
    if answer is None:
        raise web.HTTPNotFound
    return answer


async def _send(request: web.Request, path: Path, headers: dict[str, str]) -> web.StreamResponse | None:
    """A file of the page's, compressed if it is kept so and the client takes that; None where there is none."""
    file = _read(path)
    if file is None:
        return None
    coding = negotiate(request.headers.get("Accept-Encoding", ""), tuple(_SUFFIXES))
    if (zipped := _read(path.with_name(path.name + _SUFFIXES[coding]))) is None:
        coding = "identity"
    file = zipped or file
    known = {each.value for each in request.if_none_match or ()}
    answer = web.StreamResponse(status=304 if known & {file.tag, "*"} else 200, headers=headers)
    answer.headers["Vary"] = "Accept-Encoding"
    answer.etag = file.tag
    if answer.status == 304:
        return answer
    answer.content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if coding != "identity":
        answer.headers["Content-Encoding"] = coding
    return await request.app[GATEWAY].answers.stream(request, answer, len(file.data), cut(file.data))


def _read(path: Path) -> _File | None:
    """A file as it is now."""
    try:
        found = path.stat()
        stamp = found.st_mtime_ns, found.st_size
        kept = _kept.get(path)
        if kept is None or kept.stamp != stamp:
            data = path.read_bytes()
            kept = _kept[path] = _File(data, hashlib.sha256(data).hexdigest()[:32], stamp)
    except OSError:
        return None
    return kept


ROUTES = [
    web.get("/", page),
    web.get("/operations", operations),
    # Only names that a file there can have: to a longer one the file system answers with an error.
    web.get("/assets/{name:[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}}", asset),
]
