"""Coloured blocks on an hour scale, where a block's height is its duration."""

from dataclasses import replace

from tests.pages.canvas import Line
from tests.pages.layouts import layout
from tests.pages.pen import Pen, Sheet
from tests.pages.table import day_names
from tests.pages.times import Form, form
from tests.pages.week import Entry, Week, block, entry, week


@layout("hour_scale")
def hour_scale(pen: Pen) -> None:
    _draw(pen, clashes=0.0)


@layout("hour_scale_clash")
def hour_scale_clash(pen: Pen) -> None:
    """Some blocks overlap and stand side by side."""
    _draw(pen, clashes=0.6)


def _draw(pen: Pen, clashes: float) -> None:
    rng = pen.rng
    found = week(
        rng,
        rng.choice(("en", "en", "de", "fr", "es")),
        level=rng.choice(("secondary", "university")),
        lessons=5,
        days=5,
    )
    found.slots = []
    hours = form(rng, rng.choice(("colon", "colon0", "half_both")))
    first, last = rng.choice((7, 8)), rng.choice((16, 17, 18))
    sheet = pen.open(found)
    size = pen.size * pen.room
    left = sheet.left + round(size * 4.6)
    top = sheet.top + round(size * 2)
    hour = size * rng.uniform(3.4, 4.6) * (1.25 if clashes else 1)
    wide = (sheet.right - left) / 5
    bottom = top + round(hour * (last - first))
    _scale(pen, sheet, found, hours, (left, top, sheet.right, bottom), first, last)
    printed = rng.random() < 0.35
    for day in range(5):
        time = first * 60 + rng.choice((0, 15, 30, 60))
        clashed = False
        while time < (last - 1) * 60 - 30:
            length = rng.choice((45, 60, 60, 90, 90, 120))
            end = min(time + length, last * 60)
            together = not clashed and rng.random() < clashes / 2
            lanes = 2 if together else 1
            for lane in range(lanes):
                start = time + (rng.choice((0, 15, 30)) if lane else 0)
                until = min(start + rng.choice((45, 60, 90)), last * 60) if lane else end
                if until - start < 45:
                    until = start + 45
                lesson = entry(rng, found.language, found.level, notes=0.5 if length >= 60 and lanes == 1 else 0)
                x = left + day * wide + lane * wide / lanes
                box = (
                    round(x) + 3,
                    top + round((start / 60 - first) * hour),
                    round(x + wide / lanes) - 3,
                    top + round((until / 60 - first) * hour) - 3,  # or two of one colour would become one
                )
                _block(pen, sheet, box, lesson, hours.span(start, until) if printed else None)
                pen.blocks.append(block(day, lesson, start, until, tol=0 if printed else 5))
                end = max(end, until)
            clashed = together
            time = end + rng.choice((0, 0, 15, 30, 60))
    pen.close(sheet, bottom, found)


def _scale(
    pen: Pen, sheet: Sheet, found: Week, hours: Form, box: tuple[int, int, int, int], first: int, last: int
) -> None:
    left, top, right, bottom = box
    canvas = sheet.canvas
    faint = "#3c4043" if pen.style.dark else "#cccccc"
    step, wide = (bottom - top) / (last - first), (right - left) / 5
    on_line = pen.rng.random() < 0.6
    font = canvas.font(pen.size * 0.8)
    dash = pen.rng.choice((0, 0, 6))
    for number in range(last - first + 1):
        y = round(top + number * step)
        canvas.line((left, y, right, y), faint, 1, dash=dash)
        if number < last - first or on_line:
            text = hours.single((first + number) * 60)
            down = -font.height // 2 if on_line else 4
            canvas.role = "hour"
            canvas.text(
                left - 10 - round(font.length(text)), y + down, text, font, None if not pen.style.dark else "#bdc1c6"
            )
    for number, name in enumerate(day_names(pen, found, pen.rng.choice(("full", "short")))):
        x = round(left + number * wide)
        canvas.line((x, top, x, bottom), faint, 1)
        canvas.fit(
            (x, sheet.top, round(x + wide), top),
            pen.head(name, "day") if not pen.style.head else [Line(name, bold=True, role="day")],
            pen.size,
        )
    canvas.line((right, top, right, bottom), faint, 1)


def _block(pen: Pen, sheet: Sheet, box: tuple[int, int, int, int], lesson: Entry, time: str | None) -> None:
    style = pen.style
    fill = style.palette[sum(map(ord, lesson.name)) % len(style.palette)]
    edge = style.grid if style.rule > 2 else None
    sheet.canvas.rect(box, fill=fill, outline=edge, width=1 if edge else 0, radius=pen.style.pad // 2)
    ink = "#ffffff" if style.dark else None
    lines = [replace(line, fill=ink or line.fill) for line in pen.lines(lesson, time=time)]
    sheet.canvas.fit(box, lines, pen.size * 0.9, align=style.align, valign=style.valign, pad=5)
