"""A routine row that holds for every day, except where a day has its own entry."""

from tests.pages.layouts import layout
from tests.pages.pen import Pen
from tests.pages.table import cell, edges
from tests.pages.times import local_form
from tests.pages.week import Entry, block, entry, week


@layout("routine_row")
def routine_row(pen: Pen) -> None:
    """Days down the side; the first row is the routine, the days' own rows are mostly empty."""
    rng = pen.rng
    found = week(rng, level="primary", lessons=rng.choice((4, 5)), notes=0.15)
    language, times = found.language, local_form(rng, "en")
    routine = [Entry(slot.label) if slot.label else entry(rng, language, "primary", notes=0.1) for slot in found.slots]
    own = {at: each for at, each in found.entries.items() if rng.random() < 0.4}
    sheet = pen.open(found)
    size = pen.size * pen.room
    heads = [
        rng.choice((language.labels["daily"], "Daily", "Everyday", "Daily routine")),
        *language.days[: len(found.days)],
    ]
    xs = edges(
        sheet.left + round(size * 8), [(sheet.right - sheet.left - size * 8) / len(found.slots)] * len(found.slots)
    )
    ys = edges(sheet.top + round(size * 3.2), [size * 4.4] * len(heads))
    cell(pen, sheet, (sheet.left, sheet.top, xs[0], ys[0]), [], fill=pen.style.head)
    for number, slot in enumerate(found.slots):
        box = (xs[number], sheet.top, xs[number + 1], ys[0])
        cell(pen, sheet, box, pen.head(times.span(slot.start, slot.end), "hour"), fill=pen.style.head, head=True)
    for row, name in enumerate(heads):
        cell(
            pen, sheet, (sheet.left, ys[row], xs[0], ys[row + 1]), pen.head(name, "day"), fill=pen.style.head, head=True
        )
        for number in range(len(found.slots)):
            shown = routine[number] if row == 0 else own.get((row - 1, number))
            fill = pen.style.rest if row == 0 else pen.style.fill(rng, shown.name, row) if shown else None
            box = (xs[number], ys[row], xs[number + 1], ys[row + 1])
            cell(pen, sheet, box, pen.lines(shown) if shown else [], fill=fill)
    pen.close(sheet, ys[-1], found)
    for day in found.days:
        for number, slot in enumerate(found.slots):
            pen.blocks.append(block(day, own.get((day, number), routine[number]), slot.start, slot.end))
