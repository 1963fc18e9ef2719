"""Lists in pages, from a cursor on."""

import base64
import binascii
import uuid
from datetime import datetime

from aiohttp import web

from services.gateway.problems import ProblemError
from shared.db.document_search import Cursor, moment

_LIMIT = 100


def read_page(request: web.Request) -> tuple[int, Cursor | None]:
    """What `limit` (1 to 100, 20) and `after`, the cursor that the page before gave as `next`, ask for."""
    try:
        limit = whole(request.query.get("limit", "20"))
        after = _read_cursor(request.query["after"]) if "after" in request.query else None
        if not 1 <= limit <= _LIMIT:
            raise ValueError
    except (ValueError, binascii.Error):
        raise bad_page() from None
    return limit, after


def bad_page() -> ProblemError:
    return ProblemError(
        400, "bad-query", "Bad query", f"limit is a number from 1 to {_LIMIT}, after a cursor that this list gave."
    )


def at_time(cursor: Cursor | None) -> tuple[datetime, str] | None:
    """The creation time and id of a cursor of a list by age. Raises a 400 problem."""
    try:
        return (moment(cursor[0]), cursor[1]) if cursor else None
    except (ValueError, OverflowError):
        raise bad_page() from None


def whole(text: str) -> int:
    """A whole number from 0 as people write it: `int` takes underscores, signs, blanks and the digits of every script.
    Raises `ValueError`."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("not a whole number")
    return int(text)


def write_cursor(cursor: Cursor | None) -> str | None:
    """A cursor as a client gets it."""
    return base64.urlsafe_b64encode("|".join(cursor).encode()).decode() if cursor else None


def _read_cursor(text: str) -> Cursor:
    place, _, id_ = base64.urlsafe_b64decode(text.encode()).decode().rpartition("|")
    if "\0" in place:
        raise ValueError("no place in a list")
    return place, str(uuid.UUID(id_))
