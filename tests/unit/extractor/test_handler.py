"""The stage's handler, with a real blob store and a stand-in of the Messages API."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import msgspec
import pytest
import pytest_asyncio

from services.extractor.handler import TOO_MUCH, Attempts, Extractor, _Read
from services.extractor.local_reader import LocalReader, LocalReading, StoredPage, Week
from services.extractor.metrics import READER_FAILURES
from services.extractor.settings import ClaudeSettings, ExtractorSettings
from services.extractor.validation import validate
from shared.blobs import BlobStore
from shared.children.protocol import Limits
from shared.messages import (
    Extraction,
    ExtractionAttempt,
    ExtractPayload,
    OcrResult,
    PageImage,
    Reader,
    Status,
    TimeBlock,
    Timetable,
    encode,
)
from shared.outcomes import Dead, Done, Job, Outcome
from tests.processes import end, processor_time
from tests.progress import KeptProgress
from tests.unit.extractor.messages_api import KEY, MessagesApi, fault, messages_api
from tests.unit.extractor.messages_api import message as body
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = "0b6f6a52-6f43-4f0e-9d3e-0c9f1b7f2a11"
LESSONS = ("Maths", "English", "Science", "Music")


def full() -> Sheet:
    page = Sheet()
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for period in range(4):
            grid.put(day + 1, period + 1, LESSONS[(day + period) % 4])
    return page


def unclear() -> Sheet:
    """Line 0 "On Monday we have", 1 "Maths", 2 "from 9:00 to 9:45": no layout the local reader knows."""
    page = Sheet(800, 300)
    for index, text in enumerate(("On Monday we have", "Maths", "from 9:00 to 9:45")):
        page.text(400, 60 + 60 * index, text)
    return page


ANSWER: dict[str, Any] = {
    "teacher": None, "class_name": None, "term": None, "year": None, "about_lines": [],
    "blocks": [{
        "day": "monday", "day_lines": [0], "name": "Maths", "name_lines": [1], "start": "09:00", "end": "09:45",
        "time_lines": [2], "notes": None, "notes_lines": [], "room": None, "teacher": None, "week": None,
    }],
}  # fmt: skip


@dataclass
class Bench:
    """A handler's surroundings, and what it did to them."""

    blobs: BlobStore
    reader: LocalReader
    saved: list[tuple[str, str, Timetable, str]] = field(default_factory=list)
    """Document, tenant, timetable and its id."""
    progress: KeptProgress = field(default_factory=KeptProgress)
    attempts: dict[str, ExtractionAttempt] = field(default_factory=dict)
    deleted: bool = False
    away: bool = False
    """Whether attempts cannot be taken down."""

    async def save(
        self, document_id: str, tenant: str, timetables: Mapping[str, Timetable], reader: Reader, attempts: Attempts
    ) -> dict[str, Timetable] | None:
        self.saved += [(document_id, tenant, week, id_) for id_, week in timetables.items()]
        self.attempts |= attempts
        extraction = Extraction(reader=reader, attempts=[*self.attempts.values()])
        stored = {id_: msgspec.structs.replace(week, extraction=extraction) for id_, week in timetables.items()}
        return None if self.deleted else stored

    async def note(self, document_id: str, tenant: str, attempts: Attempts) -> None:
        if self.away:
            raise ConnectionError("away")
        self.attempts |= attempts

    async def put(self, sheet: Sheet) -> ExtractPayload:
        _, data = cv2.imencode(".webp", cv2.cvtColor(sheet.picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, 95])
        await self.blobs.put("t/d/page-0", data.tobytes())
        ocr = sheet.page().ocr
        ocr.image = "t/d/page-0"
        await self.blobs.put("t/d/ocr.json", encode(OcrResult(pages=[ocr], engine="drawn", seconds=0)))
        page = PageImage(page=0, image="t/d/page-0", content_type="image/webp", width=sheet.width, height=sheet.height)
        return ExtractPayload(pages=[page], ocr="t/d/ocr.json")

    async def handle(self, payload: ExtractPayload, api: MessagesApi | None = None, **settings: Any) -> Outcome:
        job = Job(DOCUMENT, "default", "extract", 1, msgspec.to_builtins(payload))
        extractor = Extractor(
            self.blobs,
            self.save,
            self.note,
            ExtractorSettings.load(**settings),
            ClaudeSettings.load(
                anthropic_api_key=KEY if api else "", anthropic_base_url=api.url if api else "", claude_timeout=PATIENCE
            ),
            self.reader,
        )
        return await extractor.handle(job, self.progress)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[LocalReader]:
    """Started once for all tests: it imports for a second."""
    made = LocalReader(ExtractorSettings.load())
    await made.start()
    yield made
    await made.children.end()


