"""What the lines of one cell say: the lesson's name, its notes, the times printed in it.

A name is the cell's first line and whatever goes on from it: lines of the same size that were wrapped. Smaller lines,
brackets, rooms, people and initials are notes. Lines may read upwards or downwards; they are put in order in a frame
turned to their reading direction first.
"""

import re
from dataclasses import dataclass, field, replace

from services.extractor.reading.cell.cell_details import inline, unfinished
from services.extractor.reading.evidence.order import in_reading_order, main_angle, reading_frame
from services.extractor.reading.evidence.typography import likeness
from services.extractor.reading.lexicon.columns import is_time_word
from services.extractor.reading.lexicon.letter_spacing import unspaced
from services.extractor.reading.lexicon.times import Span, find_times, without_times
from services.extractor.reading.lexicon.words import (
    PHRASES,
    SUBJECTS,
    is_aside,
    is_bracketed,
    is_free,
    is_group,
    is_initials,
    is_person,
    is_room_phrase,
    is_title,
    is_weekly,
    people_and_rooms,
)
from services.extractor.reading.model import Line, Rect, Type

SMALLER = 0.82
"""A line that is less like the name's print (or smaller, where the print does not show) is a note."""
LARGER = 1.4
"""Times the size of all that stands before it in the cell: the name, with the rest in the corner above it."""
DIFFERENT = 0.72
"""So is one that had no room on the name's line, if it is less like it than this."""
UNFINISHED = 0.6
"""And from this likeness on, what ends as no name does ("Music with") goes on."""
SAME = 0.93
"""From this likeness on, two lines are of one print, as far as pixels can tell."""
_UNSURE = 0.9
"""Confidence of the OCR below which a letter may be a picture."""
_PICTURE = 1.2
"""Times the size of the name below it: a picture is larger than its caption."""
_GROUP_CODE = re.compile(r"\d{1,2}\s?[A-Za-z]{1,2}\d?")
"""A class ("8A", "10LS")."""
ROOMY, NEARLY = 0.9, 0.7
"""Of the cell's width: a line that would have ended before the first with its next word was ended on purpose, and what
follows is a note. In the same print, or in small letters, it is one that would have ended before the second."""


@dataclass(slots=True)
class CellText:
    """A cell's text, taken apart."""

    name: str
    notes: str | None = None
    teacher: str | None = None
    room: str | None = None
    spans: list[Span] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    opening: int = 0
    """Characters of its first row, which the spans of the whole text begin with."""

    @property
    def free(self) -> bool:
        return is_free(self.name)


@dataclass(slots=True)
class _Piece:
    text: str
    size: float
    rect: Rect
    """In the reading frame."""
    row: int
    type: Type | None
    confidence: float
    aside: bool = False
    """Printed in another way than the name before it on its line, or parted from the name by the times."""


def page_words(lines: list[Line]) -> frozenset[str]:
    """Words and whole lines to recognise a broken one by: this page's and common subjects."""
    words = {word.casefold() for line in lines for word in re.findall(r"[^\W\d_]{4,}", line.text)}
    return frozenset(words | {line.text.casefold() for line in lines} | SUBJECTS)


def read_cell(lines: list[Line], rect: Rect, words: frozenset[str]) -> CellText:
    """Take a cell's text apart.

    Args:
        lines: all lines in the cell, in any order.
        rect: the cell on the page.
        words: from `page_words`.
    """
    angle = main_angle(lines)
    width = rect.width if angle in (0, 180) else rect.height
    rows = in_reading_order(lines)
    whole = " ".join(line.text for row in rows for line in row)
    # "12-1" is a time only where it stands alone, as on a line of its own; "1000" alone may be a number in the text.
    spans = find_times(whole) or [span for line in lines for span in find_times(line.text) if span.end is not None]
    spans = _start_and_end(spans, rows)
    pieces = _without_pictogram(_pieces(rows, angle, broken=bool(spans)))
    if not pieces:
        return CellText("", spans=spans, lines=lines)
    first = _name_piece(pieces)
    name, aside = inline(pieces[first].text, words)
    before = [piece.text for piece in pieces[:first]]
    notes: list[str] = list(aside)
    last = pieces[first]
    for piece in pieces[first + 1 :]:
        if notes and is_title(notes[-1]):
            notes[-1] += f" {piece.text}"
            continue
        if notes or is_title(piece.text) or not _goes_on(last, piece, name, width, words):
            notes.append(piece.text)
            continue
        more, aside = inline(piece.text, words)
        name = _join(name, more, words)
        notes.extend(aside)
        last = piece
    notes = before + notes
    name = unspaced(name, words)
    plain = [note.strip("()[] ") for note in notes if note.strip("()[] ")]
    teacher, room = people_and_rooms(plain)
    opening = len(" ".join(line.text for line in rows[0]))
    return CellText(name, _notes(plain), teacher, room, spans, lines, opening)


def _start_and_end(spans: list[Span], rows: list[list[Line]]) -> list[Span]:
    """A start on a cell's first line and an end on its last ("Start 11:00", "End 14:00") as one range."""
    ends = [line for row in (rows[0], rows[-1]) for line in row if find_times(line.text)] if len(rows) > 2 else []
    if len(spans) != 2 or len(ends) != 2 or any(span.end is not None for span in spans):
        return spans
    return [Span(spans[0].start, spans[1].start, (spans[0].at[0], spans[1].at[1]))]


def _without_pictogram(pieces: list[_Piece]) -> list[_Piece]:
    """The pieces without a picture above the name that was read as a letter or two (a note as "J", a fork as "id")."""
    if len(pieces) < 2:
        return pieces
    first, second = pieces[0], pieces[1]
    letters = len(first.text) <= 2 and first.confidence < _UNSURE and not is_initials(first.text)
    word = len(second.text) > 2 and second.row > first.row and not is_aside(second.text)
    return pieces[1:] if letters and word and first.size > _PICTURE * second.size else pieces


