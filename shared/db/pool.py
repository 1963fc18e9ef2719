"""The connection pool, and what is an outage rather than a mistake."""

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar, ParamSpec, TypeVar

import asyncpg
import msgspec

from shared.cancelling import end_if_cancelled
from shared.db.migrate import Connection, SchemaError, migrate, newest, version
from shared.db.statements import sql
from shared.logs import get_logger
from shared.metrics import DATABASE_CONNECTIONS, DATABASE_CONNECTIONS_MAX
from shared.settings import Settings, setting, url_of
from shared.watchdog import POSTGRES_SECONDS, allowing

log = get_logger(__name__)
P = ParamSpec("P")
R = TypeVar("R")

_IDLE_SECONDS = 300.0
"""After which a connection that nobody needed is closed."""
_FILL_SECONDS = 20.0
"""Longest that opening them all may take."""


class DatabaseSettings(Settings):
    group: ClassVar[str] = "Postgres"
    database_url: Annotated[str, url_of("postgresql", "postgres")] = setting(
        "postgresql://127.0.0.1:5432/timelift", "Where it is.", secret=True
    )
    database_password: str = setting(
        "", "Password of the URL's user; takes precedence over one in the URL and needs no escapes.", secret=True
    )
    database_pool: int = setting(
        8,
        "Connections a process opens at most; a gateway opens them all at once and keeps them. Postgres' usual limit "
        "of 100 is reached by 12 processes: raise its max_connections, lower this, or put a pooler between.",
        ge=1,
        le=200,
    )
    database_statement_cache: int = setting(
        100,
        "Prepared statements that a connection keeps; 0 where a pooler hands out a connection per transaction "
        "(PgBouncer's transaction mode without max_prepared_statements).",
        ge=0,
        le=10_000,
    )
    database_timeout: int = setting(10_000, "Longest a statement may take.", unit="ms", ge=100)
    database_migrate: bool = setting(
        True, "Whether a service migrates the schema when it starts; else it waits for `python -m shared.db migrate`."
    )


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


def outage(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Make a database function raise `DatabaseAwayError` for every way in which a connection fails."""

    @functools.wraps(function)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with allowing(POSTGRES_SECONDS):
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
            end_if_cancelled()
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
    await connection.fetchrow(sql("array_types"))


async def _keep(_connection: "asyncpg.Connection[Any]") -> None:
    """What the pool does to a connection that comes back, when an open transaction was rolled back: nothing. No session
    here sets, locks or opens what outlives its transaction; by default four statements would undo that after each."""


class Database:
    """A pool that is opened when Postgres first answers. jsonb goes in as a struct or JSON bytes and comes out as
    JSON bytes, for the caller to decode into its own struct."""

    def __init__(self, settings: DatabaseSettings | None = None) -> None:
        self.settings = settings or DatabaseSettings.load()
        self._pool: asyncpg.Pool[Any] | None = None
        self._missing = "Postgres has not answered yet"

    @property
    def pool(self) -> "asyncpg.Pool[Any]":
        """Raises `DatabaseAwayError` before `open`."""
        if self._pool is None:
            raise DatabaseAwayError(self._missing)
        return self._pool

    @outage
    async def open(self) -> None:
        """Connect, and migrate the schema or see that it was.

        Raises:
            DatabaseAwayError: Postgres cannot be reached, or the schema is not ours yet.
            SchemaError: the schema cannot become ours.
        """
        cache = await self._statement_cache()
        pool = await asyncpg.create_pool(
            self.settings.database_url,
            password=self.settings.database_password or None,
            min_size=1,
            max_size=self.settings.database_pool,
            timeout=5,
            command_timeout=self.settings.database_timeout / 1000,
            statement_cache_size=cache,
            max_inactive_connection_lifetime=_IDLE_SECONDS,
            init=_prepare,
            reset=_keep,
        )
        try:
            async with pool.acquire() as connection:
                await self._ready(connection)
        except BaseException:
            pool.terminate()
            raise
        self._pool = pool
        # Of several pools in one process the last one is shown; a service has one.
        DATABASE_CONNECTIONS.labels("idle").set_function(pool.get_idle_size)
        DATABASE_CONNECTIONS.labels("used").set_function(lambda: pool.get_size() - pool.get_idle_size())
        DATABASE_CONNECTIONS_MAX.set(pool.get_max_size())

    async def fill(self) -> None:
        """Open all connections, as far as Postgres has room for them, and use those that nobody does: for who answers
        people, as to open one takes as long as several answers. Called less than five minutes apart it keeps them: the
        pool closes what is idle for longer, and what stands between forgets it. Raises `DatabaseAwayError` before
        `open`."""
        pool = self.pool

        async def use() -> None:
            async with pool.acquire() as connection:
                await connection.fetchval("SELECT 1")

        try:
            with allowing(POSTGRES_SECONDS):
                async with asyncio.timeout(_FILL_SECONDS):
                    free = pool.get_max_size() - pool.get_size() + pool.get_idle_size()
                    # All begin in one turn, so that each takes another one, and none is held while others are waited
                    # for: those that requests took meanwhile may be long in coming back.
                    await asyncio.gather(*(use() for _ in range(free)))
        except _OUTAGE as error:
            log.warning("not all connections to postgres are there ahead", error=str(error) or type(error).__name__)

    async def _statement_cache(self) -> int:
        """The setting; behind a pooler none unless it was set, as the next transaction may meet another backend, which
        knows nothing of the statements prepared on this one."""
        if "database_statement_cache" in self.settings.model_fields_set:
            return self.settings.database_statement_cache
        connection = await asyncpg.connect(
            self.settings.database_url,
            password=self.settings.database_password or None,
            timeout=5,
            statement_cache_size=0,
        )
        try:
            pooled = await connection.fetchval("SELECT pg_backend_pid()") != connection.get_server_pid()
        finally:
            await connection.close(timeout=5)
        if pooled:
            log.warning("a pooler stands before postgres: no statements are kept (DATABASE_STATEMENT_CACHE)")
            return 0
        return self.settings.database_statement_cache

    async def _ready(self, connection: Connection) -> None:
        try:
            # Looked at first: a service that finds everything done takes no lock and needs no right to change tables.
            at = await version(connection)
            if at < newest() and self.settings.database_migrate:
                at = await migrate(connection)
        except asyncpg.LockNotAvailableError as error:
            self._missing = "The schema is being migrated by another process, or a table to be changed is in use"
            raise DatabaseAwayError(self._missing) from error
        except asyncpg.InsufficientPrivilegeError as error:
            raise SchemaError(
                f"the database's schema needs to be version {newest()}, and this role may not see to it ({error}). Run "
                "`python -m shared.db migrate` as the tables' owner, and grant this role the tables."
            ) from error
        if at < newest():
            self._missing = f"The schema is version {at}, not yet {newest()}: run `python -m shared.db migrate`"
            raise DatabaseAwayError(self._missing)

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
