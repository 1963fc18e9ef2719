"""The schema's migrations: numbered SQL files, each run once, in order and never back.

::

    0 (no table) ── 0001 ──▶ 1 ── 0002 ──▶ 2 ...  the newest that the code knows: the services work
    older: the service migrates, or waits for who does      newer than the code: the service refuses

A migration and its record in ``schema_migrations`` are one transaction: one that breaks off leaves nothing behind. It
runs beside services of the version before, so it adds first; what they still use goes in a migration of a later
version.
"""

import functools
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from shared.db.statements import sql
from shared.logs import get_logger

if TYPE_CHECKING:
    import asyncpg

log = get_logger(__name__)

Connection: TypeAlias = "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]"

LOCK = 7_405_219_336
"""Number of the advisory lock under which a database is migrated."""

LOCK_MS = 3000
"""Longest wait for a lock. A migration that waits for a table makes everybody wait who comes after it."""

_MIGRATION_SECONDS = 3600.0
"""Longest run of one migration; the time-out of the services' own statements would break off a long one for ever."""


class SchemaError(RuntimeError):
    """The database's schema is none that this process can work with or bring about. The text is one sentence for the
    operator."""


class Migration(NamedTuple):
    version: int
    """From 1, without gaps."""
    name: str
    text: str


@functools.cache
def migrations() -> tuple[Migration, ...]:
    """All of them in order, from ``migrations/NNNN_name.sql``."""
    files = sorted((resources.files("shared.db") / "migrations").iterdir(), key=lambda file: file.name)
    found = [file for file in files if file.name.endswith(".sql")]
    split = [(*file.name.removesuffix(".sql").split("_", 1), file.read_text()) for file in found]
    return tuple(Migration(int(number), name, text) for number, name, text in split)


def newest() -> int:
    """The schema version that this code needs."""
    return migrations()[-1].version


async def version(connection: Connection) -> int:
    """The schema version of a database; 0 if none was recorded. Raises `SchemaError` if it is newer than the code."""
    if not await connection.fetchval(sql("migration_known")):
        return 0
    found: int = await connection.fetchval(sql("migration_version")) or 0
    if found > newest():
        raise SchemaError(
            f"the database's schema is version {found}, of a newer Timelift than this one, which knows {newest()}. "
            "Run the newer one, or give DATABASE_URL another database."
        )
    return found


async def migrate(connection: Connection) -> int:
    """Run the migrations that a database lacks and return its version then. Of several processes that do so at once,
    one runs each.

    Raises:
        SchemaError: the database is newer than the code.
        asyncpg.LockNotAvailableError: another process is at it, or a table is in use; call again.
        asyncpg.InsufficientPrivilegeError: the role may not change the tables.
    """
    while True:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
            await connection.execute(sql("migration_lock"), LOCK)
            at = await version(connection)
            if at == newest():
                return at
            migration = migrations()[at]
            await connection.execute(migration.text, timeout=_MIGRATION_SECONDS)
            await connection.execute(sql("migration_insert"), migration.version, migration.name)
        log.info("database migrated", version=migration.version, name=migration.name)
