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


def block_confidence(draft: BlockDraft) -> float:
    """0 to 1. A missing end alone costs half of what missing times cost."""
    scores = [line.confidence for line in draft.lines] or [0.5]
    # The weakest line decides: one misread word spoils the block however clean its header is.
    ocr = 0.7 * min(scores) + 0.3 * sum(scores) / len(scores)
    times = _BY_SOURCE[draft.source]
    if draft.start is not None and draft.end is None:
        times = min(times, 0.8)
    elif draft.start is None:
        times = _BY_SOURCE[None]
    elif draft.end is not None and draft.end - draft.start > 5 * 60:
        times = min(times, 0.6)
    return max(0.0, min(1.0, ocr * times * draft.certainty))


def clashes(drafts: list[BlockDraft]) -> set[int]:
    """Indexes of drafts that overlap another of the same day, week and class and are not drawn side by side with it."""
    out: set[int] = set()
    timed = [
        (index, draft.start, draft.end)
        for index, draft in enumerate(drafts)
        if draft.start is not None and draft.end is not None
    ]
    for position, (i, start, end) in enumerate(timed):
        for j, other_start, other_end in timed[position + 1 :]:
            a, b = drafts[i], drafts[j]
            same = (a.table, a.day, a.group) == (b.table, b.day, b.group)
            same = same and (a.week is None or b.week is None or a.week == b.week)
            if same and start < other_end and other_start < end and not _beside(a, b):
                out |= {i, j}
    return out


def _beside(a: BlockDraft, b: BlockDraft) -> bool:
    """Whether two blocks share their day's column: then the page itself shows that they are at the same time."""
    return a.lane is not None and b.lane is not None and (a.lane[1] <= b.lane[0] or b.lane[1] <= a.lane[0])
