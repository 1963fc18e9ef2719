"""The drawn pages: the same for the same seed, inside their paper, and true to what they print."""

import itertools
import re
from collections import defaultdict

import pytest

from tests.benchmarks.scorer import TruthBlock, normal
from tests.pages import Page, draw, layouts
from tests.pages.canvas import Drawn
from tests.pages.prints import ROLES
from tests.pages.week import WEEKDAYS
from tests.pages.words_abroad import LANGUAGES

_OVERLAPPING = {"hour_scale_clash", "varied", "weeks_in_cells"}
_SPREAD = {"spread_letters"}


def _minutes(text: str | None) -> int:
    assert text is not None
    hours, minutes = text.split(":")
    return 60 * int(hours) + int(minutes)


def _printed(page: Page) -> str:
    return normal(" ".join(text.text for sheet in page.sheets for text in sheet.texts))


@pytest.fixture(scope="module", params=layouts())
def page(request: pytest.FixtureRequest) -> Page:
    return draw(request.param, 5)


def test_every_text_lies_inside_the_page(page: Page) -> None:
    for sheet in page.sheets:
        assert sheet.image.size == (sheet.width, sheet.height)
        for text in sheet.texts:
            left, top, right, bottom = text.box
            assert 0 <= left < right <= sheet.width, text
            assert 0 <= top < bottom <= sheet.height, text


def test_no_texts_lie_on_one_another(page: Page) -> None:
    def core(text: Drawn) -> tuple[float, float, float, float]:
        """Without the leading, which may touch the next line's."""
        left, top, right, bottom = text.box
        return left + 2, top + (bottom - top) * 0.2, right - 2, bottom - (bottom - top) * 0.2

    for sheet in page.sheets:
        for one, other in itertools.combinations(map(core, sheet.texts), 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


def test_every_name_and_note_of_the_truth_is_printed(page: Page) -> None:
    printed = _printed(page)
    for block in page.truth.timeblocks:
        if page.truth.family in _SPREAD and block.name in {"BREAK", "SNACK", "RELAX", "LUNCH"}:
            assert set(block.name.casefold()) <= set(printed)
            continue
        for word in f"{block.name} {block.notes or ''}".split():
            assert normal(word) in printed, block


def test_every_fact_of_the_truth_is_printed(page: Page) -> None:
    printed = _printed(page)
    for value in page.truth.meta.values():
        assert normal(value) in printed


def test_times_lie_within_the_day_and_days_do_not_overlap(page: Page) -> None:
    days: defaultdict[tuple[str, str | None], list[TruthBlock]] = defaultdict(list)
    for block in page.truth.timeblocks:
        assert block.day in WEEKDAYS
        assert 7 * 60 <= _minutes(block.start) < 19 * 60
        assert block.end_free == (block.end is None)
        if block.end:
            assert _minutes(block.start) + 5 <= _minutes(block.end) <= 19 * 60, block
        assert 0 <= block.tol <= 5
        days[block.day, block.week].append(block)
    if page.truth.family in _OVERLAPPING:
        return
    for blocks in days.values():
        ordered = sorted(blocks, key=lambda each: _minutes(each.start))
        for one, other in itertools.pairwise(ordered):
            assert one.end is not None, "only the last block of a day may lack its end"
            assert _minutes(one.end) <= _minutes(other.start), (one, other)


def test_a_time_of_the_truth_is_printed_unless_the_drawing_gives_it(page: Page) -> None:
    """Every hour's and minutes' figures that the truth counts on stand on the page, in whichever form."""
    figures = " ".join(text.text for sheet in page.sheets for text in sheet.texts)
    joined = re.sub(r"\D", "", figures)
    for block in page.truth.timeblocks:
        if block.tol:
            continue
        for time in filter(None, (block.start, block.end)):
            hours, minutes = map(int, time.split(":"))
            forms = {f"{hour}{minutes:02d}" for hour in (hours, (hours - 1) % 12 + 1)}
            if minutes == 0:
                forms |= {str(hours), str((hours - 1) % 12 + 1)}
            assert any(form in joined for form in forms), (time, block)


@pytest.mark.parametrize("layout", ["days_across", "rotated_text", "hour_scale_clash", "shared_lists", "weeks_pages"])
def test_the_same_seed_gives_the_same_page(layout: str) -> None:
    one, other, another = draw(layout, 11), draw(layout, 11), draw(layout, 12)
    assert one.image == other.image
    assert one.truth == other.truth
    assert one.truth != another.truth


def test_every_layout_has_blocks_on_every_day_but_few(page: Page) -> None:
    assert len({block.day for block in page.truth.timeblocks}) >= 4
    assert len(page.truth.timeblocks) >= 10


def test_two_weeks_are_told_apart() -> None:
    for layout in ("weeks_beside", "weeks_stacked", "weeks_pages"):
        assert {block.week for block in draw(layout, 1).truth.timeblocks} == {"A", "B"}
    assert {block.week for block in draw("weeks_in_cells", 1).truth.timeblocks} == {None, "A", "B"}


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        draw("no_such_layout", 1)
    with pytest.raises(ValueError, match="no such look"):
        draw("days_across", 1, "no_such_look")


def test_every_text_knows_what_it_says_and_an_entrys_parts_know_each_other() -> None:
    for seed in range(4):
        page = draw("varied", seed)
        texts = page.sheets[0].texts
        assert {"day", "name"} <= {text.role for text in texts}
        entries: defaultdict[int, list[Drawn]] = defaultdict(list)
        for text in texts:
            if text.role in ROLES:
                assert text.entry
                assert text.cell
                entries[text.entry].append(text)
        printed = {normal("".join(part.own for part in parts if part.role == "name")) for parts in entries.values()}
        assert {normal(block.name) for block in page.truth.timeblocks} <= printed
        for parts in entries.values():
            assert len({part.cell for part in parts}) == 1, parts


def test_words_of_the_two_splits_are_never_the_same() -> None:
    for language in LANGUAGES.values():
        train, test = language.part("train"), language.part("test")
        for level in language.subjects:
            assert not set(train.subjects[level]) & set(test.subjects[level])
        assert not set(train.remarks) & set(test.remarks)
        assert not set(train.teachers) & set(test.teachers)
    names = {block.name for block in draw("varied", 3, split="test").truth.timeblocks}
    assert names.isdisjoint(LANGUAGES["en"].part("train").subjects["primary"])
