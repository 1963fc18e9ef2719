"""Hour scales: where they end, labels that were missed, blocks side by side, blocks whose edges were not seen."""

import pytest

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayBand
from services.extractor.reading.decide.confidence import clashes
from services.extractor.reading.evidence.rules import Rail
from services.extractor.reading.model import BlockDraft, Line, Rect
from services.extractor.reading.table.pieces import Table
from tests.unit.extractor.reading.sheet import DAYS, Colour, Grid, Sheet, find, lesson, week

HOUR = 90
BLUE: Colour = (200, 220, 250)
GREEN: Colour = (215, 240, 215)
EDGE: Colour = (60, 60, 60)


def _scale(hours: int, *, labels: int | None = None, missed: tuple[int, ...] = ()) -> Sheet:
    """Monday to Friday on a scale from 9:00, with a line (and a label) for every hour."""
    page = Sheet(1200, 160 + HOUR * hours)
    for index, name in enumerate(DAYS):
        page.text(260 + 180 * index, 60, name)
    for day in range(6):
        page.rule(170 + 180 * day, 90, 170 + 180 * day, 90 + HOUR * hours)
    for hour in range(hours + 1):
        page.rule(170, 90 + HOUR * hour, 1070, 90 + HOUR * hour)
        if hour < (labels or hours + 1) and hour not in missed:
            page.text(120, 90 + HOUR * hour, f"{9 + hour}:00")
    return page


def _block(
    page: Sheet, day: int, start: float, end: float, *texts: str, lane: int = 0, lanes: int = 1, fill: Colour = BLUE
) -> None:
    """A block on the scale, hours counted from 9:00; of several lanes it takes one."""
    x0 = 172 + 180 * day + 176 * lane / lanes
    x1, y0, y1 = x0 + 176 / lanes - 2, 90 + HOUR * start, 90 + HOUR * end
    page.fill(x0, y0, x1, y1, fill)
    page.frame(x0, y0, x1, y1, EDGE)
    for index, text in enumerate(texts):
        page.text((x0 + x1) / 2, (y0 + y1) / 2 + 22 * (index - (len(texts) - 1) / 2), text, scale=0.5)


def test_a_scale_ends_where_its_columns_do_if_its_last_line_is_labelled() -> None:
    """The label of the last line begins no further hour, or what stands below the table would be in it."""
    page = _scale(6)
    for day in range(5):
        _block(page, day, day, day + 1, lesson(day, 0))
    page.text(260, 90 + HOUR * 6 + 40, "Bring kit")
    reading = page.read()
    assert "Bring kit" not in {block.name for block in reading.blocks}
    assert {block.time_source for block in reading.blocks} == {"drawn"}


def test_a_scale_lasts_an_hour_beyond_its_last_label_where_its_columns_do() -> None:
    page = _scale(6, labels=6)
    _block(page, 0, 5, 6, "Choir")
    for day in range(1, 5):
        _block(page, day, day, day + 1, lesson(day, 0))
    choir = find(page.read(), "monday", "Choir")
    assert (choir.start_time, choir.end_time) == ("14:00", "15:00")


@pytest.mark.parametrize("missed", [(2,), (4,)])
def test_labels_twice_as_far_apart_are_still_a_scale(missed: tuple[int, ...]) -> None:
    page, whole = _scale(7, labels=7, missed=missed), _scale(7, labels=7)
    for each in (page, whole):
        for day in range(5):
            _block(each, day, day * 0.5 + 0.25, day * 0.5 + 1.5, lesson(day, 0))
            _block(each, day, day * 0.5 + 2, day * 0.5 + 3, lesson(day, 1))
        _block(each, 0, 6, 7, "Choir")
    reading = page.read()
    assert week(reading) == week(whole.read())
    # An hour's end is known from the others' pitch, also the last one's.
    assert ("monday", "15:00", "16:00", "Choir") in week(reading)


def test_a_start_that_cannot_be_read_in_a_table_stays_unknown() -> None:
    """Rows of one height say nothing about how long they last."""
    page = Sheet(1200, 700)
    grid = Grid(page, 6, 6)
    grid.headers(DAYS, ("9:00", "IOO", "11:00", "12:00", "13:00"))
    for day in range(5):
        for period in range(5):
            grid.put(day + 1, period + 1, lesson(day, period))
    starts = {block.start_time for block in page.read().blocks}
    assert starts == {"09:00", None, "11:00", "12:00", "13:00"}


def test_blocks_side_by_side_are_no_contradiction() -> None:
    page = _scale(6)
    for day in range(1, 5):
        _block(page, day, 1, 2, lesson(day, 0))
    _block(page, 0, 1, 2.5, "Latin", lane=0, lanes=2)
    _block(page, 0, 1.5, 3, "Greek", lane=1, lanes=2, fill=GREEN)
    reading = page.read()
    latin, greek, other = find(reading, "monday", "Latin"), find(reading, "monday", "Greek"), reading.blocks[-1]
    assert (latin.start_time, latin.end_time) == ("10:00", "11:30")
    assert (greek.start_time, greek.end_time) == ("10:30", "12:00")
    assert latin.confidence == pytest.approx(other.confidence, abs=0.1)


def test_blocks_that_share_more_than_the_time_clash() -> None:
    line = Line(0, "x", 1.0, 0, Rect(0, 0, 1, 1), 1)

    def draft(start: int, lane: tuple[float, float] | None) -> BlockDraft:
        return BlockDraft("monday", "x", Rect(0, 0, 1, 1), [line], start, start + 60, "drawn", lane=lane)

    assert clashes([draft(540, (0, 50)), draft(560, (50, 100))]) == set()
    assert clashes([draft(540, (0, 60)), draft(560, (50, 100))]) == {0, 1}
    assert clashes([draft(540, None), draft(560, (50, 100))]) == {0, 1}