def _name_piece(pieces: list[_Piece]) -> int:
    """Which piece begins the name: the first, unless it is an aside ("Mr Rossi", "Lab 2") above a larger text.

    Where one is much larger than all before it, these stand in the cell's corner.
    """
    for index, piece in enumerate(pieces[1:], 1):
        before = pieces[:index]
        # The box is a second witness: in small print one of them errs now and then.
        larger = all(
            piece.type and each.type and piece.type.em > LARGER * each.type.em and piece.size > LARGER * each.size
            for each in before
        )
        if larger and len(piece.text) > 2:
            return index
    for index, piece in enumerate(pieces):
        if not is_aside(piece.text):
            smaller = index > 0 and pieces[0].size < SMALLER * piece.size
            # A number alone in the corner is a room's.
            number = pieces[0].text.isdigit() and any(letter.isalpha() for letter in piece.text)
            none = number or is_person(pieces[0].text) or is_bracketed(pieces[0].text) or is_group(pieces[0].text)
            return index if smaller or none else 0
    return 0


def _pieces(rows: list[list[Line]], angle: int, *, broken: bool) -> list[_Piece]:
    """The cell's lines without their times. A range broken over two lines ("10:35 –" / "11:25") is cut from both."""
    out: list[_Piece] = []
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
            out.append(_Piece(name, _print_size(line), rect, number, line.type, line.confidence, parted))
            if aside:
                out.append(replace(out[-1], text=aside, aside=True))
            # No name goes on behind its times ("Form time, 8:30-9" over "7K").
            parted = parted or any(letter.isalpha() for span in spans[:1] for letter in line.text[: span.at[0]])
    return out


def _by_print(text: str, aside: str | None) -> tuple[str, str]:
    """A line's text without what stands at its end in another print, and that; a time alone before it is no name."""
    if not aside or not text.endswith(aside):
        return text, ""
    # "8A NS": whose lesson it is, in heavy print, and what.
    if _GROUP_CODE.fullmatch(text.removesuffix(aside).strip()):
        return text, ""
    name = text.removesuffix(aside).rstrip(" –—-·•|/,:;")
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


def _goes_on(last: _Piece, piece: _Piece, name: str, width: float, words: frozenset[str]) -> bool:
    """Whether `piece` continues the name that `last` ended."""
    if piece.aside:
        return False
    phrase = f"{last.text} {piece.text}".casefold()
    if (
        phrase in words
        or phrase in PHRASES
        # Not what is printed in quite another way: "Library van" with its dates below is no "van".
        or (unfinished(name) and piece.size >= 0.6 * last.size and _likeness(last, piece) >= UNFINISHED)
        or (last.text.endswith(("'s", "’s", "s'")) and piece.size >= SAME * last.size)
        # "Science" over "Lab" in one print are a lesson's name; in another, the lesson and its room.
        or (is_room_phrase(phrase) and _likeness(last, piece) >= SAME)
        # "Morning" over "Break" in a bar down the week, however long; "Algebra" over "II".
        or (piece.row > last.row and is_weekly(piece.text) and not is_weekly(name) and phrase.count(" ") == 1)
        or re.fullmatch(r"[IVX]{1,4}", piece.text)
    ):
        return True
    if is_aside(piece.text) or piece.text[:1] in "([" or (is_initials(piece.text) and not is_initials(name)):
        return False
    word = piece.text.split()[0]
    room = (last.rect.width + piece.rect.width * len(word) / max(1, len(piece.text))) / width
    same = _likeness(last, piece)
    # What had no room left is wrapped, unless it is printed in quite another way.
    if same < (SMALLER if room < 1 else DIFFERENT):
        return False
    if piece.row == last.row:
        return piece.rect.x0 - last.rect.x1 < 1.2 * last.size
    if piece.rect.y0 - last.rect.y1 > 0.8 * last.size:
        return False
    if name.endswith(("-", "/", "&", "+", ",")) or piece.text[:1] in "&/+-":
        return True
    return room > (NEARLY if piece.text[:1].islower() or same >= SAME else ROOMY)


def _likeness(last: _Piece, piece: _Piece) -> float:
    """How much a piece is printed like the one before it, 1 for the same."""
    # A wrapped letter or two ("Math" + "s") has no tall ones: its box is lower at the same size.
    if len(piece.text) <= 2:
        return SAME if piece.size >= 0.6 * last.size else 0.0
    found = likeness(last.type, piece.type) if last.type is not None and piece.type is not None else None
    return piece.size / last.size if found is None else found


def _join(name: str, more: str, words: frozenset[str]) -> str:
    """Join a wrapped name: "Engli" + "sh" is one word if the page or common sense knows it."""
    if not more:
        return name
    end, start = re.search(r"([^\W\d_]+)$", name), re.match(r"([^\W\d_]+)", more)
    # A single wrapped letter is often read as a capital: "Math" + "S".
    if end and start and (more[0].islower() or len(start[1]) == 1):
        whole = (end[1] + start[1]).casefold()
        if whole in words or (len(start[1]) <= 3 and whole[:-1] in words):
            return name + more
        if start[1].casefold() not in words and end[1].casefold() not in words and len(start[1]) <= 4:
            return name + more
    if name.endswith("/") or more.startswith("/"):
        return name + more
    return f"{name} {more}"


def _notes(notes: list[str]) -> str | None:
    out = ""
    for note in notes:
        if not out:
            out = note
        elif note[:1].islower() or out.endswith((",", "/", "&", "-")):
            out += " " + note
        else:
            out += ", " + note
    return out or None
