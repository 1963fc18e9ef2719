"""Keeps a set of services running.

starting ── /readyz answers 200 ──▶ ready ── process ends ──▶ waiting ── back-off ──▶ starting
    │ process ends                                              │ fifth time in a row at once, or for a reason
    └───────────────────────────────────────────────────────────┘ that a restart cannot mend ──▶ StopError
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from deploy.embedded.process import LINUX, bound_to_us
from deploy.launch.checks import StopError, explain
from deploy.launch.logfile import LogFile

T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """A process to keep running."""

    name: str
    command: list[str]
    env: dict[str, str]
    """In addition to this process's own."""
    ready_url: str
    """Answers 200 when it can work."""


@dataclass(frozen=True)
class Policy:
    """How patient the supervisor is; seconds."""

    first_delay: float = 0.5
    longest_delay: float = 15.0
    at_once: float = 10.0
    """A service that ends before it was ready, or sooner than this, counts as failing at once."""
    tries: int = 5
    grace: float = 10.0
    """Between SIGTERM and SIGKILL."""


@dataclass
class State:
    """One service's present."""

    log: LogFile
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None
    runs: int = 0
    failures: int = 0
    """In a row, at once."""


class Supervisor:
    """Starts `services` together and again whenever one ends, until `stop`.

    Args:
        logs: folder of their log files.
        tell: shows a line in the terminal.
    """

    def __init__(
        self, services: Iterable[Service], logs: Path, tell: Callable[[str], None], policy: Policy | None = None
    ) -> None:
        self._services = list(services)
        self._tell = tell
        self._policy = policy or Policy()
        logs.mkdir(parents=True, exist_ok=True)
        self.states = {each.name: State(LogFile(each.name, logs / f"{each.name}.log", tell)) for each in self._services}
        self._keepers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start all of them. From the main thread: they die with the thread that starts them."""
        self._keepers = [asyncio.create_task(self._keep(service), name=service.name) for service in self._services]

    def also(self, keeper: Coroutine[Any, Any, None]) -> None:
        """Run `keeper` until `stop`, and give up when it raises."""
        self._keepers.append(asyncio.create_task(keeper))

    async def beside(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work` while the services run. Raises `StopError` as soon as one of them is given up."""
        task = asyncio.create_task(work)
        try:
            await asyncio.wait([task, *self._keepers], return_when=asyncio.FIRST_COMPLETED)
            for keeper in self._keepers:
                if keeper.done():
                    keeper.result()
            return await task
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([task])

    async def ready(self, seconds: float) -> None:
        """Wait until every service is ready. Raises `StopError` if one is not within `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                for state in self.states.values():
                    await state.ready.wait()
        except TimeoutError:
            late = [name for name, state in self.states.items() if not state.ready.is_set()]
            raise StopError(
                f"{' and '.join(late)} did not become ready in {seconds:.0f} s; the last lines:\n"
                + "\n".join(self.states[late[0]].log.tail)
            ) from None

    async def stop(self) -> None:
        """End all of them together: SIGTERM, and SIGKILL to what is left after the grace period."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for state in self.states.values():
            state.log.close()

    async def _keep(self, service: Service) -> None:
        state, policy = self.states[service.name], self._policy
        while True:
            begun = time.monotonic()
            status = await self._run_once(service, state)
            lived = time.monotonic() - begun
            at_once = not state.ready.is_set() or lived < policy.at_once
            state.ready.clear()
            state.failures = state.failures + 1 if at_once else 0
            if at_once and (sentence := explain(service.name, list(state.log.tail))):
                raise StopError(sentence)
            if state.failures >= policy.tries:
                raise StopError(
                    f"{service.name} ended {state.failures} times in a row ({said(status)}); its last lines:\n"
                    + "\n".join(state.log.tail)
                )
            delay = min(policy.first_delay * 2 ** max(state.failures - 1, 0), policy.longest_delay)
            self._tell(f"{service.name} ended ({said(status)}) and is started again in {delay:g} s.")
            await asyncio.sleep(delay)

    async def _run_once(self, service: Service, state: State) -> int:
        """Run `service` to its end; returns its exit status, negative for a signal."""
        state.log.tail.clear()
        state.runs += 1
        process = state.process = await asyncio.create_subprocess_exec(
            *bound_to_us(service.command),
            stdin=asyncio.subprocess.DEVNULL if LINUX else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **service.env},
            start_new_session=True,
        )
        reading = asyncio.create_task(self._read(process, state.log))
        asking = asyncio.create_task(self._ask(service, state))
        try:
            return await process.wait()
        finally:
            asking.cancel()
            await self._end(process)
            # What it wrote last says why it ended; a grandchild that holds the pipe open must not hold us up.
            await asyncio.wait([reading], timeout=1)
            reading.cancel()
            state.log.end()
            state.process = None

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._policy.grace):
                    await process.wait()
        # Also what it started itself and left behind: they share its process group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    async def _read(self, process: asyncio.subprocess.Process, log: LogFile) -> None:
        if process.stdout is not None:
            while chunk := await process.stdout.read(65_536):
                log.feed(chunk)

    async def _ask(self, service: Service, state: State) -> None:
        """Ask until it is ready."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            while True:
                try:
                    async with session.get(service.ready_url) as answer:
                        if answer.status == 200:
                            state.ready.set()
                            if state.runs > 1:
                                self._tell(f"{service.name} is ready again.")
                            return
                except (aiohttp.ClientError, TimeoutError, OSError):
                    pass  # not listening yet
                await asyncio.sleep(0.05)


def said(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
