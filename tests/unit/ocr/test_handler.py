"""The stage from job to outcome, with real models and a real blob store in a folder."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import PIL.Image
import pytest

from services.ocr.engine import Engine
from services.ocr.handler import Reader
from shared.blobs import BlobStore
from shared.messages import ExtractPayload, OcrPayload, OcrResult, PageImage, Phase
from shared.outcomes import Dead, Done, Job
from tests.unit.ocr.conftest import WORDS, draw, table, webp


class Told:
    """Keeps what was told, and sets `reading` at the first event from within a page."""

    def __init__(self) -> None:
        self.events: list[tuple[Phase, float, str]] = []
        self.reading = asyncio.Event()

    async def __call__(
        self, phase: Phase, fraction: float, message: str, *, details: dict[str, Any] | None = None
    ) -> None:
        self.events.append((phase, fraction, message))
        if message.startswith("Reading text,"):
            self.reading.set()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs")


@pytest.fixture
def reader(blobs: BlobStore, engine: Engine) -> Iterator[Reader]:
    made = Reader(blobs, engine)
    yield made
    made._pool.shutdown()  # not close: the engine serves the whole session


async def _job(blobs: BlobStore, *pictures: bytes) -> Job:
    pages = []
    for number, data in enumerate(pictures):
        key = f"default/doc/page-{number}.webp"
        await blobs.put(key, data)
        pages.append(PageImage(page=number, image=key, content_type="image/webp", width=900, height=520))
    return Job("doc", "default", "ocr", 1, msgspec.to_builtins(OcrPayload(pages=pages)))


async def _result(blobs: BlobStore, outcome: object) -> OcrResult:
    assert isinstance(outcome, Done)
    assert outcome.next is not None
    assert outcome.next.stage == "extract"
    assert isinstance(outcome.next.payload, ExtractPayload)
    assert outcome.next.payload.ocr == "default/doc/ocr.json"
    return msgspec.json.decode(await blobs.get(outcome.next.payload.ocr), type=OcrResult)


async def test_a_page_is_read_stored_and_handed_on(reader: Reader, blobs: BlobStore) -> None:
    told = Told()
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
    told = Told()
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
    told = Told()
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(draw([]))), told))
    assert result.pages[0].lines == []
    assert told.events[-1][2] == "0 lines read"


async def test_a_picture_that_is_gone_or_broken_ends_the_job(reader: Reader, blobs: BlobStore) -> None:
    job = await _job(blobs, b"no picture")
    assert await reader.handle(job, Told()) == Dead("The picture could not be decoded.")
    await blobs.delete_prefix("default/doc")
    assert await reader.handle(job, Told()) == Dead("The stored picture is gone.")


async def test_a_malformed_payload_ends_the_job(reader: Reader) -> None:
    outcome = await reader.handle(Job("doc", "default", "ocr", 1, {"pages": "none"}), Told())
    assert isinstance(outcome, Dead)


def _full() -> bytes:
    words = [(word, 40 + 290 * column, 30 + 60 * row) for row in range(16) for column, word in enumerate(WORDS[:6])]
    page: PIL.Image.Image = draw(words, (1800, 1000), 26)
    return webp(page)


async def test_the_event_loop_stays_free_while_a_page_is_read(reader: Reader, blobs: BlobStore) -> None:
    job = await _job(blobs, _full())
    stalls: list[float] = []

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.002)
            stalls.append(time.perf_counter() - before - 0.002)

    ticker = asyncio.create_task(tick())
    told = Told()
    await reader.handle(job, told)
    ticker.cancel()
    stalls.sort()
    # The worst of some hundred ticks is the machine's as much as ours: the bound holds for all but the last few.
    assert stalls[int(len(stalls) * 0.99)] < 0.05
    assert told.reading.is_set()


async def test_a_job_that_is_given_up_frees_its_thread(reader: Reader, blobs: BlobStore) -> None:
    told = Told()
    job = await _job(blobs, *[_full()] * 2)
    given_up = asyncio.create_task(reader.handle(job, told))
    await asyncio.wait_for(told.reading.wait(), 60)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    # The one thread is free again, well before the rest of that page would have been read.
    result = await _result(blobs, await reader.handle(await _job(blobs, webp(table())), Told()))
    assert len(result.pages[0].lines) == 8
    assert not any("page 2" in message for _, _, message in told.events)
