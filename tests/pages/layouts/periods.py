"""Period numbers in the grid; their times stand in a legend elsewhere on the page."""

from tests.pages.canvas import Line
from tests.pages.layouts import layout
from tests.pages.pen import Pen, Sheet
from tests.pages.table import Plan, Table, cell, period_names
from tests.pages.times import Form, local_form
from tests.pages.week import Week, week


@layout("periods_legend")
def periods_legend(pen: Pen) -> None:
    rng = pen.rng
    found = week(rng, rng.choice(("en", "en", "de", "fr", "nl")), morning=0.3)
    times = local_form(rng, found.language.code)
    sheet = pen.open(found)
    place = rng.choice(("below", "above", "right"))
    plan = Plan(across=rng.random() < 0.7, times="periods", days=rng.choice(("full", "short")))
    right = sheet.right
    if place == "right":
        right = sheet.right - round(pen.size * pen.room * 13)
    if place == "above":
        sheet.top = _legend(pen, sheet, found, times, sheet.left, sheet.top) + pen.size
    top = sheet.top
    bottom = Table(pen, sheet, found, plan, times, right=right).draw()
    if place == "below":
        bottom = _legend(pen, sheet, found, times, sheet.left, bottom + pen.size)
    elif place == "right":
        bottom = max(bottom, _legend(pen, sheet, found, times, right + pen.size, top))
    pen.close(sheet, bottom, found)
    pen.blocks += found.blocks()


def _legend(pen: Pen, sheet: Sheet, found: Week, times: Form, left: int, top: int) -> int:
    """The bell times, as a small table or as lines; gives their end."""
    names = period_names(found)
    word = found.language.labels["period"]
    boxed = pen.rng.random() < 0.5
    step = round(pen.size * 1.4) + (2 * pen.style.pad if boxed else 4)
    size = pen.size * 0.9
    y = top
    narrow = left > sheet.left
    columns = 1 if narrow else 2
    wide = (sheet.right - left) // 2 if columns == 2 else sheet.right - left
    for number, (name, slot) in enumerate(zip(names, found.slots, strict=True)):
        label = f"{word} {name}" if slot.lesson else name
        if boxed:
            middle = left + round(wide * 0.5)
            row = top + (number // columns) * step
            x = (number % columns) * wide
            cell(
                pen,
                sheet,
                (left + x, row, middle + x, row + step),
                [Line(label, role="legend")],
                size=size,
                align="left",
                valign="middle",
            )
            span = [Line(times.span(slot.start, slot.end), role="legend")]
            cell(
                pen,
                sheet,
                (middle + x, row, left + x + wide, row + step),
                span,
                size=size,
                align="left",
                valign="middle",
            )
            y = row + step
        else:
            row = top + (number // columns) * step
            x = left + (number % columns) * wide
            text = f"{label}: {times.span(slot.start, slot.end)}"
            sheet.canvas.fit((x, row, x + wide, row + step), [Line(text, role="legend")], size, align="left", pad=3)
            y = row + step
    return y
