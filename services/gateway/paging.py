"""Lists in pages, from a cursor on."""

import base64
import binascii
import uuid
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from services.gateway.problems import ProblemError
from shared.db.document_search import Cursor, moment
from shared.messages import Message


class PageQuery(Message):
    """Which part of a list."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    after: Annotated[str, Meta(max_length=2000)] | None = None
    """`next` of the page before."""


def read_page(query: PageQuery) -> tuple[int, Cursor | None]:
    """The limit, and the cursor that the page before gave as `next`. Raises a 400 problem."""
    try:
        return query.limit, _read_cursor(query.after) if query.after is not None else None
    except (ValueError, binascii.Error):
        raise bad_page() from None


def bad_page() -> ProblemError:
    return ProblemError(400, "bad-query", "Bad query", "after is a cursor that this list gave.")


def at_time(cursor: Cursor | None) -> tuple[datetime, str] | None:
    """The creation time and id of a cursor of a list by age. Raises a 400 problem."""
    try:
        return (moment(cursor[0]), cursor[1]) if cursor else None
    except (ValueError, OverflowError):
        raise bad_page() from None


def write_cursor(cursor: Cursor | None) -> str | None:
    """A cursor as a client gets it."""
    return base64.urlsafe_b64encode("|".join(cursor).encode()).decode() if cursor else None


def _read_cursor(text: str) -> Cursor:
    place, _, id_ = base64.urlsafe_b64decode(text.encode()).decode().rpartition("|")
    if "\0" in place:
        raise ValueError("no place in a list")
    return place, str(uuid.UUID(id_))
