"""The parts of the real pages: what is learnt from some is judged on the others."""

import pytest

from tests.real.pages import part_of, real_pages


@pytest.mark.parametrize(
    ("name", "part"), [("round-1", 0), ("round-6", 0), ("round-7", 1), ("round-12", 1), ("round-13", 2)]
)
def test_a_round_is_in_one_part(name: str, part: int) -> None:
    assert part_of(name) == part


def test_no_source_is_in_two_parts() -> None:
    parts: dict[str, set[int]] = {}
    for page in real_pages():
        parts.setdefault(page.truth.source.casefold(), set()).add(part_of(page.round))
    assert all(len(each) == 1 for each in parts.values())
    assert {at for each in parts.values() for at in each} == {0, 1, 2}
