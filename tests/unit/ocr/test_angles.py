"""Which way lines run."""

from services.ocr.angles import Readings, ways


def test_figures_that_read_both_ways_run_as_the_words_do() -> None:
    read: Readings = {
        0: {270: (0.99, "Registration", []), 90: (0.4, "uoge", [])},
        1: {270: (0.97, "9-9", []), 90: (0.98, "6-6", [])},
        2: {270: (0.3, "-", []), 90: (0.9, "6-6", [])},
        3: {270: (0.5, "go", []), 90: (0.9, "PE", [])},
        4: {0: (0.9, "9", [])},
    }
    assert ways(read) == {0: 270, 1: 270, 2: 90, 3: 90, 4: 0}
    assert ways({**read, 5: {90: (0.9, "Lunch", [])}})[1] == 90
