"""The rows' times from the strip of labels beside the days."""

import numpy as np

from services.extractor.reading.axes.series import DayBand, DayHeader
from services.extractor.reading.axes.timebands import _entries
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import find_rules
from services.extractor.reading.model import Line, Rect


def test_a_strip_of_headings_alone_has_no_rows() -> None:
    monday = Line(0, "Monday", 0.99, 0, Rect(100, 10, 160, 30), 20)
    view = View([monday], find_rules(np.full((200, 200, 3), 255, np.uint8), [monday]), False, ())
    header = DayHeader([DayBand("monday", monday, lo=90, hi=170)], 10, 30)
    assert _entries(view, [], 0, 80, header, 200) == []


def test_two_starts_between_two_rules_are_two_rows_where_the_others_have_one() -> None:
    """The rule between them was not seen."""
    picture = np.full((640, 400, 3), 255, np.uint8)
    monday = Line(0, "Monday", 0.99, 0, Rect(200, 10, 260, 30), 20)
    hours = [Line(at + 1, f"{8 + at}:00", 0.99, 0, Rect(20, 55 + 60 * at, 70, 75 + 60 * at), 20) for at in range(8)]
    for at in range(9):
        if at != 3:
            picture[40 + 60 * at : 42 + 60 * at, 5:390] = 90
    view = View([monday, *hours], find_rules(picture, [monday, *hours]), False, ())
    header = DayHeader([DayBand("monday", monday, lo=100, hi=390)], 10, 30)
    bands = _entries(view, hours, 20, 70, header, 520)
    assert [[line.text for line in band.lines] for band in bands] == [[hour.text] for hour in hours]
