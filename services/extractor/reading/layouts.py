"""The layout readers, and the choice between their readings.

A reader takes a page and answers with what it made of it, or with nothing. All are asked; the reading that explains
most of the page's text with most certainty is taken. A new layout is one more function in `READERS`.
"""

from collections.abc import Callable

from services.extractor.reading.confidence import clashes, draft_confidence
from services.extractor.reading.daylist import read_daylist
from services.extractor.reading.grid import read_grid
from services.extractor.reading.model import Draw
from services.extractor.reading.rowlist import read_rowlist
from services.extractor.reading.view import View
from shared.logs import get_logger

log = get_logger(__name__)

Reader = Callable[[View], Draw | None]

READERS: tuple[tuple[Reader, bool], ...] = (
    (read_grid, False),
    (read_grid, True),
    (read_rowlist, False),
    (read_daylist, False),
)
"""Each reader and whether it gets the page with its axes swapped."""


def draw_score(draw: Draw, lines: int) -> float:
    """What a reading is worth against another of the same page: explained text times mean confidence.

    Args:
        lines: how many lines the page has.
    """
    if not draw.drafts:
        return 0.0
    bad = clashes(draw.drafts)
    scores = [draft_confidence(draft) * (0.5 if i in bad else 1.0) for i, draft in enumerate(draw.drafts)]
    return draw.weight * len(draw.used) / max(1, lines) * sum(scores) / len(scores)


def read_layout(view: View, turned: View) -> Draw | None:
    """The best reading of a page; null if no reader can make anything of it."""
    draws: list[Draw] = []
    for read, swap in READERS:
        try:
            draw = read(turned if swap else view)
        except Exception:  # a page that trips one reader is still read by the others
            log.exception("layout reader failed", reader=read.__name__, turned=swap)
            continue
        if draw and draw.drafts:
            draws.append(draw)
    return max(draws, key=lambda draw: draw_score(draw, len(view.lines)), default=None)
