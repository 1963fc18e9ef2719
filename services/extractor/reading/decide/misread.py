"""What a block says if a character that the text recognition doubts is its runner-up."""

from collections.abc import Mapping

from services.extractor.reading.lexicon.times import find_times, resolve, text_of
from services.extractor.reading.model import BlockDraft, sources_of
from shared.messages import Alternative, OcrLine

_HALF_DAY = 12 * 60
"""Minutes: which half of it a block is in, its line alone may not say."""


def misread(draft: BlockDraft, lines: Mapping[int, OcrLine]) -> list[Alternative]:
    """Other names and times of a block, each with the chance that a character of its lines was misread.

    Args:
        lines: the page's, by their ids.
    """
    found: list[Alternative] = []
    for source in sorted(sources_of(draft.lines)):
        if (line := lines.get(source)) is None:
            continue
        for doubt in line.doubts:
            other = line.text[: doubt.at] + doubt.text + line.text[doubt.at + 1 :]
            changes = {"name": _name(draft.name, line.text, doubt.at, doubt.text)} | _times(draft, line.text, other)
            found += [
                Alternative(field=field, value=value, confidence=doubt.confidence)  # type: ignore[arg-type]  # one of the three
                for field, value in changes.items()
                if value
            ]
    return found


def _name(name: str, text: str, at: int, instead: str) -> str | None:
    """The name with another character in it; None where the word of the line is no word of the name."""
    start, end = at, at + 1
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    word, other = text[start:end], text[start:at] + instead + text[at + 1 : end]
    place = name.find(word)
    while place >= 0:
        before, after = name[:place], name[place + len(word) :]
        if not before[-1:].isalnum() and not after[:1].isalnum():
            return (before + other + after).strip()
        place = name.find(word, place + 1)
    return None


def _times(draft: BlockDraft, text: str, other: str) -> dict[str, str | None]:
    """The block's times as far as a line that names them names others with the runner-up."""
    said, instead = find_times(text), find_times(other)
    if len(said) != 1 or len(instead) != 1:
        return {}
    pairs = zip(("startTime", "endTime"), (draft.start, draft.end), resolve(said[0]), resolve(instead[0]), strict=True)
    return {
        field: text_of((own + after - before) % (2 * _HALF_DAY))
        for field, own, before, after in pairs
        if own is not None and before is not None and after is not None and before != after
        if own % _HALF_DAY == before % _HALF_DAY
    }
