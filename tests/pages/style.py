"""How one page looks: sizes, colours, fonts and habits, drawn once for each page."""

import random
from dataclasses import dataclass

from tests.pages.canvas import Colour
from tests.pages.fonts import OWN, Face, faces
from tests.pages.prints import Habits, habits

_PASTELS = (
    ("#fde2e2", "#fff3cd", "#e2f0d9", "#dbe9f6", "#eadcf4", "#fce4d0", "#d9f2ef"),
    ("#ffd6e0", "#ffef9f", "#c1fba4", "#7bf1a8", "#90f1ef", "#f5d0fe"),
    ("#f8cbad", "#ffe699", "#c6e0b4", "#bdd7ee", "#d9d9d9"),
    ("#e8eaf6", "#e0f2f1", "#fff8e1", "#fbe9e7", "#f3e5f5", "#ede7e3"),
    ("#ffff99", "#99ccff", "#ccffcc", "#ffcc99", "#ff99cc", "#cc99ff"),
)
_DARK = ("#2f4858", "#4a3f55", "#37503f", "#5b4636", "#3b3f63", "#5a3a44", "#2b4f52")


@dataclass(frozen=True)
class Style:
    """Attributes:
    width: of the page before more room is asked for, pixels.
    size: of the text, pixels.
    rule: width of the table's lines, pixels; 0 draws none.
    ruling: ``box`` around every cell, ``rows`` (lines across only), ``dashed``.
    head: fill of header cells, or None.
    rest: fill of breaks, or None.
    palette: fills of lessons.
    colourful: how lessons are filled: ``none``, ``some``, ``subject`` (same subject, same colour), ``day``.
    """

    face: Face
    title: Face
    width: int
    size: int
    ink: Colour
    paper: Colour
    grid: Colour
    rule: int
    ruling: str
    head: Colour | None
    head_ink: Colour
    rest: Colour | None
    palette: tuple[Colour, ...]
    colourful: str
    align: str
    valign: str
    pad: int
    habits: Habits
    bold_heads: bool
    upper_heads: bool
    margin: int
    dark: bool

    def fill(self, rng: random.Random, name: str, day: int) -> Colour | None:
        """The fill of a lesson's cell."""
        if self.colourful == "none" or (self.colourful == "some" and rng.random() < 0.6):
            return None
        if self.colourful == "day":
            return self.palette[day % len(self.palette)]
        return self.palette[sum(map(ord, name)) % len(self.palette)]


def style(rng: random.Random, *, dark: bool = False, large: bool = False) -> Style:
    """A page's look.

    Args:
        dark: light text on a dark page.
        large: large print, for pages that will be shrunk.
    """
    known = faces()
    face = OWN if len(known) == 1 or rng.random() < 0.08 else rng.choice(known[1:])
    width = rng.randrange(1300, 2200, 20)
    strong = rng.random() < 0.3
    head_fill = rng.choice((None, None, "#d9d9d9", "#f2f2f2", "#cfe2f3", "#fce5cd", "#d0e0e3"))
    head_ink = "#111111"
    if strong:
        head_fill, head_ink = rng.choice(("#1f3864", "#2e7d32", "#7b1e3a", "#444444", "#0b5394")), "#ffffff"
    ink, paper, grid = (
        rng.choice(("#000000", "#111111", "#222222", "#1a237e")),
        rng.choice(("#ffffff", "#ffffff", "#ffffff", "#fffdf5", "#fafafa")),
        rng.choice(("#000000", "#000000", "#333333", "#777777", "#a6a6a6", "#4472c4")),
    )
    rest = rng.choice((None, "#d9d9d9", "#a6a6a6", "#eeeeee", "#fff2cc", "#e2efda"))
    palette = rng.choice(_PASTELS)
    if dark:
        ink, paper, grid = "#e8e6e3", rng.choice(("#1e1f22", "#121212", "#202124")), rng.choice(("#5f6368", "#8a8d93"))
        head_fill, head_ink, rest, palette = rng.choice((None, "#303134", "#3c4043")), "#ffffff", "#3a3b3f", _DARK
    return Style(
        face=face,
        title=face if rng.random() < 0.7 else rng.choice(known),
        width=width,
        size=max(20, round(width / (rng.uniform(46, 56) if large else rng.uniform(60, 82)))),
        ink=ink,
        paper=paper,
        grid=grid,
        rule=rng.choice((1, 2, 2, 3, 4)),
        ruling=rng.choices(("box", "rows", "dashed"), (12, 1, 1))[0],
        head=head_fill,
        head_ink=head_ink,
        rest=rest,
        palette=palette,
        colourful=rng.choice(("none", "none", "some", "subject", "subject", "day")),
        align=rng.choice(("center", "center", "center", "left", "left", "right")),
        valign=rng.choice(("middle", "middle", "top", "bottom")),
        pad=rng.randint(5, 12),
        habits=habits(rng, dark=dark),
        bold_heads=rng.random() < 0.7,
        upper_heads=rng.random() < 0.12,
        margin=rng.randrange(24, 90, 6),
        dark=dark,
    )
