"""Uploads that come again: the same bytes, or the same Idempotency-Key."""

import msgspec

from shared.db.pool import Database, outage
from shared.db.statements import sql

_UNDER_WAY_SECONDS = 120.0
"""How long an upload that was begun under a key may take before the key is free again: its gateway died."""
_KEPT_SECONDS = 86_400.0
"""How long a key is remembered."""


class Former(msgspec.Struct, frozen=True):
    """What a key was taken for before."""

    fingerprint: bytes
    document_id: str | None
    """None while it is under way."""


class Uploads:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def same(self, tenant: str, digest: bytes) -> str | None:
        """The id of the tenant's newest completed document of these bytes, if there is one."""
        found = await self._database.pool.fetchval(sql("document_same"), tenant, digest)
        return str(found) if found else None

    @outage
    async def begin(self, tenant: str, key: str, fingerprint: bytes) -> Former | None:
        """Take a key for an upload; returns None, or what it was taken for before."""
        pool = self._database.pool
        await pool.execute(sql("upload_key_expire"), _KEPT_SECONDS)
        rows = await pool.fetch(sql("upload_key_begin"), tenant, key, fingerprint, _UNDER_WAY_SECONDS)
        if not rows:
            return Former(fingerprint, None)
        (row,) = rows
        if row["mine"]:
            return None
        return Former(row["fingerprint"], str(row["document_id"]) if row["document_id"] else None)

    @outage
    async def release(self, tenant: str, key: str) -> None:
        """Give a key back whose upload was refused. `Documents.add` keeps it for one that was accepted."""
        await self._database.pool.execute(sql("upload_key_release"), tenant, key)
