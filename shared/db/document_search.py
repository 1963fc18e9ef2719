"""A tenant's documents in pages: all, or those that are asked for, in an order of choice."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias

from shared.db.documents import Row
from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Status

Order: TypeAlias = Literal["created", "updated", "name"]
Cursor: TypeAlias = tuple[str, str]
"""Place in the order, and id, of the last one of a page."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents, in which order; by default all, newest first."""

    text: str = ""
    """In one of its names, its weeks' classes or teachers, whatever the case; empty for all."""
    statuses: tuple[Status, ...] = ()
    """One of these; none for all."""
    needs_look: bool = False
    """Only those that a person should look at."""
    order: Order = "created"
    descending: bool = True


def microseconds(time: datetime) -> str:
    """A time as a cursor tells it."""
    return str((time - _EPOCH) // timedelta(microseconds=1))


def moment(text: str) -> datetime:
    """The time that a cursor tells. Raises `ValueError` or `OverflowError`."""
    return _EPOCH + timedelta(microseconds=int(text))


class DocumentSearch:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def page(
        self, tenant: str, wanted: Wanted, limit: int, after: Cursor | None
    ) -> tuple[list[Row], Cursor | None]:
        """A page of a tenant's documents.

        Args:
            after: what the page before ended with.

        Returns:
            The rows, and the cursor of the page after; None at the end.
        """
        id_ = uuid.UUID(after[1]) if after else None
        if wanted == Wanted():
            at = moment(after[0]) if after else None
            rows = await self._database.pool.fetch(sql("document_list"), tenant, limit + 1, at, id_)
        else:
            rows = await self._database.pool.fetch(
                sql("document_search"),
                tenant,
                limit + 1,
                _pattern(wanted.text) if wanted.text else None,
                wanted.statuses or None,
                wanted.needs_look,
                wanted.order,
                wanted.descending,
                after[0] if after else None,
                id_,
            )
        if len(rows) <= limit:
            return rows, None
        last = rows[limit - 1]
        place = microseconds(last["created_at"]) if wanted == Wanted() else last["key"]
        return rows[:limit], (place, str(last["id"]))


def _pattern(text: str) -> str:
    """A pattern that finds what holds the text, whose own signs mean themselves."""
    for sign in "\\%_":
        text = text.replace(sign, "\\" + sign)
    return f"%{text}%"
