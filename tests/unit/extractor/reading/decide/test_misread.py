"""Doubtful characters become other names and times of the blocks that they stand in."""

import pytest

from services.extractor.reading.decide.misread import misread
from services.extractor.reading.model import BlockDraft, Line, Rect
from shared.messages import Doubt, OcrLine

PLACE = Rect(0, 0, 100, 50)


def _block(name: str, text: str, *doubts: Doubt) -> tuple[BlockDraft, dict[int, OcrLine]]:
    box = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    line = OcrLine(id=7, text=text, box=box, confidence=0.96, angle=0, doubts=list(doubts))
    draft = BlockDraft("monday", name, PLACE, [Line(7, text, 0.96, 0, PLACE, 20.0)], 13 * 60 + 5, 14 * 60)
    return draft, {7: line}


@pytest.mark.parametrize(
    ("name", "text", "at", "instead", "other"),
    [
        ("Mr Byme", "Mr Byme", 5, "rn", "Mr Byrne"),
        ("lan", "lan", 0, "I", "Ian"),
        ("Art, LUNC", "LUNC", 3, "CH", "Art, LUNCH"),
        ("ofweb design", "ofweb design", 1, "f ", "of web design"),
        ("Music", "Music 1", 6, "l", None),
        ("Illness", "Ill", 1, "I", None),
    ],
)
def test_a_name_is_offered_with_the_runner_up_in_its_word(
    name: str, text: str, at: int, instead: str, other: str | None
) -> None:
    found = misread(*_block(name, text, Doubt(at=at, text=instead, confidence=0.3)))
    assert [(each.field, each.value, each.confidence) for each in found] == [("name", other, 0.3)] * (other is not None)


def test_a_time_is_offered_with_the_runner_up_in_its_figures() -> None:
    found = misread(*_block("Art", "1:05 - 2:00", Doubt(at=3, text="6", confidence=0.2)))
    assert [(each.field, each.value) for each in found] == [("startTime", "13:06")]


def test_a_line_of_a_file_has_no_doubts() -> None:
    draft, _ = _block("Art", "Art")
    assert misread(draft, {}) == []
