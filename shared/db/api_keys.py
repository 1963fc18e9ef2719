"""The keys of the API that are kept in the database: made, found, listed, revoked. The key itself is shown once."""

import hashlib
import re
import secrets

import asyncpg
import msgspec

from shared.db.documents import time_text
from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Message, Role

_KEY = re.compile(r"tl_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


class ApiKey(Message):
    """A key as the API and the command line tell it: without what it is recognised by."""

    id: str
    """A part of the key that is no secret."""
    tenant: str
    name: str
    """Whose it is, in the operator's words."""
    roles: list[Role]
    created_at: str
    last_used_at: str | None
    """To the minute."""
    revoked_at: str | None


class StoredKey(msgspec.Struct, frozen=True):
    """A key with the digest that it is recognised by."""

    told: ApiKey
    digest: bytes


def digest_of(key: str) -> bytes:
    """The digest of a key, of the same length for every key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def id_in(key: str) -> str | None:
    """The part of a key by which it is found; None if it has not the form of a stored one."""
    match = _KEY.fullmatch(key)
    return match[1] if match else None


def _read(row: "asyncpg.Record") -> StoredKey:
    told = ApiKey(
        id=row["id"],
        tenant=row["tenant"],
        name=row["name"],
        roles=row["roles"],
        created_at=time_text(row["created_at"]) or "",
        last_used_at=time_text(row["last_used_at"]),
        revoked_at=time_text(row["revoked_at"]),
    )
    return StoredKey(told, row["digest"])


class ApiKeys:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant: str, name: str, roles: list[Role]) -> tuple[ApiKey, str]:
        """Make a key; returns it and its text, which nobody can tell afterwards."""
        id_ = secrets.token_hex(6)
        key = f"tl_{id_}_{secrets.token_urlsafe(32)}"
        return await self._insert(id_, tenant, name, sorted(set(roles)), digest_of(key)), key

    @outage
    async def _insert(self, id_: str, tenant: str, name: str, roles: list[Role], digest: bytes) -> ApiKey:
        (row,) = await self._database.pool.fetch(sql("api_key_insert"), id_, tenant, name, roles, digest)
        return _read(row).told

    @outage
    async def get(self, id_: str) -> StoredKey | None:
        """The key with this id, revoked or not."""
        row = await self._database.pool.fetchrow(sql("api_key_get"), id_)
        return _read(row) if row else None

    @outage
    async def all(self) -> list[ApiKey]:
        """All keys: those that hold first, the newest first."""
        return [_read(row).told for row in await self._database.pool.fetch(sql("api_key_list"))]

    @outage
    async def revoke(self, id_: str) -> bool:
        """End a key for good; False if there is none. Twice is fine."""
        return await self._database.pool.fetchval(sql("api_key_revoke"), id_) is not None

    @outage
    async def used(self, id_: str) -> None:
        """Note that a key is in use."""
        await self._database.pool.execute(sql("api_key_used"), id_)
