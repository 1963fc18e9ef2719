"""A page with much text is read in turns, with the same result; one with far too much is refused unread."""

import pytest

from services.ocr import page_reader
from services.ocr.engine import Engine
from services.ocr.page_reader import TOO_MUCH, PageReader
from services.ocr.reading import Answer, Fault, Found, News, Part, Read, Reading, Request, read_page
from tests.unit.ocr.conftest import WORDS, draw, table, webp


def ignore(_: News | None) -> None:
    pass


@pytest.mark.parametrize("turned", [0, 180])
def test_a_page_read_in_turns_is_the_page_read_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, turned: int
) -> None:
    """Also where the lines are those of a copy that was turned upright."""
    reader, picture = PageReader(engine), webp(table().rotate(turned))
    at_once = reader.read(picture, ignore)
    monkeypatch.setattr(page_reader, "_TURN", 12.0)  # two or three of the words
    news: list[News | None] = []
    answer, turns = reader.read(picture, news.append), 1
    while isinstance(answer, Part):
        assert answer.done < len(WORDS)
        answer, turns = reader.read(answer, news.append), turns + 1
    assert turns > 3
    assert isinstance(answer, Read)
    assert isinstance(at_once, Read)
    # But for the last digits of confidences: other lines share a run of the model.
    assert [(line.text, line.box, line.angle) for line in answer.lines] == [
        (line.text, line.box, line.angle) for line in at_once.lines
    ]
    assert (answer.to_stored, answer.copy, answer.text) == (at_once.to_stored, at_once.copy, at_once.text)
    assert [line.text for line in answer.lines] == WORDS
    told = [each for each in news if each is not None]
    assert isinstance(told[0], Found)
    done = [each.done for each in told if isinstance(each, Reading)]
    assert done == sorted(done)
    assert done[-1] == len(WORDS)


def test_a_page_of_far_too_much_text_is_refused_before_it_is_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "readings", None)
    line = " ".join(WORDS * 4)
    page = draw([(line, 10, 8 + 14 * row) for row in range(98)], (2000, 1400), 11)
    assert PageReader(engine).read(webp(page), ignore) == Fault(TOO_MUCH)


async def test_a_reader_is_asked_until_the_page_is_read() -> None:
    part = Part(b"", 1, 1, (1, 1), b"", None, None, [], {}, 0)
    answers: list[Answer] = [part, part, Read([], 1, 1, None, b"", 0.0)]
    asked: list[Request] = []

    class Readers:
        async def call(self, request: Request, _on_news: object) -> Answer:
            asked.append(request)
            return answers.pop(0)

    answer = await read_page(Readers(), b"picture")  # type: ignore[arg-type]  # no more is asked of it
    assert isinstance(answer, Read)
    assert asked == [b"picture", part, part]
