"""Starts and ends that stand under each other without a dash."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.evidence.time_labels import with_minutes
from services.extractor.reading.model import Line, Rect

STARTS = ("08:55", "09:45", "10:50", "11:40")
ENDS = ("09:40", "10:30", "11:35", "12:25")


def clock(text: str, y: float, x: float = 0, *, angle: int = 0, confidence: float = 0.99) -> Line:
    """A time of 60 by 20 pixels whose upper left corner stands at a point."""
    return Line(round(1000 * x + y), text, confidence, angle, Rect(x, y, x + 60, y + 20), 20)


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in repair_lines(lines)]


def stacked(*, within: float = 24, between: float = 60, count: int = 4, x: float = 0) -> list[Line]:
    """Starts `between` pixels from each other, each with its end `within` below it."""
    lines: list[Line] = []
    for row, (start, end) in enumerate(zip(STARTS[:count], ENDS, strict=False)):
        lines += [clock(start, row * between, x), clock(end, row * between + within, x)]
    return lines


JOINED = [f"{start} - {end}" for start, end in zip(STARTS, ENDS, strict=True)]


def test_an_end_under_its_start_makes_a_range_where_the_whole_column_does_so() -> None:
    lines = repair_lines(stacked())
    assert [line.text for line in lines] == JOINED
    assert [line.origins[0] for line in lines] == [0, 60, 120, 180]
    assert all(len(line.origins) == 2 for line in lines)
    assert lines[1].rect == Rect(0, 60, 60, 104)


def test_starts_alone_among_ranges_are_no_pairs() -> None:
    lines = stacked(count=3)
    lines += [clock("12:40-13:25", 200 + 60 * row) for row in range(4)]
    assert texts(lines) == [line.text for line in lines]


def test_the_same_in_a_header_across_the_page() -> None:
    """One pair in each column; the next one stands beside it at the same height."""
    lines = [
        clock(text, y, 150 * column) for column in range(4) for text, y in ((STARTS[column], 0), (ENDS[column], 24))
    ]
    assert texts(lines) == JOINED


def test_a_range_is_as_sure_as_the_less_sure_of_its_times() -> None:
    lines = stacked()
    lines[3] = clock(ENDS[1], 84, confidence=0.7)
    assert [line.confidence for line in repair_lines(lines)] == [0.99, 0.7, 0.99, 0.99]


def test_halves_of_the_day_are_printed_with_each_time() -> None:
    lines = [
        clock(text, 30 * (row // 2) * 2 + 24 * (row % 2))
        for row, text in enumerate(("8:55 am", "9:40 a.m.", "11:40AM", "12:25 pm", "1:30 PM", "2:15 PM"))
    ]
    assert texts(lines) == ["8:55 am - 9:40 a.m.", "11:40AM - 12:25 pm", "1:30 PM - 2:15 PM"]


@pytest.mark.parametrize("wavering", [0, 1])
def test_starts_alone_are_evenly_set(wavering: int) -> None:
    """Also where no row is exactly as high as the next."""
    lines = [clock(f"{8 + row}:00", 24 * row + wavering * (row % 2)) for row in range(6)]
    assert texts(lines) == [f"{8 + row}:00" for row in range(6)]


@pytest.mark.parametrize(("between", "joined"), [(52, False), (60, True)])
def test_an_end_stands_clearly_nearer_to_its_start_than_to_the_next(between: float, joined: bool) -> None:
    assert (texts(stacked(between=between)) == JOINED) == joined


def test_an_end_stands_right_below_its_start() -> None:
    lines = stacked(within=40, between=120)
    assert texts(lines) == [line.text for line in lines]


def test_two_pairs_are_no_pattern() -> None:
    assert texts(stacked(count=2)) == ["08:55", "09:40", "09:45", "10:30"]
    assert texts(stacked(count=3)) == JOINED[:3]


@pytest.mark.parametrize(("others", "joined"), [(2, True), (3, False)])
def test_nearly_all_times_of_the_page_are_paired(others: int, joined: bool) -> None:
    lines = stacked() + [clock(f"{13 + index}:00", 70 * index, 500) for index in range(others)]
    assert (texts(lines)[:4] == JOINED) == joined


def test_turned_times_and_times_with_other_text_are_none_of_them() -> None:
    turned = [clock(line.text, line.rect.y0, angle=270) for line in stacked()]
    assert texts(turned) == [line.text for line in turned]
    named = [clock(f"{line.text} Maths", line.rect.y0) for line in stacked()]
    assert texts(named) == [line.text for line in named]


def abreast(*, gap: float = 20, count: int = 4, starts: tuple[str, ...] = STARTS) -> list[Line]:
    """Starts with their ends `gap` pixels to the right, row by row."""
    return [
        clock(text, 60 * row, x)
        for row in range(count)
        for text, x in ((starts[row].replace(":", ""), 0.0), (ENDS[row].replace(":", ""), 60 + gap))
    ]


RANGES = [text.replace(":", "") for text in JOINED]


def test_ends_beside_their_starts_are_ranges_whose_dash_was_not_read() -> None:
    assert texts(abreast()) == RANGES
    half = [replace(line, text=f"{line.text}-") if line.text == "0855" else line for line in abreast()]
    assert texts(half) == RANGES


@pytest.mark.parametrize(
    "lines",
    [
        abreast(gap=45),
        abreast(count=2),
        abreast(starts=("10:55", "11:45", "12:50", "13:40")),
        [*abreast(), *(clock("0100", 60 * row, 180) for row in range(4))],
    ],
    ids=["apart", "two rows", "falling", "three columns"],
)
def test_numbers_beside_each_other_that_are_no_ranges(lines: list[Line]) -> None:
    assert texts(lines) == [line.text for line in lines]


def test_a_start_and_its_end_that_were_read_apart_are_one_text() -> None:
    assert texts([clock("12:10", 1), clock("- 12:40", 0, 52)]) == ["12:10 - 12:40"]
    assert texts([clock("12:10", 1), clock("- 12:40", 0, 120)]) == ["12:10", "- 12:40"]


def header(text: str, y: float, width: float) -> Line:
    return replace(clock(text, y), rect=Rect(0, y, width, y + 20))


@pytest.mark.parametrize(
    ("alone", "width", "parted"),
    [(3, 120, True), (2, 120, False), (3, 200, False)],
    ids=["a column of times", "two are none", "which ends elsewhere"],
)
def test_a_rows_time_and_its_first_cell_that_were_read_as_one_are_two(alone: int, width: float, parted: bool) -> None:
    lines = [header(f"{8 + hour}:15-{9 + hour}:10", 40 * hour, width) for hour in range(alone)]
    lines = repair_lines([*lines, header("12:15-13:10 Outdoor Play", 160, 264)])
    last = [(line.text, line.rect.x0, line.rect.x1) for line in lines[alone:]]
    assert last == (
        [("12:15-13:10", 0, 120), ("Outdoor Play", 121, 264)] if parted else [("12:15-13:10 Outdoor Play", 0, 264)]
    )


def test_times_and_texts_of_a_list_stay_together() -> None:
    lines = [header(f"{8 + row}:15-{9 + row}:10", 40 * row, 120) for row in range(3)]
    lines += [header(f"{8 + row}:15-{9 + row}:10 Maths", 40 * row, 200) for row in range(3, 6)]
    assert texts(lines) == [line.text for line in lines]


def test_four_digits_under_each_other_are_a_range_where_some_have_a_dash() -> None:
    digits = [replace(line, text=line.text.replace(":", "")) for line in stacked(count=3)]
    dashed = [clock("1300-", 300), clock("1345", 324), clock("1345 –", 360), clock("1430", 384)]
    dashed += [clock("1440-", 420), clock("1525", 444), clock("1530-", 480), clock("1615", 504)]
    joined = [f"{start} - {end}".replace(":", "") for start, end in zip(STARTS[:3], ENDS, strict=False)]
    assert texts([*digits, *dashed]) == [
        *joined,
        "1300 - 1345",
        "1345 - 1430",
        "1440 - 1525",
        "1530 - 1615",
    ]


def test_numbers_under_each_other_that_are_no_school_day_s_range_stay_apart() -> None:
    lines = [clock(text, 60 * row + 24 * half) for row in range(3) for half, text in enumerate(("1430", "0900"))]
    assert texts(lines) == [line.text for line in lines]


def test_an_end_beside_its_start_goes_before_the_start_below() -> None:
    lines = [clock("1030 -", 0), clock("1300", 40), clock("1140", 0, 70), clock("1600", 40, 70)]
    assert texts(lines) == ["1030 - 1140", "1300", "1600"]


@pytest.mark.parametrize(
    ("start", "end"), [("11:40am to", "12:10pm"), ("11:40 bis", "12:10"), ("11:40", "to 12:10"), ("11:40 -", "12:10")]
)
def test_a_range_that_wraps_at_its_word_is_one_text(start: str, end: str) -> None:
    (line,) = repair_lines([clock(start, 0), clock(end, 24)])
    assert line.text == f"{start.split(maxsplit=1)[0]} - {end.rsplit(maxsplit=1)[-1]}"
    assert repair_lines([clock(end, 0), clock(start, 60)]) == [clock(end, 0), clock(start, 60)]


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("2\u03c1m - 2.10", "2pm - 2.10"),
        ("Tidy u\u03c1 time", "Tidy up time"),
        # A word of its own language, and one that Latin letters alone cannot write.
        ("\u0441\u0440 Art", "\u0441\u0440 Art"),
        ("M\u0430\u0442\u0435\u043c", "M\u0430\u0442\u0435\u043c"),
    ],
)
def test_foreign_letters_in_a_latin_word_are_put_right(text: str, mended: str) -> None:
    assert texts([clock(text, 0)]) == [mended]


def test_seconds_are_no_part_of_a_time() -> None:
    assert texts([clock("07:00:00", 0), clock("12:50:30 Art", 60)]) == ["07:00", "12:50 Art"]


def test_a_column_of_starts_that_names_one_twice_is_no_column_of_starts_and_ends() -> None:
    """A break that starts when the lesson after it does: what would be between lessons is as long as these."""
    starts = ["07:10", "07:55", "08:40", "09:25", "09:25", "10:30", "11:15", "12:00"]
    assert texts([clock(text, 70 * row) for row, text in enumerate(starts)]) == starts


def test_starts_and_ends_by_turns_are_ranges() -> None:
    turns = ["07:50", "08:45", "08:45", "09:40", "09:55", "10:50"]
    assert texts([clock(text, 70 * row) for row, text in enumerate(turns)]) == [
        "07:50 - 08:45",
        "08:45 - 09:40",
        "09:55 - 10:50",
    ]


def test_starts_and_ends_that_run_up_the_page_side_by_side_are_ranges() -> None:
    turns = ["9:00 AM", "10:00 AM", "10:00 AM", "10:10 AM", "10:10 AM", "11:10 AM"]
    lines = [Line(at, text, 0.99, 270, Rect(70 * at, 0, 70 * at + 20, 90), 20.0) for at, text in enumerate(turns)]
    assert texts(lines) == ["9:00 AM - 10:00 AM", "10:00 AM - 10:10 AM", "10:10 AM - 11:10 AM"]


def test_starts_over_and_ends_under_their_period_s_number() -> None:
    """An end stands nearer to the next row's start than to its own, and is no range with that."""
    rows = [("7:45", "1", "8:35"), ("8:40", "2", "9:30"), ("9:45", "3", "10:35"), ("10:40", "4", "11:30")]
    column = [clock(text, 140 * row + 50 * at) for row, texts_ in enumerate(rows) for at, text in enumerate(texts_)]
    assert [text for text in texts(column) if ":" in text] == [f"{start} - {end}" for start, _, end in rows]


