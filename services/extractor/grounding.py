"""Holds Claude's answer against the page: what no line says is not taken over.

A name must be found in the lines it claims to stand on (or elsewhere on the page, with less confidence), a time among
the times printed there, a day among the days. A block whose name is nowhere on the page is dropped; any other field
that is not grounded becomes null. Each of these is a warning.
"""

import re
import unicodedata

import msgspec
import numpy as np
from rapidfuzz import fuzz

from services.extractor.attempts import Attempt
from services.extractor.prompt import Numbered
from services.extractor.reading.lexicon.days import letter_days, one_day
from services.extractor.reading.lexicon.times import Clock, find_times
from services.extractor.reading.model import Rect
from services.extractor.reading.reader import to_box
from shared.messages import DAYS, MAX_CYCLE, WEEKS, Box, Day, TimeBlock, Timetable, Warning_, WeekLetter

MAX_BLOCKS = 500
MATCH = 85.0
"""Similarity (0..100) from which a text counts as read from a line: one wrong letter in seven."""
_WEEKS: dict[str, WeekLetter] = {letter: letter for letter in WEEKS}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class ClaudeError(Exception):
    """No usable answer. The text is one clause for a warning and the log; it holds no key and no page text."""

    def __init__(self, reason: str, attempts: list[Attempt] | None = None) -> None:
        super().__init__(reason)
        self.attempts = attempts or []


class AnswerBlock(msgspec.Struct):
    """A block as Claude gives it; the ``_lines`` are numbers of lines."""

    day: Day | None
    name: str
    cycle_day: int | None = None
    day_lines: list[int] = []
    name_lines: list[int] = []
    start: str | None = None
    end: str | None = None
    time_lines: list[int] = []
    notes: str | None = None
    notes_lines: list[int] = []
    room: str | None = None
    teacher: str | None = None
    week: str | None = None


class Answer(msgspec.Struct):
    """Claude's answer, in the form of `prompt.schema`."""

    blocks: list[AnswerBlock]
    teacher: str | None = None
    class_name: str | None = None
    term: str | None = None
    year: int | None = None
    about_lines: list[int] = []


def ground(answer: Answer, numbered: list[Numbered]) -> Timetable:
    """The part of an answer that the page bears out, with a warning for each part that it does not.

    Args:
        answer: what Claude said.
        numbered: the lines it was given.
    """
    page = _Page(numbered)
    timetable = Timetable(timeblocks=[], warnings=[])
    for said in answer.blocks[:MAX_BLOCKS]:
        _ground_block(said, page, timetable)
    for field in ("teacher", "class_name", "term"):
        value = getattr(answer, field)
        if value and page.says(value, answer.about_lines):
            setattr(timetable, field, value)
        elif value:
            timetable.warnings.append(_warning("ungrounded", f"“{value[:60]}” does not stand on the page."))
    if answer.year is not None and str(answer.year) in page.everything:
        timetable.year = answer.year
    blocks = timetable.timeblocks
    timetable.confidence = round(sum(block.confidence for block in blocks) / len(blocks), 4) if blocks else 0.0
    return timetable


class _Page:
    """All lines, to look things up in."""

    def __init__(self, numbered: list[Numbered]) -> None:
        self.numbered = numbered
        self.everything = " ".join(item.line.text for item in numbered)
        self._plain = _plain(self.everything)
        self._clocks = _clocks(self.everything)
        self._days = {day for item in numbered for day in _days(item.line.text)}

    def cited(self, lines: list[int]) -> list[Numbered]:
        return [self.numbered[number] for number in dict.fromkeys(lines) if 0 <= number < len(self.numbered)]

    def text(self, lines: list[int]) -> str:
        return " ".join(item.line.text for item in self.cited(lines))

    def says(self, value: str, lines: list[int]) -> bool:
        """Whether the cited lines, or failing them the page, hold `value`."""
        return self.cited_says(value, lines) or _holds(self._plain, value)

    def cited_says(self, value: str, lines: list[int]) -> bool:
        return _holds(_plain(self.text(lines)), value)

    def prints(self, minutes: int, lines: list[int]) -> bool:
        clocks = _clocks(self.text(lines)) or self._clocks
        return minutes % 720 in clocks or minutes % 720 in self._clocks

    def names_cycle_day(self, number: int, lines: list[int]) -> bool:
        return str(number) in re.findall(r"\d+", self.text(lines))

    def names_day(self, day: Day, lines: list[int]) -> bool:
        named = {each for item in self.cited(lines) for each in _days(item.line.text)}
        return day in (named or self._days)


