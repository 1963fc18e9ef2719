"""Files with tables through the compressor's stage and its child processes."""

import struct

import msgspec
import pytest

from services.compressor.handler import TOO_WIDE
from shared.messages import OcrPayload, TextLayer
from shared.outcomes import Dead, Done
from tests.unit.compressor.conftest import Bench
from tests.unit.compressor.made_sheets import ROWS, delimited, html, ods, ods_week, xls, xlsx

WORDS = {cell for row in ROWS for cell in row}
FILES = {
    "xlsx": (xlsx(), "workbook"),
    "xls": (xls(), "workbook"),
    "ods": (ods(ods_week()), "workbook"),
    "csv": (delimited(";").encode("cp1250", "replace"), "table"),
    "html": (html().encode(), "table"),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.asyncio(loop_scope="module")
async def test_the_stage_stores_a_page_with_its_exact_text(bench: Bench, kind: str) -> None:
    data, called = FILES[kind]
    outcome = await bench.run(data)
    assert isinstance(outcome, Done)
    assert outcome.next is not None
    assert isinstance(outcome.next.payload, OcrPayload)
    (page,) = outcome.next.payload.pages
    assert page.text_layer is not None
    layer = msgspec.json.decode(await bench.blobs.get(page.text_layer), type=TextLayer)
    assert layer.exact
    assert len(WORDS - {line.text for line in layer.lines}) <= (kind == "csv")
    assert bench.told.events[-1][2] == f"1 page drawn from the {called}, its text kept"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_damaged_workbook_that_would_take_gigabytes_costs_one_process_and_no_second_try(bench: Bench) -> None:
    """Of an XLS nothing tells how far its cells reach before calamine asks for all places between them: 137 GB here."""
    place = struct.pack("<HH", 65_535, 255)
    far = xls(change=lambda _, sheet: sheet.write(65_535, 255, 1.5)).replace(place, struct.pack("<HH", 65_535, 65_535))
    assert await bench.run(far, content_type="application/vnd.ms-excel") == Dead(TOO_WIDE)
    assert isinstance(await bench.run(xls()), Done)


@pytest.mark.asyncio(loop_scope="module")
async def test_what_was_taken_for_a_table_by_its_name_is_one_here_too(bench: Bench) -> None:
    assert isinstance(await bench.run(b"Monday,Maths\n", content_type="text/csv"), Done)
    refused = await bench.run(b"Monday,Maths\n")
    assert isinstance(refused, Dead)
    assert "no table" in refused.reason
