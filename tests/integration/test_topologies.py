"""The runtime on Redis Cluster and behind Redis Sentinel, each through a failover, with real servers."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from deploy.embedded.process import end, free_port, spawn
from deploy.embedded.valkey import binary
from shared.messages import Event, Message
from shared.outcomes import Done, Job, Outcome, Progress
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import job_fields
from shared.streams.keys import Keys, partition_of
from shared.streams.loops import AWAY
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.queue_stats import QueueStats
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from tests.integration.conftest import GatewayAlone
from tests.integration.png import png
from tests.system import upload
from tests.waiting import PATIENCE, patience, until


class Payload(Message):
    number: int


class Servers:
    """Bare servers on loopback, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.running: dict[int, subprocess.Popen[bytes]] = {}

    async def start(self, *options: str, config: str | None = None, port: int | None = None) -> int:
        """Start a server; returns its port. The same options and port start it anew, on what it has written."""
        port = port or free_port()
        folder = self._folder / str(port)
        folder.mkdir(exist_ok=True)
        command = [str(binary())]
        if config is not None:
            (folder / "server.conf").write_text(config)
            command.append(str(folder / "server.conf"))
        command += ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", *options]
        with (folder / "log").open("ab") as log:
            self.running[port] = spawn(command, log=log, cwd=folder, death=signal.SIGKILL)
        await self.until(port, lambda client: client.ping())
        return port

    async def until(self, port: int, condition: Any) -> None:
        """Wait until `condition` of a server's client holds; servers give no signal for these."""
        client: Any = Redis(port=port, decode_responses=True)

        async def holds() -> bool:
            with contextlib.suppress(RedisError, OSError):
                return bool(await condition(client))
            return False

        await until(holds)
        await client.aclose()

    async def kill(self, port: int) -> None:
        await end(self.running.pop(port), signal.SIGKILL, PATIENCE)

    async def stop(self) -> None:
        await asyncio.gather(*(end(each, signal.SIGTERM, PATIENCE) for each in self.running.values()))


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[Servers]:
    made = Servers(tmp_path)
    yield made
    await made.stop()


class Fleet:
    """A worker for each partition, in this process."""

    def __init__(self, settings: RedisSettings) -> None:
        self.settings = settings
        self.client = connect(settings)
        self.producer = Producer(self.client, settings)
        self.queue_stats = QueueStats(self.client, settings)
        self.done: set[str] = set()
        self.changed = asyncio.Condition()
        self._readers = [connect(settings, blocking_ms=500, pool=3) for _ in range(settings.partitions)]
        queue = QueueSettings.load(queue_lease=1000, queue_concurrency=4)
        self._workers = [
            Worker(
                StageConsumer(self.client, reader, Keys(number), "compress", "a", settings),
                self._handle,
                self._on_dead,
                queue,
            )
            for number, reader in enumerate(self._readers)
        ]
        self._tasks = [asyncio.create_task(worker.run()) for worker in self._workers]

    async def _handle(self, job: Job, progress: Progress) -> Outcome:
        await progress("compressing", 0, "begun")
        async with self.changed:
            self.done.add(job.document_id)
            self.changed.notify_all()
        return Done(event=Event(type="complete", document_id=job.document_id, percentage=100))

    async def _on_dead(self, _job: Job, _reason: str, _failure: str) -> bool:
        return True

    async def enqueue(self, document_id: str) -> None:
        """As the relay does: what could not be added is tried again."""
        fields = job_fields(document_id, "default", Payload(number=1), deadline=0, trace="")
        async with patience():
            while True:
                try:
                    await self.producer.enqueue("compress", document_id, fields)
                except AWAY:
                    await asyncio.sleep(0.1)
                else:
                    return

    async def until_done(self, wanted: set[str]) -> None:
        async with patience(), self.changed:
            await self.changed.wait_for(lambda: wanted <= self.done)

    async def until_empty(self) -> None:
        """Wait until no job is held anywhere; nodes may still learn of each other's failure meanwhile."""

        async def empty() -> bool:
            with contextlib.suppress(*AWAY):
                depth = sum(stage.depth for stage in await self.queue_stats.stages())
                return not depth and not await self.producer.inventory()
            return False

        await until(empty)

    async def close(self) -> None:
        await asyncio.gather(*(worker.stop() for worker in self._workers))
        await asyncio.gather(*self._tasks)
        for each in (self.client, *self._readers):
            await each.aclose()


