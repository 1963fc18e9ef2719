"""What an alteration makes of a page's texts and of its truth."""

import numpy as np
import pytest

from services.extractor.reading import PageInput
from shared.messages import OcrLine, OcrPage
from tests.benchmarks.scorer import Truth, TruthBlock
from tests.real.altered import ALTERATIONS, rewritten


def line(text: str, at: int = 0) -> OcrLine:
    top = 40.0 * at
    return OcrLine(at, text, ((0.0, top), (100.0, top), (100.0, top + 20), (0.0, top + 20)), 0.99, 0)


def page(*texts: str) -> list[PageInput]:
    lines = [line(text, at) for at, text in enumerate(texts)]
    return [PageInput(OcrPage(0, "", 400, 400, lines), np.full((400, 400, 3), 255, np.uint8))]


TEXTS = ("Monday", "MON", "8:05 - 8:50", "8:50 - 9:35", "1:10 - 2:00", "Zoology Lab B12", "Zoölogy")
WEEK = Truth(
    timeblocks=[
        TruthBlock("monday", "Zoology", "08:05", "08:50", room="B12"),
        TruthBlock("monday", "Break", "13:10", "14:00"),
    ]
)


@pytest.mark.parametrize(
    ("name", "text", "altered"),
    [
        ("days de", "MON 3/9", "MONTAG 3/9"),
        ("days vi", "Monday", "Th 2"),
        ("days de", "Mon Repos", "Mon Repos"),
        ("times am", "Break 1:10 - 2:00", "Break 1:10 pm to 2:00 pm"),
        ("times h", "8:50 - 9:00", "8h50 à 9h"),
        ("times digits", "8:05-8:50", "805-850"),
        ("evening", "8:05 - 8:50", "11:05 - 11:50"),
        ("words", "Monday, Break, Room B12, Year VII", "Monday, Break, Room B12, Year VII"),
    ],
)
def test_texts(name: str, text: str, altered: str) -> None:
    made = ALTERATIONS[name](page(*TEXTS), WEEK)
    assert made is not None
    assert made[0](text) == altered


def test_a_word_is_the_same_other_one_everywhere() -> None:
    made = ALTERATIONS["words"](page(*TEXTS), WEEK)
    assert made is not None
    rewrite, truth = made
    name = truth.timeblocks[0].name
    assert name != "Zoology"
    assert rewrite("Zoology Lab B12") == f"{name} Lab B12"
    assert rewrite("ZOOLOGY") == name.upper()
    assert (truth.timeblocks[0].room, truth.timeblocks[1].name) == ("B12", "Break")


def test_later_times_are_the_truth_s_too_as_far_as_the_day_goes() -> None:
    made = ALTERATIONS["evening"](page(*TEXTS), WEEK)
    assert made is not None
    assert [(block.start, block.end) for block in made[1].timeblocks] == [("11:05", "11:50"), ("16:10", "17:00")]
    assert (
        ALTERATIONS["evening"](page(*TEXTS), Truth(timeblocks=[TruthBlock("monday", "Zoology", "20:30", "21:30")]))
        is None
    )


def test_days_that_are_not_found_leave_the_page_as_it_is() -> None:
    assert ALTERATIONS["days de"](page("Zoology"), WEEK) is None


def test_a_shorter_text_has_a_narrower_box_about_the_same_middle() -> None:
    assert rewritten(line("Monday"), "Mon").box == ((25.0, 0.0), (75.0, 0.0), (75.0, 20.0), (25.0, 20.0))
    assert rewritten(line("Mon"), "Montag").box == line("Mon").box
