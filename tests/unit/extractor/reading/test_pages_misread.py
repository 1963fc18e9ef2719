"""What stray, doubled, missed or run-together texts do to a page: nothing that is wrong."""

import pytest

from services.extractor.reading.axes.legend import find_legend
from services.extractor.reading.axes.letters import days_of_initials
from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.lexicon.labels import label_key
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line, Rect
from shared.messages import DAYS as WEEK
from shared.messages import OcrLine
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson, lessons, plain, week

LETTERS = ("M", "Tu", "W", "Th", "F")
HOURS = ("9:00-9:45", "9:45-10:30", "10:45-11:30", "11:30-12:15")


def _without(page: Sheet, *texts: str) -> None:
    """The OCR misses the first line of each text."""
    for text in texts:
        page.lines.remove(next(line for line in page.lines if line.text == text))


def _lettered(heads: tuple[str, ...] = LETTERS) -> Sheet:
    page = Sheet()
    grid = Grid(page, 6, 5)
    plain(grid)
    page.lines = [line for line in page.lines if line.text not in DAYS]
    for index, head in enumerate(heads):
        page.text(310 + 180 * index, 140, head)
    return page


WANT = {
    (name.lower(), times.split("-")[0].zfill(5), times.split("-")[1].zfill(5), lesson(day, period))
    for day, name in enumerate(DAYS)
    for period, times in enumerate(TIMES)
}


def test_a_stray_letter_level_with_the_names_is_no_day() -> None:
    page = Sheet(1900, 800)
    grid = Grid(page, 6, 5, x0=540)
    grid.headers(("", "TUE", "WED", "THU", "FRI"), TIMES)
    page.text(810, 126, "MON")  # a photo's rows are bent: the letter is level with all other names
    lessons(grid)
    page.text(40, 152, "L")
    page.lines = [line for line in page.lines if line.text]
    page.lines.insert(0, page.lines.pop())
    assert week(page.read()) == WANT


@pytest.mark.parametrize("letter", ["L", "M", "T", "V"])
def test_a_stray_letter_beside_initials_is_no_day(letter: str) -> None:
    page = _lettered(("M", "T", "W", "T", "F"))
    page.text(30, 140, letter)
    assert week(page.read()) == WANT


def test_a_name_read_twice_is_one_day() -> None:
    page = Sheet()
    want = plain(Grid(page, 6, 5))
    for text in ("Wednesday", "Maths"):
        line = next(line for line in page.lines if line.text == text)
        a, b, c, d = ((x + 3, y + 2) for x, y in line.box)
        page.lines.append(OcrLine(id=len(page.lines), text=text, box=(a, b, c, d), confidence=0.7, angle=0))
    reading = page.read()
    assert week(reading) == want
    assert len(reading.blocks) == len(want)


@pytest.mark.parametrize(
    ("missed", "implied"),
    [
        (("M",), {"monday"}),
        (("M", "Tu"), {"monday", "tuesday"}),
        (("Tu",), {"tuesday"}),
        (("Tu", "W"), {"tuesday", "wednesday"}),
        (("Th", "F"), {"thursday", "friday"}),
        (("M", "F"), {"monday", "friday"}),
    ],
)
def test_missed_heads_follow_from_the_others(missed: tuple[str, ...], implied: set[str]) -> None:
    page = _lettered()
    _without(page, *missed)
    reading = page.read()
    assert week(reading) == WANT
    assert all((block.confidence < 0.9) == (block.day in implied) for block in reading.blocks)
    assert len([warning for warning in reading.warnings if warning.code == "implied_day"]) == len(implied)


def test_a_column_that_could_be_more_than_one_day_is_not_guessed() -> None:
    """Two columns before Thursday: Monday to Wednesday are three."""
    page = Sheet()
    grid = Grid(page, 5, 5)
    grid.headers(("", "", "Thursday", "Friday"), TIMES)
    page.lines = [line for line in page.lines if line.text]
    lessons(grid, days=4)
    assert {block.day for block in page.read().blocks} == {"thursday", "friday"}


def test_fewer_columns_than_days_between_two_are_not_guessed() -> None:
    page = Sheet()
    grid = Grid(page, 5, 5)
    grid.headers(("Monday", "Tuesday", "", "Friday"), TIMES)
    page.lines = [line for line in page.lines if line.text]
    lessons(grid, days=4)
    assert not {"wednesday", "thursday"} & {block.day for block in page.read().blocks}


