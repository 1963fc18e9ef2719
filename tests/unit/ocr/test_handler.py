"""The stage from job to outcome, with real models and a real blob store in a folder."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import PIL.Image
import PIL.ImageFont
import pytest
import pytest_asyncio

from services.ocr import handler
from services.ocr.handler import Reader
from services.ocr.reading import Readers, reading_environment
from shared.blobs import BlobStore
from shared.children.pool import Children
from shared.messages import (
    ExtractPayload,
    OcrPage,
    OcrPayload,
    OcrResult,
    PageImage,
    PageTile,
    TextLayer,
    TextLine,
)
from shared.outcomes import Dead, Done, Job, Retry
from tests.processes import processor_time
from tests.progress import KeptProgress
from tests.unit.ocr.conftest import WORDS, draw, table, webp
from tests.unit.ocr.held_reading import TARGET as HELD

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path_factory.mktemp('blobs')}")


@pytest.fixture(scope="module")
def gate(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file: while it is there, the readers stand still after the first lines of a page."""
    path = tmp_path_factory.mktemp("gate") / "closed"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OCR_CACHE_DIR", str(cache))
        yield path


@pytest.fixture
def closed(gate: Path) -> Iterator[Path]:
    gate.touch()
    yield gate
    gate.unlink(missing_ok=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader(blobs: BlobStore, gate: Path) -> AsyncIterator[Reader]:
    # A reader that is to end by itself gets the time for it on a slow machine, too.
    made = Reader(blobs, children=_held(gate, stop_seconds=60))
    await made.start()  # one for all tests: loading takes seconds
    yield made
    await made.children.end()


def _held(gate: Path, stop_seconds: float) -> Readers:
    told = reading_environment(os.environ) | {"HELD_READING": str(gate)}
    return Children(HELD, 1, environment=told, stop_seconds=stop_seconds)


async def _job(blobs: BlobStore, *pictures: bytes) -> Job:
    pages = []
    for number, data in enumerate(pictures):
        key = f"default/doc/page-{number}.webp"
        await blobs.put(key, data)
        pages.append(PageImage(page=number, image=key, content_type="image/webp", width=900, height=520))
    return Job("doc", "default", "ocr", 1, msgspec.to_builtins(OcrPayload(pages=pages)))


async def test_a_page_drawn_from_its_text_is_not_read(reader: Reader, blobs: BlobStore) -> None:
    """Its picture is no picture at all here: whoever reads it fails."""
    job = await _job(blobs, b"no picture")
    key = "default/doc/text-0.json"
    page = msgspec.structs.replace(job.read(OcrPayload).pages[0], text_layer=key)
    line = TextLine(text="Maths", box=(10.0, 10.0, 80.0, 20.0))
    job = Job("doc", "default", "ocr", 1, msgspec.to_builtins(OcrPayload(pages=[page])))
    told = KeptProgress(until="Reading text,")
    await blobs.put(key, msgspec.json.encode(TextLayer(lines=[line], exact=True)))
    result = await _result(blobs, await reader.handle(job, told))
    assert result.pages == [OcrPage(page=0, image=page.image, width=900, height=520, lines=[], slopes=(0.0, 0.0))]
    assert ("preprocessing", 1.0, "1 line known from the document") in told.events
    assert ("ocr", 0.0, "1 line known from the document") in told.events
    assert told.events[-1] == ("ocr", 1.0, "1 line known from the document")
    await blobs.put(key, msgspec.json.encode(TextLayer(lines=[line])))  # a PDF's own: the picture is read
    assert isinstance(await reader.handle(job, told), Dead)


async def test_the_text_of_a_pdf_is_held_against_its_picture(reader: Reader, blobs: BlobStore) -> None:
    """All of it holds, then it lacks two lines, which are read."""
    job = await _job(blobs, webp(table()))
    page = msgspec.structs.replace(job.read(OcrPayload).pages[0], text_layer="default/doc/text-0.json")
    job = Job("doc", "default", "ocr", 1, msgspec.to_builtins(OcrPayload(pages=[page])))
    wide = PIL.ImageFont.load_default(30).getlength
    places = [(70.0 + 420 * (at % 2), 60.0 + 110 * (at // 2), wide(word), 36.0) for at, word in enumerate(WORDS)]
    lines = [TextLine(text=word, box=box) for word, box in zip(WORDS, places, strict=True)]
    for held, words in ((8, "8 lines known from the document"), (6, "8 lines, 6 known from the document")):
        await blobs.put("default/doc/text-0.json", msgspec.json.encode(TextLayer(lines=lines[:held])))
        told = KeptProgress(until="Reading text,")
        (read,) = (await _result(blobs, await reader.handle(job, told))).pages
        assert [line.text for line in read.lines] == WORDS
        assert sum(line.confidence == 1.0 for line in read.lines) >= held
        assert told.events[1] == ("preprocessing", 1.0, f"{held} lines known from the document, {8 - held} to be read")
        assert told.events[-1] == ("ocr", 1.0, words)


async def test_a_long_page_is_read_from_its_tiles(reader: Reader, blobs: BlobStore) -> None:
    job = await _job(blobs, b"nobody reads the stored picture")
    tiles = []
    for at, left in enumerate((0, 340)):
        key = f"default/doc/tile-0-{at}.webp"
        await blobs.put(key, webp(table().crop((left, 0, left + 560, 520))))
        tiles.append(PageTile(image=key, left=left, top=0, width=560, height=520))
    page = msgspec.structs.replace(job.read(OcrPayload).pages[0], width=450, height=260, tiles=tiles)
    told = KeptProgress(until="Reading text,")
    payload = msgspec.to_builtins(OcrPayload(pages=[page]))
    (read,) = (await _result(blobs, await reader.handle(Job("doc", "default", "ocr", 1, payload), told))).pages
    assert [line.text for line in read.lines] == WORDS
    assert (read.image, read.width, read.height) == ("default/doc/prepared-0.webp", 900, 520)
    assert read.to_stored == (0.5, 0, 0, 0, 0.5, 0, 0, 0, 1)
    assert told.events[1] == ("preprocessing", 1.0, "8 lines found, read in 2 parts")


async def test_the_step_ends_where_a_pdf_has_text_and_its_picture_none(reader: Reader, blobs: BlobStore) -> None:
    job = await _job(blobs, webp(draw([], (900, 520))))
    page = msgspec.structs.replace(job.read(OcrPayload).pages[0], text_layer="default/doc/text-0.json")
    line = TextLine(text="hidden", box=(10.0, 10.0, 80.0, 20.0))
    await blobs.put("default/doc/text-0.json", msgspec.json.encode(TextLayer(lines=[line])))
    told = KeptProgress(until="Reading text,")
    await reader.handle(Job("doc", "default", "ocr", 1, msgspec.to_builtins(OcrPayload(pages=[page]))), told)
    assert told.events[-1] == ("ocr", 1.0, "0 lines read")


async def _result(blobs: BlobStore, outcome: object) -> OcrResult:
    assert isinstance(outcome, Done)
    assert outcome.next is not None
    assert outcome.next.stage == "extract"
    assert isinstance(outcome.next.payload, ExtractPayload)
    assert outcome.next.payload.ocr == "default/doc/ocr.json"
    return msgspec.json.decode(await blobs.get(outcome.next.payload.ocr), type=OcrResult)


async def test_a_page_is_read_stored_and_handed_on(reader: Reader, blobs: BlobStore) -> None:
    told = KeptProgress(until="Reading text,")
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(table())), told))
    (page,) = result.pages
    assert [line.text for line in page.lines] == WORDS
    assert (page.image, page.width, page.height, page.to_stored) == ("default/doc/page-0.webp", 900, 520, None)
    assert result.engine.startswith("PP-OCRv6_small_det + PP-OCRv6_small_rec")
    assert told.events[0] == ("preprocessing", 0.0, "Preparing the page")
    assert told.events[1] == ("preprocessing", 1.0, "8 lines found")
    assert told.events[2] == ("ocr", 0.0, "Reading text")
    assert told.events[-1] == ("ocr", 1.0, "8 lines read")
    assert [event[1] for event in told.events[2:]] == sorted(event[1] for event in told.events[2:])


async def test_a_turned_page_is_read_from_a_stored_upright_copy(reader: Reader, blobs: BlobStore) -> None:
    told = KeptProgress(until="Reading text,")
    turned = webp(table().rotate(180))
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(table()), turned), told))
    first, second = result.pages
    assert first.image == "default/doc/page-0.webp"
    assert second.image == "default/doc/prepared-1.webp"
    assert second.to_stored is not None
    assert [line.text for line in second.lines] == WORDS
    assert (await blobs.get(second.image))[8:12] == b"WEBP"
    phases = [event[0] for event in told.events]
    assert phases == sorted(phases, reverse=True)  # preprocessing, then ocr, never back
    assert told.events[-1] == ("ocr", 1.0, "16 lines read")


