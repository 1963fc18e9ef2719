"""The connections to Postgres, and what a statement on a new one waits for."""

import asyncio

import asyncpg
import pytest

from shared.db.pool import Database, DatabaseSettings
from tests.waiting import patience, until


async def test_connections_are_opened_ahead_and_once_more_where_they_were_lost(database_url: str) -> None:
    database = Database(DatabaseSettings.load(database_url=f"{database_url}?application_name=lost", database_pool=3))
    await database.open()
    await database.fill()
    assert (database.pool.get_size(), database.pool.get_idle_size()) == (3, 3)
    direct = await asyncpg.connect(database_url)

    async def lost() -> bool:
        await direct.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lost'")
        return database.pool.get_size() == 0

    await until(lost)
    await direct.close()
    await database.fill()
    # The pool opens one of them itself since they were lost, and may still be at it.
    await until(lambda: (database.pool.get_size(), database.pool.get_idle_size()) == (3, 3))
    await database.close()


async def test_connections_that_are_opened_ahead_are_not_held_until_one_comes_back_that_is_used(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else would have one meanwhile; it may come back when a lock is released, or never."""
    monkeypatch.setattr("shared.db.pool._FILL_SECONDS", 3600)
    database = Database(DatabaseSettings.load(database_url=database_url, database_pool=3))
    await database.open()
    filling = asyncio.create_task(database.fill())
    await asyncio.sleep(0)  # it has counted three
    async with database.pool.acquire(), patience():
        assert await database.pool.fetchval("SELECT 1") == 1
    await filling
    await database.close()


async def test_a_statement_on_a_new_connection_asks_nothing_before_it(database_url: str) -> None:
    """asyncpg looks up array types in three round trips, on each connection anew, when a statement first has one."""
    database = Database(DatabaseSettings.load(database_url=database_url, database_pool=1))
    await database.open()
    asked: list[str] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        asked.append(query.query)

    async with database.pool.acquire() as connection:
        connection.add_query_logger(note)
        await connection.fetchrow("SELECT $1::uuid[], $2::text[]", [], [])
    await database.close()
    assert asked == ["SELECT $1::uuid[], $2::text[]"]
