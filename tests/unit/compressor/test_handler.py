"""The stage itself: blobs in, blobs and the next job out, sentences for people, and an event loop that never waits."""

import asyncio
import gc
import time

import msgspec
import pytest
from PIL import Image

from services.compressor.handler import GONE
from shared.bundle import bundled
from shared.messages import OcrPayload, TextLayer
from shared.outcomes import Dead, Done, Outcome
from shared.pictures import inspect
from tests.processes import processor_time
from tests.progress import KeptProgress
from tests.unit.compressor.bombs import scans
from tests.unit.compressor.conftest import Bench
from tests.unit.compressor.made import PDF_LOCKED, drawing, pdf, photo, png_header, save, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


def pages(outcome: Outcome) -> OcrPayload:
    assert isinstance(outcome, Done), outcome
    assert outcome.next is not None
    assert outcome.next.stage == "ocr"
    assert isinstance(outcome.next.payload, OcrPayload)
    return outcome.next.payload


async def test_a_photo_becomes_one_stored_page(bench: Bench) -> None:
    data = save("jpeg", photo(800, 600), quality=92)
    (page,) = pages(await bench.run(data)).pages
    assert (page.page, page.image, page.content_type) == (0, "default/doc/page-0.webp", "image/webp")
    stored = await bench.blobs.get(page.image)
    info = inspect(stored, len(stored))
    assert (info.kind, info.width, info.height) == ("webp", page.width, page.height) == ("webp", 800, 600)
    assert page.thumbnail == "default/doc/thumbnail-0.webp"
    small = await bench.blobs.get(page.thumbnail)
    info = inspect(small, len(small))
    assert (info.kind, info.width, info.height) == ("webp", 192, 144)
    first, last = bench.told.events
    assert first == ("compressing", 0.0, "Compressing image")
    percent = round((len(data) - len(stored)) / len(data) * 100)
    assert last == ("compressing", 1.0, f"Image compressed, {percent} % smaller")
    assert bench.told.details[-1]["bytesBefore"] == len(data)
    assert bench.told.details[-1]["bytesAfter"] == len(stored)


async def test_the_declared_type_is_not_believed(bench: Bench) -> None:
    (page,) = pages(await bench.run(save("png", drawing()), content_type="application/pdf")).pages
    assert page.content_type == "image/webp"


async def test_five_pages_of_a_pdf_with_their_text(bench: Bench) -> None:
    data = pdf([words((72, 700, f"Monday {n}")) for n in range(5)])
    found = pages(await bench.run(data)).pages
    assert [page.page for page in found] == [0, 1, 2, 3, 4]
    for page in found:
        assert page.text_layer == f"default/doc/text-{page.page}.json"
        layer = msgspec.json.decode(await bench.blobs.get(page.text_layer), type=TextLayer)
        assert [line.text for line in layer.lines] == [f"Monday {page.page}"]
    fractions = [event[1] for event in bench.told.events]
    assert fractions == sorted(fractions)
    assert len(fractions) == 6
    assert bench.told.events[-1][2] == "5 pages drawn from the PDF, its text kept"


async def test_a_kept_picture_says_so(bench: Bench) -> None:
    (page,) = pages(await bench.run(save("jpeg", photo(800, 600), quality=20))).pages
    assert page.image.endswith("page-0.jpg")
    assert bench.told.events[-1][2] == "Kept as it was: compressing would have made it larger"


async def test_frames_that_are_not_read_are_mentioned(bench: Bench) -> None:
    frames = [Image.new("RGB", (90, 60), (n * 90, 0, 0)) for n in range(3)]
    pages(await bench.run(save("gif", frames[0], save_all=True, append_images=frames[1:])))
    assert "first of 3 frames" in bench.told.events[-1][2]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"Monday 8:00", "not a picture"),
        (png_header(60_000, 60_000), "60,000 × 60,000"),
        (PDF_LOCKED, "locked with a password"),
        (save("jpeg", photo(640, 480))[:9000], "cut off or damaged"),
    ],
)
async def test_bad_input_dies_with_a_sentence_and_leaves_nothing(bench: Bench, data: bytes, says: str) -> None:
    outcome = await bench.run(data)
    assert isinstance(outcome, Dead)
    assert says in outcome.reason
    assert bench.names() == ["upload"]
    assert isinstance(await bench.run(save("jpeg")), Done)


async def test_a_deleted_upload_is_not_tried_again(bench: Bench) -> None:
    assert await bench.compressor.handle(bench.job("default/doc/none", 1), bench.told) == Dead(GONE)


async def test_doing_it_twice_stores_the_same(bench: Bench) -> None:
    data = save("png", drawing())
    assert pages(await bench.run(data)) == pages(await bench.run(data))
    assert bench.names() == ["page-0.webp", "thumbnail-0.webp", "upload"]


async def test_the_event_loop_never_waits_for_pixels(bench: Bench) -> None:
    data = save("jpeg", photo(2400, 1800), quality=90)
    document = pdf([words((72, 700, "Monday"))] * 3)
    pids = bench.compressor.children.pids
    gc.disable()  # the garbage of the tests before is not the stage's work
    try:
        loops, childrens = time.thread_time(), sum(map(processor_time, pids))
        work = [bench.run(data, document=f"d{n}") for n in range(3)] + [bench.run(document, document="pdf")]
        outcomes = await asyncio.gather(*work)
        loops, childrens = time.thread_time() - loops, sum(map(processor_time, pids)) - childrens
    finally:
        gc.enable()
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert loops < childrens / 10, "of what is computed, the loop's has a small share"


async def test_cancelling_in_the_middle_of_a_pdf_leaves_the_next_one_working(bench: Bench) -> None:
    data = pdf([words((72, 700, "Monday"))] * 10)
    bench.told = KeptProgress(until="Page")
    running = asyncio.create_task(bench.run(data))
    await bench.told.reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(pages(await bench.run(data, document="next")).pages) == 10


@pytest.mark.parametrize(
    "data",
    [
        save("png", Image.new("L", (2000, 1))),
        save("png", Image.new("L", (30_000, 20))),  # too thin once it is scaled down
        pdf([b""], size=(200_000, 100)),
        scans(4000, 4000, 3000),
    ],
    ids=["thin", "thin when scaled", "thin page", "scans"],
)
async def test_what_no_stage_could_read_ends_at_the_first_try_as_the_uploader_s(bench: Bench, data: bytes) -> None:
    pids = bench.compressor.children.pids
    outcome = await bench.run(data)
    assert isinstance(outcome, Dead)
    assert "too few for a timetable" in outcome.reason or "far more parts" in outcome.reason
    assert bench.compressor.children.pids == pids


async def test_several_photos_are_the_pages_of_one_document(bench: Bench) -> None:
    outcome = await bench.run(bundled([save("jpeg", width=300 + 40 * n, height=200) for n in range(3)]))
    found = pages(outcome).pages
    assert [(page.page, page.width, page.height) for page in found] == [(0, 300, 200), (1, 340, 200), (2, 380, 200)]


async def test_a_page_that_is_damaged_ends_the_document(bench: Bench) -> None:
    outcome = await bench.run(bundled([save("png"), save("jpeg")[:300]]))
    assert isinstance(outcome, Dead)
    assert "cut off" in outcome.reason
