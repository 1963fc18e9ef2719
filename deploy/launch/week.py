"""A timetable as a table in the terminal: days across, times down."""

from itertools import pairwise

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from shared.messages import DAYS, TimeBlock, Timetable

NARROW = 72
"""Columns below which five days side by side are unreadable."""
MOST_ROWS = 40
ROOMY = 90
_TIGHT = (0, 1, 0, 0)
"""Right only: on 80 columns "Registration" fits five days side by side."""


def render(timetable: Timetable, width: int) -> RenderableType:
    """The week for a terminal of `width` columns; a list by day where a table does not fit."""
    days = columns(timetable.timeblocks)
    if not days:
        return Text("No time blocks were found in this picture.", style="yellow")
    body = as_table(timetable, days, width) if width >= NARROW and len(days) > 1 else as_list(timetable, days)
    notes = [Text(f"! {warning.message}", style="yellow") for warning in timetable.warnings[:10]]
    if len(timetable.warnings) > 10:
        notes.append(Text(f"! and {len(timetable.warnings) - 10} more", style="yellow"))
    return Group(body, *notes)


def columns(blocks: list[TimeBlock]) -> list[str]:
    """The days that there are, those of the week before those of a cycle that the page knows by number only."""
    order = {
        block.day_name: (DAYS.index(block.day) if block.day else len(DAYS), block.cycle_day or 0) for block in blocks
    }
    return sorted(order, key=lambda day: order[day])


def title(timetable: Timetable) -> str:
    parts = (timetable.class_name, timetable.teacher, timetable.term, str(timetable.year or ""))
    return " · ".join(part for part in parts if part)


def slots(blocks: list[TimeBlock]) -> list[tuple[str, str]]:
    """The rows: each stretch between two neighbouring times in which at least one block runs."""
    edges = sorted({time for block in blocks for time in (block.start_time, block.end_time) if time})
    return [pair for pair in pairwise(edges) if any(runs(block, *pair) for block in blocks)]


def runs(block: TimeBlock, start: str, end: str) -> bool:
    """Whether `block` fills the row from `start` to `end`. "HH:MM" sorts as time does."""
    if not block.start_time:
        return False
    if not block.end_time:
        return start == block.start_time
    return block.start_time <= start and end <= block.end_time


def as_table(timetable: Timetable, days: list[str], width: int) -> Table:
    blocks = timetable.timeblocks
    rows = slots(blocks)
    if len(rows) > MOST_ROWS:  # times that do not line up between days: a row for each pair as it is
        rows = sorted({(block.start_time or "", block.end_time or "") for block in blocks if block.start_time})
    padding = (0, 1) if width > ROOMY else _TIGHT
    table = Table(title=title(timetable) or None, show_lines=True, expand=False, padding=padding)
    table.add_column("", style="cyan", no_wrap=True)
    for day in days:
        table.add_column(day.capitalize(), ratio=1, overflow="fold")
    shown: set[int] = set()
    for start, end in rows:
        cells = [
            cell([block for block in blocks if block.day_name == day and runs(block, start, end)], shown)
            for day in days
        ]
        table.add_row(f"{start}\n{end}", *cells)
    left = [block for block in blocks if id(block) not in shown]
    if left:
        table.add_row("no\ntime", *(cell([block for block in left if block.day_name == day], shown) for day in days))
    return table


def cell(blocks: list[TimeBlock], shown: set[int]) -> Text:
    """The words of one cell; a block that began in a row above is only hinted at."""
    text = Text()
    for block in blocks:
        if text:
            text.append("\n")
        if id(block) in shown:
            text.append(f"┆ {block.name}", style="dim")
            continue
        shown.add(id(block))
        text.append(f"{block.name} ({block.week})" if block.week else block.name, style="bold")
        if block.notes:
            text.append(f"\n{block.notes}", style="dim")
    return text


def as_list(timetable: Timetable, days: list[str]) -> Table:
    table = Table(title=title(timetable) or None, show_header=False, box=None, padding=(0, 1))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for day in days:
        table.add_row("", Text(day.capitalize(), style="bold underline"))
        blocks = [block for block in timetable.timeblocks if block.day_name == day]
        for block in sorted(blocks, key=lambda each: each.start_time or "99"):
            times = f"{block.start_time or '?'}–{block.end_time or '?'}"
            table.add_row(times, cell([block], set()))
    return table


def show(timetable: Timetable, console: Console) -> None:
    console.print(render(timetable, console.width))
