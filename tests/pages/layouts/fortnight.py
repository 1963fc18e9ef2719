"""Two weeks, A and B: on one page, on two pages, or as labels in the cells."""

from dataclasses import replace

from tests.pages.canvas import Line
from tests.pages.layouts import layout
from tests.pages.pen import Pen
from tests.pages.table import Plan, Table, cell, day_names, edges
from tests.pages.times import local_form
from tests.pages.week import Entry, Week, block, entry, week


def _pair(pen: Pen, *, code: str = "en", notes: float = 0.0, lessons: int = 5) -> tuple[Week, Week]:
    """Two weeks of the same times with different lessons."""
    one = week(pen.rng, code, notes=notes, days=5, lessons=lessons)
    other = week(pen.rng, code, level=one.level, notes=notes, days=5, lessons=lessons)
    entries = {
        (day, number): entry(pen.rng, one.language, one.level, notes=notes)
        for day in one.days
        for number, slot in enumerate(one.slots)
        if slot.lesson and pen.rng.random() > 0.05
    }
    return one, replace(other, slots=one.slots, entries=entries)


def _title(pen: Pen, one: Week, letter: str) -> str:
    word = one.language.labels["week"]
    return pen.rng.choice((f"{word} {letter}", f"{word.upper()} {letter}", f"{word} {letter}:"))


@layout("weeks_beside")
def weeks_beside(pen: Pen) -> None:
    pair = _pair(pen, lessons=4)
    times = local_form(pen.rng, "en")
    pen.style = replace(pen.style, width=max(pen.style.width, 2000), size=min(pen.style.size, 26))
    days = pen.rng.choice(("short", "full"))
    sheet = pen.open(pair[0])
    gap = pen.size * 2
    half = (sheet.width - gap) // 2
    top, bottom = sheet.top, sheet.top
    state = pen.rng.getstate()
    for number, found in enumerate(pair):
        pen.rng.setstate(state)  # both tables alike
        left = sheet.left + number * (half + gap)
        title = _title(pen, found, "AB"[number])
        sheet.top = top
        sheet.canvas.fit(
            (left, top, left + half, top + pen.size * 2), [Line(title, bold=True, role="title")], pen.size * 1.2
        )
        sheet.top = top + pen.size * 2
        table = Table(pen, sheet, found, Plan(days=days), times, left, left + half)
        bottom = max(bottom, table.draw())
        pen.blocks += found.blocks("AB"[number])
    pen.close(sheet, bottom, pair[0])


@layout("weeks_stacked")
def weeks_stacked(pen: Pen) -> None:
    code = pen.rng.choice(("en", "en", "de", "fr"))
    pair = _pair(pen, code=code)
    times = local_form(pen.rng, code)
    plan = Plan(across=pen.rng.random() < 0.7, days=pen.rng.choice(("full", "short")))
    sheet = pen.open(pair[0])
    bottom = sheet.top
    state = pen.rng.getstate()
    for number, found in enumerate(pair):
        pen.rng.setstate(state)
        sheet.top = bottom + (pen.size if number else 0)
        title = Line(_title(pen, found, "AB"[number]), bold=True, role="title")
        sheet.canvas.fit((sheet.left, sheet.top, sheet.right, sheet.top + pen.size * 2), [title], pen.size * 1.2)
        sheet.top += pen.size * 2
        bottom = Table(pen, sheet, found, plan, times).draw()
        pen.blocks += found.blocks("AB"[number])
    pen.close(sheet, bottom, pair[0])


@layout("weeks_pages")
def weeks_pages(pen: Pen) -> None:
    """A document of two pages, a week on each."""
    pair = _pair(pen, notes=0.2)
    times = local_form(pen.rng, "en")
    for number, found in enumerate(pair):
        sheet = pen.open(found, heading=f"{found.language.labels['week']} {'AB'[number]}")
        pen.close(sheet, Table(pen, sheet, found, Plan(), times).draw(), found)
        pen.blocks += found.blocks("AB"[number])


@layout("weeks_in_cells")
def weeks_in_cells(pen: Pen) -> None:
    """Most lessons hold for both weeks; some cells are split into a line or half for each week."""
    rng = pen.rng
    found = week(rng, days=5, lessons=rng.choice((4, 5)), notes=0)
    times = local_form(rng, "en")
    sheet = pen.open(found)
    size = pen.size * pen.room
    left = sheet.left + round(size * 7.5)
    xs = edges(left, [(sheet.right - left) / 5] * 5)
    ys = edges(sheet.top + round(size * 2), [size * (4.6 if slot.lesson else 2.2) for slot in found.slots])
    style = pen.style
    split = rng.random() < 0.5
    form = rng.choice(("Week {}: {}", "Week {} {}", "Wk {} - {}", "Week {} - {}"))
    cell(pen, sheet, (sheet.left, sheet.top, left, ys[0]), [], fill=style.head)
    for at, name in enumerate(day_names(pen, found, "full")):
        cell(pen, sheet, (xs[at], sheet.top, xs[at + 1], ys[0]), pen.head(name, "day"), fill=style.head, head=True)
    for number, slot in enumerate(found.slots):
        head = pen.head(times.span(slot.start, slot.end), "hour")
        cell(pen, sheet, (sheet.left, ys[number], left, ys[number + 1]), head, fill=style.head, head=True)
        if slot.label:
            cell(
                pen,
                sheet,
                (xs[0], ys[number], xs[-1], ys[number + 1]),
                [pen.name(slot.label)],
                fill=style.rest,
                head=True,
            )
            pen.blocks += [block(day, Entry(slot.label), slot.start, slot.end) for day in found.days]
            continue
        for at in found.days:
            box = (xs[at], ys[number], xs[at + 1], ys[number + 1])
            shown = found.entries.get((at, number))
            if shown and rng.random() < 0.35:
                other = entry(rng, found.language, found.level, notes=0)
                lines = [pen.name(form.format(letter, each.name)) for letter, each in (("A", shown), ("B", other))]
                if split:
                    middle = (box[1] + box[3]) // 2
                    cell(pen, sheet, (*box[:3], middle), lines[:1], size=pen.size * 0.9)
                    cell(pen, sheet, (box[0], middle, *box[2:]), lines[1:], size=pen.size * 0.9)
                else:
                    cell(pen, sheet, box, lines, size=pen.size * 0.9)
                pen.blocks += [
                    block(at, each, slot.start, slot.end, week) for week, each in (("A", shown), ("B", other))
                ]
            else:
                cell(pen, sheet, box, pen.lines(shown) if shown else [])
                pen.blocks += [block(at, shown, slot.start, slot.end)] if shown else []
    pen.close(sheet, ys[-1], found)
