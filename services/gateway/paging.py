"""Lists in pages: newest first, from a cursor on."""

import base64
import binascii
import uuid
from datetime import UTC, datetime, timedelta

from aiohttp import web

from services.gateway.problems import ProblemError

_LIMIT = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_page(request: web.Request) -> tuple[int, tuple[datetime, str] | None]:
    """What `limit` (1 to 100, 20) and `after`, the cursor that the page before gave as `next`, ask for.

    Returns:
        The limit; creation time and id of the last one of the page before, or None.
    """
    try:
        limit = whole(request.query.get("limit", "20"))
        after = _read_cursor(request.query["after"]) if "after" in request.query else None
        if not 1 <= limit <= _LIMIT:
            raise ValueError
    except (ValueError, OverflowError, binascii.Error):
        raise ProblemError(
            400, "bad-query", "Bad query", f"limit is a number from 1 to {_LIMIT}, after a cursor that a list gave."
        ) from None
    return limit, after


def whole(text: str) -> int:
    """A whole number from 0 as people write it: `int` takes underscores, signs, blanks and the digits of every script.
    Raises `ValueError`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("not a whole number")
    return int(text)


def cursor(created_at: datetime, id_: str) -> str:
    """The cursor that goes on after this one."""
    microseconds = (created_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{microseconds}|{id_}".encode()).decode()


def _read_cursor(text: str) -> tuple[datetime, str]:
    microseconds, _, id_ = base64.urlsafe_b64decode(text.encode()).decode().partition("|")
    return _EPOCH + timedelta(microseconds=whole(microseconds)), str(uuid.UUID(id_))
