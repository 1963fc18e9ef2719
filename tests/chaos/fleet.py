"""The processes under test and the servers they meet in, and every way to disturb them."""

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey, ServerError, free_port
from deploy.embedded.process import end, spawn, wait_for
from deploy.embedded.server import EmbeddedServer
from shared.messages import VERSION, Stage
from shared.streams.keys import Keys
from tests.chaos.plan import REDIS, Action
from tests.chaos.proxy import Proxy, Weather
from tests.refusals import Refusal, Refuser
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]
STAGES: tuple[Stage, ...] = ("compress", "ocr", "extract")


@dataclass
class Disturbance:
    """Something that was done, as it came out."""

    action: Action
    begun: float
    """Unix seconds, as all times here."""
    over: float = 0.0
    pid: int = 0
    """Of the process that it was done to."""


@dataclass(frozen=True)
class Fault:
    """A time in which somebody could not work."""

    begun: float
    over: float
    who: str
    """A process; empty for all of them."""


class Fleet:
    """Args:
    folder: for everything that is written.
    seed: of the stages' times.
    gateways: how many.
    each: worker processes a stage.
    clocks: seconds by which the processes' clocks are apart at most.
    claim: seconds for which a gateway claims a document that it works directly.
    env: settings of all processes.
    """

    def __init__(
        self, folder: Path, seed: int, gateways: int, each: int, clocks: float = 0.0, claim: float = 30.0, **env: str
    ) -> None:
        self.folder = folder
        self.records = folder / "records"
        self.gateways = [f"gateway-{number}" for number in range(gateways)]
        self.workers = [f"{stage}-{number}" for stage in STAGES for number in range(each)]
        self.valkey = EmbeddedValkey(folder / "valkey")
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {name: free_port() for name in (*self.gateways, *self.workers)}
        self.done: list[Disturbance] = []
        self.upgraded: list[Fault] = []
        """When each process was replaced by an upgrade."""
        self.faults: list[str] = []
        """Processes that ended by themselves, or did not end when they were told to."""
        self.exits: list[int] = []
        """Exit codes of the processes that were told to end by SIGTERM."""
        self._disturbed: set[str] = set()
        self.watch: Callable[[bool], Awaitable[None]] | None = None
        """Awaited whenever Redis was started, before any process may talk to it, with whether it may have forgotten."""
        # On a busy machine a restart takes longer than the plan allowed for: the next one of that server waits for it.
        self._restarting = {self.valkey.name: asyncio.Lock(), self.postgres.name: asyncio.Lock()}
        self._redis = Proxy(lambda: self.valkey.port)
        self._postgres = Proxy(lambda: self.postgres.port)
        self._seed = seed
        self._clocks = clocks
        self._claim = claim
        self._env = env
        self._version: dict[str, int] = {}
        self._upgrades = self._failovers = 0
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def urls(self) -> list[str]:
        """The gateways' addresses."""
        return [f"http://127.0.0.1:{self.ports[name]}" for name in self.gateways]

    # --- start and stop ---------------------------------------------------------------------------------------

    async def start_servers(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.valkey.start(PATIENCE))
            group.create_task(self.postgres.start(PATIENCE))
        for name in self.ports:
            await self._redis.door(name)
            await self._postgres.door(name)
        if self.watch:
            await self.watch(False)

    async def start(self) -> None:
        """Start all processes and wait until they are ready."""
        for name in self.ports:
            self.spawn(name)
        await asyncio.gather(*(self.ready(name) for name in self.ports))

    def spawn(self, name: str) -> None:
        stage, _, _ = name.rpartition("-")
        env = os.environ | {
            "REDIS_URL": _through(self.valkey.url, self._redis.doors[name].port),
            "DATABASE_URL": _through(self.postgres.url, self._postgres.doors[name].port),
            "BLOB_URL": (self.folder / "blobs").as_uri(),
            "CHAOS_RECORDS": str(self.records),
            "CHAOS_SEED": str(self._seed),
            "CHAOS_CLOCK": str(random.Random(f"{self._seed} {name}").uniform(-1, 1) * self._clocks),
            "CHAOS_VERSION": str(self._version.get(name, VERSION)),
            "CHAOS_HANG": str(self._hang(name)),
            "CHAOS_CLAIM": str(self._claim),
            "CONSUMER_NAME": name,
            "DATABASE_POOL": "4",
            "LOG_FORMAT": "json",
            "PORT": str(self.ports[name]),
            "SERVICE_PORT": str(self.ports[name]),
            **{f"{service.upper()}_URL": self._service_urls(stage) for stage, service in _SERVICES.items()},
            **self._env,
        }
        gateway = ["tests.chaos.disguise", "services.gateway"]
        module = gateway if stage == "gateway" else ["tests.chaos.stage", stage]
        with self.log(name).open("ab") as log:
            command = [sys.executable, "-m", *module]
            self.processes[name] = spawn(command, log=log, cwd=ROOT, death=signal.SIGKILL, env=env)

    def _service_urls(self, stage: Stage) -> str:
        # One address, as an operator gives one; who stands behind it may be away.
        return f"http://127.0.0.1:{self.ports[f'{stage}-0']}"

    def _hang(self, name: str) -> Path:
        """While it exists, a process's blob store hangs."""
        return self.folder / f"{name}.hang"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    async def ready(self, name: str) -> None:
        """Wait until a process is ready. Raises `RuntimeError` with its log if it is not in time, or ended."""
        url = f"http://127.0.0.1:{self.ports[name]}/readyz"
        deadline = time.monotonic() + PATIENCE
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                if self.processes[name].poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{name} is not ready:\n{self.log(name).read_text()[-4000:]}")
                await asyncio.sleep(0.05)

    async def keep(self) -> None:
        """Start a process that ended by itself again, as an orchestrator would; for ever."""
        while True:
            await asyncio.sleep(0.25)
            for name, process in self.processes.items():
                if name not in self._disturbed and process.poll() is not None:
                    last = (self.log(name).read_text().strip().splitlines() or [""])[-40:]
                    error = next((line.strip() for line in last if "Error" in line), last[-1])
                    self.faults.append(f"{name} ended by itself with {process.returncode}: {error[:300]}")
                    self.spawn(name)

    async def mend(self) -> None:
        """Undo whatever is still wrong; afterwards everything runs."""
        self._redis.set_all("clear")
        self._postgres.set_all("clear")
        for name, process in self.processes.items():
            self._hang(name).unlink(missing_ok=True)
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
            else:
                self.spawn(name)
        await asyncio.gather(*(self.ready(name) for name in self.ports))

    async def stop(self) -> None:
        """End everything. A process that does not end on SIGTERM is killed."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        await asyncio.gather(*(end(each, signal.SIGTERM, PATIENCE) for each in self.processes.values()))
        await self._redis.close()
        await self._postgres.close()
        await self.valkey.stop()
        await self.postgres.stop()

    # --- disturbances -----------------------------------------------------------------------------------------

    async def disturb(self, action: Action) -> None:
        """Do an action and undo it after its time."""
        process = self.processes.get(action.target)
        done = Disturbance(action, time.time(), pid=process.pid if process else 0)
        self.done.append(done)
        try:
            # One after another: what is drained must not be killed meanwhile, which would be taken for its own fault.
            async with self._turns[action.target]:
                self._disturbed.add(action.target)
                try:
                    await self._do(action)
                finally:
                    self._disturbed.discard(action.target)
        finally:
            done.over = time.time()

    async def _do(self, action: Action) -> None:
        match action.kind:
            case "kill":
                await self._kill(action)
            case "stop" | "freeze-gateway":
                await self._freeze(action)
            case "stop-all":
                await self._freeze_all(action)
            case "restart":
                await self._drain(action)
            case "upgrade":
                await self._upgrade(action)
            case "refuse":
                await self._refuse(action)
            case "failover":
                await self._failover(action)
            case "blobs":
                self._hang(action.target).touch()
                await asyncio.sleep(action.lasts)
                self._hang(action.target).unlink(missing_ok=True)
            case "away":
                await self._restart(self.valkey, signal.SIGTERM, action)
            case "restart-redis":
                await self._restart(self.valkey, signal.SIGTERM if action.how == "graceful" else signal.SIGKILL, action)
            case "flush":
                await self._flush(action)
            case "cut":
                proxy = self._redis if action.server == REDIS else self._postgres
                door = proxy.doors[action.target]
                door.set(cast("Weather", action.how))
                await asyncio.sleep(action.lasts)
                door.set("clear")
            case "restart-postgres":
                # "immediate" is Postgres's own crash: no checkpoint, all sessions cut off, recovery at the next start.
                # (A kill -9 of its first process alone would leave the others holding the folder for a while.)
                how = signal.SIGINT if action.how == "graceful" else signal.SIGQUIT
                await self._restart(self.postgres, how, action)

    async def _kill(self, action: Action) -> None:
        process = self.processes[action.target]
        process.kill()
        await wait_for(process, PATIENCE)
        await asyncio.sleep(action.lasts)
        self.spawn(action.target)

    async def _freeze(self, action: Action) -> None:
        process = self.processes[action.target]
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(action.lasts)
        process.send_signal(signal.SIGCONT)

    async def _freeze_all(self, action: Action) -> None:
        processes = [self.processes[name] for name in self.workers]
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(action.lasts)
        for process in processes:
            process.send_signal(signal.SIGCONT)

    async def _upgrade(self, action: Action) -> None:
        """Replace all by another version, one after another: by a later one in an order by chance or consumers before
        producers, or by the first one, producers before consumers."""
        names = list(self.ports)
        if action.how != "any-order":
            names = [*(each for stage in reversed(STAGES) for each in self._of(stage)), *self.gateways]
        if action.how == "back":
            names.reverse()
            version = VERSION
        else:
            self._upgrades += 1
            version = VERSION + self._upgrades
        if action.how == "any-order":
            random.Random(f"{self._seed} {self._upgrades}").shuffle(names)
        for name in names:
            if action.how == "back":
                await self._old_only(name.rpartition("-")[0])
            async with self._turns[name]:
                self._disturbed.add(name)
                self._version[name] = version
                begun = time.time()
                await self._drain(replace(action, target=name, lasts=0.0))
                self.upgraded.append(Fault(begun, time.time(), name))
                self._disturbed.discard(name)
            with contextlib.suppress(RuntimeError):  # killed meanwhile, or slow: the next one goes on
                await self.ready(name)

    def _of(self, stage: str) -> list[str]:
        return [name for name in self.workers if name.startswith(f"{stage}-")]

    async def _old_only(self, stage: str) -> None:
        """Wait until a stage's stream holds nothing that only a later version can read."""
        if stage not in STAGES:
            return
        keys, client = Keys(), cast("Any", Redis.from_url(self.valkey.url, decode_responses=True))

        async def old() -> bool:
            jobs = [fields.get("v") for _, fields in await client.xrange(keys.jobs(stage))]
            aside = [json.loads(each)[1] for each in await client.zrange(keys.retry(stage), 0, -1)]
            return all(each == str(VERSION) for each in (*jobs, *aside))

        try:
            await until(old)
        finally:
            await client.aclose()

    async def _refuse(self, action: Action) -> None:
        async with self._restarting[self.valkey.name]:
            refuser = Refuser(self.valkey.url, self.valkey.folder)
            try:
                async with refuser.refusing(cast("Refusal", action.how)):
                    await asyncio.sleep(action.lasts)
            finally:
                await refuser.close()

    async def _failover(self, action: Action) -> None:
        """A replica takes the master's place; the doors lead to it some seconds later, as a name or address that moves
        does."""
        async with self._restarting[self.valkey.name]:
            old, self._failovers = self.valkey, self._failovers + 1
            new = EmbeddedValkey(self.folder / f"valkey-{self._failovers}", password=old.password)
            await new.start(PATIENCE)
            master, replica = (cast("Any", Redis.from_url(each.url, decode_responses=True)) for each in (old, new))
            try:
                for each in (master, replica):
                    await each.config_set("masterauth", old.password)
                await replica.replicaof("127.0.0.1", old.port)
                await until(lambda: _is(replica, master_link_status="up"))
                if action.how == "switch":
                    await master.execute_command("FAILOVER", "TO", "127.0.0.1", new.port)
                    await until(lambda: _is(replica, role="master"))
                    await asyncio.sleep(action.lasts)
                    self._redis.set_all("cut")
                else:
                    os.kill(old.pid or 0, signal.SIGKILL)
                    await old.died()
                    self._redis.set_all("cut")
                    await asyncio.sleep(action.lasts)
                    await replica.replicaof("NO", "ONE")
                self.valkey = new
                if self.watch:
                    await self.watch(action.how == "kill")
            finally:
                self._redis.set_all("clear")
                await master.aclose()
                await replica.aclose()
                await (old if self.valkey is new else new).stop()

    async def _drain(self, action: Action) -> None:
        process = self.processes[action.target]
        process.send_signal(signal.SIGTERM)
        if not await wait_for(process, PATIENCE):
            self.faults.append(f"{action.target} did not end within {PATIENCE:g} s of SIGTERM")
            process.kill()
            await wait_for(process, PATIENCE)
        # One that was just being started has no handler for the signal yet; it holds nothing.
        elif process.returncode not in (0, -signal.SIGTERM):
            self.faults.append(f"{action.target} ended with {process.returncode} on SIGTERM")
        self.exits.append(process.returncode)
        await asyncio.sleep(action.lasts)
        self.spawn(action.target)

    async def _restart(
        self, server: EmbeddedServer, how: int, action: Action, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        async with self._restarting[server.name]:
            await self._restart_alone(server, how, action, meanwhile)

    async def _restart_alone(
        self, server: EmbeddedServer, how: int, action: Action, meanwhile: Callable[[], None]
    ) -> None:
        pid = server.pid
        if pid is None:
            raise RuntimeError(f"{server.name} ended by itself; its log is {server.log}")
        proxy = self._redis if server is self.valkey else self._postgres
        os.kill(pid, how)
        await server.died()
        await server.stop()
        meanwhile()
        # Nobody may get through before the witness watches again.
        proxy.set_all("cut")
        await asyncio.sleep(action.lasts)
        for attempt in range(10):
            try:
                await server.start(PATIENCE)
                break
            except ServerError:
                # The crashed server's last children may still hold the folder.
                if attempt == 9:
                    raise
                await asyncio.sleep(1)
        if server is self.valkey and self.watch:
            # Killed: with its file synced every second, the last of that second may be gone.
            await self.watch(how == signal.SIGKILL)
        proxy.set_all("clear")

    async def _flush(self, action: Action) -> None:
        if action.how == "wipe":
            folder = self.valkey.folder / "appendonlydir"
            await self._restart(self.valkey, signal.SIGKILL, action, lambda: shutil.rmtree(folder, ignore_errors=True))
            return
        async with self._restarting[self.valkey.name]:
            client = Redis.from_url(self.valkey.url)
            try:
                await client.flushall()
            finally:
                await client.aclose()


_SERVICES: dict[Stage, str] = {"compress": "compressor", "ocr": "ocr", "extract": "extractor"}


async def _is(client: Any, **values: str) -> bool:
    """Whether a server says so of its part in a replication."""
    info = await client.info("replication")
    return all(info.get(name) == value for name, value in values.items())


def _through(url: str, port: int) -> str:
    """The same address by way of a door."""
    old = urlsplit(url)
    return url.replace(f"{old.hostname}:{old.port}", f"127.0.0.1:{port}", 1)