@pytest.fixture
def bench(tmp_path: Path, reader: LocalReader) -> Bench:
    return Bench(BlobStore.open(f"file://{tmp_path / 'blobs'}"), reader)


async def test_the_local_reader_alone(bench: Bench) -> None:
    outcome = await bench.handle(await bench.put(full()))
    assert isinstance(outcome, Done)
    event = outcome.event
    assert event is not None
    assert event.result is not None
    assert (event.type, event.status, event.percentage) == ("complete", Status.COMPLETED, 100)
    assert event.result.validated
    assert event.at, "where events of several documents are put in order, it would come first"
    ((document, tenant, timetable, timetable_id),) = bench.saved
    assert (document, tenant, timetable_id) == (DOCUMENT, "default", event.result.timetable_id)
    assert len(timetable.timeblocks) == 20
    assert event.result.timetable_ids == [timetable_id]
    assert event.timetable_data is not None
    assert msgspec.structs.replace(event.timetable_data, extraction=None) == timetable
    steps = [(fraction, text) for phase, fraction, text in bench.progress.events if phase == "ai"]
    assert [phase for phase, _, _ in bench.progress.events] == ["ai"] * len(steps) + ["validation", "validation"]
    assert (steps[0], steps[-1]) == ((0.0, "Reading the layout"), (1.0, "20 blocks read by the local reader"))
    # How far the reading is is told between its steps.
    assert len({fraction for fraction, _ in steps}) > 4
    assert steps == sorted(steps)


async def test_readers_that_raise_are_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    # A child counts for itself alone: what it is told of is counted here.
    async def read(_reader: LocalReader, _pages: list[StoredPage], _on_step: object) -> LocalReading:
        return LocalReading([Week(Timetable(), validate([]), "none")], ["read_grid", "read_grid", "read_matrix"])

    monkeypatch.setattr(LocalReader, "read", read)
    counts = [READER_FAILURES.labels(name)._value.get() for name in ("read_grid", "read_matrix")]
    await bench.handle(await bench.put(full()))
    after = [READER_FAILURES.labels(name)._value.get() for name in ("read_grid", "read_matrix")]
    assert [b - a for a, b in zip(counts, after, strict=True)] == [2, 1]


async def test_saving_twice_gives_the_same_id(bench: Bench) -> None:
    payload = await bench.put(full())
    await bench.handle(payload)
    await bench.handle(payload)
    assert len({timetable_id for *_, timetable_id in bench.saved}) == 1


