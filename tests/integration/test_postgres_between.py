"""What stands between the services and Postgres: a network that loses an answer, a pooler."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import asyncpg
import pytest

from deploy.embedded import EmbeddedPostgres
from deploy.embedded.process import end, free_port, spawn
from shared.db.pool import Database, DatabaseSettings
from tests.chaos.proxy import Door
from tests.integration.conftest import GatewayAlone
from tests.integration.png import png
from tests.integration.test_gateway import form, stored
from tests.waiting import PATIENCE, patience, until

PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"


@pytest.fixture
async def door(database_url: str) -> AsyncIterator[Door]:
    port = urlsplit(database_url).port
    assert port is not None
    made = await Door(lambda: port).open()
    yield made
    await made.close()


def through(door: Door, database_url: str) -> str:
    parts = urlsplit(database_url)
    return parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{door.port}").geturl()


async def test_an_upload_whose_insert_lost_its_answer_is_kept(
    door: Door, database_url: str, redis_url: str, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    """The insert is done and the connection breaks before the gateway hears of it: the upload is accepted, once, with
    its picture."""
    gateway = GatewayAlone(
        tmp_path, redis_url, through(door, database_url), DATABASE_TIMEOUT="1000", CONSUMER_NAME="lost-answer"
    )
    direct = await asyncpg.connect(database_url)
    try:
        await gateway.start()
        # From the moment of the insert on, no answer comes back, until the row is seen.
        await direct.execute(
            "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_notify('inserted', ''); RETURN NEW; END $$;"
            "CREATE FUNCTION waited() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;"
            "CREATE TRIGGER noted AFTER INSERT ON job_queue FOR EACH ROW EXECUTE FUNCTION noted();"
            "CREATE TRIGGER waited BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION waited();"
        )
        inserted = asyncio.Event()
        await direct.add_listener("inserted", lambda *_: inserted.set())
        holder = await asyncpg.connect(database_url)
        await holder.execute("SELECT pg_advisory_lock(4711)")
        url = f"{gateway.base_url}/api/v1/documents/upload"
        sending = asyncio.create_task(session.post(url, data=form(("file", png(), "a.png", "image/png"))))
        waiting = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 4711"
        await until(lambda: direct.fetchval(waiting))
        door.set("mute")
        await holder.execute("SELECT pg_advisory_unlock(4711)")
        async with patience():
            await inserted.wait()
        door.set("cut")
        door.set("clear")
        async with patience():
            answer = await sending
        assert answer.status in (200, 202), await answer.text()
        body = await answer.json()
        assert await direct.fetchval("SELECT count(*) FROM documents") == 1
        assert str(await direct.fetchval("SELECT id FROM documents")) == body["documentId"]
        assert (await stored(gateway))[0] == 1, "the picture is kept"
        await holder.close()
    finally:
        await direct.close()
        await gateway.stop()


@pytest.fixture
async def pooled(postgres_server: EmbeddedPostgres, database_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a PgBouncer in transaction mode before the test's database."""
    parts, port = urlsplit(database_url), free_port()
    (tmp_path / "users").write_text(f'"{parts.username}" "{parts.password}"\n')
    (tmp_path / "pgbouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={parts.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = plain\nauth_file = users\npool_mode = transaction\n"
        "default_pool_size = 2\nunix_socket_dir =\n"
    )
    tmp_path.chmod(0o755)
    with (tmp_path / "log").open("ab") as log:
        # As root it refuses to run.
        process = spawn([PGBOUNCER, "pgbouncer.ini"], log=log, cwd=tmp_path, death=signal.SIGKILL, nobody=tmp_path)
    url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl()

    async def ready() -> bool:
        try:
            await (await asyncpg.connect(url, statement_cache_size=0)).close()
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    await until(ready)
    yield url
    await end(process, signal.SIGTERM, PATIENCE)


async def _hurried(database: Database) -> None:
    """Several connections at once, each with the same statements."""

    async def one(number: int) -> None:
        for each in range(20):
            assert await database.pool.fetchval(f"SELECT $1::int + {each % 3}", number) == number + each % 3

    await asyncio.gather(*(one(number) for number in range(8)))


@pytest.mark.skipif(
    not os.environ.get("CI") and not Path(PGBOUNCER).is_file(), reason="needs PgBouncer: apt install pgbouncer"
)
async def test_a_pooler_is_noticed_and_no_statement_is_kept(pooled: str, capfd: pytest.CaptureFixture[str]) -> None:
    database = Database(DatabaseSettings.load(database_url=pooled))
    await database.open()
    await _hurried(database)
    await database.close()
    printed = capfd.readouterr()
    assert "DATABASE_STATEMENT_CACHE" in printed.out + printed.err
    # And that it is what had to be noticed: with statements kept the same load fails, once a connection meets another
    # backend than before, which may take several.
    kept = Database(DatabaseSettings.load(database_url=pooled, database_statement_cache=100))

    async def opened_and_hurried() -> None:
        await kept.open()
        async with patience():
            while True:
                await _hurried(kept)

    with pytest.raises(asyncpg.PostgresError, match="prepared statement"):
        await opened_and_hurried()
    await kept.close()


async def test_without_a_pooler_statements_are_kept(database_url: str) -> None:
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    async with database.pool.acquire() as connection:
        await connection.fetchval("SELECT 1 + $1::int", 1)
        assert await connection.fetchval("SELECT count(*) FROM pg_prepared_statements") > 0
    await database.close()