def test_a_printed_time_that_the_scale_contradicts_is_given_but_not_trusted() -> None:
    page = _scale(6)
    for day in range(5):
        _block(page, day, 1, 2, lesson(day, 0), "10:00-11:00" if day else "10:00-11:30")
    reading = page.read()
    wrong = reading.blocks[0]
    assert (wrong.start_time, wrong.end_time) == ("10:00", "11:30")
    assert wrong.confidence < 0.9 < min(block.confidence for block in reading.blocks[1:])


def test_blocks_whose_edges_were_not_seen_are_told_apart_by_their_times() -> None:
    page = _scale(6)
    for day in range(1, 5):
        _block(page, day, 1, 2, "10:00-11:00", lesson(day, 0))
    for start, times, name in ((1, "10:00-11:00", "Art"), (2.5, "11:30-12:00", "Drama"), (4, "13:00-14:00", "Choir")):
        page.fill(172, 90 + HOUR * start - 40, 348, 90 + HOUR * start + 95, (255, 255, 255))
        page.text(260, 90 + HOUR * start + 14, times, scale=0.5)
        page.text(260, 90 + HOUR * start + 36, name, scale=0.5)
    reading = page.read()
    assert {(b.start_time, b.end_time, b.name) for b in reading.blocks if b.day == "monday"} == {
        ("10:00", "11:00", "Art"), ("11:30", "12:00", "Drama"), ("13:00", "14:00", "Choir")
    }  # fmt: skip


def test_lines_beside_labels_that_stand_below_them_are_the_hours() -> None:
    """Most lessons begin at half past, as if the lines of the scale ran there."""
    page = _scale(6, missed=tuple(range(7)))
    for hour in range(7):
        page.rule(70, 90 + HOUR * hour, 170, 90 + HOUR * hour)
        page.text(120, 90 + HOUR * hour + 18, f"{9 + hour}:00", scale=0.5)
    for day in range(5):
        for start in (0.5, 1.5, 2.5, 3.5, 4.5):
            _block(page, day, start, start + 1, lesson(day, int(start)))
    starts = {block.start_time for block in page.read().blocks}
    assert starts == {"09:30", "10:30", "11:30", "12:30", "13:30"}


def test_a_frame_over_an_hour_that_is_drawn_nowhere_is_one_block() -> None:
    page = _scale(6)
    page.fill(165, 90 + HOUR * 1.5, 1075, 90 + HOUR * 2.5, (255, 255, 255))
    for day in range(5):
        page.frame(170 + 180 * day, 90 + HOUR * 1.5, 350 + 180 * day, 90 + HOUR * 2.5)
        page.text(260 + 180 * day, 90 + HOUR * 1.75, "Lunch")
    _block(page, 0, 3, 4, "Art")
    lunches = {(block.start_time, block.end_time) for block in page.read().blocks if block.name == "Lunch"}
    assert lunches == {("10:30", "11:30")}


def test_a_table_is_cut_at_edges_that_are_too_far_apart_for_one_rule() -> None:
    """Two days' blocks that end five minutes apart: without a cut of its own, the one runs on into the next block."""
    view = Sheet().view()
    near = view.size * 0.43
    view.rules.rows = [Rail(200, 200, 300), Rail(200 + near, 200 + near, 500)]
    line = Line(0, "Monday", 1.0, 0, Rect(0, 0, 1, 1), 1)
    table = Table(view, [DayBand("monday", line, lo=100, hi=200)], [TimeBand(100, 400)])
    assert table.vs == [100, 200, 200 + near, 400]


def test_a_block_on_a_scale_is_measured_however_close_to_the_hour_it_begins() -> None:
    """Ten minutes are less than a text's height here; on a table that would be an edge drawn unevenly."""
    page = _scale(6)
    for day in range(5):
        _block(page, day, 0, 1, lesson(day, 0))
        _block(page, day, 2 + 1 / 6, 3 - 1 / 6, lesson(day, 1))
    assert ("wednesday", "11:10", "11:50", lesson(2, 1)) in week(page.read())


def test_hours_behind_their_ticks_are_parted_however_wide_each_quarter_is_drawn() -> None:
    """As spreadsheets have them: a quarter before the first label, and columns of unlike widths."""
    widths = (30, 34, 28, 40, 31, 26, 44, 30, 36, 32, 41, 27, 30, 38, 33, 29, 35, 31, 40, 28, 36)
    at = [180.0]
    for width in widths:
        at.append(at[-1] + 1.6 * width)
    page = Sheet(1400, 460)
    for x in at:
        page.rule(x, 10, x, 66, EDGE)
    page.rule(at[0], 10, at[-1], 10, EDGE)
    for hour in range(5):
        page.text(at[1 + 4 * hour] + 22, 38, f"{8 + hour}h", scale=0.5)
    for day, name in enumerate(DAYS):
        y = 66 + 70 * day
        page.text(90, y + 35, name)
        page.rule(20, y, at[-1], y, EDGE)
        for begin, end, lesson_ in ((0, 8, "Maths"), (9, 15, "Art")):
            page.frame(at[begin], y, at[end], y + 70, EDGE)
            page.text((at[begin] + at[end]) / 2, y + 35, lesson_, scale=0.5)
    page.rule(20, 416, at[-1], 416, EDGE)
    page.rule(20, 66, 20, 416, EDGE)
    blocks = {(start, end, name) for day, start, end, name in week(page.read()) if day == "tuesday"}
    assert blocks == {("07:45", "09:45", "Maths"), ("10:00", "11:30", "Art")}