def _ground_block(said: AnswerBlock, page: _Page, timetable: Timetable) -> None:
    name = said.name.strip()
    index = len(timetable.timeblocks)
    if not name or not page.says(name, said.name_lines):
        timetable.warnings.append(_warning("ungrounded", f"“{name[:60]}” does not stand on the page; it was left out."))
        return
    cycle_day = said.cycle_day if said.cycle_day and page.names_cycle_day(said.cycle_day, said.day_lines) else None
    cycle_day = cycle_day if cycle_day in range(1, MAX_CYCLE + 1) else None
    if said.day is None and cycle_day is None:
        left_out = f"No line says on which day “{name[:60]}” is; it was left out."
        timetable.warnings.append(_warning("ungrounded", left_out))
        return
    cited = page.cited([*said.name_lines, *said.time_lines, *said.day_lines])
    scores = [item.line.confidence for item in cited]
    confidence = 0.97 * (sum(scores) / len(scores) if scores else 0.6)
    if not page.cited_says(name, said.name_lines):
        confidence *= 0.85
    if said.day and not page.names_day(said.day, said.day_lines):
        confidence *= 0.6
        timetable.warnings.append(_warning("ungrounded", f"No line says that “{name[:60]}” is on {said.day}.", index))
    times: list[str | None] = []
    for value in (said.start, said.end):
        minutes = _minutes(value)
        if value is not None and (minutes is None or not page.prints(minutes, said.time_lines)):
            confidence *= 0.75
            timetable.warnings.append(_warning("ungrounded", f"{value[:20]} for “{name[:60]}” is not printed.", index))
            minutes = None
        times.append(None if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}")
    extras: dict[str, str | None] = {}
    for field in ("notes", "room", "teacher"):
        value = getattr(said, field)
        extras[field] = value if value and page.says(value, said.notes_lines) else None
        if value and extras[field] is None:
            confidence *= 0.9
            timetable.warnings.append(_warning("ungrounded", f"“{value[:60]}” does not stand on the page.", index))
    timetable.timeblocks.append(
        TimeBlock(
            day=said.day,
            name=name,
            start_time=times[0],
            end_time=times[1],
            notes=extras["notes"],
            room=extras["room"],
            teacher=extras["teacher"],
            week=_WEEKS.get(said.week or ""),
            cycle_day=cycle_day,
            confidence=round(confidence, 4),
            box=_box(page.cited(said.name_lines)),
            page=next((item.page.page for item in page.cited(said.name_lines)), 0),
            time_source=None if times[0] is None else "printed" if _own(said) else "header",
        )
    )


def _own(said: AnswerBlock) -> bool:
    """Whether the times stand in the lines of the name itself."""
    return bool(set(said.time_lines) & set(said.name_lines))


def _box(cited: list[Numbered]) -> Box | None:
    """Around the cited lines of the first page among them, on the stored picture."""
    if not cited:
        return None
    page = cited[0].page
    points = [point for item in cited if item.page is page for point in item.line.box]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    matrix = np.eye(3) if page.to_stored is None else np.array(page.to_stored).reshape(3, 3)
    return to_box(Rect(min(xs), min(ys), max(xs), max(ys)), matrix)


def _holds(plain: str, value: str) -> bool:
    wanted = _plain(value)
    if not wanted:
        return False
    if wanted in plain:
        return True
    # Short words match something everywhere; only longer ones may differ by a letter.
    return len(wanted) >= 7 and fuzz.partial_ratio(wanted, plain) >= MATCH and len(plain) >= len(wanted)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in text if char.isalnum())


def _clocks(text: str) -> set[int]:
    """Printed times as minutes of a half day: am and pm are the reader's to tell."""
    found: set[int] = set()
    for span in find_times(text):
        for clock in (span.start, span.end):
            if isinstance(clock, Clock):
                found.add((clock.hour * 60 + clock.minute) % 720)
    return found


def _days(text: str) -> set[Day]:
    days: set[Day] = set()
    for word in re.findall(r"[^\W\d_]+", text):
        if day := one_day(word):
            days.add(day)
        elif len(word) == 1:
            days |= set(letter_days(word))
    if re.search(r"\b(?:daily|every ?day|all week|mon\w*\s*(?:-|–|to)\s*fri\w*)\b", text, re.IGNORECASE):
        days |= set(DAYS)
    return days


def _minutes(value: str | None) -> int | None:
    match = _TIME.fullmatch((value or "").strip())
    return int(match[1]) * 60 + int(match[2]) if match else None


def _warning(code: str, message: str, index: int | None = None) -> Warning_:
    return Warning_(code=code, message=message, time_block=index)
