"""The layout readers, and the choice between their readings.

A reader takes a page and answers with what it made of it, or with nothing. All are asked; the reading that explains
most of the page's text with most certainty is taken. A new layout is one more function in `READERS`.
"""

from collections.abc import Callable

from services.extractor.reading.axes.view import View
from services.extractor.reading.decide.confidence import block_confidence, clashes
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.words import is_keyed, is_person, is_room
from services.extractor.reading.lists.courselist import read_courselist
from services.extractor.reading.lists.daylist import read_daylist
from services.extractor.reading.lists.rowlist import read_rowlist
from services.extractor.reading.model import LayoutResult, sources_of
from services.extractor.reading.table.classes import read_class_columns
from services.extractor.reading.table.grid import read_grid
from services.extractor.reading.table.matrix import read_matrix
from shared.logs import get_logger

log = get_logger(__name__)

_SPOILT = 0.5
"""What a block counts that clashes with another, or whose name is no lesson's."""

Reader = Callable[[View], LayoutResult | None]

READERS: tuple[tuple[Reader, bool], ...] = (
    (read_grid, False),
    (read_grid, True),
    (read_matrix, False),
    (read_matrix, True),
    (read_class_columns, False),
    (read_class_columns, True),
    (read_rowlist, False),
    (read_courselist, False),
    (read_daylist, False),
)
"""Each reader and whether it gets the page with its axes swapped."""


def layout_score(result: LayoutResult, lines: int) -> float:
    """What a reading is worth against another of the same page: explained text times mean confidence.

    Args:
        lines: how many lines the page has.
    """
    if not result.drafts:
        return 0.0
    bad = clashes(result.drafts) | {at for at, draft in enumerate(result.drafts) if _says_no_lesson(draft.name)}
    scores = [block_confidence(draft) * (_SPOILT if i in bad else 1.0) for i, draft in enumerate(result.drafts)]
    return result.weight * len(result.used) / max(1, lines) * sum(scores) / len(scores)


def _says_no_lesson(name: str) -> bool:
    """Whether a name is a room's, a person's or a time: then its cell was cut from the lesson's."""
    return is_room(name) or is_person(name) or is_keyed(name) or bool(find_times(name))


def read_layouts(
    view: View, turned: View, told: Callable[[float], None] = lambda _: None
) -> tuple[list[tuple[LayoutResult, float]], list[str]]:
    """Every reading of a page with what it is worth, the best first; and the readers that raised, by name.

    Args:
        told: called with the share of the readers that have been asked, 0 to 1.
    """
    results: list[tuple[LayoutResult, float]] = []
    raised: list[str] = []
    count = len(sources_of(view.lines))
    for number, (read, swap) in enumerate(READERS):
        told(number / len(READERS))
        try:
            result = read(turned if swap else view)
        except Exception:  # a page that trips one reader is still read by the others
            log.exception("layout reader failed", reader=read.__name__, turned=swap)
            raised.append(read.__name__)
            continue
        if result and result.drafts:
            results.append((result, layout_score(result, count)))
    return sorted(results, key=lambda item: -item[1]), raised
