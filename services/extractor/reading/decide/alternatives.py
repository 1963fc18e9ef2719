"""The runner-up readings of a block that is not sure: what else its name, its start or its end may be.

They come from the other layouts' readings of the same place on the page, from the cell itself, whose name may reach
into its notes or less far, and from characters that the text recognition doubts.
"""

from collections.abc import Sequence

from services.extractor.reading.decide.calibration import SURE
from services.extractor.reading.lexicon.times import text_of
from services.extractor.reading.model import BlockDraft, LayoutResult
from shared.messages import Alternative

MOST = 3
_NOTE = 0.25
"""Of what is left of the chance: that the name has its first note in it, and that it is that."""
_SAME_PLACE = 0.5
"""Of the smaller box: how much two readings of one place share."""


def alternatives(
    draft: BlockDraft,
    confidence: float,
    rivals: list[tuple[LayoutResult, float]],
    misreadings: Sequence[Alternative] = (),
) -> list[Alternative]:
    """At most three other readings of a block, the likeliest first.

    Args:
        confidence: the block's own; one that is sure has none.
        rivals: the page's other readings, with what each is worth against the one taken (0 to 1).
        misreadings: what the block says if a character was misread, each as likely as that is.
    """
    if confidence >= SURE:
        return []
    left = 1.0 - confidence
    found: dict[tuple[str, str], float] = {}

    def offer(field: str, value: str | None, own: str | None, share: float) -> None:
        if value and value != own:
            key = (field, value)
            found[key] = max(found.get(key, 0.0), round(left * share, 4))

    for rival, worth in rivals:
        for other in rival.drafts:
            if other.day != draft.day or other.rect.overlap(draft.rect) < _SAME_PLACE:
                continue
            # Two readings of a place, one of which is right if the block's is wrong: as likely as their worths say.
            share = worth / (1 + worth)
            offer("name", other.name, draft.name, share)
            offer("startTime", text_of(other.start), text_of(draft.start), share)
            offer("endTime", text_of(other.end), text_of(draft.end), share)
    first = next((note.strip() for note in (draft.notes or "").split(",") if note.strip()), None)
    if first:
        offer("name", f"{draft.name} {first}", draft.name, _NOTE)
        offer("name", first, draft.name, _NOTE)
    for each in misreadings:
        found[each.field, each.value] = max(found.get((each.field, each.value), 0.0), each.confidence)
    best = sorted(found.items(), key=lambda item: -item[1])[:MOST]
    return [Alternative(field=field, value=value, confidence=chance) for (field, value), chance in best]  # type: ignore[arg-type]  # one of the three above
