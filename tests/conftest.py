"""Servers for the tests: real ones, on free ports, in folders of their own, gone when the run ends."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey, process
from tests.system import System

_SHARE = len(process._PORTS) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_FIRST = _SHARE * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# Each process of a run has ports of its own: one that was chosen here and is not listened on yet, or whose server is
# down for a while, is free to the others.
process._PORTS = process._PORTS[_FIRST : _FIRST + _SHARE]


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    """One Valkey for the whole run."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One Postgres for the whole run."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def redis_url(valkey_server: EmbeddedValkey) -> str:
    """An emptied database of the run's Valkey; the system fixture's is database 0."""
    url = valkey_server.url.removesuffix("/0") + "/1"
    client = Redis.from_url(url)
    await client.flushdb()
    await client.aclose()
    return url


@pytest.fixture
async def database_url(postgres_server: EmbeddedPostgres) -> AsyncIterator[str]:
    """A database of its own for one test."""
    name = f"t{uuid.uuid4().hex}"
    admin = await asyncpg.connect(postgres_server.url)
    await admin.execute(f'CREATE DATABASE "{name}"')
    yield postgres_server.url.rpartition("/")[0] + f"/{name}"
    await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture(scope="session")
def system(
    valkey_server: EmbeddedValkey, postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """The four services as processes, with real OCR, ready to take uploads."""
    running = System(tmp_path_factory.mktemp("system"), valkey_server.url, postgres_server.url)
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())
