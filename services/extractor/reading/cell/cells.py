"""What the lines of one cell say: the lesson's name, its notes, the times printed in it.

What each line is (the name, what goes on from it, a note, a room, a person) is learnt (`roles`); what stands with the
name on its own line is taken apart here. Lines may read upwards or downwards; they are put in order in a frame turned
to their reading direction first.
"""

import re
from dataclasses import dataclass, field

from services.extractor.reading.cell.cell_details import goes_on, inline
from services.extractor.reading.cell.fragments import Cut, fragments_of
from services.extractor.reading.cell.roles import NAMING, Told, roles_of
from services.extractor.reading.evidence.order import in_reading_order, main_angle, reading_frame
from services.extractor.reading.lexicon.letter_spacing import unspaced
from services.extractor.reading.lexicon.times import Span, find_times
from services.extractor.reading.lexicon.words import (
    SUBJECTS,
    is_free,
    is_title,
    people_and_rooms,
    subject_of,
)
from services.extractor.reading.model import Line, Rect


@dataclass(slots=True)
class CellText:
    """A cell's text, taken apart."""

    name: str
    notes: str | None = None
    teacher: str | None = None
    room: str | None = None
    chance: float = 1.0
    """That the name is made of the right lines, 0 to 1."""
    spans: list[Span] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    opening: int = 0
    """Characters of its first row, which the spans of the whole text begin with."""

    @property
    def free(self) -> bool:
        return is_free(self.name)


def page_words(lines: list[Line]) -> frozenset[str]:
    """Words and whole lines to recognise a broken one by: this page's and common subjects."""
    words = {word.casefold() for line in lines for word in re.findall(r"[^\W\d_]{4,}", line.text)}
    return frozenset(words | {line.text.casefold() for line in lines} | SUBJECTS)


def read_cell(lines: list[Line], rect: Rect, words: frozenset[str]) -> CellText:
    """Take a cell's text apart that is alone in its table; see `read_cells`."""
    return read_cells([(lines, rect)], words)[0]


def read_cells(cells: list[tuple[list[Line], Rect]], words: frozenset[str]) -> list[CellText]:
    """Take the texts of a table's cells apart; what one does not tell of itself, the others may.

    Args:
        cells: of each cell all lines, in any order, and its place on the page.
        words: from `page_words`.
    """
    taken = [_taken(lines, rect) for lines, rect in cells]
    told = iter(roles_of([cut for cut, _ in taken if cut.fragments], words))
    found = []
    for (lines, _), (cut, spans) in zip(cells, taken, strict=True):
        cell = assembled(cut, next(told), words) if cut.fragments else CellText("")
        cell.lines, cell.spans = lines, spans
        cell.opening = len(" ".join(line.text for line in in_reading_order(lines)[0])) if lines else 0
        found.append(cell)
    return found


def _taken(lines: list[Line], rect: Rect) -> tuple[Cut, list[Span]]:
    """A cell's fragments without its times, and these."""
    angle = main_angle(lines)
    rows = in_reading_order(lines)
    whole = " ".join(line.text for row in rows for line in row)
    # "12-1" is a time only where it stands alone, as on a line of its own; "1000" alone may be a number in the text.
    spans = find_times(whole) or [span for line in lines for span in find_times(line.text) if span.end is not None]
    spans = _start_and_end(spans, rows)
    fragments = fragments_of(rows, angle, broken=bool(spans))
    return Cut(fragments, reading_frame(rect, angle)), spans


def _start_and_end(spans: list[Span], rows: list[list[Line]]) -> list[Span]:
    """A start on a cell's first line and an end on its last ("Start 11:00", "End 14:00") as one range."""
    ends = [line for row in (rows[0], rows[-1]) for line in row if find_times(line.text)] if len(rows) > 2 else []
    if len(spans) != 2 or len(ends) != 2 or any(span.end is not None for span in spans):
        return spans
    return [Span(spans[0].start, spans[1].start, (spans[0].at[0], spans[1].at[1]))]


def assembled(cut: Cut, told: Told, words: frozenset[str]) -> CellText:
    """A cell's text from its fragments and what each of them is."""
    name = ""
    notes: list[tuple[str, str]] = []
    for fragment, role in zip(cut.fragments, told.roles, strict=True):
        if role in NAMING:
            said = subject_of(fragment.text)
            own, aside = inline(fragment.text if said is None else said, words)
            name = _join(name, own, words) if name else own
            notes.extend(("", text) for text in aside)
        elif notes and is_title(notes[-1][1]):
            notes[-1] = (role, f"{notes[-1][1]} {fragment.text}")
        else:
            notes.append((role, fragment.text))
    name, notes = _bracketed(name, notes)
    plain = [(role, text) for role, note in notes if (text := note.strip("()[] ·•|;,"))]
    teacher, room = people_and_rooms(plain)
    return CellText(unspaced(name, words), _notes([text for _, text in plain]), teacher, room, told.chance)


def _bracketed(name: str, notes: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Name and notes, where a bracket that opens on the name's lines closes on a note's: all of it is a note."""
    at = name.rfind("(")
    if at < 1 or not notes or ")" in name[at:] or ")" not in notes[0][1]:
        return name, notes
    role, rest = notes[0]
    return name[:at].rstrip(), [(role, f"{name[at:]} {rest}"), *notes[1:]]


def _join(name: str, more: str, words: frozenset[str]) -> str:
    """Join a wrapped name: "Engli" + "sh" is one word if the page or common sense knows it."""
    if not more:
        return name
    end, start = re.search(r"([^\W\d_]+)$", name), re.match(r"([^\W\d_]+)", more)
    # A single wrapped letter is often read as a capital: "Math" + "S".
    if end and start and (more[0].islower() or len(start[1]) == 1) and not goes_on(more):
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
