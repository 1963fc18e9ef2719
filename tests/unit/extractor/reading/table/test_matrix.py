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


def test_the_halves_of_a_wrapped_name_are_known_by_the_tables_other_cells() -> None:
    page = Sheet()
    wrapped = [("Individual", "hodina"), ("Valsa", "dospeli"), ("Prvni", "skupina")]
    for row in range(5):
        for column in range(4):
            x0, y0 = 40 + 170 * column, 40 + 60 * row
            page.frame(x0, y0, x0 + 170, y0 + 60)
            if row and column:
                for half, y in zip(wrapped[(row + column) % 3], (y0 + 18, y0 + 42), strict=True):
                    page.text(x0 + 85, y, half)
    for column, time in enumerate(TIMES[:3]):
        page.text(40 + 170 * (column + 1.5), 70, time)
    for row, day in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday")):
        page.text(125, 40 + 60 * (row + 1.5), day)
    view = page.view()
    result = read_matrix(type(view)(view.lines, view.rules, True, view.spoken))
    assert result is not None
    assert {draft.name for draft in result.drafts} == {" ".join(halves) for halves in wrapped}
