"""A table without rules whose times, in its margin, were read with the first day's cells."""

from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.sheet import DAYS

STARTS = ("08:30", "09:25", "10:20", "11:15", "12:10")
NAMES = ("Chemistry", "Statistics", "Assembly", "Psychology", "Economics")


def _line(number: int, text: str, x: float, y: float, width: float | None = None) -> Line:
    return Line(number, text, 0.99, 0, Rect(x, y, x + (width or 10 * len(text)), y + 20), 20)


def _page(starts: tuple[str, ...] = STARTS, *, left: float = 100, second: bool = False, alone: int = 1) -> list[Line]:
    """Days in a row, a start with the first day's cell below them; at the last `alone` the start by itself."""
    lines = [_line(at, day, 200 + 200 * at, 0) for at, day in enumerate(DAYS)]
    for at, (start, name) in enumerate(zip(starts, NAMES, strict=True)):
        mixed = at < len(starts) - alone
        lines.append(_line(10 + at, f"{start} {name}" if mixed else start, left, 60 + 60 * at))
        lines.append(_line(20 + at, "Art", 400, 60 + 60 * at))
        if second:
            lines.append(_line(30 + at, "Music", 240, 60 + 60 * at))
    return lines


def _texts(lines: list[Line]) -> set[str]:
    return {line.text for line in repair_lines(lines)}


def test_starts_in_the_margin_are_parted_from_the_first_day_s_cells() -> None:
    assert _texts(_page()) >= {*STARTS, *NAMES[:4]}
    assert _texts(_page(alone=0)) >= {*STARTS, *NAMES}


def test_what_stands_behind_a_start_may_be_its_row_s_label() -> None:
    assert "08:30 Chemistry" in _texts(_page(second=True))


def test_starts_that_are_no_margin_s() -> None:
    """Under the first day's name, and of two columns: lists."""
    assert "08:30 Chemistry" in _texts(_page(left=300))
    beside = [_line(40 + at, f"{start} Latin", 600, 60 + 60 * at) for at, start in enumerate(STARTS)]
    assert "08:30 Chemistry" in _texts([*_page(), *beside])


def _numbered(numbers: tuple[int, ...]) -> list[Line]:
    """Days in a row, below them rows whose numbers were read with the first day's cells, but for the last one's."""
    lines = [_line(at, day, 200 + 200 * at, 0) for at, day in enumerate(DAYS)]
    for at, number in enumerate(numbers):
        last = at == len(numbers) - 1
        lines.append(_line(10 + at, f"{number}" if last else f"{number}{NAMES[at]}", 180, 60 + 60 * at))
        lines.append(_line(20 + at, "Art", 400, 60 + 60 * at))
    return lines


def test_numbers_that_count_the_rows_are_parted_from_the_first_day_s_cells() -> None:
    """Hours that count them, too; a subject's own number does not."""
    assert _texts(_numbered((1, 2, 3, 4, 5))) >= {"1", "2", "3", "4", "5", *NAMES[:4]}
    assert _texts(_numbered((12, 13, 14, 15, 16))) >= {"12:00", "16:00", *NAMES[:4]}
    assert "2Statistics" in _texts(_numbered((1, 2, 4, 3, 5)))


def test_days_are_parted_from_the_head_before_them() -> None:
    """Where the others of their row are days as well."""
    heads = ("8bMonday", "Time Tuesday", "Time Wednesday", "Thursday", "Friday")
    row = [_line(at, head, 200 * at, 0) for at, head in enumerate(heads)]
    assert _texts(row) == {"8b", "Monday", "Time", "Tuesday", "Wednesday", "Thursday", "Friday"}
    assert _texts(row[1:2]) == {"Time Tuesday"}


def test_a_word_with_its_number_below_it_heads_a_column() -> None:
    words = [_line(at, "THU", 100 + 200 * at, 0) for at in range(5)]
    numbers = [_line(10 + at, str(at + 2), 110 + 200 * at, 24, 15) for at in range(5)]
    assert _texts(words + numbers) == {f"THU {at + 2}" for at in range(5)}
    same = [_line(10 + at, "2", 110 + 200 * at, 24, 15) for at in range(5)]
    assert _texts(words + same) == {"THU", "2"}, "a room below each lesson"
    assert _texts(words[:3] + numbers[:3]) == {"THU", "2", "3", "4"}
