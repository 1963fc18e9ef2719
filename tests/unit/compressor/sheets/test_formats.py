"""Numbers as a workbook shows them."""

import pytest

from services.compressor.sheets.formats import BUILT_IN, shown

HALF_PAST_EIGHT = 8.5 / 24


@pytest.mark.parametrize(
    ("value", "code", "says"),
    [
        (HALF_PAST_EIGHT, "h:mm", "8:30"),
        (HALF_PAST_EIGHT, "hh:mm:ss", "08:30:00"),
        (HALF_PAST_EIGHT, "h:mm AM/PM", "8:30 AM"),
        (0.75, "h:mm\\ AM/PM", "6:00 PM"),
        (0.0, "h AM/PM", "12 AM"),
        (0.5 - 1e-9, "h:mm", "12:00"),
        (46356 + HALF_PAST_EIGHT, "h.mm", "8.30"),
        (1.25, "[h]:mm", "30:00"),
        (0.25, "[mm]", "360"),
        (1 / 1440, "mm:ss", "01:00"),
        (46356, "dddd", "Monday"),
        (46356, "ddd d/m/yy", "Mon 30/11/26"),
        (46356, "[$-407]d. mmmm yyyy;@", "30. November 2026"),
        (44894, "dddd", "Tuesday"),
        (8.3, "0.00", "8.30"),
        (8.3, "General", "8.3"),
        (8, "General", "8"),
        (8.3000000001, "0.##", "8.3"),
        (3, '"Period "0', "Period 3"),
        (7, "00", "07"),
        (0.5, "0%", "50%"),
        (-2, "0;(0)", "(2)"),
        (0, '0;-0;"–"', "–"),
        (12, "@", "12"),
        (float("inf"), "h:mm", "inf"),
        (-1, "h:mm", "-1"),
        (1e300, "yyyy", "1e+300"),
        (1.5, "", "1.5"),
        (9, '"' * 300, '"'),
    ],
)
def test_a_number_is_shown_by_its_format(value: float, code: str, says: str) -> None:
    assert shown(value, code) == says


def test_days_since_1904() -> None:
    assert shown(44894, "dddd", since_1904=True) == "Monday"


def test_built_in_formats_show_times() -> None:
    assert [shown(HALF_PAST_EIGHT, BUILT_IN[number]) for number in (18, 20, 21, 46)] == [
        "8:30 AM", "8:30", "8:30:00", "8:30:00",
    ]  # fmt: skip
