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


def test_a_single_character_stands_upright_where_it_reads_so() -> None:
    """A period's number in a narrow box read surer from the side, and no longer stood beside its times."""
    read: Readings = {
        0: {270: (0.3, "~", []), 90: (0.9999, "2", []), 0: (0.998, "2", [])},
        1: {270: (0.99, "A", []), 90: (0.2, "4", []), 0: (0.5, "<", [])},
    }
    assert ways({0: read[0]}) == {0: 0}
    assert ways({1: read[1]}) == {1: 270}, "what hardly reads upright may be turned"