async def test_several_weeks_are_checked_each_for_itself(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    good = TimeBlock(day="monday", name="Maths", start_time="09:00", end_time="10:00", confidence=0.9)
    weeks = [
        Timetable(class_name="4A", confidence=0.9, timeblocks=[good]),
        Timetable(class_name="4B", confidence=0.7, timeblocks=[good, msgspec.structs.replace(good, name="Art")]),
        Timetable(class_name="4C", confidence=0.8, timeblocks=[good]),
    ]

    async def several(*_: object) -> _Read:
        return _Read(weeks, [validate(week.timeblocks) for week in weeks], "local")

    monkeypatch.setattr(Extractor, "_read", several)
    payload = await bench.put(full())
    outcome = await bench.handle(payload)
    assert isinstance(outcome, Done)
    assert outcome.event is not None
    assert outcome.event.result is not None
    assert outcome.event.timetable_data is not None
    assert [week.validated for _, _, week, _ in bench.saved] == [True, False, True]
    assert [[each.code for each in week.warnings] for _, _, week, _ in bench.saved] == [[], ["overlap"], []]
    ids = [id_ for *_, id_ in bench.saved]
    result = outcome.event.result
    assert (result.timetable_id, result.timetable_ids, result.validated) == (ids[0], ids, False)
    assert len(set(ids)) == 3
    assert outcome.event.status == Status.VALIDATION_FAILED
    assert outcome.event.timetable_data.class_name == "4A"
    assert "4 blocks in 3 timetables read by the local reader" in [text for _, _, text in bench.progress.events]
    assert bench.progress.details[1]["confidence"] == 0.7
    # Again, and with the first alone: the same ids for the same places.
    await bench.handle(payload)
    del weeks[1:]
    await bench.handle(payload)
    assert [id_ for *_, id_ in bench.saved] == [*ids, *ids, ids[0]]


def two_classes() -> Sheet:
    page = Sheet(1200, 1000)
    for at, name in enumerate(("Class 4B", "Class 9A")):
        page.text(120, 40 + 500 * at, name, scale=0.8)
        grid = Grid(page, 6, 5, y0=80 + 500 * at, cell_height=70)
        grid.headers(DAYS, TIMES)
        for day in range(5):
            for period in range(4):
                grid.put(day + 1, period + 1, LESSONS[(day + period + at) % 4])
    return page


async def test_two_classes_on_a_page_are_two_timetables_and_not_asked_of_claude(bench: Bench) -> None:
    async with messages_api(body(ANSWER)) as api:
        outcome = await bench.handle(await bench.put(two_classes()), api, quality_gate=1.0)
    assert api.requests == []
    assert isinstance(outcome, Done)
    assert outcome.event is not None
    assert outcome.event.result is not None
    assert [(week.class_name, len(week.timeblocks)) for _, _, week, _ in bench.saved] == [
        ("Class 4B", 20),
        ("Class 9A", 20),
    ]
    assert outcome.event.result.timetable_ids == [id_ for *_, id_ in bench.saved]


async def test_a_week_beside_which_a_day_was_not_used_is_not_validated(bench: Bench) -> None:
    page = Sheet(1400)
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for period in range(4):
            grid.put(day + 1, period + 1, LESSONS[(day + period) % 4])
    page.text(1330, 300, "Saturday")
    outcome = await bench.handle(await bench.put(page))
    assert isinstance(outcome, Done)
    assert outcome.event is not None
    assert outcome.event.status == Status.VALIDATION_FAILED
    timetable = bench.saved[0][2]
    assert not timetable.validated
    assert "unread_day" in [warning.code for warning in timetable.warnings]


async def test_a_page_without_a_timetable_is_saved_empty(bench: Bench) -> None:
    outcome = await bench.handle(await bench.put(Sheet(300, 200)))
    assert isinstance(outcome, Done)
    assert outcome.event is not None
    assert outcome.event.status == Status.VALIDATION_FAILED
    timetable = bench.saved[0][2]
    assert timetable.timeblocks == []
    assert not timetable.validated
    assert {"no_blocks", "no_timetable"} <= {warning.code for warning in timetable.warnings}


async def test_a_deleted_document_is_not_told_of(bench: Bench) -> None:
    bench.deleted = True
    assert await bench.handle(await bench.put(full())) == Done()


async def test_missing_blobs_are_final(bench: Bench) -> None:
    payload = await bench.put(full())
    await bench.blobs.delete_prefix("t/d")
    assert await bench.handle(payload) == Dead("The stored picture is gone.")
    assert bench.saved == []


async def test_a_malformed_payload_is_final(bench: Bench) -> None:
    extractor = Extractor(bench.blobs, bench.save, bench.note, reader=bench.reader)
    outcome = await extractor.handle(Job(DOCUMENT, "default", "extract", 1, {"pages": 3}), bench.progress)
    assert isinstance(outcome, Dead)


async def test_a_picture_nothing_decodes_is_read_by_its_text(bench: Bench) -> None:
    payload = await bench.put(full())
    await bench.blobs.put("t/d/page-0", b"no picture")
    await bench.handle(payload)
    timetable = bench.saved[0][2]
    assert len(timetable.timeblocks) == 20
    assert "no_picture" in [warning.code for warning in timetable.warnings]


async def test_claude_is_asked_where_the_local_reader_is_unsure(bench: Bench) -> None:
    async with messages_api(body(ANSWER)) as api:
        outcome = await bench.handle(await bench.put(unclear()), api)
    assert api.faults == []
    assert isinstance(outcome, Done)
    timetable = bench.saved[0][2]
    assert [(block.day, block.name, block.start_time) for block in timetable.timeblocks] == [
        ("monday", "Maths", "09:00")
    ]
    assert timetable.validated
    assert "1 block read by Claude" in [text for _, _, text in bench.progress.events]


async def test_claude_is_not_asked_where_the_local_reader_is_sure(bench: Bench) -> None:
    async with messages_api(body(ANSWER)) as api:
        await bench.handle(await bench.put(full()), api)
    assert api.requests == []


@pytest.mark.parametrize(("extraction", "calls"), [("local", 0), ("claude", 1)])
async def test_extraction_settles_who_reads(bench: Bench, extraction: str, calls: int) -> None:
    async with messages_api(body(ANSWER)) as api:
        payload = await bench.put(unclear() if extraction == "local" else full())
        await bench.handle(payload, api, extraction=extraction)
    assert len(api.requests) == calls


async def test_the_gate_can_be_moved(bench: Bench) -> None:
    async with messages_api(body(ANSWER)) as api:
        await bench.handle(await bench.put(full()), api, quality_gate=1.0)
    assert len(api.requests) == 1
    # Claude saw one block and the local reader twenty.
    assert len(bench.saved[0][2].timeblocks) == 20


@pytest.mark.parametrize("answer", [fault(529, "overloaded_error"), body("", "refusal"), body("{", "max_tokens")])
async def test_the_local_reading_stands_when_claude_fails(bench: Bench, answer: Any) -> None:
    async with messages_api(answer) as api:
        outcome = await bench.handle(await bench.put(full()), api, extraction="claude")
    assert isinstance(outcome, Done)
    timetable = bench.saved[0][2]
    assert len(timetable.timeblocks) == 20
    assert "claude_failed" in [warning.code for warning in timetable.warnings]
    (spent,) = [each["claude"] for each in bench.progress.details if "claude" in each]
    assert len(spent["attempts"]) == 1


async def test_an_ungrounded_answer_is_repaired_and_its_cost_told(bench: Bench) -> None:
    invented = {**ANSWER, "blocks": [{**ANSWER["blocks"][0], "start": "11:00"}]}
    async with messages_api(body(invented), body(ANSWER)) as api:
        await bench.handle(await bench.put(unclear()), api)
    assert api.faults == []
    assert bench.saved[0][2].timeblocks[0].start_time == "09:00"
    (spent,) = [each["claude"] for each in bench.progress.details if "claude" in each]
    assert (len(spent["attempts"]), spent["inputTokens"], spent["outputTokens"]) == (2, 2400, 680)
    assert spent["costUsd"] > 0


async def test_the_record_being_away_stops_no_reading(bench: Bench) -> None:
    bench.away = True
    async with messages_api(body(ANSWER)) as api:
        outcome = await bench.handle(await bench.put(unclear()), api)
    assert isinstance(outcome, Done)
    assert outcome.event is not None
    assert outcome.event.timetable_data is not None
    extraction = outcome.event.timetable_data.extraction
    assert extraction is not None
    assert extraction.reader == "claude"
    assert [each.outcome for each in extraction.attempts] == ["end_turn"], "taken down with the timetable"


def endless() -> Sheet:
    """A page whose every line names a day: headers are looked for by holding lines against lines."""
    page = Sheet(1600, 1600)
    for row in range(40):
        for column in range(20):
            page.text(40 + 78 * column, 20 + 39 * row, "Mo")
    return page


async def test_a_page_that_keeps_the_reader_busy_costs_its_own_job_and_no_core(bench: Bench) -> None:
    """Given up, it frees its core; else it is refused for what it takes; the next page is read."""
    bench.reader = LocalReader(ExtractorSettings.load(extract_processes=1), Limits(cpu_seconds=2))
    await bench.reader.start()
    try:
        (pid,) = bench.reader.children.pids
        before = processor_time(pid)
        job = asyncio.create_task(bench.handle(await bench.put(endless())))
        await until(lambda: processor_time(pid) > before + 0.5)
        job.cancel()
        await asyncio.wait([job])
        await end([pid])
        assert await bench.handle(await bench.put(endless())) == Dead(TOO_MUCH)
        assert isinstance(await bench.handle(await bench.put(full())), Done)
    finally:
        await bench.reader.children.end()
