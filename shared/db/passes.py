"""Passes: what a key was exchanged for, so that it need not stand in a browser or an address."""

import secrets
import uuid
from datetime import datetime

import msgspec

from shared.db.api_keys import digest_of
from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Role


class Pass(msgspec.Struct, frozen=True):
    """A pass that holds."""

    tenant: str
    name: str
    roles: frozenset[Role]
    key_id: str | None
    key_digest: bytes
    """Of the key that it was made with; empty where none was asked for."""
    document_id: str | None
    """The only document that a ticket is for; None for a login."""


class Passes:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def make(self, made: Pass, seconds: float) -> tuple[str, datetime]:
        """Make a pass; returns its text, which nobody can tell afterwards, and when it ends."""
        text = secrets.token_urlsafe(32)
        document = uuid.UUID(made.document_id) if made.document_id else None
        ends: datetime = await self._database.pool.fetchval(
            sql("pass_insert"),
            digest_of(text),
            made.tenant,
            made.name,
            sorted(made.roles),
            made.key_id,
            made.key_digest,
            document,
            seconds,
        )
        return text, ends

    @outage
    async def find(self, text: str) -> Pass | None:
        """The pass with this text, if it holds."""
        row = await self._database.pool.fetchrow(sql("pass_get"), digest_of(text))
        if row is None:
            return None
        document = str(row["document_id"]) if row["document_id"] else None
        roles = frozenset(row["roles"])
        return Pass(row["tenant"], row["name"], roles, row["key_id"], row["key_digest"], document)

    @outage
    async def end(self, text: str) -> None:
        """End a pass. Twice is fine."""
        await self._database.pool.execute(sql("pass_end"), digest_of(text))