async def test_a_page_without_text_is_done_with_no_lines(reader: Reader, blobs: BlobStore) -> None:
    told = KeptProgress(until="Reading text,")
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(draw([]))), told))
    assert result.pages[0].lines == []
    assert told.events[-1][2] == "0 lines read"


async def test_a_picture_that_is_gone_or_broken_ends_the_job(reader: Reader, blobs: BlobStore) -> None:
    job = await _job(blobs, b"no picture")
    assert await reader.handle(job, KeptProgress()) == Dead("The picture could not be decoded.")
    await blobs.delete_prefix("default/doc")
    assert await reader.handle(job, KeptProgress()) == Dead("The stored picture is gone.")


async def test_a_document_of_far_too_much_text_ends_at_the_first_try(
    reader: Reader, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "_TEXT", 60.0)  # one page has 42
    assert isinstance(await reader.handle(await _job(blobs, webp(table())), KeptProgress()), Done)
    assert await reader.handle(await _job(blobs, *[webp(table())] * 3), KeptProgress()) == Dead(handler.TOO_MUCH)


async def test_a_malformed_payload_ends_the_job(reader: Reader) -> None:
    outcome = await reader.handle(Job("doc", "default", "ocr", 1, {"pages": "none"}), KeptProgress())
    assert isinstance(outcome, Dead)