def test_a_number_between_each_start_and_the_next_is_no_row_s_middle() -> None:
    column = [clock(text, 50 * row) for row, text in enumerate(("8:00", "1", "8:45", "2", "9:30", "3", "10:15", "4"))]
    assert not any("-" in text for text in texts(column))


def test_hours_with_their_letter_are_a_scale_in_every_table_of_the_page() -> None:
    lines = [
        Line(10 * row + at, f"{8 + at}h", 0.99, 0, Rect(100 + 80 * at, y, 130 + 80 * at, y + 20), 20.0)
        for row, y in enumerate((50.0, 400.0))
        for at in range(6)
    ]
    assert [line.text for line in with_minutes(lines)] == [f"{8 + at}:00" for _ in range(2) for at in range(6)]


def test_numbers_over_their_own_times_are_periods_however_high_they_count() -> None:
    lines = [
        Line(10 * row + at, text, 0.99, 0, Rect(100 + 120 * at, 50.0 + 30 * row, 160 + 120 * at, 70.0 + 30 * row), 20.0)
        for at in range(6)
        for row, text in enumerate((str(8 + at), f"{8 + at}:00 - {8 + at}:50"))
    ]
    assert [line.text for line in with_minutes(lines)] == [line.text for line in lines]


def test_starts_of_a_row_that_were_read_in_one_are_two() -> None:
    row = [clock(text, 0, 100 * index) for index, text in enumerate(("8:30", "9:30", "10:30", "10:45"), 1)]
    line = replace(clock("8:50 9:00", 0), rect=Rect(600, 0, 720, 20))
    assert texts([*row, line]) == [*(each.text for each in row), "8:50", "9:00"]
    # Among others of its kind it is a range without its dash.
    assert texts([*row[:2], line]) == ["8:30", "9:30", "8:50 9:00"]


