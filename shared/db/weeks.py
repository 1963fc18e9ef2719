"""Weeks on their way out: what is written to files, when a week holds, what was read, and the links to it."""

import hashlib
import uuid
from typing import Any, TypeAlias

import asyncpg
import msgspec

from shared.db.pool import Database, outage
from shared.db.statements import sql

Row: TypeAlias = asyncpg.Record


class Weeks:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached.

    An id is that of a timetable, or of a document, whose first one is meant.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def one(self, id_: str, tenant: str) -> Row | None:
        """A row of `week_get`, or None."""
        return await self._database.pool.fetchrow(sql("week_get"), uuid.UUID(id_), tenant, 1)

    @outage
    async def of_document(self, document_id: str, tenant: str) -> list[Row]:
        """Rows of `week_get`, all of a document."""
        rows: list[Row] = await self._database.pool.fetch(sql("week_get"), uuid.UUID(document_id), tenant, None)
        return rows

    @outage
    async def term_dates(self, id_: str, tenant: str) -> tuple[bool, bytes | None]:
        """Whether there is such a week, and the dates it holds between, as JSON."""
        row = await self._database.pool.fetchrow(sql("term_dates_get"), uuid.UUID(id_), tenant)
        return row is not None, row["term_dates"] if row else None

    @outage
    async def set_term_dates(self, id_: str, tenant: str, dates: msgspec.Struct | None) -> bool:
        """Say when a week holds; False if there is none."""
        return await self._database.pool.fetchval(sql("term_dates_set"), uuid.UUID(id_), tenant, dates) is not None

    @outage
    async def original(self, id_: str, tenant: str, corrections: int) -> tuple[str, bytes | None, list[Any]] | None:
        """A week's id, its body as it was read (None where that was not kept), and of its newest corrections, newest
        first, when they were made and the name of their key; None if there is no such week.

        Args:
            corrections: how many at most.
        """
        row = await self._database.pool.fetchrow(sql("timetable_original"), uuid.UUID(id_), tenant, corrections)
        return (str(row["id"]), row["body"], row["corrections"]) if row else None

    @outage
    async def link(
        self, calendar_id: str, tenant: str, id_: str, token: str, dates: msgspec.Struct | None, most: int
    ) -> str | None:
        """Link to a week by a token; returns the timetable's id, or None if there is no such week or it has links
        enough.

        Args:
            dates: between which the link says that the week holds; None for the week's own.
            most: links that a week may have.
        """
        arguments = uuid.UUID(calendar_id), tenant, uuid.UUID(id_), _digest(token), dates, most
        found = await self._database.pool.fetchval(sql("calendar_insert"), *arguments)
        return str(found) if found else None

    @outage
    async def links(self, timetable_id: str, tenant: str) -> list[Row]:
        """The links to a week, oldest first."""
        rows: list[Row] = await self._database.pool.fetch(sql("calendar_list"), uuid.UUID(timetable_id), tenant)
        return rows

    @outage
    async def revoke(self, calendar_id: str, tenant: str) -> bool:
        """Revoke a link; False if there is none."""
        return await self._database.pool.fetchval(sql("calendar_revoke"), uuid.UUID(calendar_id), tenant) is not None

    @outage
    async def linked(self, token: str) -> Row | None:
        """The week that a token links to, in the form of `one`; None if it links to nothing, or not any more."""
        return await self._database.pool.fetchrow(sql("calendar_get"), _digest(token))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
