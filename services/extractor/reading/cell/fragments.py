"""A cell's lines without their times, in reading order: what may be a name, a note, a room, a person."""

import re
from dataclasses import dataclass, replace

from services.extractor.reading.evidence.order import reading_frame
from services.extractor.reading.lexicon.columns import is_time_word
from services.extractor.reading.lexicon.times import find_times, without_times
from services.extractor.reading.lexicon.words import subject_of
from services.extractor.reading.model import Line, Rect, Type

_GROUP_CODE = re.compile(r"\d{1,2}\s?[A-Za-z]{1,2}\d?")
"""A class ("8A", "10LS")."""
_BROKEN = re.compile(r"(?=\S*\d)\S{2,}/\S{2,}$")
"""Ends in a word of two codes ("PSY-T72/ECO-")."""
_REST = re.compile(r"(?=\S*\d)-?[^\W_a-z]{2,5}")
_FULL = 0.9
"""Of the widest line: how wide one is at least that the cell's edge breaks."""


@dataclass(slots=True)
class Fragment:
    """A line of a cell, or the part of one that is printed in one way."""

    line: int
    """Id of the OCR's line that it is of, or of the first; -1 where nobody read it."""
    text: str
    size: float
    rect: Rect
    """In the reading frame."""
    row: int
    type: Type | None
    confidence: float
    aside: bool = False
    """Printed in another way than what stands before it on its line, or parted by the times from what does."""
    field: str | None = None
    """What the head of its column says that it is; null where none does."""


@dataclass(frozen=True)
class Cut:
    """A cell taken into fragments.

    Attributes:
        fragments: in reading order, at least one.
        frame: the cell's rectangle, in the reading frame.
    """

    fragments: list[Fragment]
    frame: Rect


def fragments_of(rows: list[list[Line]], angle: int, *, broken: bool) -> list[Fragment]:
    """The cell's lines without their times. A range broken over two lines ("10:35 –" / "11:25") is cut from both."""
    out: list[Fragment] = []
    parted = False
    for number, row in enumerate(rows):
        for line in row:
            # In a cell without times a number is text ("Race to" over "1000").
            spans = find_times(line.text) if broken else []
            text = without_times(line.text, spans)
            if broken and not spans and re.fullmatch(r"[\d.:\s]+(?:[ap]m)?\s*[-–—]?|[-–—]\s*[\d.:\s]+(?:[ap]m)?", text):
                continue
            if not text.strip("-–— ") or (spans and is_time_word(text)):
                parted = parted or bool(spans and out)
                continue
            rect = reading_frame(line.rect, angle)
            name, aside = _by_print(text, line.aside)
            out.append(
                Fragment(
                    next(iter(line.origins), -1),
                    name,
                    _print_size(line),
                    rect,
                    number,
                    line.type,
                    line.confidence,
                    parted,
                    line.field,
                )
            )
            if aside:
                out.append(replace(out[-1], text=aside, aside=True))
            # No name goes on behind its times ("Form time, 8:30-9" over "7K").
            parted = parted or any(letter.isalpha() for span in spans[:1] for letter in line.text[: span.at[0]])
    return _unbroken(out)


def _unbroken(fragments: list[Fragment]) -> list[Fragment]:
    """The fragments, codes of several in one word whole that the cell's edge broke ("EC19P52/EC1" over "9P53")."""
    widest = max((fragment.rect.width for fragment in fragments), default=0.0)
    out = fragments[:1]
    for after in fragments[1:]:
        last = out[-1]
        words = _BROKEN.search(last.text) and _REST.fullmatch(after.text) and not (last.aside or after.aside)
        if words and after.row == last.row + 1 and last.rect.width >= _FULL * widest:
            out[-1] = replace(last, text=last.text + after.text)
        else:
            out.append(after)
    return out


def _by_print(text: str, aside: str | None) -> tuple[str, str]:
    """A line's text without what stands at its end in another print, and that; a time alone before it is no name."""
    if not aside or not text.endswith(aside):
        return text, ""
    # "8A NS": whose lesson it is, in heavy print, and what; "Module: Algebra": what it says that it is, and what.
    head = text.removesuffix(aside).strip()
    if _GROUP_CODE.fullmatch(head) or subject_of(head) is not None:
        return text, ""
    name = head.rstrip(" –—-·•|/,:;")
    return (name, aside) if any(letter.isalpha() for letter in name) else (text, "")


def _print_size(line: Line) -> float:
    """Size of the type: from the box's height, which tails and accents change, and from its width for these letters."""
    length = max(line.rect.width, line.rect.height)
    ems = sum(0.3 if c in _NARROW else 0.85 if c in _WIDE else 0.7 if c.isupper() else 0.52 for c in line.text)
    # Boxes have a margin of a fifth or so of the text's height at either end.
    by_width = max(1.0, length - 0.35 * line.size) / max(0.6, ems)
    return float(line.size**0.5 * (1.3 * by_width) ** 0.5) if len(line.text) > 3 else line.size


_NARROW = frozenset("iIljtfr.,:;'’|!()[] -")
_WIDE = frozenset("mwMW@%")
