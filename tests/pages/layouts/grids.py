"""Grids: where days and times stand, in which words and forms, what is merged, turned or spread."""

from dataclasses import replace
from functools import partial

from tests.pages.layouts import LAYOUTS, layout
from tests.pages.pen import Pen
from tests.pages.table import Plan, Table
from tests.pages.times import Form, form, local_form
from tests.pages.week import Slot, Week, week


def grid(
    pen: Pen,
    found: Week,
    plan: Plan,
    times: Form,
    *,
    frame: str | None = None,
    busy: bool = False,
    start_only: bool = False,
    margin_end: bool = False,
) -> None:
    """One sheet with one grid and its truth."""
    sheet = pen.open(found, frame=frame, busy=busy)
    table = Table(pen, sheet, found, plan, times)
    table.margin_end = margin_end
    pen.close(sheet, table.draw(), found, busy=busy)
    pen.blocks += found.blocks(start_only=start_only)


@layout("days_across")
def days_across(pen: Pen) -> None:
    found = week(pen.rng)
    grid(pen, found, Plan(merged=pen.rng.random() < 0.5), local_form(pen.rng, "en"))


@layout("days_down")
def days_down(pen: Pen) -> None:
    found = week(pen.rng)
    grid(pen, found, Plan(across=False, merged=pen.rng.random() < 0.5), local_form(pen.rng, "en"))


@layout("short_days")
def short_days(pen: Pen) -> None:
    plan = Plan(across=pen.rng.random() < 0.5, days="short", merged=pen.rng.random() < 0.5)
    grid(pen, week(pen.rng), plan, local_form(pen.rng, "en"))


@layout("letter_days")
def letter_days(pen: Pen) -> None:
    plan = Plan(across=pen.rng.random() < 0.5, days="letters", merged=pen.rng.random() < 0.5)
    grid(pen, week(pen.rng, days=5), plan, local_form(pen.rng, "en"))


@layout("stacked_days")
def stacked_days(pen: Pen) -> None:
    plan = Plan(across=False, days="stacked", merged=pen.rng.random() < 0.6)
    grid(pen, week(pen.rng), plan, local_form(pen.rng, "en"))


def _abroad(code: str, pen: Pen) -> None:
    days = pen.rng.choice(("full", "full", "short", "letters"))
    plan = Plan(across=pen.rng.random() < 0.65, days=days, merged=pen.rng.random() < 0.5)
    grid(pen, week(pen.rng, code), plan, local_form(pen.rng, code))


for _code in ("de", "fr", "es", "it", "pt", "nl", "pl"):
    LAYOUTS[f"language_{_code}"] = partial(_abroad, _code)


def _times(kind: str, pen: Pen) -> None:
    code = pen.rng.choice(("fr", "pt")) if kind == "hours" else "en"
    plan = Plan(across=pen.rng.random() < 0.6, merged=pen.rng.random() < 0.5)
    grid(pen, week(pen.rng, code), plan, form(pen.rng, kind))


for _kind in ("dotted", "compact", "short", "half_end", "half_both", "hours", "twelve"):
    LAYOUTS[f"times_{_kind}"] = partial(_times, _kind)


@layout("times_start")
def times_start(pen: Pen) -> None:
    plan = Plan(across=pen.rng.random() < 0.6, times="start", merged=pen.rng.random() < 0.5)
    grid(
        pen,
        week(pen.rng, ending=0.4),
        plan,
        form(pen.rng, pen.rng.choice(("colon", "dotted", "twelve"))),
        start_only=True,
    )


@layout("times_margin")
def times_margin(pen: Pen) -> None:
    closed = pen.rng.random() < 0.5
    times = form(pen.rng, pen.rng.choice(("colon", "colon0", "dotted", "twelve", "half_both")))
    grid(pen, week(pen.rng), Plan(times="margin"), times, start_only=not closed, margin_end=closed)


