"""Where the first column of days, and the first row of times, begins."""

from services.extractor.reading.axes.bands import split_between
from services.extractor.reading.evidence.rules import Rail


def test_a_narrow_column_before_the_days_is_not_mondays_though_their_names_row_is_ruled_off_at_its_other_side() -> None:
    # The labels' column is ruled off from the days' below the names' row only, and narrow enough to belong to Monday.
    edges = {58: 1.0, 147: 0.67, 420: 1.0, 694: 1.0, 968: 1.0, 1241: 1.0, 1515: 1.0}
    rails = [Rail(at, at, 500.0) for at in edges]
    spans = [(middle - 45.0, middle + 45.0) for middle in (283.0, 557.0, 831.0, 1104.0, 1378.0)]
    found = split_between(
        spans,
        rails,
        lambda rail: edges[int(rail.at)],
        size=28.0,
        starts=[],
        centres=[],
        even=(True, True),
    )
    assert found[0] == (147, 420)
    assert found[-1] == (1241, 1515)


def test_a_first_row_without_rules_begins_below_the_days_names_however_high_the_rows_are() -> None:
    spans = [(267.0, 301.0), (445.0, 477.0), (622.0, 651.0)]
    found = split_between(spans, [], lambda _: 0.0, size=30.0, starts=[], centres=[], begin=245.0)
    assert found[0][0] == 245