async def test_a_cluster_with_several_partitions_outlives_a_master(servers: Servers) -> None:
    # The bus would take the port plus 10,000, which a free port may not leave room for.
    buses = [free_port() for _ in range(4)]
    ports = [
        await servers.start("--cluster-enabled", "yes", "--cluster-node-timeout", "60000", "--cluster-port", str(bus))
        for bus in buses
    ]
    clients: list[Any] = [Redis(port=port, decode_responses=True) for port in ports]
    *masters, replica = clients
    slots = [(0, 5460), (5461, 10922), (10923, 16383)]
    for number, (client, (first, last)) in enumerate(zip(masters, slots, strict=True)):
        await client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        await client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for client in clients:
        await client.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0], buses[0])
    for port in ports:
        await servers.until(port, _formed)
    first_id = await masters[0].execute_command("CLUSTER", "MYID")
    await replica.execute_command("CLUSTER", "REPLICATE", first_id)
    await servers.until(ports[-1], _linked)

    async def followed(client: Any) -> bool:
        return len(await client.execute_command("CLUSTER", "REPLICAS", first_id)) == 1

    for port in ports:
        await servers.until(port, followed)
    fleet = Fleet(RedisSettings.load(redis_url=f"redis://127.0.0.1:{ports[0]}/0", redis_cluster=True, partitions=6))
    before = {f"before-{number}" for number in range(60)}
    await asyncio.gather(*(fleet.enqueue(each) for each in before))
    await fleet.until_done(before)
    await fleet.until_empty()
    # The partitions lie on more than one node, the one that dies among them, or this would be no test of a cluster.
    holding = [await client.dbsize() for client in masters]
    assert holding[0] > 0, holding
    assert sum(holding[1:]) > 0, holding
    # Until now nobody may be given up for being slow.
    for client in clients:
        await client.config_set("cluster-node-timeout", 2000)
    # Also the node by which the clients found the others.
    await servers.kill(ports[0])
    after = {f"after-{number}" for number in range(60)}
    await asyncio.gather(*(fleet.enqueue(each) for each in after))
    await fleet.until_done(after)
    await fleet.until_empty()
    assert await _role(ports[-1]) == "master"
    await fleet.close()
    for client in clients:
        await client.aclose()


