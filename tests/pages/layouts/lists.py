"""Lists: one for each day, one for several days, one long one with a day column."""

from dataclasses import replace

from tests.pages.canvas import Line
from tests.pages.layouts import layout
from tests.pages.pen import Pen, Sheet
from tests.pages.table import cell, day_names, edges
from tests.pages.times import Form, local_form
from tests.pages.week import Entry, Week, block, week

Rows = list[tuple[int, int, Entry]]


def rows_of(found: Week, day: int) -> Rows:
    """What a day holds, in order: start, end, entry."""
    rows: Rows = []
    for number, slot in enumerate(found.slots):
        shown = Entry(slot.label) if slot.label else found.entries.get((day, number))
        if shown:
            shown = replace(shown, name=shown.name.replace("\n", " "))
            rows.append((*found.times(number, shown.span), shown))
    return rows


def _list(pen: Pen, sheet: Sheet, heading: str, rows: Rows, times: Form, box: tuple[int, int, int], look: str) -> int:
    """One list under its heading, in (left, top, right); gives its end."""
    left, top, right = box
    size = pen.size * pen.room
    step = round(size * 1.75)
    style = pen.style
    ruled = look == "table"
    head = (left, top, right, top + round(size * 2))
    cell(
        pen,
        sheet,
        head,
        pen.head(heading, "day"),
        fill=style.head,
        ruled=ruled,
        head=True,
        align="left" if look == "text" else None,
    )
    y = head[3]
    font = sheet.canvas.font(pen.size * 0.9)
    column = round(max(font.length(times.span(start, end)) for start, end, _ in rows)) + 2 * style.pad + 14
    for number, (start, end, entry) in enumerate(rows):
        notes = "  ".join(entry.notes)
        shown = pen.lines(replace(entry, details=(("note", notes),) if notes else ()))
        text = [replace(line, place="") for line in shown]
        deep = round(step * (1.7 if notes else 1)) if look != "text" else step
        fill = style.palette[number % 2] if style.colourful != "none" and ruled else None
        if look == "text":
            line = f"{times.span(start, end)}  {entry.name}" + (
                f" {notes}" if notes.startswith("(") else f", {notes}" if notes else ""
            )
            sheet.canvas.fit((left, y, right, y + step), [pen.name(line)], pen.size, align="left", pad=4)
        else:
            span = [Line(times.span(start, end), role="time")]
            cell(
                pen,
                sheet,
                (left, y, left + column, y + deep),
                span,
                fill=fill,
                ruled=ruled,
                size=pen.size * 0.9,
                align="left",
                valign="middle",
            )
            cell(
                pen,
                sheet,
                (left + column, y, right, y + deep),
                text,
                fill=fill,
                ruled=ruled,
                align="left",
                valign="middle",
            )
        y += deep
    return y


def lists(pen: Pen, sheet: Sheet, groups: list[tuple[str, Rows]], times: Form, columns: int) -> int:
    """Several lists, so many side by side; gives their end."""
    look = pen.rng.choice(("table", "table", "text", "plain"))
    gap = round(pen.size * 1.2)
    wide = (sheet.width - gap * (columns - 1)) // columns
    top = bottom = sheet.top
    for number, (heading, rows) in enumerate(groups):
        if number and number % columns == 0:
            top = bottom + gap
        left = sheet.left + (number % columns) * (wide + gap)
        bottom = max(bottom, _list(pen, sheet, heading, rows, times, (left, top, left + wide), look))
    return bottom


def _truth(pen: Pen, days: list[int], rows: Rows) -> None:
    pen.blocks += [block(day, entry, start, end) for day in days for start, end, entry in rows]


@layout("day_lists")
def day_lists(pen: Pen) -> None:
    found = week(pen.rng, pen.rng.choice(("en", "en", "en", "de", "nl", "es")), notes=0.2)
    times = local_form(pen.rng, found.language.code)
    names = day_names(pen, found, "full")
    sheet = pen.open(found)
    groups = [(name, rows_of(found, day)) for name, day in zip(names, found.days, strict=True)]
    bottom = lists(pen, sheet, groups, times, pen.rng.choice((1, 2, 3)))
    pen.close(sheet, bottom, found)
    for day in found.days:
        _truth(pen, [day], rows_of(found, day))


