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
