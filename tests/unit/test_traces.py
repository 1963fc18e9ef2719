"""Spans, where traces are made and where they are not."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.estimate import Pace
from shared.messages import Event, Stage
from shared.outcomes import Dead, Done, Job, Outcome, Progress, Retry
from shared.settings import SettingError
from shared.streams.entries import Delivery, job_fields, read_job
from shared.streams.job_runner import JobRunner, Run
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import Ended, StageConsumer
from shared.traces import TRACEPARENT, configure_traces, flush_traces, span, use

UPLOAD = f"00-{'a' * 32}-{'b' * 16}-01"
RELAY = f"00-{'a' * 32}-{'c' * 16}-01"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    made = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(made))
    use(provider)
    yield made
    flush_traces()


class Consumer:
    """Takes what a job ends in."""

    stage, consumer = "ocr", "me.1"

    def __init__(self) -> None:
        self.retried: list[list[str]] = []
        self.followed: list[list[str]] = []
        self.told: list[Event] = []

    async def publish(self, _delivery: Delivery, *events: Event) -> None:
        self.told += events

    async def retry(self, _delivery: Delivery, _wait_ms: int, fields: list[str]) -> bool:
        self.retried.append(fields)
        return True

    async def note(self, *_ended: Ended) -> dict[Stage, Pace]:
        return {}

    async def finish(self, _delivery: Delivery, **ending: Any) -> int:
        self.followed.append(ending["follow_up"] or [])
        self.told += [*ending.get("before", ()), *filter(None, [ending["event"]])]
        return 1


async def run(outcome: Outcome, sender: str = RELAY) -> Consumer:
    consumer = Consumer()

    async def handle(_job: Job, progress: Progress) -> Outcome:
        await progress("ocr", 1.0, "read")
        return outcome

    async def on_dead(_job: Job, _reason: str, _failure: str) -> bool:
        return True

    queue = QueueSettings.load()
    runner = JobRunner(cast("StageConsumer", consumer), handle, on_dead, queue)
    fields = job_fields("d1", "school", {}, deadline=0, trace=UPLOAD, sender=sender)
    await runner.run(Run(Delivery("1-0", 1, tuple(fields))))
    return consumer


async def test_a_retry_is_an_event_of_its_span(exporter: InMemorySpanExporter) -> None:
    consumer = await run(Retry("the disk is slow"))
    (made,) = exporter.get_finished_spans()
    assert made.name == "ocr"
    assert made.parent is not None
    assert (made.parent.trace_id, made.parent.span_id) == (int("a" * 32, 16), int("b" * 16, 16))
    (link,) = made.links
    assert link.context.span_id == int("c" * 16, 16)
    (event,) = made.events
    assert event.name == "retry"
    assert dict(event.attributes or {})["reason"] == "the disk is slow"
    assert not made.status.is_ok
    # The next try hangs on the same upload and on the same sender.
    again = read_job("ocr", tuple(consumer.retried[0]))
    assert (again.trace, again.sender, again.attempt) == (UPLOAD, RELAY, 2)
    # What was told before is told, although no end takes it along.
    assert [each.message for each in consumer.told] == ["read"]


async def test_a_dead_jobs_span_has_failed(exporter: InMemorySpanExporter) -> None:
    consumer = await run(Dead("no picture"))
    (made,) = exporter.get_finished_spans()
    assert not made.status.is_ok
    assert made.status.description == "no picture"
    assert [each.type for each in consumer.told] == ["progress", "error"]


async def test_without_traces_the_entry_is_as_it_was() -> None:
    following = SimpleNamespace(stage="extract", payload={})
    consumer = await run(Done(next=cast("Any", following)), sender="")
    assert "sender" not in consumer.followed[0]
    assert read_job("extract", tuple(consumer.followed[0])).trace == UPLOAD


def test_without_traces_a_span_is_its_parents_context() -> None:
    with span("upload", "server", UPLOAD) as here:
        here.event("nothing")
        here.failed("nothing")
    assert (here.context, here.sender) == (UPLOAD, "")


def test_a_span_without_a_parent_begins_a_trace(exporter: InMemorySpanExporter) -> None:
    with span("other", "server", UPLOAD), span("upload", "server", "") as here:
        assert TRACEPARENT.fullmatch(here.context)
    made = next(each for each in exporter.get_finished_spans() if each.name == "upload")
    assert made.parent is None
    assert here.context.split("-")[1] == f"{made.context.trace_id:032x}"


@pytest.mark.parametrize("text", ["", "00-0-0-00", f"00-{'0' * 32}-{'b' * 16}-01", f"01-{'a' * 32}-{'b' * 16}-01"])
def test_what_is_no_traceparent(text: str) -> None:
    assert not TRACEPARENT.fullmatch(text)


def test_off_by_default_and_a_sentence_where_the_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    configure_traces("gateway")
    with span("upload", "server", "") as here:
        assert not here.context
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingError, match="install the extra"):
        configure_traces("gateway")
