"""The plan is a function of its seed."""

import pytest

from tests.chaos.plan import CLAIM_LEASES, FLEET, HOWS, KINDS, POSTGRES, REDIS, Action, plan
from tests.chaos.plan import WORKERS as ALL_WORKERS

WORKERS = ["ocr-0", "ocr-1"]
GATEWAYS = ["gateway-0"]


def of(seed: int, seconds: float = 120) -> list[Action]:
    return plan(seed, seconds, WORKERS, GATEWAYS)


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert of(7) == of(7)
    assert of(7) != of(8)
    # Written down: a seed from a log must give the same plan on another machine and Python.
    assert str(of(7)[0]) == "   2.0 s  failover kill redis for 2.5 s"


@pytest.mark.parametrize("seed", range(20))
def test_every_way_comes_up_and_no_two_overlap_on_a_target(seed: int) -> None:
    actions = of(seed, 300)
    assert {(each.kind, each.how) for each in actions} == {(kind, how) for kind in KINDS for how in HOWS[kind]}
    assert actions == sorted(actions, key=lambda each: each.at)
    free: dict[str, float] = {}
    for each in actions:
        assert each.target in (*WORKERS, *GATEWAYS, REDIS, POSTGRES, ALL_WORKERS, FLEET)
        assert free.get(each.target, 0) <= each.at < 300
        free[each.target] = each.at + each.lasts
        assert bool(each.server) == (each.kind == "cut")


def test_redis_is_away_for_half_of_the_run_and_left_alone_meanwhile() -> None:
    (away,) = (each for each in of(4, 200) if each.kind == "away")
    assert (away.at, away.lasts) == (50, 100)
    others = [each for each in of(4, 200) if each.target == REDIS and each is not away and each != away]
    assert others
    assert all(each.at + each.lasts <= 50 or each.at >= 150 for each in others)


@pytest.mark.parametrize("seconds", [30, 600])
def test_a_gateway_is_frozen_for_longer_than_its_claims_while_documents_are_worked_directly(seconds: float) -> None:
    actions = of(4, seconds)
    (away,) = (each for each in actions if each.kind == "away")
    (frozen,) = (each for each in actions if each.kind == "freeze-gateway")
    assert frozen.target in GATEWAYS
    assert frozen.lasts > CLAIM_LEASES * 6.0
    assert away.at < frozen.at < away.at + away.lasts
    # Nothing else is done to it meanwhile, such as waking it up.
    meanwhile = [each for each in actions if each.target == frozen.target and each is not frozen]
    assert all(
        each.at + each.lasts <= frozen.at or each.at >= min(frozen.at + frozen.lasts, seconds) for each in meanwhile
    )


def test_every_single_process_is_stopped_before_any_is_again() -> None:
    stopped = [each.target for each in of(5, 600) if each.kind == "stop"]
    assert set(stopped[: len(WORKERS) + len(GATEWAYS)]) == {*WORKERS, *GATEWAYS}


def test_a_short_plan_has_most_ways_too() -> None:
    assert len({(each.kind, each.how) for each in of(3, seconds=20)}) >= 10


def test_only_the_kinds_that_are_asked_for_happen() -> None:
    assert {each.kind for each in plan(1, 60, WORKERS, GATEWAYS, ["stop"])} == {"stop"}
    assert plan(1, 60, WORKERS, GATEWAYS, []) == []
