"""What a job costs beside its own work, and how one ends that is given up."""

import asyncio
from typing import Any, cast

import pytest

from shared.estimate import Pace
from shared.messages import Event, Failure, Stage
from shared.outcomes import Dead, Done, Job, Outcome, Progress, Retry
from shared.streams import job_runner
from shared.streams.entries import Delivery, job_fields
from shared.streams.job_runner import JobRunner, Run
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import Ended, StageConsumer
from tests.waiting import until


class Counted:
    """A consumer whose calls are kept."""

    stage = "compress"
    consumer = "a"

    def __init__(self) -> None:
        self.noted: list[tuple[Ended, ...]] = []
        self.events: list[Event] = []

    async def finish(self, *_: Any, event: Event | None = None, **__: Any) -> int:
        self.events += [event] if event else []
        return 1

    async def note(self, *ended: Ended) -> dict[Stage, Pace]:
        self.noted.append(ended)
        return {}


@pytest.mark.parametrize(("seconds", "closed"), [(0.0, False), (3600.0, True)])
async def test_the_figures_of_many_jobs_are_one_call(
    monkeypatch: pytest.MonkeyPatch, seconds: float, closed: bool
) -> None:
    """After a while, or when the worker ends."""
    monkeypatch.setattr(job_runner, "_NOTE_SECONDS", seconds)

    async def handle(_job: Job, _: Progress) -> Outcome:
        return Done()

    async def on_dead(*_: Any) -> bool:
        return True

    consumer = Counted()
    runner = JobRunner(cast("StageConsumer", consumer), handle, on_dead, QueueSettings.load())
    fields = tuple(job_fields("d1", "default", {}, deadline=0, trace=""))
    await asyncio.gather(*(runner.run(Run(Delivery(f"{number}-1", 1, fields))) for number in range(50)))
    if closed:
        await runner.close()
    await until(lambda: sum(map(len, consumer.noted)) == 50)
    assert len(consumer.noted) < 5


@pytest.mark.parametrize(
    ("outcome", "why"), [(Dead("The file is cut off."), "unreadable"), (Retry("It is away."), "internal")]
)
async def test_a_dead_job_says_whether_its_file_is_at_fault(outcome: Outcome, why: str) -> None:
    """So that nobody is offered to read anew what can never be read."""
    recorded: list[Failure] = []

    async def handle(_job: Job, _: Progress) -> Outcome:
        return outcome

    async def on_dead(_job: Job, _reason: str, failure: Failure) -> bool:
        recorded.append(failure)
        return True

    consumer = Counted()
    settings = QueueSettings.load(queue_max_retries=0)
    runner = JobRunner(cast("StageConsumer", consumer), handle, on_dead, settings)
    await runner.run(Run(Delivery("1-1", 1, tuple(job_fields("d1", "default", {}, deadline=0, trace="")))))
    assert recorded == [why]
    assert [each.failure for each in consumer.events] == [why]