async def test_a_dead_node_of_a_cluster_stops_its_own_partitions_alone(
    servers: Servers, database_url: str, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """Its slots have no replica: uploads of the other partitions go over the streams meanwhile, and theirs when it is
    back."""
    ports, buses = await _masters(servers, "--appendonly", "yes")
    clients: list[Any] = [Redis(port=port, decode_responses=True) for port in ports]
    url = f"redis://127.0.0.1:{ports[1]}/0"
    settings = RedisSettings.load(redis_url=url, redis_cluster=True, partitions=6)
    dying = {
        keys.partition for keys in settings.keys if await clients[0].cluster("KEYSLOT", keys.jobs("compress")) < 8192
    }
    assert 0 < len(dying) < 6
    # Nobody works what cannot go over the streams.
    gateway = GatewayAlone(
        tmp_path,
        url,
        database_url,
        REDIS_CLUSTER="true",
        PARTITIONS="6",
        QUEUE_WINDOW="64",
        DIRECT_CONCURRENCY="0",
        DIRECT_WAITING="64",
    )
    fleet = Fleet(settings)
    try:
        await gateway.start()
        # Until now nobody may be given up for being slow.
        for client in clients:
            await client.config_set("cluster-node-timeout", 2000)
        await servers.kill(ports[0])
        # The others give it up, and go on: so it is in the long run, and a slow machine comes no further than a fast.
        for port in ports[1:]:
            await servers.until(port, _one_failed)

        async def noticed() -> bool:
            async with session.get(gateway.metrics_url) as answer:
                return f"timelift_redis_partitions_away {float(len(dying))}" in await answer.text()

        await until(noticed)
        uploads = [asyncio.create_task(upload(session, gateway.base_url, png())) for _ in range(40)]
        record = await asyncpg.connect(database_url)
        await until(lambda: record.fetchval("SELECT count(*) = 40 FROM documents"))
        documents = [str(row["id"]) for row in await record.fetch("SELECT id FROM documents")]
        await record.close()
        waiting = {each for each in documents if partition_of(each, 6) in dying}
        assert 0 < len(waiting) < 40
        await fleet.until_done(set(documents) - waiting)
        assert not fleet.done & waiting
        await servers.start(*_CLUSTER, "--appendonly", "yes", "--cluster-port", str(buses[0]), port=ports[0])
        await fleet.until_done(waiting)
        assert {await each for each in uploads} == set(documents)
    finally:
        await fleet.close()
        await gateway.stop()
        for client in clients:
            await client.aclose()


async def test_a_client_that_comes_while_the_first_node_of_a_cluster_is_dead_reaches_the_others(
    servers: Servers,
) -> None:
    """As a service that is started meanwhile does."""
    ports, _ = await _masters(servers)
    await servers.kill(ports[0])
    settings = RedisSettings.load(redis_url=f"redis://127.0.0.1:{ports[1]}/0", redis_cluster=True, partitions=6)
    client = connect(settings)
    reached = 0
    for keys in settings.keys:
        if key_slot(keys.probe.encode()) > _SLOTS[0][1]:
            await client.set(keys.probe, "1")
            reached += 1
        else:
            with pytest.raises(RedisConnectionError):
                await client.set(keys.probe, "1")
    assert 0 < reached < 6
    await client.aclose()


async def test_a_sentinel_failover_needs_no_restart(servers: Servers) -> None:
    master = await servers.start()
    replica = await servers.start("--replicaof", "127.0.0.1", str(master))
    await servers.until(replica, _linked)
    watch = (
        f"sentinel monitor week 127.0.0.1 {master} 2\n"
        "sentinel down-after-milliseconds week 60000\nsentinel failover-timeout week 3000\n"
    )
    sentinels: list[int] = []
    for _ in range(3):
        port = free_port()
        sentinels.append(await servers.start("--sentinel", config=watch, port=port))

    async def acquainted(client: Any) -> bool:
        found = await client.execute_command("SENTINEL", "SENTINELS", "week")
        replicas = await client.execute_command("SENTINEL", "REPLICAS", "week")
        return len(found) == 2 and len(replicas) == 1

    for port in sentinels:
        await servers.until(port, acquainted)
    fleet = Fleet(
        RedisSettings.load(
            redis_url="redis://ignored:1/0",
            redis_sentinels=",".join(f"127.0.0.1:{port}" for port in sentinels),
            redis_sentinel_master="week",
        )
    )
    before = {f"before-{number}" for number in range(20)}
    await asyncio.gather(*(fleet.enqueue(each) for each in before))
    await fleet.until_done(before)
    await fleet.until_empty()
    # Until now the master may not be given up for being slow.
    for port in sentinels:
        sentinel: Any = Redis(port=port, decode_responses=True)
        await sentinel.execute_command("SENTINEL", "SET", "week", "down-after-milliseconds", "500")
        await sentinel.aclose()
    await servers.kill(master)
    after = {f"after-{number}" for number in range(20)}
    await asyncio.gather(*(fleet.enqueue(each) for each in after))
    await fleet.until_done(after)
    await fleet.until_empty()
    assert await _role(replica) == "master"
    await fleet.close()


_CLUSTER = ("--cluster-enabled", "yes", "--cluster-require-full-coverage", "no", "--cluster-node-timeout", "60000")
_SLOTS = ((0, 8191), (8192, 12287), (12288, 16383))


async def _masters(servers: Servers, *options: str) -> tuple[list[int], list[int]]:
    """The ports of a cluster of three masters without replicas, and those of its bus. Of two masters the survivor would
    be no majority: once it has given the other up, it takes no commands itself."""
    buses = [free_port() for _ in _SLOTS]
    ports = [await servers.start(*_CLUSTER, *options, "--cluster-port", str(bus)) for bus in buses]
    clients: list[Any] = [Redis(port=port, decode_responses=True) for port in ports]
    for number, (client, slots) in enumerate(zip(clients, _SLOTS, strict=True)):
        await client.execute_command("CLUSTER", "ADDSLOTSRANGE", *slots)
        await client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        await client.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0], buses[0])
        await client.aclose()

    async def formed(client: Any) -> bool:
        info = await client.execute_command("CLUSTER INFO")
        return bool(info["cluster_state"] == "ok" and info["cluster_known_nodes"] == str(len(_SLOTS)))

    for port in ports:
        await servers.until(port, formed)
    return ports, buses


async def _one_failed(client: Any) -> bool:
    nodes = await client.execute_command("CLUSTER NODES")
    state = (await client.execute_command("CLUSTER INFO"))["cluster_state"]
    return state == "ok" and any("fail" in node["flags"].split(",") for node in nodes.values())


async def _formed(client: Any) -> bool:
    info = await client.execute_command("CLUSTER INFO")
    return bool(info["cluster_state"] == "ok" and info["cluster_known_nodes"] == "4")


async def _linked(client: Any) -> bool:
    info = await client.info("replication")
    return bool(info["master_link_status"] == "up")


async def _role(port: int) -> str:
    client: Any = Redis(port=port, decode_responses=True)
    role = await client.execute_command("ROLE")
    await client.aclose()
    return str(role[0])
