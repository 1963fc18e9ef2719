"""The plan is a function of its seed."""

import pytest

from tests.chaos.plan import HOWS, KINDS, POSTGRES, REDIS, Action, plan

WORKERS = ["ocr-0", "ocr-1"]
GATEWAYS = ["gateway-0"]


def of(seed: int, seconds: float = 120) -> list[Action]:
    return plan(seed, seconds, WORKERS, GATEWAYS)


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert of(7) == of(7)
    assert of(7) != of(8)
    # Written down: a seed from a log must give the same plan on another machine and Python.
    assert str(of(7)[0]) == "   2.0 s  restart-redis graceful redis for 1.3 s"


@pytest.mark.parametrize("seed", range(20))
def test_every_way_comes_up_and_no_two_overlap_on_a_target(seed: int) -> None:
    actions = of(seed)
    assert {(each.kind, each.how) for each in actions} == {(kind, how) for kind in KINDS for how in HOWS[kind]}
    assert actions == sorted(actions, key=lambda each: each.at)
    free: dict[str, float] = {}
    for each in actions:
        assert each.target in (*WORKERS, *GATEWAYS, REDIS, POSTGRES)
        assert free.get(each.target, 0) <= each.at < 120
        free[each.target] = each.at + each.lasts
        assert bool(each.server) == (each.kind == "cut")


def test_a_short_plan_has_most_ways_too() -> None:
    assert len({(each.kind, each.how) for each in of(3, seconds=20)}) >= 10


def test_only_the_kinds_that_are_asked_for_happen() -> None:
    assert {each.kind for each in plan(1, 60, WORKERS, GATEWAYS, ["stop"])} == {"stop"}
    assert plan(1, 60, WORKERS, GATEWAYS, []) == []