def test_a_scale_read_in_one_line_is_taken_apart_evenly() -> None:
    text = "9:30 9:45 10:00 10:15 10:30"
    parts = repair_lines([Line(1, text, 0.99, 0, Rect(0, 0, 540, 20), 20)])
    assert [part.text for part in parts] == text.split()
    steps = {round(b.rect.cx - a.rect.cx) for a, b in pairwise(parts)}
    assert len(steps) == 1
    assert texts([Line(1, "9:30 9:45 10:10 10:15 10:30", 0.99, 0, Rect(0, 0, 540, 20), 20)]) != text.split()


def test_ends_under_starts_that_print_half_the_day_in_one_letter() -> None:
    pairs = [("8:00a", "8:50a"), ("9:00a", "9:50a"), ("11:00a", "12:15p"), ("1:00p", "1:50p")]
    lines = [clock(text, 60 * row + 24 * end) for row, pair in enumerate(pairs) for end, text in enumerate(pair)]
    assert texts(lines) == [" - ".join(pair) for pair in pairs]


def test_whole_hours_without_minutes_are_times_among_others() -> None:
    """French and Brazilian pages print "10h" beside "10h15"."""
    text = "9h30 9h45 10h 10h15 10h30"
    parts = repair_lines([Line(1, text, 0.99, 0, Rect(0, 0, 540, 20), 20)])
    assert [part.text for part in parts] == ["9h30", "9h45", "10:00", "10h15", "10h30"]
    pairs = [("8h", "9h25"), ("9h45", "11h"), ("11h20", "12h45"), ("14h", "15h25")]
    lines = [clock(text, 60 * row + 24 * end) for row, pair in enumerate(pairs) for end, text in enumerate(pair)]
    assert texts(lines) == ["8:00 - 9h25", "9h45 - 11:00", "11h20 - 12h45", "14:00 - 15h25"]


