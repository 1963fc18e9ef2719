"""Timetable pages with their truth, drawn for the accuracy tests.

``draw(layout, seed, look)`` gives the same page for the same arguments on the same machine; another set of fonts on
the machine gives other pages. ``python -m tests.pages OUT_DIR`` writes a set of them.
"""

import random
from dataclasses import dataclass

import msgspec

from tests.benchmarks.scorer import Truth
from tests.pages.canvas import Canvas, TooSmallError
from tests.pages.layouts import load
from tests.pages.looks import LOOKS, render
from tests.pages.pen import Pen
from tests.pages.words_abroad import words_of

_ROOMS = (1.0, 1.1, 1.22, 1.35, 1.5, 1.65)
_TRIES = 6


class PageTruth(Truth, kw_only=True):
    """What a page holds; `meta` has className, teacher, term and year where the page prints them."""

    meta: dict[str, str] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Attributes:
    image: the file.
    suffix: with its dot.
    sheets: the clean drawing behind it.
    """

    image: bytes
    suffix: str
    truth: PageTruth
    sheets: list[Canvas]


def layouts() -> list[str]:
    """The names of all layouts."""
    return list(load())


def draw(layout: str, seed: int, look: str = "clean", split: str | None = None) -> Page:
    """Draw one page.

    Args:
        split: ``train`` or ``test`` for the words of that split alone.

    Raises:
        KeyError: there is no such layout.
        ValueError: there is no such look, or the page does not fit at any size.
    """
    if look not in LOOKS:
        raise ValueError(f"no such look: {look}")
    function = load()[layout]
    missed = ""
    # A page that stays too small to read however wide it grows is drawn anew with other dice.
    for attempt in range(_TRIES):
        key = f"{layout}:{seed}:{attempt}"
        for room in _ROOMS:
            pen = Pen(key, room, dark=look == "dark", large=look == "messenger")
            try:
                with words_of(split):
                    function(pen)
            except TooSmallError as error:
                missed = str(error)
                continue
            image, suffix = render(random.Random(f"{key}:{look}"), pen.sheets, look)
            blocks = sorted(pen.blocks, key=lambda each: (each.week or "", each.day, each.start or "", each.name))
            return Page(image, suffix, PageTruth(blocks, family=layout, look=look, meta=pen.meta), pen.sheets)
    raise ValueError(f"{layout}:{seed} does not fit: {missed}")
