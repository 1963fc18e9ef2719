"""What examples say of a page's texts: from the reader's own drafts where it is right, else from where texts stand."""

from unittest.mock import patch

import numpy as np
import pytest

from services.extractor.reading import Reading, reader
from services.extractor.reading.learned.relations import ROLES
from tests.benchmarks.scorer import Truth, TruthBlock
from tests.training.attachments import NONE, Example, example
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson, plain


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    sheet = Sheet()
    plain(Grid(sheet, 6, 5))
    return sheet


def truth(shown: list[tuple[str, str, str, str]]) -> Truth:
    return Truth([TruthBlock(day, name, start, end) for day, start, end, name in shown])


def whole() -> Truth:
    blocks = []
    for day, name in enumerate(DAYS):
        for period, label in enumerate(TIMES):
            start, end = label.split("-")
            blocks.append((name.lower(), start.zfill(5), end.zfill(5), lesson(day, period)))
    return truth(blocks)


def checked(found: Example | None) -> None:
    """Every lesson of the grid belongs to its column's day and its row's time."""
    assert found is not None
    role = np.array(ROLES)[found.role].tolist()
    assert [role.count(each) for each in ("day", "time", "name", "other")] == [5, 4, 20, 0]
    names = [at for at, each in enumerate(role) if each == "name"]
    middles = (found.texts.rects[:, :2] + found.texts.rects[:, 2:]) / 2
    for at in names:
        assert abs(middles[at] - middles[found.day[at]])[0] < 3
        assert abs(middles[at] - middles[found.start[at]])[1] < 3
        assert found.start[at] == found.end[at]
    assert len(set(found.entry[names].tolist())) == 20


def test_what_the_reader_reads_right_says_what_its_texts_are(sheet: Sheet) -> None:
    checked(example("grid", sheet.page(), whole()))


def test_what_it_does_not_read_is_told_by_where_the_texts_stand(sheet: Sheet) -> None:
    with patch.object(reader, "read_timetables", lambda _: [Reading()]):
        checked(example("grid", sheet.page(), whole()))


def test_what_may_be_of_a_block_that_was_not_found_is_not_known(sheet: Sheet) -> None:
    lost = truth([("sunday", "20:00", "21:00", "Maths")])
    found = example("grid", sheet.page(), lost)
    assert found is not None
    assert set(found.role.tolist()) == {NONE, ROLES.index("other")}
    assert (found.role == NONE).sum() == 5 + 4 + 4


def test_a_page_of_too_few_texts_is_none() -> None:
    sheet = Sheet()
    sheet.text(100, 100, "Monday")
    assert example("bare", sheet.page(), whole()) is None
