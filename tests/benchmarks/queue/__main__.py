"""Three interleaved rounds of every system, medians, a table and ``.local/bench/queue.json``.

``QUICK=1`` takes one short round, to see that everything works; its figures say little.
"""

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from redis.asyncio import Redis

from deploy.embedded import EmbeddedValkey
from tests.benchmarks.queue.faults import FAULTS, JOBS, SECONDS, Fate, Fault, fates
from tests.benchmarks.queue.peers.common import CONCURRENCY
from tests.benchmarks.queue.run import InvalidRunError, latency, recovery, throughput
from tests.benchmarks.queue.systems import SYSTEMS, Client, System
from tests.benchmarks.report import ROOT, percentile, show, write

QUICK = bool(os.environ.get("QUICK"))
_ROUNDS = 1 if QUICK else 3
_SHARE = 0.1 if QUICK else 1.0
_RATE = 100.0
_LATENCY_JOBS = 100 if QUICK else 300
_MOST_SECONDS = 850.0
_BOUND = 12.0 if QUICK else 90.0
_SEED = 1
_PROCESSES = (1, 4)

Figures = dict[str, dict[str, list[float]]]
"""By system and measure, a value for each round."""


Became = dict[str, dict[Fault, Fate]]
"""By system and fault, what became of the jobs."""


async def one_round(number: int, url: str, client: Client, figures: Figures) -> None:
    """Every measure of every system, the systems taking turns."""
    for processes in _PROCESSES:
        for system in SYSTEMS:
            if not (system.extra and processes > 1):
                jobs = [0.0] * int(system.jobs * _SHARE)
                await _measured(figures, system, f"noop {processes}", throughput(system, url, client, jobs, processes))
    main = [system for system in SYSTEMS if not system.extra]
    for processes in _PROCESSES:
        for system in main:
            chance = random.Random(_SEED + number)
            jobs = [chance.uniform(0, 50) for _ in range(int(system.timed * _SHARE))]
            await _measured(figures, system, f"timed {processes}", throughput(system, url, client, jobs, processes))
    for system in main:
        waits = await latency(system, url, client, _LATENCY_JOBS, _RATE)
        figures[system.name].setdefault("start p50", []).append(percentile(waits, 0.5))
        figures[system.name].setdefault("start p99", []).append(percentile(waits, 0.99))


async def _measured(figures: Figures, system: System, measure: str, value: Awaitable[tuple[float, int]]) -> None:
    rate, twice = await value
    figures[system.name].setdefault(measure, []).append(rate)
    figures[system.name].setdefault("run twice", []).append(twice)


async def main() -> None:
    begun = time.monotonic()
    figures: Figures = {system.name: {} for system in SYSTEMS}
    again: dict[str, float | None] = {}
    with tempfile.TemporaryDirectory(prefix="timelift-bench-") as name:
        async with EmbeddedValkey(Path(name)) as server:
            client = Redis.from_url(server.url)
            # Nobody's jobs are written to disk: it would measure the disk.
            await client.config_set("appendonly", "no")
            rounds, longest = 0, 0.0
            # On a machine that is busy with other things, fewer rounds within the quarter of an hour.
            while rounds < _ROUNDS and time.monotonic() - begun + longest + _BOUND < _MOST_SECONDS:
                round_begun = time.monotonic()
                await one_round(rounds, server.url, client, figures)
                rounds, longest = rounds + 1, max(longest, time.monotonic() - round_begun)
                sys.stderr.write(f"round {rounds} of {_ROUNDS} after {time.monotonic() - begun:.0f} s\n")
            # All at once: they wait for the clock, not for the machine.
            await client.flushall()
            main_ones = [system for system in SYSTEMS if not system.extra]
            found = await asyncio.gather(*(recovery(system, server.url, _BOUND) for system in main_ones))
            again = {system.name: seconds for system, seconds in zip(main_ones, found, strict=True)}
            version = (await client.info("server"))["valkey_version"]
            await client.aclose()
    became: Became = {system.name: {} for system in main_ones}
    for fault in FAULTS:
        found_fates = await asyncio.gather(*(fates(system, fault) for system in main_ones))
        for system, fate in zip(main_ones, found_fates, strict=True):
            became[system.name][fault] = fate
        sys.stderr.write(f"{fault} after {time.monotonic() - begun:.0f} s\n")
    tell(figures, again, became, rounds, str(version), time.monotonic() - begun)


def tell(
    figures: Figures, again: dict[str, float | None], became: Became, rounds: int, version: str, seconds: float
) -> None:
    """Show the medians and keep everything."""

    def median(name: str, measure: str, digits: int = 0, scale: float = 1) -> str | None:
        values = figures[name].get(measure)
        return f"{statistics.median(values) * scale:,.{digits}f}" if values else None

    def back(system: System) -> str | None:
        if system.extra:
            return None
        found = again[system.name]
        return f">{_BOUND:.0f}" if found is None else f"{found:.1f}"

    show(
        f"Jobs a second with 1 and 4 processes, {CONCURRENCY} at once in each; ms from enqueue to start;\n"
        f"s until a killed worker's job runs again. Valkey {version} without persistence,\n"
        f"uvloop for all Python; medians of {rounds} rounds",
        ("", "no-op, 1", "no-op, 4", "0-50 ms, 1", "0-50 ms, 4", "p50 ms", "p99 ms", "again s"),
        [
            (
                system.name,
                *(median(system.name, f"noop {processes}") for processes in _PROCESSES),
                *(median(system.name, f"timed {processes}") for processes in _PROCESSES),
                median(system.name, "start p50", 1, 1000),
                median(system.name, "start p99", 1, 1000),
                back(system),
            )
            for system in SYSTEMS
        ],
    )
    show(
        f"What became of {JOBS} jobs whose worker was paused, or whose server refused, for {SECONDS:.0f} s",
        ("", *FAULTS),
        [(name, *(str(fates_of[fault]) for fault in FAULTS)) for name, fates_of in became.items()],
    )
    for system in SYSTEMS:
        repeats = int(sum(figures[system.name]["run twice"]))
        sys.stdout.write(f"  {system.name}: {system.settings}; {repeats or 'no'} jobs ran twice.\n")
    path = write(
        "queue",
        {
            "quick": QUICK,
            "server": f"Valkey {version}, appendonly no",
            "concurrency": CONCURRENCY,
            "seconds": round(seconds, 1),
            "settings": {system.name: system.settings for system in SYSTEMS},
            "rounds": {
                name: {measure: [round(value, 6) for value in values] for measure, values in measures.items()}
                for name, measures in figures.items()
            },
            "secondsUntilAgain": {name: None if value is None else round(value, 3) for name, value in again.items()},
            "againBound": _BOUND,
            "faults": {name: {fault: each._asdict() for fault, each in of.items()} for name, of in became.items()},
        },
    )
    sys.stdout.write(
        f"Every job was counted. Figures of all rounds in {path.relative_to(ROOT)}; took {seconds:.0f} s.\n"
    )


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except InvalidRunError as error:
        sys.exit(f"This is no measurement. {error}")
