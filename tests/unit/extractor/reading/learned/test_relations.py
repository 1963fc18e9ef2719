"""The network of what texts are to each other: numpy gives what the trainer gave, however a page is shown."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from services.extractor.reading.learned.relations import RELATIONS, ROLES, Texts, inputs, load

GOLDEN = Path(__file__).parent / "golden_relations.npz"


@pytest.fixture
def page() -> Texts:
    with np.load(GOLDEN, allow_pickle=False) as kept:
        return Texts(**{each.name: kept[each.name] for each in fields(Texts)})


def test_numpy_gives_what_the_trainer_gave(page: Texts) -> None:
    roles, related = load().scores(*inputs(page))
    with np.load(GOLDEN, allow_pickle=False) as kept:
        assert np.abs(roles - kept["roles"]).max() < 1e-3
        assert np.abs(related - kept["related"]).max() < 1e-3
    assert roles.shape == (len(page.looks), len(ROLES))
    assert related.shape == (len(RELATIONS), len(page.looks), len(page.looks))


def test_rows_that_fill_a_page_up_change_nothing(page: Texts) -> None:
    alone, pairs = inputs(page)
    count = len(alone)
    roles, related = load().scores(alone, pairs)
    filled = np.pad(alone, ((0, 5), (0, 0))), np.pad(pairs, ((0, 5), (0, 5), (0, 0)))
    other, between = load().scores(*filled, np.arange(count + 5) < count)
    assert np.abs(other[:count] - roles).max() < 1e-3
    assert np.abs(between[:, :count, :count] - related).max() < 1e-3


def test_where_a_page_lies_in_its_picture_is_nothing_to_it(page: Texts) -> None:
    moved = replace(page, rects=page.rects + np.float32(16))
    for one, other in zip(load().scores(*inputs(page)), load().scores(*inputs(moved)), strict=True):
        assert np.abs(one - other).max() < 0.02


def test_the_order_of_texts_is_nothing_to_it(page: Texts) -> None:
    turned = np.arange(len(page.looks))[::-1]
    other = Texts(
        page.looks[turned],
        page.rects[turned],
        page.across[np.ix_(turned, turned)],
        page.down[np.ix_(turned, turned)],
        page.days[turned],
        page.times[turned],
        page.same[turned],
    )
    roles, _ = load().scores(*inputs(page))
    again, _ = load().scores(*inputs(other))
    assert (roles.argmax(axis=1) == again[::-1].argmax(axis=1)).mean() > 0.9


def test_texts_of_one_lesson_are_so_both_ways(page: Texts) -> None:
    _, related = load().scores(*inputs(page))
    entry = related[RELATIONS.index("entry")]
    assert np.abs(entry - entry.T).max() < 1e-4
