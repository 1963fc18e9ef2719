"""What has been kept as long as it may be: the statements of the one gateway that deletes it."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import msgspec

from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Status

_LOCK = 7_405_219_338


class Due(msgspec.Struct):
    """A document that is due, or whose original is."""

    id: str
    tenant: str
    blob: str
    """Key of its original."""
    ended: bool
    days: float
    """Since its upload."""


class Retention:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextlib.asynccontextmanager
    async def deleting(self) -> AsyncIterator["Deleting | None"]:
        """The right to delete what is due, held by one gateway at a time; None if another one holds it."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            mine = await connection.fetchval(sql("lock_try"), _LOCK)
            yield Deleting(connection) if mine else None

    @outage
    async def original_gone(self, document_id: str) -> None:
        """Note that a document's original was deleted."""
        await self._database.pool.execute(sql("retention_original_gone"), uuid.UUID(document_id))


class Deleting:
    """The statements of the one who deletes. What it is told stays due until it is gone, committed one by one."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> None:
        self._connection = connection

    async def documents(self, days: int, tenants: Mapping[str, int], most: int) -> list[Due]:
        """Documents that are due, oldest first.

        Args:
            days: that all are kept; 0 for ever.
            tenants: days of tenants that have their own.
            most: how many.
        """
        names, own = list(tenants), list(tenants.values())
        return [_due(row) for row in await self._connection.fetch(sql("retention_due"), days, names, own, most)]

    async def originals(self, days: int, most: int) -> list[Due]:
        """Documents whose original is due, oldest first.

        Args:
            days: that originals are kept.
            most: how many.
        """
        return [_due(row) for row in await self._connection.fetch(sql("retention_originals"), days, most)]


def _due(row: asyncpg.Record) -> Due:
    return Due(str(row["id"]), row["tenant"], row["blob"], Status(row["status"]).final, row["days"])
