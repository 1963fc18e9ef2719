"""Large weeks are written by a process of their own, the usual ones without it."""

from collections.abc import AsyncIterator

import pytest

from services.gateway.exports import ics, xlsx
from services.gateway.exports.process import Writer
from tests.unit.gateway.exports.weeks import block, week

LARGE = [week(*[block("monday", "09:00", "10:00", f"Maths {number}") for number in range(101)], saved_name="4B")]


@pytest.fixture
async def writer() -> AsyncIterator[Writer]:
    made = Writer()
    yield made
    await made._children.end()


async def test_the_usual_week_needs_no_other_process(writer: Writer) -> None:
    weeks = [week(block("monday", "09:00", "10:00"))]
    assert await writer.write("ics", weeks, "4B") == ics.write(weeks, "4B")
    assert writer._children.pids == []


async def test_a_large_week_is_written_elsewhere_and_comes_out_the_same(writer: Writer) -> None:
    for suffix, wanted in (("ics", ics.write(LARGE, "4B")), ("xlsx", xlsx.write(LARGE))):
        assert await writer.write(suffix, LARGE, "4B") == wanted  # type: ignore[arg-type]  # one of the suffixes
    assert len(writer._children.pids) == 1
