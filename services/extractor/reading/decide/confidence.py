"""How sure the reader is of a block, and of the whole page: earned from three witnesses.

The OCR's score of the lines a block stands on; how it came by its place, its name and its times (a printed time that
fits its header says more than a scale); and the rules every week keeps (times in order, no overlap). A block is as good
as their product.
"""

from services.extractor.reading.model import BlockDraft
from shared.messages import TimeSource

_BY_SOURCE: dict[TimeSource | None, float] = {
    "printed": 1.0,
    "header": 1.0,
    "legend": 0.98,
    "next": 0.93,
    "drawn": 0.85,
    None: 0.55,
}
_ENDLESS, _TOO_LONG = 0.8, 0.6
"""Of times whose end is not known, and of those that last longer than lessons do."""
_LONG = 5 * 60
"""Minutes."""
_UNREAD = 0.5
"""The score of a block that stands on no text."""
_WEAKEST = 0.7
"""How much the weakest line decides, against all lines' mean."""


def block_confidence(draft: BlockDraft) -> float:
    """0 to 1. A missing end alone costs half of what missing times cost."""
    scores = [line.confidence for line in draft.lines] or [_UNREAD]
    # The weakest line decides: one misread word spoils the block however clean its header is.
    ocr = _WEAKEST * min(scores) + (1 - _WEAKEST) * sum(scores) / len(scores)
    times = _BY_SOURCE[draft.source]
    if draft.start is not None and draft.end is None:
        times = min(times, _ENDLESS)
    elif draft.start is None:
        times = _BY_SOURCE[None]
    elif draft.end is not None and draft.end - draft.start > _LONG:
        times = min(times, _TOO_LONG)
    return max(0.0, min(1.0, ocr * times * draft.certainty))


def clashes(drafts: list[BlockDraft]) -> set[int]:
    """Indexes of drafts that overlap another of the same day, week and class and are not drawn side by side with it."""
    out: set[int] = set()
    timed = [at for at, draft in enumerate(drafts) if draft.start is not None and draft.end is not None]
    for position, i in enumerate(timed):
        for j in timed[position + 1 :]:
            a, b = drafts[i], drafts[j]
            if (a.table, a.group) == (b.table, b.group) and overlap(a, b) and not _beside(a, b):
                out |= {i, j}
    return out


def overlap(a: BlockDraft, b: BlockDraft) -> bool:
    """Whether two drafts are on one day of one week at the same time; one without an end lasts a minute."""
    if a.day != b.day or (a.week and b.week and a.week != b.week) or a.start is None or b.start is None:
        return False
    return a.start < (b.end or b.start + 1) and b.start < (a.end or a.start + 1)


def _beside(a: BlockDraft, b: BlockDraft) -> bool:
    """Whether two blocks share their day's column: then the page itself shows that they are at the same time."""
    return a.lane is not None and b.lane is not None and (a.lane[1] <= b.lane[0] or b.lane[1] <= a.lane[0])
