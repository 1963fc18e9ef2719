"""Cards under day headings, each with its own time."""

from dataclasses import replace

from tests.pages.layouts import layout
from tests.pages.layouts.lists import rows_of
from tests.pages.pen import Pen
from tests.pages.table import day_names
from tests.pages.times import local_form
from tests.pages.week import block, week


@layout("day_cards")
def day_cards(pen: Pen) -> None:
    rng = pen.rng
    found = week(rng, rng.choice(("en", "en", "en", "fr", "it")), lessons=rng.choice((3, 4, 5)), free=0.15, days=5)
    times = local_form(rng, found.language.code)
    sheet = pen.open(found)
    style, canvas = pen.style, sheet.canvas
    size = pen.size * pen.room
    gap = rng.randint(8, 22)
    wide = (sheet.width - 4 * gap) // 5
    top = sheet.top + round(size * 2.2)
    bottom = top
    radius = rng.choice((0, 6, 14))
    filled = rng.random() < 0.7
    for at, name in enumerate(day_names(pen, found, rng.choice(("full", "full", "short")))):
        left = sheet.left + at * (wide + gap)
        if style.head:
            canvas.rect((left, sheet.top, left + wide, top - gap // 2), fill=style.head, width=0, radius=radius)
        canvas.fit((left, sheet.top, left + wide, top - gap // 2), pen.head(name, "day"), pen.size * 1.1)
        y = top
        for start, end, shown in rows_of(found, found.days[at]):
            deep = round(size * (3.6 + 1.2 * len(shown.notes)))
            fill = style.palette[sum(map(ord, shown.name)) % len(style.palette)] if filled else None
            box = (left, y, left + wide, y + deep)
            canvas.rect(box, fill=fill, outline=None if filled else style.grid, width=0 if filled else 2, radius=radius)
            ink = "#ffffff" if style.dark and filled else None
            lines = [replace(line, fill=ink or line.fill) for line in pen.lines(shown, time=times.span(start, end))]
            canvas.fit(box, lines, pen.size * 0.95, align=style.align, pad=7)
            pen.blocks.append(block(found.days[at], shown, start, end))
            y += deep + gap
        bottom = max(bottom, y)
    pen.close(sheet, bottom, found)
