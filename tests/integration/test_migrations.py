"""The schema's migrations: taken over from before they were numbered, run once, waited for, and refused."""

import asyncio
import hashlib
import json
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

import shared.db.migrate as migrate_module
from shared.db.documents import Documents
from shared.db.migrate import LOCK, Migration, SchemaError, migrate, migrations, newest, version
from shared.db.pool import Database, DatabaseAwayError, DatabaseSettings
from shared.messages import CompressPayload, Timetable
from shared.service import open_database
from tests.system import ROOT
from tests.waiting import PATIENCE

BEFORE = (Path(__file__).parent / "schema_before_migrations.sql").read_text()
"""The schema as the last version without migrations made it."""

PAYLOAD = CompressPayload(blob="b", content_type="image/png", file_name="f", size=1)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CATALOG = """
SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
"""


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    made = await asyncpg.connect(database_url)
    yield made
    await made.close()


def database(url: str, *, migrates: bool = True) -> Database:
    return Database(DatabaseSettings.load(database_url=url, database_migrate=migrates))


async def catalog(connection: Connection, without: str = "") -> set[tuple[str, ...]]:
    """Every column, index and constraint, but for those of one table."""
    return {tuple(row.values()) for row in await connection.fetch(CATALOG) if row[1] != without}


async def make_before(connection: Connection) -> str:
    """A database of the last version without migrations, with a week in it; gives the document's id."""
    await connection.execute(BEFORE)
    digest = hashlib.sha256(BEFORE.encode()).hexdigest()
    await connection.execute("INSERT INTO schema_applied (digest) VALUES ($1)", digest)
    id_ = uuid.uuid4()
    await connection.execute(
        "INSERT INTO documents (id, status, file_name, content_type, size, blob) "
        "VALUES ($1, 'completed', 'f', 'c', 1, 'b')",
        id_,
    )
    await connection.execute(
        "INSERT INTO timetables (id, document_id, validated, confidence, body) VALUES ($1, $1, true, 0.5, $2)",
        id_,
        json.dumps({"teacher": "Ms Carter", "timeblocks": [{"day": "monday", "name": "Maths"}]}),
    )
    return str(id_)