@layout("shared_lists")
def shared_lists(pen: Pen) -> None:
    """Several days share a list: "Monday, Tuesday, Thursday"."""
    rng = pen.rng
    found = week(rng, days=5, level="primary", notes=0.15, free=0, lessons=rng.choice((5, 6, 7)))
    times = local_form(rng, "en")
    split = rng.choice(([[0, 1, 3], [2], [4]], [[0, 2], [1, 3], [4]], [[0, 1, 2, 3], [4]], [[0, 2, 4], [1, 3]]))
    names = found.language.days if rng.random() < 0.7 else found.language.short[0]
    joiner = rng.choice((", ", ", ", " & ", " / ", ", & "))
    groups = []
    for days in split:
        if joiner == ", & ":
            heading = ", ".join(names[day] for day in days[:-1]) + (" & " if len(days) > 1 else "") + names[days[-1]]
        elif days == [0, 1, 2, 3] and rng.random() < 0.5:
            heading = f"{names[0]}{rng.choice((' - ', ' to ', '–'))}{names[3]}"
        else:
            heading = joiner.join(names[day] for day in days)
        groups.append((heading, rows_of(found, days[0])))
        _truth(pen, days, groups[-1][1])
    sheet = pen.open(found)
    pen.close(sheet, lists(pen, sheet, groups, times, min(len(groups), rng.choice((2, 3)))), found)


@layout("long_list")
def long_list(pen: Pen) -> None:
    """One table with a day column: the day in each row, only in the first, or merged."""
    rng = pen.rng
    found = week(
        rng,
        level=rng.choice(("secondary", "university")),
        lessons=rng.choice((3, 4)),
        days=5,
        notes=0,
        morning=0.1,
        free=0.2,
    )
    language, times = found.language, local_form(rng, "en")
    names = day_names(pen, found, rng.choice(("full", "full", "short")))
    mode = rng.choice(("each", "first", "merged"))
    ruled = rng.choice((True, True, False))
    extra = rng.random() < 0.7
    sheet = pen.open(found)
    size = pen.size * pen.room
    step = round(size * rng.uniform(1.75, 2.3))
    shares = [1.4, 2.2, 3.2, 1.3, 1.9] if extra else [1.4, 2.2, 3.6]
    unit = sheet.width / sum(shares)
    xs = edges(sheet.left, [share * unit for share in shares])
    heads = [language.labels[key] for key in ("day", "time", "subject", "room", "teacher")][: len(shares)]
    for number, head in enumerate(heads):
        cell(
            pen,
            sheet,
            (xs[number], sheet.top, xs[number + 1], sheet.top + step),
            pen.head(head),
            fill=pen.style.head,
            ruled=ruled,
            head=True,
        )
    y = sheet.top + step
    for name, day in zip(names, found.days, strict=True):
        rows = rows_of(found, day)
        begin = y
        for number, (start, end, entry) in enumerate(rows):
            if extra and entry.name not in {slot.label for slot in found.slots}:
                entry = Entry(entry.name, (("room", language.room(rng)), ("teacher", language.teacher(rng))))
            texts = [times.span(start, end), entry.name, *(entry.notes if extra else ())]
            texts += [""] * (len(shares) - 1 - len(texts))
            if mode != "merged":
                shown = pen.head(name, "day") if mode == "each" or number == 0 else []
                shown = [replace(line, fill=None) for line in shown]
                cell(pen, sheet, (xs[0], y, xs[1], y + step), shown, ruled=ruled, valign="middle")
            for column, (text, role) in enumerate(zip(texts, ("time", "name", "room", "teacher"), strict=False), 1):
                box = (xs[column], y, xs[column + 1], y + step)
                cell(pen, sheet, box, [Line(text, role=role)], ruled=ruled, valign="middle", size=pen.size * 0.95)
            if not ruled:
                sheet.canvas.line((sheet.left, y, sheet.right, y), pen.style.grid, 1)
            pen.blocks.append(block(day, entry, start, end))
            y += step
        if mode == "merged" and rows:
            lines = [replace(line, fill=None) for line in pen.head(name, "day")]
            turned = len(rows) > 2 and rng.random() < 0.4
            cell(pen, sheet, (xs[0], begin, xs[1], y), lines, ruled=ruled, head=True, angle=90 if turned else 0)
    pen.close(sheet, y, found)


@layout("pages_of_days")
def pages_of_days(pen: Pen) -> None:
    """A document of two pages: Monday to Wednesday, then the rest."""
    found = week(pen.rng, notes=0.2, days=5)
    times = local_form(pen.rng, "en")
    names = day_names(pen, found, "full")
    columns = pen.rng.choice((1, 2, 3))
    for part in (found.days[:3], found.days[3:]):
        sheet = pen.open(found)
        groups = [(names[day], rows_of(found, day)) for day in part]
        pen.close(sheet, lists(pen, sheet, groups, times, columns), found)
        for day in part:
            _truth(pen, [day], rows_of(found, day))
