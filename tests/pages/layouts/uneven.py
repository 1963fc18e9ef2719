"""Cells divided unevenly: a day's edges do not meet the header's, and the drawing gives the time."""

from dataclasses import replace
from itertools import pairwise

from tests.pages.layouts import layout
from tests.pages.pen import Pen
from tests.pages.table import cell, day_names, edges
from tests.pages.times import local_form
from tests.pages.week import Entry, Slot, block, entry, week


@layout("uneven_cells")
def uneven_cells(pen: Pen) -> None:
    """Days down the side over a header drawn to scale; stretches between breaks are divided freely on each day."""
    rng = pen.rng
    pen.style = replace(pen.style, ruling="box")  # the edges tell the time
    found = week(rng, days=5, lessons=rng.choice((4, 5)), notes=0, ending=0)
    language, times = found.language, local_form(rng, "en")
    first, last = found.slots[0].start, found.slots[-1].end
    sheet = pen.open(found)
    size = pen.size * pen.room
    left = sheet.left + round(size * 7)
    scale = (sheet.right - left) / (last - first)

    def at(time: int) -> int:
        return left + round((time - first) * scale)

    ys = edges(sheet.top + round(size * 5.5), [size * rng.uniform(3.6, 5)] * 5)
    style = pen.style
    cell(pen, sheet, (sheet.left, sheet.top, left, ys[0]), [], fill=style.head)
    for slot in found.slots:
        text = times.span(slot.start, slot.end)
        box = (at(slot.start), sheet.top, at(slot.end), ys[0])
        wide = (
            sheet.canvas.font(pen.size * 0.75, bold=True).length(max(text.split(" "), key=len)) < box[2] - box[0] - 24
        )
        cell(pen, sheet, box, pen.head(text, "hour"), fill=style.head, head=True, angle=0 if wide else 90)
    for row, name in enumerate(day_names(pen, found, "full")):
        cell(pen, sheet, (sheet.left, ys[row], left, ys[row + 1]), pen.head(name, "day"), fill=style.head, head=True)
    for slot in found.slots:
        if slot.label:
            box = (at(slot.start), ys[0], at(slot.end), ys[-1])
            cell(pen, sheet, box, [pen.name(slot.label)], fill=style.rest, head=True, angle=90)
            pen.blocks += [block(day, Entry(slot.label), slot.start, slot.end) for day in found.days]
    shown = rng.choice((0.0, 0.3, 0.6))
    for row, day in enumerate(found.days):
        for begin, end, even in _stretches(pen, found.slots):
            lesson = entry(rng, language, found.level, notes=0.15)
            box = (at(begin), ys[row], at(end), ys[row + 1])
            printed = not even and rng.random() < shown
            lines = pen.lines(lesson, time=times.span(begin, end) if printed else None)
            narrow = box[2] - box[0] < size * 5
            cell(pen, sheet, box, lines, fill=style.fill(rng, lesson.name, day), angle=90 if narrow else 0)
            exact = even or printed
            pen.blocks.append(block(day, lesson, begin, end, tol=0 if exact else 5))
    pen.close(sheet, ys[-1], found)


def _stretches(pen: Pen, slots: list[Slot]) -> list[tuple[int, int, bool]]:
    """A day's lessons as (start, end, whether both edges are the header's)."""
    rng = pen.rng
    found: list[tuple[int, int, bool]] = []
    run: list[Slot] = []
    for slot in [*slots, Slot(0, 0, "end")]:
        if slot.lesson:
            run.append(slot)
            continue
        if run:
            edges_ = {run[0].start, *(each.end for each in run)}
            cuts = sorted(edges_)
            if len(run) > 1 and rng.random() < 0.55:
                cuts = [cuts[0], *(cut + rng.choice((-15, -10, 10, 15)) for cut in cuts[1:-1]), cuts[-1]]
            elif len(run) > 1 and rng.random() < 0.3:
                cuts = [cuts[0], cuts[-1]]
            found += [(a, b, a in edges_ and b in edges_) for a, b in pairwise(cuts)]
        run = []
    return found
