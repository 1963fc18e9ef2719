"""What clients and caches may keep of an answer: an entity tag, 304 for who has it already, and gzip where it is text.

Everything is private to its key and asked for again before it is used, unless its handler says otherwise; what says
nothing at all is not kept (`app.py`). Only what is whole in memory is looked at: event streams and pictures are not.
"""

import asyncio
import gzip
import hashlib
from collections.abc import Iterable

from aiohttp import ETag, web
from multidict import CIMultiDict

from services.gateway.negotiation import negotiate
from services.gateway.problems import Handler

_SMALLEST = 1024
"""Bytes from which compressing pays."""
_LARGE = 64 * 1024
"""Bytes from which it is done in a thread: 64 kB take a millisecond."""
_LEVEL = 5
_SUFFIX = "-gzip"
"""Of the tag of a compressed answer: its bytes are others (RFC 9110, section 8.8.3.3)."""
_OF_304 = frozenset(("cache-control", "etag", "last-event-id", "vary"))
_TEXTS = ("application/json", "application/schema+json", "text/")


@web.middleware
async def caching(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tag, compress or leave out the body of what a GET is answered."""
    answer = await handler(request)
    if not isinstance(answer, web.Response) or answer.status != 200 or request.method not in ("GET", "HEAD"):
        return answer
    body = answer.body
    if not isinstance(body, bytes) or answer.headers.get("Cache-Control") == "no-store":
        return answer
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    tag = (answer.etag.value if answer.etag else None) or hashlib.sha256(body).hexdigest()[:32]
    zipped = False
    if len(body) >= _SMALLEST and answer.content_type.startswith(_TEXTS):
        answer.headers.add("Vary", "Accept-Encoding")
        zipped = negotiate(request.headers.get("Accept-Encoding", ""), ("identity", "gzip")) == "gzip"
    answer.etag = tag + _SUFFIX if zipped else tag
    if has(request.if_none_match, tag):
        kept = [(name, value) for name, value in answer.headers.items() if name.lower() in _OF_304]
        return web.Response(status=304, headers=CIMultiDict(kept))
    if zipped:
        answer.headers["Content-Encoding"] = "gzip"
        few = len(body) < _LARGE
        # Without a time, the same bytes come out each time.
        answer.body = _zip(body) if few else await asyncio.to_thread(_zip, body)
    return answer


def _zip(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)


def has(tags: Iterable[ETag] | None, tag: str) -> bool:
    """Whether one of a request's tags is this one, compressed or not, or any."""
    return any(plain_tag(each) in (tag, "*") for each in tags or ())


def plain_tag(tag: ETag) -> str:
    """A tag as that of the answer that is not compressed."""
    return tag.value.removesuffix(_SUFFIX)
