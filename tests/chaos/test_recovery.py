"""From when a recovery counts: from the moment from which somebody could have taken the job."""

from typing import Any

import pytest

from tests.chaos.fleet import Disturbance, Fault
from tests.chaos.plan import REDIS, WORKERS, Action, Kind
from tests.chaos.recovery import Recovery, recoveries, resumed
from tests.chaos.witness import Told

NAMES = ["ocr-0", "ocr-1"]


def fault(kind: Kind, target: str, begun: float, over: float, pid: int = 0) -> Disturbance:
    return Disturbance(Action(begun, kind, "any", target, over - begun), begun, over, pid)


def start(at: float, who: str) -> dict[str, Any]:
    return {"at": at, "what": "start", "who": who, "document": "d1", "stage": "ocr"}


def of(*faults: Disturbance, taken_up: float = 30.0) -> list[Recovery]:
    """A job that ocr-0 holds from 5.0 on, and ocr-1 takes up later."""
    return recoveries([*faults], [start(5.0, "ocr-0.7"), start(taken_up, "ocr-1.8")], [], NAMES)


KILLED = fault("kill", "ocr-0", 10.0, 40.0, pid=7)


@pytest.mark.parametrize(
    ("others", "seconds"),
    [
        ([], 20.0),
        ([fault("stop", "ocr-1", 12.0, 25.0)], 5.0),
        ([fault("stop-all", WORKERS, 12.0, 25.0)], 5.0),
        ([fault("away", REDIS, 12.0, 26.0)], 4.0),
        ([fault("stop", "ocr-1", 12.0, 25.0), fault("refuse", REDIS, 11.0, 13.0)], 5.0),
        ([fault("stop", "extract-1", 12.0, 25.0)], 20.0),
        ([fault("stop", "ocr-1", 1.0, 9.0)], 20.0),
    ],
    ids=["alone", "the other stopped", "all stopped", "no server", "the longer counts", "another stage", "before"],
)
def test_it_counts_from_when_somebody_could(others: list[Disturbance], seconds: float) -> None:
    (found,) = of(KILLED, *others)
    assert found.seconds == seconds


def test_an_upgrade_keeps_each_process_for_a_time() -> None:
    upgraded = [Fault(12.0, 24.0, "ocr-1"), Fault(24.0, 28.0, "ocr-0")]
    (found,) = recoveries([KILLED], [start(5.0, "ocr-0.7"), start(30.0, "ocr-1.8")], [], NAMES, upgraded)
    assert found.seconds == 6.0


def test_while_redis_is_away_one_worker_a_stage_is_asked() -> None:
    drained = fault("restart", "ocr-0", 10.0, 26.0, pid=7)
    (found,) = of(drained, fault("away", REDIS, 1.0, 90.0))
    assert found.seconds == 4.0


def test_who_waits_for_its_store_keeps_its_job() -> None:
    (found,) = of(fault("blobs", "ocr-0", 10.0, 27.0, pid=7))
    assert found.seconds == 3.0


def test_what_its_own_worker_ended_was_not_held_up() -> None:
    ended = Told(11.0, 0, "handed", "d1", "extract")
    assert recoveries([KILLED], [start(5.0, "ocr-0.7"), start(30.0, "ocr-1.8")], [ended], NAMES) == []


def test_the_streams_go_on_after_a_fault_of_the_server() -> None:
    faults = [
        fault("refuse", REDIS, 10.0, 20.0),
        fault("failover", REDIS, 30.0, 31.0),
        fault("away", REDIS, 40.0, 50.0),
    ]
    told = [Told(at, 0, "added", "d1", "ocr") for at in (9.0, 20.5, 33.0)]
    assert [seconds for seconds, _ in resumed(faults, told, until=60.0)] == [2.0, 0.5]
