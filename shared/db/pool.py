"""The connection pool, and what is an outage rather than a mistake."""

import asyncio
import functools
import hashlib
import random
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any, ClassVar, ParamSpec, TypeVar

import asyncpg
import msgspec

from shared.logs import get_logger
from shared.settings import Settings, setting

log = get_logger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

_SCHEMA_LOCK = 7_405_219_336
"""Advisory lock that services starting at once take in turn: CREATE TABLE IF NOT EXISTS alone can collide."""


class DatabaseSettings(Settings):
    group: ClassVar[str] = "Postgres"
    database_url: str = setting("postgresql://127.0.0.1:5432/timelift", "Where it is.", secret=True)
    database_pool: int = setting(8, "Connections a process opens at most.", ge=1, le=200)
    database_timeout: int = setting(10_000, "Longest a statement may take.", unit="ms", ge=100)


class DatabaseAwayError(ConnectionError):
    """Postgres cannot be reached or is going down; the same call may work later."""


_OUTAGE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.TransactionRollbackError,  # deadlock or serialisation: nothing was done, the same call may work
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


@functools.cache
def sql(name: str) -> str:
    """The statement in ``sql/<name>.sql``."""
    return (resources.files("shared.db") / "sql" / f"{name}.sql").read_text()


def outage(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Make a database function raise `DatabaseAwayError` for every way in which a connection fails."""

    @functools.wraps(function)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except DatabaseAwayError:
            raise
        except _OUTAGE as error:
            if isinstance(error, ValueError):
                # asyncpg reports arguments of the wrong type as an InterfaceError: waiting would not mend our mistake.
                raise
            raise DatabaseAwayError(f"Postgres is away: {error or type(error).__name__}") from error

    return wrapped


async def patiently(call: Callable[[], Awaitable[R]]) -> R:
    """Repeat an idempotent call until Postgres is back; bounded by the time-out of the job around it."""
    seconds = 0.1
    while True:
        try:
            return await call()
        except DatabaseAwayError as error:
            log.warning("postgres is away, waiting for it", error=str(error))
            await asyncio.sleep(seconds * random.uniform(0.5, 1.0))
            seconds = min(seconds * 2, 2.0)


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: b"\x01" + (value if isinstance(value, bytes) else msgspec.json.encode(value)),
        decoder=lambda data: bytes(data[1:]),
        schema="pg_catalog",
        format="binary",
    )


async def _make_tables(pool: "asyncpg.Pool[Any]") -> None:
    """Run the schema unless this very one has been. Even where it changes nothing it takes locks that would stop the
    traffic of the services that run, or deadlock with it."""
    digest = hashlib.sha256(sql("schema").encode()).hexdigest()
    async with pool.acquire() as connection:
        known = await connection.fetchval("SELECT to_regclass('schema_applied')")
        if known and await connection.fetchval(sql("schema_known"), digest):
            return
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _SCHEMA_LOCK)
            await connection.execute("SET LOCAL client_min_messages = warning")
            await connection.execute(sql("schema"))
            await connection.execute(sql("schema_note"), digest)


class Database:
    """A pool that is opened when Postgres first answers. jsonb goes in as a struct or JSON bytes and comes out as
    JSON bytes, for the caller to decode into its own struct."""

    def __init__(self, settings: DatabaseSettings | None = None) -> None:
        self.settings = settings or DatabaseSettings.load()
        self._pool: asyncpg.Pool[Any] | None = None

    @property
    def pool(self) -> "asyncpg.Pool[Any]":
        """Raises `DatabaseAwayError` before `open`."""
        if self._pool is None:
            raise DatabaseAwayError("Postgres has not answered yet")
        return self._pool

    @outage
    async def open(self) -> None:
        """Connect and make the tables that are missing. Raises `DatabaseAwayError`."""
        pool = await asyncpg.create_pool(
            self.settings.database_url,
            min_size=1,
            max_size=self.settings.database_pool,
            timeout=5,
            command_timeout=self.settings.database_timeout / 1000,
            init=_prepare,
        )
        try:
            await _make_tables(pool)
        except BaseException:
            pool.terminate()
            raise
        self._pool = pool

    @outage
    async def ping(self) -> None:
        """Raises `DatabaseAwayError`."""
        await self.pool.fetchval("SELECT 1", timeout=2)

    async def close(self) -> None:
        """Close the connections; a server that does not answer is not waited for."""
        if self._pool is None:
            return
        try:
            async with asyncio.timeout(5):
                await self._pool.close()
        except _OUTAGE:
            self._pool.terminate()
