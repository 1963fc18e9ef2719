"""Tables whose headers only their drawn cells tell: a week that begins late, rows of times, rows without one."""

from services.extractor.reading.table.matrix import read_matrix
from tests.unit.extractor.reading.sheet import Grid, Sheet, find, plain, week

TIMES = ("9:00 - 9:40", "9:50 - 10:30", "10:40 - 11:20", "11:30 - 12:10")


def _down(days: tuple[str, ...], *, unnamed: int | None = None) -> Sheet:
    """Days down the side; above the times a row of numbered lessons."""
    page = Sheet()
    left, top, wide, high = 40, 40, 150, 50
    columns, rows = len(TIMES), len(days)
    for row in range(rows + 2):
        for column in range(columns + 1):
            x0, y0 = left + wide * column, top + high * row
            page.frame(x0, y0, x0 + wide, y0 + high)
    for column, time in enumerate(TIMES):
        page.text(left + wide * (column + 1.5), top + 25, f"{column + 1}. Lesson")
        if column != unnamed:
            page.text(left + wide * (column + 1.5), top + high + 25, time)
    for row, day in enumerate(days):
        y = top + high * (row + 2) + 25
        page.text(left + wide / 2, y, day)
        for column in range(columns):
            page.text(left + wide * (column + 1.5), y, f"Subject {chr(65 + row)}{chr(75 + column)}")
    return page


def test_a_week_that_begins_on_tuesday_has_no_monday_in_the_row_of_times() -> None:
    page = _down(("Tuesday", "Wednesday", "Thursday", "Friday"))
    reading = page.read()
    assert {block.day for block in reading.blocks} == {"tuesday", "wednesday", "thursday", "friday"}
    assert len(reading.blocks) == 16
    first = find(reading, "tuesday", "Subject AK")
    assert (first.start_time, first.end_time) == ("09:00", "09:40")


def test_a_row_without_a_time_lasts_from_the_one_before_to_the_one_behind() -> None:
    view = _down(("Tuesday", "Wednesday", "Thursday"), unnamed=2).view()
    turned = type(view)(view.lines, view.rules, True, view.spoken)
    result = read_matrix(turned)
    assert result is not None
    (draft,) = [each for each in result.drafts if each.name == "Subject AM"]
    assert (draft.start, draft.end) == (10 * 60 + 30, 11 * 60 + 30)


def test_plain_tables_are_read_as_before() -> None:
    page = Sheet()
    want = plain(Grid(page, 6, 5))
    assert week(page.read()) == want
