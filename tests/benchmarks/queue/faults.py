"""What becomes of 100 jobs whose worker is paused, or whose server refuses writes for a while.

Each system's one worker works 100 jobs of 0 to 4 s, 32 at once, while the fault lasts; it is started again when it
ends by itself, as an orchestrator would. Counted after the fault: how many jobs ran, how many ran more than once, how
many the server still holds and nobody works, how often the worker had ended.
"""

import asyncio
import contextlib
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, get_args

from redis.asyncio import Redis

from deploy.embedded import EmbeddedValkey
from tests.benchmarks.queue.run import Course, course
from tests.benchmarks.queue.systems import Client, System
from tests.refusals import Refuser

Fault: TypeAlias = Literal["pause", "oom", "misconf"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
JOBS = 100
SECONDS = 10.0
"""How long a fault lasts: longer than our lease of 6 s."""
_AFTER_SECONDS = 60.0
"""How long the jobs are waited for after it."""
_RESTART_SECONDS = 1.0


class Fate(NamedTuple):
    """What became of the jobs."""

    ran: int
    """Different ones."""
    twice: int
    """Runs beyond each job's first."""
    left: int
    """Held by the server in the end."""
    ended: int
    """How often the worker ended by itself."""
    seconds: float | None
    """From the end of the fault until all had run; None if they did not."""

    def __str__(self) -> str:
        lost = f", {JOBS - self.ran} never ran" if self.ran < JOBS else ""
        twice = f", {self.twice} ran twice" if self.twice else ""
        ended = f", its worker ended {self.ended} times" if self.ended else ""
        left = f", {self.left} left in Redis" if self.left else ""
        after = "" if self.seconds is None else f" within {self.seconds:.0f} s of its end"
        return f"{self.ran} ran{after}{lost}{twice}{left}{ended}"


class _Kept:
    """A worker that is started again when it ends."""

    def __init__(self, made: Course) -> None:
        self._made = made
        self.process: subprocess.Popen[bytes] = made.start("work")
        self.ended = 0

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            if self.process.poll() is not None:
                self.ended += 1
                self._made.forget(self.process)
                await asyncio.sleep(_RESTART_SECONDS)
                self.process = self._made.start("work")


async def fates(system: System, fault: Fault) -> Fate:
    """Measure one case, on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="timelift-bench-") as name:
        async with EmbeddedValkey(Path(name)) as server:
            client, refuser = Redis.from_url(server.url), Refuser(server.url, server.folder)
            await client.config_set("appendonly", "no")
            try:
                return await _fate(system, server.url, client, refuser, fault)
            finally:
                await client.aclose()
                await refuser.close()


async def _fate(system: System, url: str, client: Client, refuser: Refuser, fault: Fault, seed: int = 1) -> Fate:
    chance = random.Random(seed)
    async with course(system, url) as made:
        await made.sent([chance.uniform(0, 4000) for _ in range(JOBS)])
        made.go()
        kept = _Kept(made)
        keeping = asyncio.create_task(kept.keep())
        try:
            # In the middle of the work.
            await made.until(lambda: made.count("ended") >= 5, "the first jobs had run")
            await _suffer(kept.process, refuser, fault)
            over = time.monotonic()

            def all_ran() -> bool:
                return len({each.number for each in made.lines("ended")}) == JOBS

            while not all_ran() and time.monotonic() - over < _AFTER_SECONDS:  # noqa: ASYNC110 - they write files
                await asyncio.sleep(0.2)
            seconds = time.monotonic() - over if all_ran() else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    while await system.left(client):  # noqa: ASYNC110 - the server gives no signal
                        await asyncio.sleep(0.1)
        finally:
            keeping.cancel()
        runs = made.lines("ended")
        ran = len({each.number for each in runs})
        return Fate(ran, len(runs) - ran, await system.left(client), kept.ended, seconds)


async def _suffer(process: "subprocess.Popen[bytes]", refuser: Refuser, fault: Fault) -> None:
    if fault != "pause":
        async with refuser.refusing(fault):
            await asyncio.sleep(SECONDS)
        return
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(SECONDS)
    process.send_signal(signal.SIGCONT)
