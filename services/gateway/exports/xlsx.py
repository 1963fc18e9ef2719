"""Weeks as a workbook: a sheet laid out as a person would, one more for each week that takes turns, and a flat list."""

import io
import re
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.gateway.exports.csv_rows import HEADINGS, row
from services.gateway.exports.layout import Grid, lay_out
from services.gateway.exports.week import Week, letters, note, plain, teacher, title
from shared.messages import TimeBlock

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME = 31
"""Longest name of a sheet, in characters."""
_CELL = 32_767
"""Longest text of a cell, in characters."""
_DAY_WIDTH = 22
"""Width of a day's column, in characters; lanes of it are narrower."""
_LINE = 15
"""Height of a line of text, in points."""
_LIST_WIDTHS = (12, 9, 7, 10, 10, 28, 14, 18, 32, 11)


def write(weeks: Sequence[Week]) -> bytes:
    """The workbook; the same weeks give the same bytes."""
    out = io.BytesIO()
    # Nothing of a page is ever a formula or a link, whatever it begins with.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"created": max(week.updated_at for week in weeks).replace(tzinfo=None)})
    styles = _styles(book)
    names: set[str] = set()
    for week in weeks:
        name = title(week.timetable) if len(weeks) > 1 else "Week"
        for suffix, blocks in _sheets(week):
            sheet = book.add_worksheet(_sheet_name(name, suffix, names))
            _grid(sheet, lay_out(blocks), title(week.timetable), styles)
    for week in weeks:
        name = f"{title(week.timetable)} list" if len(weeks) > 1 else "List"
        _list(book.add_worksheet(_sheet_name(name, "", names)), week, styles)
    book.close()
    # A workbook and its sheets name each other. What they hold, 200,000 objects of the largest week, would stay until
    # all objects are looked through, and stop the event loop for 80 ms then.
    for each in (*book.worksheets(), book):
        vars(each).clear()
    return out.getvalue()


def _sheets(week: Week) -> list[tuple[str, list[TimeBlock]]]:
    """The grids of a week: one, or one for each week that takes turns, with what is in every week in each."""
    blocks = week.timetable.timeblocks
    turns = letters(blocks)
    if not turns:
        return [("", blocks)]
    return [(f" {letter}", [each for each in blocks if each.week in (letter, None)]) for letter in turns]


def _sheet_name(wanted: str, suffix: str, taken: set[str]) -> str:
    """A name that Excel accepts and no other sheet has; `taken` gets it."""
    wanted = _FORBIDDEN.sub(" ", wanted).strip("' ") or "Week"
    number, name = 1, ""
    while not name or name.lower() in taken or name.lower() == "history":
        end = suffix if number == 1 else f"{suffix} {number}"
        name = wanted[: _NAME - len(end)].rstrip("' ") + end
        number += 1
    taken.add(name.lower())
    return name


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    base = {"font_name": "Calibri", "valign": "vcenter", "text_wrap": True}
    boxed = base | {"border": 1, "border_color": "#9AA5B1", "align": "center"}
    return {
        "title": book.add_format({"font_name": "Calibri", "bold": True, "font_size": 14}),
        "head": book.add_format(boxed | {"bold": True, "bg_color": "#DCE6F1"}),
        "time": book.add_format(boxed | {"bg_color": "#F3F6F9"}),
        "block": book.add_format(boxed),
        "bold": book.add_format({"font_name": "Calibri", "bold": True}),
        "cell": book.add_format(base | {"valign": "top"}),
    }


def _grid(sheet: Worksheet, grid: Grid, name: str, styles: dict[str, Format]) -> None:
    """Days across, times down; a block fills all its rows."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, name or "Timetable", styles["title"])
    top = 2
    sheet.set_column(0, 0, 14)
    sheet.write_blank(top, 0, None, styles["head"])
    column = 1
    for day, lanes in grid.days:
        _write(sheet, (top, column, top, column + lanes - 1), day.capitalize(), styles["head"])
        sheet.set_column(column, column + lanes - 1, max(12, _DAY_WIDTH // lanes))
        column += lanes
    sheet.freeze_panes(top + 1, 1)
    first = top + 1
    below = first + len(grid.rows)
    heights = [2] * len(grid.rows) + [2] * (1 + max((place.row for place in grid.untimed), default=-1))
    for number, (start, end) in enumerate(grid.rows):
        span = f"{start:%H:%M}–{end:%H:%M}" if end else f"{start:%H:%M}"
        sheet.write_string(first + number, 0, span, styles["time"])
    for number in range(len(grid.rows), len(heights)):
        sheet.write_string(first + number, 0, "no time", styles["time"])
    filled: set[tuple[int, int]] = set()
    for place in (*grid.places, *(each._replace(row=each.row + len(grid.rows)) for each in grid.untimed)):
        text = _text(place.block)
        at = first + place.row
        left, right = place.column + 1, place.column + place.columns
        _write(sheet, (at, left, at + place.rows - 1, right), text, styles["block"])
        filled |= {(at + number, each) for number in range(place.rows) for each in range(left, right + 1)}
        lines = sum(1 + len(line) // _DAY_WIDTH for line in text.split("\n"))
        for number in range(place.row, place.row + place.rows):
            heights[number] = max(heights[number], -(-lines // place.rows))
    for number, lines in enumerate(heights):
        sheet.set_row(first + number, min(_LINE * (lines + 0.5), 400))
        for each in range(1, column):
            if (first + number, each) not in filled:
                sheet.write_blank(first + number, each, None, styles["block"])
    sheet.print_area(0, 0, max(first, below + len(heights) - len(grid.rows)) - 1, max(column - 1, 1))


def _write(sheet: Worksheet, area: tuple[int, int, int, int], text: str, style: Format) -> None:
    """Write `text` into a cell, or into several as one."""
    first_row, first_column, last_row, last_column = area
    if (first_row, first_column) == (last_row, last_column):
        sheet.write_string(first_row, first_column, text[:_CELL], style)
    else:
        sheet.merge_range(*area, "", style)
        sheet.write_string(first_row, first_column, text[:_CELL], style)


def _text(block: TimeBlock) -> str:
    """What a block's cell says."""
    name = f"{plain(block.name)} ({block.week})" if block.week else plain(block.name)
    room = "" if block.room and block.room in note(block) else plain(block.room)
    return "\n".join(filter(None, (name, room, teacher(block), note(block))))


def _list(sheet: Worksheet, week: Week, styles: dict[str, Format]) -> None:
    """A row for each block, to be sorted and filtered."""
    for column, (heading, width) in enumerate(zip(HEADINGS, _LIST_WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles["bold"])
    for number, block in enumerate(week.timetable.timeblocks, 1):
        for column, cell in enumerate(row(block)):
            if isinstance(cell, str):
                sheet.write_string(number, column, cell[:_CELL], styles["cell"])
            else:
                sheet.write_number(number, column, cell, styles["cell"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(week.timetable.timeblocks), 1), len(HEADINGS) - 1)
