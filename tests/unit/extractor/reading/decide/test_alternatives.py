"""Runner-up readings of blocks that are not sure."""

from services.extractor.reading.decide.alternatives import alternatives
from services.extractor.reading.model import BlockDraft, LayoutResult, Rect
from shared.messages import Alternative, Day

PLACE = Rect(0, 0, 100, 50)


def draft(name: str, start: int, end: int, notes: str | None = None, day: Day = "monday") -> BlockDraft:
    return BlockDraft(day, name, PLACE, [], start, end, notes=notes)


def rival(*drafts: BlockDraft) -> list[tuple[LayoutResult, float]]:
    return [(LayoutResult("day list", list(drafts)), 0.5)]


def test_a_sure_block_has_none() -> None:
    assert alternatives(draft("Art", 540, 600), 0.95, rival(draft("Music", 540, 600))) == []


def test_another_reading_of_the_same_place_is_kept() -> None:
    found = alternatives(draft("Art", 540, 600), 0.7, rival(draft("Art Club", 540, 615)))
    assert [(each.field, each.value) for each in found] == [("name", "Art Club"), ("endTime", "10:15")]
    assert all(0 < each.confidence < 0.3 for each in found)


def test_another_day_s_is_not() -> None:
    assert alternatives(draft("Art", 540, 600), 0.7, rival(draft("Music", 540, 600, day="tuesday"))) == []


def test_where_the_name_may_end_or_begin_is_kept() -> None:
    found = alternatives(draft("Hist", 540, 600, "ory, Lab 2"), 0.5, [])
    assert [(each.field, each.value) for each in found] == [("name", "Hist ory"), ("name", "ory")]


def test_at_most_three_the_likeliest_first() -> None:
    found = alternatives(draft("Art", 540, 600, "Room 3"), 0.2, rival(draft("Music", 555, 615)))
    assert len(found) == 3
    assert [each.confidence for each in found] == sorted((each.confidence for each in found), reverse=True)


def test_what_a_doubtful_character_would_change_is_kept_with_its_own_chance() -> None:
    doubtful = [Alternative(field="name", value="Arts", confidence=0.4)]
    found = alternatives(draft("Art", 540, 600, "Room 3"), 0.6, [], doubtful)
    assert (found[0].value, found[0].confidence) == ("Arts", 0.4)
    assert len(found) == 3