@layout("times_in_cells")
def times_in_cells(pen: Pen) -> None:
    found = week(pen.rng, lessons=pen.rng.choice((4, 5)), free=0.1)
    grid(pen, found, Plan(times="cells", merged=pen.rng.random() < 0.4), local_form(pen.rng, "en"))


@layout("times_both")
def times_both(pen: Pen) -> None:
    """Some cells print their own times, which win over the header's."""
    rng = pen.rng
    found = week(rng, lessons=rng.choice((4, 5)))
    for at, entry in found.entries.items():
        if rng.random() < 0.35:
            start, end = found.times(at[1], entry.span)
            own = rng.choice(((start, end - 10), (start + 5, end), (start + 10, end - 5), (start, end)))
            found.entries[at] = replace(entry, own=own)
    kind = rng.choice(("colon", "colon0", "dotted", "half_both", "twelve"))
    grid(pen, found, Plan(across=rng.random() < 0.6, times="both", merged=rng.random() < 0.5), form(rng, kind))


@layout("double_lessons")
def double_lessons(pen: Pen) -> None:
    found = week(pen.rng, doubles=0.4, lessons=pen.rng.choice((6, 7)), gaps=pen.rng.random() < 0.3)
    grid(pen, found, Plan(across=pen.rng.random() < 0.6), local_form(pen.rng, "en"))


@layout("breaks_merged_across")
def breaks_merged_across(pen: Pen) -> None:
    grid(pen, week(pen.rng, morning=1), Plan(merged=True), local_form(pen.rng, "en"))


@layout("breaks_merged_down")
def breaks_merged_down(pen: Pen) -> None:
    grid(pen, week(pen.rng, morning=1, ending=0.7), Plan(across=False, merged=True), local_form(pen.rng, "en"))


@layout("rotated_text")
def rotated_text(pen: Pen) -> None:
    days = pen.rng.choice(("full", "rotated", "short"))
    plan = Plan(across=False, days=days, merged=True, turned=pen.rng.uniform(0.35, 0.8))
    grid(pen, week(pen.rng, morning=1, lessons=pen.rng.choice((6, 7, 8))), plan, local_form(pen.rng, "en"))


@layout("spread_letters")
def spread_letters(pen: Pen) -> None:
    """B, R, E, A, K down a column, one letter in each day's row."""
    rng = pen.rng
    found = week(rng, days=5, morning=0, ending=0)
    words = iter((rng.choice(("BREAK", "SNACK", "RELAX")), "LUNCH"))
    found.slots = [slot if slot.lesson else Slot(slot.start, slot.end, next(words)) for slot in found.slots]
    plan = Plan(across=False, days=rng.choice(("full", "short")), spread=True)
    grid(pen, found, plan, local_form(rng, "en"))


@layout("no_lines")
def no_lines(pen: Pen) -> None:
    pen.style = replace(pen.style, head=None, rest=None, align="left" if pen.rng.random() < 0.5 else "center")
    plan = Plan(across=pen.rng.random() < 0.75, merged=False, ruled=False)
    grid(pen, week(pen.rng, free=0.04), plan, local_form(pen.rng, "en"))


@layout("browser_window")
def browser_window(pen: Pen) -> None:
    grid(pen, week(pen.rng), Plan(across=pen.rng.random() < 0.7), local_form(pen.rng, "en"), frame="browser")


@layout("word_window")
def word_window(pen: Pen) -> None:
    grid(pen, week(pen.rng), Plan(across=pen.rng.random() < 0.7), local_form(pen.rng, "en"), frame="word")


@layout("busy_page")
def busy_page(pen: Pen) -> None:
    """School, class, term, year, teacher, logo, notes and a legend of initials."""
    code = pen.rng.choice(("en", "en", "en", "de", "fr", "es"))
    plan = Plan(across=pen.rng.random() < 0.6, merged=pen.rng.random() < 0.6)
    grid(pen, week(pen.rng, code, notes=0.7), plan, local_form(pen.rng, code), busy=True)
