"""JSON bodies of requests, read within a bound and checked against a message."""

from typing import TypeVar

import msgspec
from aiohttp import web

from services.gateway.context import GATEWAY
from services.gateway.places import take_place
from services.gateway.problems import ProblemError

T = TypeVar("T")

_SMALL = 16 * 1024
"""Bytes of a body of a few fields."""


async def read_body(request: web.Request, max_bytes: int) -> bytes:
    """A body that says that it is JSON; from then on the request has a place of its client's. Raises a 413 or 415
    problem, and what `Body.read` raises."""
    if request.content_type != "application/json":
        raise ProblemError(
            415, "wrong-content-type", "Wrong content type", f"Send application/json, not {request.content_type}."
        )
    data = bytearray()

    def feed(chunk: bytes) -> None:
        data.extend(chunk)
        if len(data) > max_bytes:
            raise ProblemError(
                413,
                "too-large",
                "Too large",
                f"The body is larger than {max_bytes // 1024:,} KiB.",
                headers={"Connection": "close"},
            )

    async with request.app[GATEWAY].reception.body(request) as body:
        await body.read(feed)
        # Within: what waits for a place is held, and counts.
        await take_place(request)
    return bytes(data)


async def read_json(request: web.Request, kind: type[T]) -> T:
    """A small body as a message. Raises a 400 problem on what is no JSON, 422 naming the field that does not fit."""
    data = await read_body(request, _SMALL)
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        field = path.removesuffix("`").removeprefix(".") or None
        raise ProblemError(422, "bad-body", "Bad body", f"{text}.", field=field) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ProblemError(400, "bad-json", "Bad JSON", "The body is not JSON.") from None
