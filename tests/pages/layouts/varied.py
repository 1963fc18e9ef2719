"""What pages of schools, programs and apps add to a plain grid, each drawn by chance and all of them together:
several lessons in a cell, halves for two weeks, own times, remarks in headers, second tables, an app's window."""

from dataclasses import replace

from tests.pages.canvas import Box, Line
from tests.pages.layouts import layout
from tests.pages.pen import Pen, Sheet
from tests.pages.table import Plan, Table, cell, edges
from tests.pages.times import local_form
from tests.pages.week import Entry, Week, entry, matter, week
from tests.pages.words_abroad import LANGUAGES

_TAGS = (("A", "B"), ("(A)", "(B)"), ("Wk A", "Wk B"), ("Week 1", "Week 2"))
_GROUPS = (("G1", "G2"), ("Group 1", "Group 2"), ("(a)", "(b)"), ("Boys", "Girls"))


class VariedTable(Table):
    """A grid with several entries in some of its cells."""

    others: dict[tuple[int, int], Entry]
    beside: bool

    def _lesson(self, number: int, at: int, day: int, entry: Entry | None) -> None:
        other = self.others.get((day, number))
        if entry is None or other is None:
            super()._lesson(number, at, day, entry)
            return
        pen, canvas = self.pen, self.sheet.canvas
        box = self.box(number, number + entry.span, at, at + 1)
        fill = pen.style.fill(pen.rng, entry.name, day)
        cell(pen, self.sheet, box, [], fill=fill, ruled=self.plan.ruled)
        left, top, right, bottom = box
        halves: tuple[Box, Box]
        if self.beside:
            middle = (left + right) // 2
            halves = ((left, top, middle, bottom), (middle, top, right, bottom))
        else:
            middle = (top + bottom) // 2
            halves = ((left, top, right, middle), (left, middle, right, bottom))
        for half, shown in zip(halves, (entry, other), strict=True):
            own = self.form.span(*self.week.times(number, entry.span)) if self.plan.times == "cells" else None
            lines = [
                replace(line, fill="#ffffff" if fill and pen.style.dark else line.fill)
                for line in pen.lines(shown, time=own)
            ]
            canvas.fit(half, lines, pen.size * 0.9, align=pen.style.align, pad=pen.style.pad, same=half is halves[1])


@layout("varied")
def varied(pen: Pen) -> None:
    rng = pen.rng
    code = rng.choice(("en", "en", "en", *LANGUAGES))
    times = rng.choices(("header", "cells", "both", "start"), (6, 2, 2, 1))[0]
    found = week(rng, code, doubles=rng.choice((0, 0, 0.2)), free=rng.choice((0.03, 0.1, 0.3)), gaps=rng.random() < 0.2)
    plan = Plan(
        across=rng.random() < 0.65,
        days=rng.choice(("full", "full", "short")),
        times=times,
        merged=rng.random() < 0.5,
        ruled=rng.random() < 0.85,
    )
    if times == "both":
        for at, shown in found.entries.items():
            if rng.random() < 0.3:
                start, end = found.times(at[1], shown.span)
                found.entries[at] = replace(shown, own=(start + rng.choice((0, 5, 10)), end - rng.choice((0, 5, 10))))
    others = _others(pen, found) if rng.random() < 0.35 else {}
    if rng.random() < 0.3:
        pen.style = replace(pen.style, size=round(pen.style.size * rng.uniform(0.8, 1.25)))
    sheet = pen.open(found, frame="app" if rng.random() < 0.25 else None)
    table = VariedTable(pen, sheet, found, plan, local_form(rng, code))
    table.others, table.beside = others, rng.random() < 0.4
    table.remark = rng.choice(("({} min)", "{} min", "{}'")) if times == "header" and rng.random() < 0.15 else ""
    bottom = table.draw()
    if rng.random() < 0.3:
        bottom = _second(pen, sheet, found, bottom + pen.size)
    pen.close(sheet, bottom, found)
    pen.blocks += found.blocks(start_only=times == "start")
    for (day, number), other in others.items():
        alone = replace(found, days=[day], entries={(day, number): other})
        pen.blocks += [each for each in alone.blocks() if each.name == other.name]


def _others(pen: Pen, found: Week) -> dict[tuple[int, int], Entry]:
    """A second entry for some cells: a parallel group's, or the other week's, which tags then tell apart."""
    rng, language = pen.rng, found.language
    role, kinds = rng.choice((("week", _TAGS), ("note", _GROUPS), ("", ())))
    tags = rng.choice(kinds) if kinds else None
    about = matter(rng)
    others: dict[tuple[int, int], Entry] = {}
    for at, shown in found.entries.items():
        if rng.random() > 0.3 or shown.own:
            continue
        other = entry(rng, language, found.level, notes=0.5, about=about)
        while other.name == shown.name:
            other = entry(rng, language, found.level, notes=0.5, about=about)
        other = replace(other, span=shown.span)
        if tags:
            shown, other = (
                replace(each, details=((role, tag), *each.details))
                for each, tag in zip((shown, other), tags, strict=True)
            )
            found.entries[at] = shown
        others[at] = other
    return others


def _second(pen: Pen, sheet: Sheet, found: Week, top: int) -> int:
    """A small table that is no timetable: who teaches what, or a register of clubs; gives its end."""
    rng, language = pen.rng, found.language
    role = rng.choice(("legend", "other"))
    labels = language.labels
    heads = rng.choice(
        (
            (labels["subject"], labels["teacher"]),
            (labels["class"], labels["teacher"], labels["room"]),
            (labels["notes"],),
        )
    )
    makers = {
        labels["subject"]: lambda: rng.choice(language.subjects[found.level]),
        labels["teacher"]: lambda: language.teacher(rng),
        labels["class"]: lambda: language.class_name(rng),
        labels["room"]: lambda: language.room(rng),
        labels["notes"]: lambda: rng.choice(language.notes),
    }
    right = sheet.left + round(sheet.width * rng.uniform(0.5, 1.0))
    xs = edges(sheet.left, [(right - sheet.left) / len(heads)] * len(heads))
    step = round(pen.size * 1.4) + 2 * pen.style.pad
    ruled = rng.random() < 0.7
    for row in range(rng.randint(2, 5)):
        for column, head in enumerate(heads):
            box = (xs[column], top, xs[column + 1], top + step)
            lines = [Line(makers[head](), role=role)] if row else pen.head(head, role)
            fill = pen.style.head if row == 0 else None
            cell(pen, sheet, box, lines, fill=fill, ruled=ruled, size=pen.size * 0.85, head=row == 0)
        top += step
    return top