def test_starts_and_ends_at_the_sides_of_their_columns_are_ranges() -> None:
    hours = [(f"{hour:02}:15", f"{hour + 1:02}:00") for hour in range(8, 12)]
    row = [clock(text, 0, 200 * at + 135 * end) for at, pair in enumerate(hours) for end, text in enumerate(pair)]
    assert texts(row) == [f"{start} - {end}" for start, end in hours]
    even = [clock(text, 0, 100 * (2 * at + end)) for at, pair in enumerate(hours) for end, text in enumerate(pair)]
    assert texts(even) == [text for pair in hours for text in pair]


@pytest.mark.parametrize(
    ("read", "right"),
    [
        (["l. fr.", "l. rom.", "l.eng", "I. rus.", "1. fr.", "1. mai"], ["l. rus.", "l. fr.", "1. mai"]),
        # A first and a second class's.
        (["l. fr.", "l. rom.", "l. eng", "I. razred", "II. razred"], ["I. razred", "II. razred"]),
        (["l. fr.", "I. rus.", "1. fr."], ["I. rus.", "1. fr."]),
    ],
)
def test_a_small_l_that_stands_alone_is_known_where_the_page_shows_it(read: list[str], right: list[str]) -> None:
    lines = [Line(at, text, 0.99, 0, Rect(0, 40 * at, 60, 40 * at + 20), 20) for at, text in enumerate(read)]
    assert texts(lines)[-len(right) :] == right
