"""One measurement: send, start the workers, let them go together, check what arrived, kill them.

A measurement that left out a job, ran one twice that had not to, or leaves something in Redis, is none: it raises.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

from deploy.embedded.process import bound_to_us
from tests.benchmarks.queue.systems import Client, System, environment
from tests.benchmarks.report import ROOT

_LONGEST_SECONDS = 90


class InvalidRunError(Exception):
    """A measurement whose jobs did not all run once. The text says what happened instead."""


class LateError(InvalidRunError):
    """It took longer than it may."""


class Ran(NamedTuple):
    """One line of a worker's file; times in Unix seconds."""

    number: int
    sent: float
    began: float
    ended: float


class Course:
    """A system's processes and what they write.

    Args:
        url: of the server.
        folder: where they write.
    """

    def __init__(self, system: System, url: str, folder: Path) -> None:
        self._system = system
        self._folder = folder
        self._env = environment(system, url, str(folder))
        self._log = (folder / "log").open("ab")
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start the system's script; it dies with this process."""
        process = subprocess.Popen(
            bound_to_us([*self._system.command, *arguments]),
            stdin=subprocess.DEVNULL if sys.platform == "linux" else subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=self._env,
        )
        self._processes.append(process)
        return process

    async def sent(self, jobs: list[float], rate: float = 0) -> None:
        """Send jobs, by the ms each takes, `rate` a second or at once; returns when all are sent."""
        file = self._folder / "jobs"
        file.write_text(json.dumps(jobs))
        sender = self.start("send", str(file), *([str(rate)] if rate else []))
        await self.until(lambda: sender.poll() is not None, "its jobs were sent")
        if sender.returncode:
            raise InvalidRunError(f"{self._system.name}: the sender failed: {self.said()}")

    def lines(self, name: str) -> list[Ran]:
        """What all workers wrote into the files `name`, whole lines only."""
        found: list[Ran] = []
        for path in self._folder.glob(f"{name}-*"):
            for line in path.read_text().split("\n")[:-1]:
                number, sent, began, ended = line.split()
                found.append(Ran(int(number), float(sent), float(began), float(ended)))
        return found

    def count(self, name: str) -> int:
        """How many lines there are in the files `name`."""
        return sum(path.read_bytes().count(b"\n") for path in self._folder.glob(f"{name}-*"))

    def go(self) -> None:
        (self._folder / "go").touch()

    async def until(
        self, true: Callable[[], bool], what: str, seconds: float = _LONGEST_SECONDS, every: float = 0.02
    ) -> None:
        """Wait until `true()`; raises `InvalidRunError` when it takes too long or a worker ended."""
        end = time.monotonic() + seconds
        while not true():
            late, broken = time.monotonic() > end, any(process.poll() for process in self._processes)
            if late or broken:
                why = f"{seconds:.0f} s passed" if late else "a process ended"
                ran = self.count("ended")
                error = LateError if late else InvalidRunError
                raise error(f"{self._system.name}: {why} before {what} ({ran} jobs had run): {self.said()}")
            await asyncio.sleep(every)

    def said(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-2000:]

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """SIGKILL, and forget it."""
        process.kill()
        process.wait()
        self._processes.remove(process)

    def forget(self, process: "subprocess.Popen[bytes]") -> None:
        """Of one that ended by itself: nobody waits for it any more."""
        self._processes.remove(process)

    def close(self) -> None:
        for process in list(self._processes):
            self.kill(process)
        self._log.close()


@contextlib.asynccontextmanager
async def course(system: System, url: str) -> AsyncIterator[Course]:
    """A course whose processes and files are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="timelift-bench-") as name:
        made = Course(system, url, Path(name))
        try:
            yield made
        finally:
            made.close()


class Result(NamedTuple):
    """A measurement that held."""

    ran: list[Ran]
    drained: float
    """When Redis held none of the jobs any more (Unix seconds)."""
    twice: int
    """Runs beyond each job's first."""


async def _check(made: Course, system: System, client: Client, expected: int) -> Result:
    """Every job ran and Redis holds none of them."""
    end = time.monotonic() + 15
    left = await system.left(client)
    while left and time.monotonic() < end:
        await asyncio.sleep(0.005)
        left = await system.left(client)
    drained = time.time()
    ran = made.lines("ended")
    often = Counter(each.number for each in ran)
    twice = len(ran) - len(often)
    if left or set(often) != set(range(expected)) or (twice and not system.may_repeat):
        raise InvalidRunError(
            f"{system.name}: {expected} jobs were sent, {len(often)} different ones ran, {len(ran)} runs in all, "
            f"{left} are left in Redis: {made.said()}"
        )
    return Result(ran, drained, twice)


async def throughput(system: System, url: str, client: Client, jobs: list[float], processes: int) -> tuple[float, int]:
    """Work off a backlog of `jobs` (ms each).

    Gives the jobs a second, from the first start until Redis holds none of them, and how many runs were repeats.
    """
    await client.flushall()
    async with course(system, url) as made:
        for _ in range(processes):
            made.start("work")
        await made.sent(jobs)
        await made.until(lambda: made.count("ready") == processes, "the workers were ready")
        made.go()
        await made.until(lambda: made.count("ended") >= len(jobs), "every job had run")
        result = await _check(made, system, client, len(jobs))
    return len(jobs) / (result.drained - min(each.began for each in result.ran)), result.twice


async def latency(system: System, url: str, client: Client, jobs: int, rate: float) -> list[float]:
    """Seconds from sending to the handler's start, of jobs sent one after another to an idle worker."""
    await client.flushall()
    async with course(system, url) as made:
        made.start("work")
        await made.until(lambda: made.count("ready") == 1, "the worker was ready")
        made.go()
        await made.sent([0.0] * jobs, rate)
        await made.until(lambda: made.count("ended") >= jobs, "every job had run")
        result = await _check(made, system, client, jobs)
    return [each.began - each.sent for each in result.ran]


async def recovery(system: System, url: str, bound: float) -> float | None:
    """Seconds from killing the worker of a long job until another worker begins it; None beyond `bound`."""
    async with course(system, url) as made:
        made.go()
        await made.sent([10 * 60_000.0])
        first = made.start("work")
        await made.until(lambda: made.count("began") == 1, "the job began")
        made.start("work")
        await made.until(lambda: made.count("ready") == 2, "the second worker was ready")
        made.kill(first)
        killed = time.time()
        try:
            await made.until(lambda: made.count("began") > 1, "the job began again", seconds=bound, every=0.05)
        except LateError:
            return None
        return max(each.began for each in made.lines("began")) - killed
