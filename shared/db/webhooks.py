"""Webhooks and what has to be sent to them."""

import uuid
from datetime import datetime
from typing import TypeAlias

import asyncpg
import msgspec

from shared.db.pool import Database, outage
from shared.db.statements import sql

Row: TypeAlias = asyncpg.Record


class Delivery(msgspec.Struct):
    """A message to send."""

    id: str
    url: str
    body: bytes
    """JSON."""
    attempt: int
    """From 1."""
    secrets: list[str]
    """To sign it with, the newest first."""


class Webhooks:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def secret(self, tenant: str, new: str) -> str:
        """A tenant's secret; `new` where it had none."""
        found: str = await self._database.pool.fetchval(sql("webhook_secret"), tenant, new)
        return found

    @outage
    async def rotate(self, tenant: str, new: str, seconds: float) -> None:
        """Replace a tenant's secret; the one before still signs for `seconds`."""
        await self._database.pool.execute(sql("webhook_secret_rotate"), tenant, new, seconds)

    @outage
    async def add(self, tenant: str, url: str, most: int) -> Row | None:
        """A tenant's webhook, new or as it was; None if the tenant has `most` others."""
        return await self._database.pool.fetchrow(sql("webhook_insert"), uuid.uuid4(), tenant, url, most)

    @outage
    async def all(self, tenant: str) -> list[Row]:
        """A tenant's webhooks, oldest first."""
        rows: list[Row] = await self._database.pool.fetch(sql("webhook_list"), tenant)
        return rows

    @outage
    async def delete(self, id_: str, tenant: str) -> bool:
        """Delete a webhook and give up what waits for it; False if there is none."""
        return await self._database.pool.fetchval(sql("webhook_delete"), uuid.UUID(id_), tenant) is not None

    @outage
    async def take(self, seconds: float, most: int) -> list[Delivery]:
        """Messages that are due, for the caller to send.

        Args:
            seconds: until a message that nobody reports on is due again.
            most: how many.
        """
        rows = await self._database.pool.fetch(sql("delivery_take"), seconds, most)
        return [
            Delivery(
                str(row["id"]),
                row["url"],
                row["body"],
                row["attempts"],
                [each for each in (row["secret"], row["former"]) if each],
            )
            for row in rows
        ]

    @outage
    async def done(self, delivery: Delivery, answer: int | None, error: str | None, again: float | None) -> None:
        """Say what came of an attempt.

        Args:
            answer: HTTP status, if there was one.
            error: why it was not delivered; None if it was.
            again: seconds until the next attempt; None for none.
        """
        arguments = uuid.UUID(delivery.id), delivery.attempt, answer, error, again
        await self._database.pool.execute(sql("delivery_done"), *arguments)

    @outage
    async def deliveries(
        self, tenant: str, limit: int, after: tuple[datetime, str] | None, document_id: str | None
    ) -> list[Row]:
        """A page of a tenant's messages, newest first.

        Args:
            after: creation time and id of the last one of the page before.
            document_id: only this document's.
        """
        created, id_ = (after[0], uuid.UUID(after[1])) if after else (None, None)
        document = uuid.UUID(document_id) if document_id else None
        rows: list[Row] = await self._database.pool.fetch(sql("delivery_list"), tenant, limit, created, id_, document)
        return rows

    @outage
    async def again(self, id_: str, tenant: str) -> bool:
        """Send a message again, as a first attempt; False if there is none."""
        return await self._database.pool.fetchval(sql("delivery_again"), uuid.UUID(id_), tenant) is not None