async def run(*command: str, **env: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a Python module."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *command,
        cwd=ROOT,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def test_they_are_numbered_from_one_without_gaps() -> None:
    assert [each.version for each in migrations()] == [*range(1, newest() + 1)]


async def test_a_database_of_before_is_version_1_as_it_is(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_before(connection)
    before = await catalog(connection)
    rows = await connection.fetch("SELECT xmin, t.* FROM timetables t")
    first = migrations()[:1]
    monkeypatch.setattr(migrate_module, "migrations", lambda: first)
    assert await migrate(connection) == 1
    assert await catalog(connection, without="schema_migrations") == before
    assert await connection.fetch("SELECT xmin, t.* FROM timetables t") == rows


async def test_a_database_of_before_becomes_as_a_new_one_and_keeps_what_it_holds(
    connection: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else one gives up where the machine stands still while the other migrates; a service would try again.
    monkeypatch.setattr(migrate_module, "LOCK_MS", int(PATIENCE * 1000))
    id_ = await make_before(connection)
    # Of an earlier version yet: without what was added later.
    await connection.execute(
        "ALTER TABLE documents DROP COLUMN revived_at; ALTER TABLE timetables DROP COLUMN corrected_at; "
        "DROP INDEX timetables_by_age; DROP TABLE extraction_attempts"
    )
    # Two services of the new version, at once.
    services = [database(database_url) for _ in range(2)]
    await asyncio.gather(*(each.open() for each in services))
    documents = Documents(services[0])
    found = await documents.timetable(id_, "default")
    assert found is not None
    assert (found[0], found[1].teacher, found[1].extraction) == (id_, "Ms Carter", None)
    assert [str(row["document_id"]) for row in await documents.timetables("default", 10, None)] == [id_]
    assert await documents.save_timetables(id_, "default", {id_: Timetable(teacher="Mr Ash")})
    await asyncio.gather(*(each.close() for each in services))
    recorded = await connection.fetch("SELECT version, name FROM schema_migrations ORDER BY version")
    assert [tuple(row) for row in recorded] == [(each.version, each.name) for each in migrations()]
    taken_over = await catalog(connection)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await migrate(connection)
    assert taken_over == await catalog(connection)


async def test_one_that_breaks_off_leaves_nothing_behind(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(connection)
    broken = (*migrations(), Migration(newest() + 1, "broken", "CREATE TABLE half (); SELECT 1 / 0"))
    with monkeypatch.context() as patched:
        patched.setattr(migrate_module, "migrations", lambda: broken)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(connection)
    assert await version(connection) == newest()
    assert await connection.fetchval("SELECT to_regclass('half')") is None


@pytest.mark.parametrize("held", [f"SELECT pg_advisory_xact_lock({LOCK})", "LOCK TABLE documents"])
async def test_a_service_that_cannot_have_the_locks_tries_again_later(
    connection: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    await make_before(connection)
    monkeypatch.setattr(migrate_module, "LOCK_MS", 50)
    late = database(database_url)
    async with connection.transaction():
        await connection.execute(held)
        with pytest.raises(DatabaseAwayError, match="migrated by another process, or a table"):
            await late.open()
        with pytest.raises(DatabaseAwayError, match="migrated by another process, or a table"):
            await late.ping()
    await late.open()
    await late.ping()
    await late.close()


async def test_a_service_that_may_not_migrate_waits_until_it_is_done(connection: Connection, database_url: str) -> None:
    await make_before(connection)
    waiting = database(database_url, migrates=False)
    with pytest.raises(DatabaseAwayError, match=f"version 0, not yet {newest()}: run `python -m shared.db migrate`"):
        await waiting.open()
    opened = asyncio.create_task(open_database(waiting, asyncio.Event()))
    status, out, _ = await run("shared.db", "migrate", DATABASE_URL=database_url, DATABASE_MIGRATE="false")
    assert (status, out) == (0, f"The database's schema is version {newest()}.\n")
    await opened
    await waiting.ping()
    await waiting.close()


@pytest.fixture
async def role(connection: Connection) -> AsyncIterator[str]:
    """The name (and password) of a role that may change what is in the tables, not the tables."""
    name = f"r{uuid.uuid4().hex}"
    await connection.execute(
        f"CREATE ROLE {name} LOGIN PASSWORD '{name}'; "
        f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}"
    )
    yield name
    await connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


async def test_a_service_needs_no_right_to_change_the_tables_once_they_are_migrated(
    connection: Connection, database_url: str, role: str
) -> None:
    address = database_url.partition("@")[2]
    limited = database(f"postgresql://{role}:{role}@{address}")
    with pytest.raises(SchemaError, match=r"this role may not see to it .*python -m shared.db migrate"):
        await limited.open()
    await migrate(connection)
    await limited.open()
    documents, id_ = Documents(limited), str(uuid.uuid4())
    await documents.add(id_, "default", PAYLOAD, "")
    assert await documents.save_timetables(id_, "default", {id_: Timetable()})
    assert await documents.delete(id_, "default")
    await limited.close()


async def test_a_database_newer_than_the_code_is_refused_in_one_sentence(
    connection: Connection, database_url: str, tmp_path: Path
) -> None:
    await migrate(connection)
    await connection.execute("INSERT INTO schema_migrations (version, name) VALUES (9999, 'later')")
    env = {"DATABASE_URL": database_url, "BLOB_URL": tmp_path.as_uri(), "PORT": "0", "LOG_FORMAT": "json"}
    sentence = (
        f"the database's schema is version 9999, of a newer Timelift than this one, which knows {newest()}. "
        "Run the newer one, or give DATABASE_URL another database."
    )
    commands = {"services.gateway": "gateway", "services.extractor": "extractor", "shared.db migrate": "migrate"}
    for command, name in commands.items():
        status, _, err = await run(*command.split(), **env)
        assert (status, err.splitlines()[-1]) == (1, f"{name}: {sentence}")
        assert "Traceback" not in err