def _full() -> bytes:
    words = [(word, 40 + 290 * column, 30 + 60 * row) for row in range(16) for column, word in enumerate(WORDS[:6])]
    page: PIL.Image.Image = draw(words, (1800, 1000), 26)
    return webp(page)


async def test_the_event_loop_stays_free_while_a_page_is_read(reader: Reader, blobs: BlobStore, closed: Path) -> None:
    job = await _job(blobs, _full())
    (pid,) = reader.children.pids
    told = KeptProgress(until="Reading text,")
    gc.disable()  # the garbage of the tests before is not the service's work
    try:
        own, childs = time.thread_time(), processor_time(pid)
        reading = asyncio.create_task(reader.handle(job, told))
        await told.reached.wait()  # the page waits for this: a loop that waited for the page would stand still for good
        closed.unlink()
        await reading
        own, childs = time.thread_time() - own, processor_time(pid) - childs
    finally:
        gc.enable()
    assert own < childs / 50  # a third of a hundredth; decoding the picture here would make it four


async def test_a_job_that_is_given_up_frees_its_reader_without_killing_it(
    reader: Reader, blobs: BlobStore, closed: Path
) -> None:
    told = KeptProgress(until="Reading text,")
    job = await _job(blobs, *[_full()] * 2)
    before = reader.children.pids
    given_up = asyncio.create_task(reader.handle(job, told))
    await told.reached.wait()
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    # The one reader is free again though its page was not finished, and it is the one that has its models loaded.
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(draw([]))), KeptProgress()))
    assert result.pages[0].lines == []
    assert not any("page 2" in message for _, _, message in told.events)
    closed.unlink()
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(table())), KeptProgress()))
    assert len(result.pages[0].lines) == 8
    assert reader.children.pids == before


async def test_a_reader_that_is_killed_costs_one_attempt_of_its_job(
    reader: Reader, blobs: BlobStore, closed: Path
) -> None:
    told = KeptProgress(until="Reading text,")
    reading = asyncio.create_task(reader.handle(await _job(blobs, _full()), told))
    await told.reached.wait()
    (pid,) = reader.children.pids
    os.kill(pid, signal.SIGKILL)
    outcome = await reading
    assert isinstance(outcome, Retry)
    assert "SIGKILL" in outcome.reason
    closed.unlink()
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(table())), KeptProgress()))
    assert [line.text for line in result.pages[0].lines] == WORDS
    assert reader.children.pids != [pid]


async def test_a_reader_that_hangs_is_killed_when_its_job_is_given_up(blobs: BlobStore, closed: Path) -> None:
    reader = Reader(blobs, children=_held(closed, stop_seconds=0.1))
    await reader.start()
    try:
        told = KeptProgress(until="Reading text,")
        reading = asyncio.create_task(reader.handle(await _job(blobs, _full()), told))
        await told.reached.wait()
        (pid,) = reader.children.pids
        os.kill(pid, signal.SIGSTOP)
        reading.cancel()
        for _ in range(20):  # turns of the loop: whoever gives a job up waits for no process
            await asyncio.sleep(0)
        assert reading.cancelled()
        closed.unlink()
        result = await _result(blobs, await reader.handle(await _job(blobs, webp(table())), KeptProgress()))
        assert [line.text for line in result.pages[0].lines] == WORDS
        assert reader.children.pids != [pid]
    finally:
        await reader.children.end()
