"""A week as comma-separated values (RFC 4180): a row for each block."""

import csv
import io
import re

from services.gateway.exports.week import Week, plain
from shared.messages import TimeBlock

CONTENT_TYPE = "text/csv"
HEADINGS = ("day", "cycleDay", "week", "startTime", "endTime", "name", "room", "teacher", "notes", "confidence")
"""The columns, by the names that the API has for them."""

# What a spreadsheet takes for a formula, also where it trims what stands before it or reads the full-width form.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def row(block: TimeBlock) -> tuple[str | int | float, ...]:
    """A block's cells, in the order of `HEADINGS`."""
    return (
        block.day or "",
        block.cycle_day or "",
        block.week or "",
        block.start_time or "",
        block.end_time or "",
        plain(block.name),
        plain(block.room),
        plain(block.teacher),
        plain(block.notes),
        round(block.confidence, 4),
    )


def write(week: Week) -> bytes:
    """The table, in UTF-8 with a mark of it at the start, without which Excel takes it for another encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for block in week.timetable.timeblocks:
        writer.writerow([_defused(cell) for cell in row(block)])
    return text.getvalue().encode("utf-8-sig")


def _defused(cell: str | float) -> str | float:
    """A text that no spreadsheet runs: an apostrophe before what would be a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
