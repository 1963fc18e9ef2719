"""What rows of a header of times say where they print less than a start and an end."""

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.row_times import end_last_hour


def test_the_last_of_hourly_starts_lasts_an_hour() -> None:
    hours = [TimeBand(at, at + 1, [], at * 60, at * 60 + 60, source="next") for at in range(14, 19)]
    last = TimeBand(19, 20, [], 19 * 60, source="header")
    end_last_hour([*hours, last])
    assert (last.end, last.source) == (20 * 60, "next")
    uneven = TimeBand(19, 20, [], 19 * 60 + 10, source="header")
    end_last_hour([*hours, uneven])
    assert uneven.end is None
