"""A column for each class within every day."""

from services.extractor.reading.axes.groups import split_groups
from services.extractor.reading.axes.headers import find_day_headers, set_day_bands
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
