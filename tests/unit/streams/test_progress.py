"""What a running job tells, also while its handler tells nothing."""

import functools
import itertools
import time
from typing import Any, cast

import pytest

from shared.estimate import Estimate, Pace, Work
from shared.messages import Event, Stage
from shared.outcomes import Job
from shared.streams import progress
from shared.streams.entries import Delivery
from shared.streams.progress import JobProgress
from shared.streams.stage_consumer import StageConsumer
from tests.waiting import until


class Consumer:
    def __init__(self) -> None:
        self.told: list[Event] = []

    async def publish(self, _delivery: Delivery, *events: Event) -> None:
        self.told += events


def running(consumer: Consumer, paces: dict[Stage, Pace] | None = None, **more: Any) -> JobProgress:
    job = Job("d1", "default", "ocr", 1, {}, **more)
    return JobProgress(cast("StageConsumer", consumer), Delivery("1-0", 1, ()), job, paces or {})


async def test_a_step_that_tells_nothing_of_itself_is_no_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_QUIET_SECONDS", 0.001)
    # Of the real clock half a second may pass in one turn: then the step is near its end, and four more points far.
    looks = itertools.count()
    monkeypatch.setattr(progress, "Estimate", functools.partial(Estimate, clock=lambda: next(looks) / 10_000))
    consumer = Consumer()
    job = running(consumer, {"ocr": Pace(0.1), "extract": Pace(0.1)})
    await job("preprocessing", 0.0, "Preparing the page", details={"a": 1})
    await until(lambda: len(consumer.told) >= 4)
    job.close()
    assert {(each.message, each.stage) for each in consumer.told} == {("Preparing the page", "preprocessing")}
    percentages = [each.percentage or 0 for each in consumer.told]
    assert all(later - earlier >= progress._POINTS for earlier, later in itertools.pairwise(percentages))
    assert all(each.seconds_left for each in consumer.told)


async def test_nothing_is_told_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_QUIET_SECONDS", 0.0)
    consumer = Consumer()
    job = running(consumer)
    await job("ocr", 1.0, "read")
    assert [each.message for each in [*await job.rest(), *consumer.told]] == ["read"]
    await job("ocr", 1.0, "late")
    assert await job.rest() == []


async def test_the_same_words_are_told_again_only_with_more_done() -> None:
    consumer = Consumer()
    job = running(consumer)
    for done in (0.0, 0.001, 0.002):
        await job("ocr", done, "Reading text", work=Work(lines=1000))
    await job.flush()
    assert len(consumer.told) == 1


@pytest.mark.parametrize(("seconds", "told"), [(60.0, 1), (0.0, 3)])
async def test_other_words_alone_are_told_once_in_a_while(
    monkeypatch: pytest.MonkeyPatch, seconds: float, told: int
) -> None:
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr(progress, "_WORDS_SECONDS", seconds)
    consumer = Consumer()
    job = running(consumer)
    for done in range(3):
        await job("ocr", done / 1000, f"Reading text, {done} of 1000 lines", work=Work(lines=1000))
        await job.flush()
    assert len(consumer.told) == told


async def test_what_passed_before_this_stage_counts() -> None:
    consumer = Consumer()
    job = running(consumer, {"ocr": Pace(), "extract": Pace()}, begun=time.time() - 1000)
    await job("ocr", 0.0, "Reading text")
    await job.flush()
    assert [each.percentage for each in consumer.told] == [99]
    assert job.expected > 0