def _legend_page() -> Sheet:
    page = Sheet(1200, 800)
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, ("1", "2", "3", "4"))
    lessons(grid)
    for number, times in enumerate(HOURS):
        page.text(120 + 260 * number, 600, f"Period {number + 1}")
        page.text(250 + 260 * number, 600, times)
    return page


@pytest.mark.parametrize(
    ("row", "days"),
    [
        ("WTF", WEEK[2:5]),  # Monday's and Tuesday's letters missed
        ("TWTF", WEEK[1:5]),
        ("MMJV", WEEK[1:5]),
        ("MT.TF", WEEK[:5]),
        ("L.MJV", WEEK[:5]),
        ("LMWTF", None),
        ("MT", None),
    ],
)
def test_initials_with_gaps(row: str, days: tuple[str, ...] | None) -> None:
    letters = [None if letter == "." else letter for letter in row]
    assert days_of_initials(letters) == (list(days) if days else None)


def _line(number: int, text: str, x0: float, y0: float, x1: float, y1: float) -> Line:
    return Line(number, text, 0.99, 0, Rect(x0, y0, x1, y1), y1 - y0)


def test_a_range_over_two_lines_is_one() -> None:
    page = Sheet()
    grid = Grid(page, 5, 6)
    for index, times in enumerate(TIMES):
        start, end = times.split("-")
        grid.put(index + 1, 0)
        x = 310 + 180 * index
        page.text(x, 128, f"{start} -")
        page.text(x, 150, end)
    want = set()
    for day, name in enumerate(DAYS):
        grid.put(0, day + 1, name)
        for period, times in enumerate(TIMES):
            grid.put(period + 1, day + 1, lesson(day, period))
            start, end = times.split("-")
            want.add((name.lower(), start.zfill(5), end.zfill(5), lesson(day, period)))
    for line in page.lines[:8]:
        assert find_times(line.text)
    assert week(page.read()) == want
    assert [
        line.text for line in repair_lines([_line(0, "8:00 -", 0, 0, 60, 20), _line(1, "8:45", 0, 24, 60, 44)])
    ] == ["8:00 - 8:45"]


def test_starts_under_each_other_are_not_joined() -> None:
    lines = [_line(0, "8:00 -", 0, 0, 60, 20), _line(1, "8:45 -", 0, 24, 60, 44), _line(2, "9:30", 0, 90, 60, 110)]
    assert [line.text for line in repair_lines(lines)] == ["8:00 -", "8:45 -", "9:30"]


def test_ranges_run_together_are_taken_apart() -> None:
    parts = repair_lines([_line(7, "10:30-11:1011:10-11:55 11:55-12:35", 100, 0, 440, 20)])
    assert [part.text for part in parts] == ["10:30-11:10", "11:10-11:55", "11:55-12:35"]
    assert [round(part.rect.x0) for part in parts] == [100, 210, 330]
    assert [part.text for part in repair_lines([_line(7, "Maths 9:00-9:45, Art 9:45-10:30", 0, 0, 300, 20)])] == [
        "Maths 9:00-9:45, Art 9:45-10:30"
    ]


def test_a_rule_read_as_a_letter_hides_no_label() -> None:
    assert label_key("I Stunde 6") == "6"
    assert find_times(":10:00-11:00")[0].end is not None
    lines = [_line(0, "Stunde 2", 0, 0, 100, 20), _line(1, ":10:00-11:00", 120, 0, 260, 20)]
    assert find_legend(lines).times == {"2": (600, 660)}


def test_the_page_s_edge_is_not_the_first_column_s() -> None:
    """An hour scale whose columns have no outer border, on a photo with its paper's edge in the picture."""
    page = Sheet(1200, 800)
    page.fill(0, 0, 6, 800, (40, 40, 40))
    for index, name in enumerate(DAYS):
        page.text(260 + 200 * index, 60, name)
    for day in range(1, 5):
        page.rule(160 + 200 * day, 40, 160 + 200 * day, 640)
    for hour in range(6):
        page.text(100, 90 + 90 * hour, f"{9 + hour}:00")
        page.rule(160, 90 + 90 * hour, 1160, 90 + 90 * hour)
    for day in range(5):
        page.fill(164 + 200 * day, 90 + 90 * day, 356 + 200 * day, 180 + 90 * day, (200, 220, 250))
        page.text(260 + 200 * day, 135 + 90 * day, lesson(day, 0))
    blocks = [(block.day, block.start_time, block.end_time) for block in page.read().blocks]
    assert blocks == [(name.lower(), f"{9 + day:02}:00", f"{10 + day:02}:00") for day, name in enumerate(DAYS)]
