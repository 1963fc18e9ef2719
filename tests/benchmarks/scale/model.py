"""What a rate of documents needs, from measured figures, and a simulation of the queue that says whether it is enough.

The queue is three stages in a row, each a number of workers that take from one line, first come, first served; uploads
come at random (Poisson). That is `shared/streams` without its failures: a job waits for a free worker of its stage and
for nothing else, as long as the window is above what the workers can run.
"""

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.messages import Stage
from shared.streams.keys import STAGES
from tests.benchmarks.report import percentile

Draw = Callable[[random.Random], float]
"""Seconds that one job takes."""


@dataclass(frozen=True)
class Figures:
    """Measured with `make bench-scale`."""

    stage_seconds: dict[Stage, float]
    """Processor time that a stage takes for a document, on one core."""
    statements: float
    """Of Postgres, a document."""
    commands: float
    """Of Redis, a document."""
    idle_commands: float
    """Of Redis a second, for each process that waits."""
    gateway_seconds: float
    """Processor time of a gateway for a document and one client that follows it."""
    redis_bytes: float
    """Of a document under way."""
    disk_bytes: float
    """Of a document that is kept: pictures, text and rows."""


@dataclass(frozen=True)
class Limits:
    """What one of each carries before it is the wall."""

    busy: float = 0.7
    """Share of the time that a worker may work: above, waiting grows without any bound that is worth having."""
    redis_commands: float = 100_000.0
    """A second, on the one core that Redis works on."""
    postgres_statements: float = 10_000.0
    """A second, of short statements that write, with commits to a disk."""


@dataclass(frozen=True)
class Needs:
    """What a rate of documents needs."""

    workers: dict[Stage, int]
    """Cores, each with a worker that reads one document at a time."""
    gateways: int
    partitions: int
    """Redis servers, each with at least one set of streams."""
    postgres_load: float
    """Share of one Postgres' statements: above 1 it is past the wall."""
    redis_commands: float
    """A second."""
    statements: float
    """A second."""
    redis_bytes: float
    """Of what is under way, each document for as long as its stages and their waits take."""
    disk_bytes_a_day: float


def needs(rate: float, figures: Figures, limits: Limits | None = None) -> Needs:
    """What `rate` documents a second need."""
    limits = limits or Limits()
    workers = {stage: math.ceil(rate * figures.stage_seconds[stage] / limits.busy) for stage in STAGES}
    gateways = math.ceil(rate * figures.gateway_seconds / limits.busy)
    processes = sum(workers.values()) + gateways
    commands = rate * figures.commands + processes * figures.idle_commands
    statements = rate * figures.statements
    # Waiting included, which at this load is below what the work itself takes.
    under_way = 2 * rate * sum(figures.stage_seconds.values())
    return Needs(
        workers=workers,
        gateways=gateways,
        partitions=math.ceil(commands / limits.redis_commands / limits.busy),
        postgres_load=statements / limits.postgres_statements,
        redis_commands=commands,
        statements=statements,
        redis_bytes=under_way * figures.redis_bytes,
        disk_bytes_a_day=rate * 86_400 * figures.disk_bytes,
    )


@dataclass(frozen=True)
class Simulated:
    """How long documents took from upload to end, in seconds."""

    median: float
    p95: float
    waiting: float
    """The mean of what a document spent waiting."""


def simulate(
    rate: float, workers: Sequence[int], draws: Sequence[Draw], documents: int = 20_000, seed: int = 1
) -> Simulated:
    """Let documents come and go.

    Args:
        rate: documents a second.
        workers: of each stage.
        draws: how long a job of each stage takes.
        documents: how many; the first tenth, which finds the system empty, is not counted.
    """
    chance = random.Random(seed)
    arrivals: list[float] = []
    now = 0.0
    for _ in range(documents):
        now += chance.expovariate(rate)
        arrivals.append(now)
    # Jobs by the time at which they come to the stage, with the document's number.
    coming = [(at, number) for number, at in enumerate(arrivals)]
    waited = [0.0] * documents
    for count, draw in zip(workers, draws, strict=True):
        free = [0.0] * count
        ended: list[tuple[float, int]] = []
        for at, number in sorted(coming):
            begins = max(at, heapq.heappop(free))
            ends = begins + draw(chance)
            heapq.heappush(free, ends)
            waited[number] += begins - at
            ended.append((ends, number))
        coming = ended
    counted = documents // 10
    took = [ends - arrivals[number] for ends, number in coming if number >= counted]
    rest = waited[counted:]
    return Simulated(percentile(took, 0.5), percentile(took, 0.95), sum(rest) / len(rest))


def steady(mean: float, spread: float = 0.5) -> Draw:
    """Times that spread evenly by a share of their mean around it: pages differ, but none takes ten times another."""
    return lambda chance: mean * chance.uniform(1 - spread, 1 + spread)
