"""The model of growth against what queueing theory says of the same queue."""

import math
import random

import pytest

from shared.streams.keys import STAGES
from tests.benchmarks.scale.model import Figures, Limits, needs, simulate, steady

FIGURES = Figures(
    stage_seconds={"compress": 0.2, "ocr": 2.0, "extract": 0.3},
    statements=20.0,
    commands=80.0,
    idle_commands=2.5,
    gateway_seconds=0.03,
    redis_bytes=20_000.0,
    disk_bytes=300_000.0,
)


def erlang_wait(rate: float, seconds: float, workers: int) -> float:
    """Mean wait of M/M/c (Erlang C)."""
    load = rate * seconds
    last = load**workers / math.factorial(workers) * workers / (workers - load)
    busy = last / (sum(load**n / math.factorial(n) for n in range(workers)) + last)
    return busy / (workers / seconds - rate)


@pytest.mark.parametrize(("rate", "workers"), [(0.5, 1), (1.4, 2), (5.0, 8)])
def test_the_simulation_agrees_with_erlang(rate: float, workers: int) -> None:
    found = simulate(rate, [workers], [lambda chance: chance.expovariate(1.0)], documents=60_000, seed=3)
    assert found.waiting == pytest.approx(erlang_wait(rate, 1.0, workers), rel=0.1)


def test_stages_without_a_queue_take_their_own_time() -> None:
    found = simulate(0.01, [9, 9, 9], [lambda _: 1.0, lambda _: 2.0, lambda _: 3.0], documents=500)
    assert found.median == pytest.approx(6.0)
    assert found.p95 == pytest.approx(6.0)
    assert found.waiting == 0


def test_too_few_workers_are_seen() -> None:
    enough = simulate(1.0, [3], [steady(2.0)], documents=5_000)
    short = simulate(1.0, [1], [steady(2.0)], documents=5_000)
    assert enough.p95 < 8 < 500 < short.p95


@pytest.mark.parametrize("rate", [1.0, 10.0, 100.0])
def test_what_a_rate_needs_is_enough_for_it(rate: float) -> None:
    found = needs(rate, FIGURES)
    draws = [steady(FIGURES.stage_seconds[stage]) for stage in STAGES]
    seen = simulate(rate, [found.workers[stage] for stage in STAGES], draws, documents=8_000)
    work = sum(FIGURES.stage_seconds.values())
    # Also the assumption by which Redis' memory is reckoned.
    assert seen.p95 < 3 * work
    assert seen.waiting < work


def test_needs_grow_with_the_rate_and_name_the_walls() -> None:
    one, thousand = needs(1, FIGURES), needs(1000, FIGURES)
    assert (one.partitions, one.gateways) == (1, 1)
    assert one.workers == {"compress": 1, "ocr": 3, "extract": 1}
    assert thousand.workers["ocr"] == math.ceil(2000 / 0.7)
    assert thousand.statements == 20_000
    assert thousand.postgres_load == pytest.approx(2.0)
    assert thousand.partitions == math.ceil(thousand.redis_commands / 100_000 / 0.7)
    assert needs(1000, FIGURES, Limits(redis_commands=1e9)).partitions == 1


def test_steady_times_stay_within_their_spread() -> None:
    chance = random.Random(5)
    drawn = [steady(2.0, 0.25)(chance) for _ in range(1000)]
    assert 1.5 <= min(drawn) < max(drawn) <= 2.5
    assert sum(drawn) / len(drawn) == pytest.approx(2.0, abs=0.05)
