"""A column for each class within every day."""

from dataclasses import replace

from services.extractor.reading.axes.groups import split_groups
from services.extractor.reading.axes.headers import find_day_headers, set_day_bands
from services.extractor.reading.axes.weeks import split_weeks
from tests.unit.extractor.reading.sheet import DAYS, Sheet

CLASSES = ("5A", "5B", "5C", "5D", "5E")


def test_classes_whose_names_one_day_lacks_stand_where_the_other_days_have_them() -> None:
    """In the order of the page, whatever order a set of their names would have."""
    page = Sheet(1600, 400)
    for day, name in enumerate(DAYS):
        page.rule(300 * day + 50, 20, 300 * day + 50, 380)
        page.text(300 * day + 200, 40, name)
        for at, label in enumerate(CLASSES):
            if day or label in ("5A", "5E"):
                page.text(300 * day + 80 + 60 * at, 80, label)
    view = page.view()
    header = find_day_headers(view)[0]
    set_day_bands(view, header, 380)
    assert split_groups(view, header)
    assert [band.group for band in header.bands[:5]] == list(CLASSES)


def days_down(labels: list[tuple[float, str]], head: str) -> Sheet:
    """Days down the side, beside each of them its groups' labels, each with how far below the day's top it stands."""
    page = Sheet(1000, 700)
    page.text(200, 40, head)
    for day, name in enumerate(DAYS):
        top = 80 + 120 * day
        page.rule(20, top, 980, top)
        page.text(80, top + 60, name)
        for below, label in labels:
            page.text(200, top + below, label)
        for at in range(3):
            page.text(400 + 200 * at, 40, f"{9 + at}:00-{10 + at}:00")
            page.text(400 + 200 * at, top + 30, "Algebra")
            page.text(400 + 200 * at, top + 90, "Botany")
    return page


def groups_of(page: Sheet) -> list[str | None]:
    view = replace(page.view(), turned=True)
    header = find_day_headers(view)[0]
    set_day_bands(view, header, 980)
    assert split_weeks(view, header) or split_groups(view, header)
    return [band.group for band in header.bands[:2]]


def test_a_class_s_name_on_two_lines_is_one() -> None:
    labels = [(20.0, "1st"), (42.0, "Year"), (78.0, "2nd"), (100.0, "Year")]
    assert groups_of(days_down(labels, "Batch")) == ["1st Year", "2nd Year"]


def test_numbers_below_a_head_for_groups_are_no_weeks() -> None:
    assert groups_of(days_down([(30.0, "1"), (90.0, "2")], "Batch No")) == ["1", "2"]
    assert groups_of(days_down([(30.0, "1"), (90.0, "2")], "Hours")) == [None, None]
