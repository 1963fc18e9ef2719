"""What the models read on drawn pages: texts, boxes and reading angles."""

import threading

import numpy as np
import pytest

from services.ocr.crops import Quad, candidates, cut, extent, read_from, reading_order, upright
from services.ocr.engine import Engine
from tests.unit.ocr.conftest import WORDS, draw, paste_turned, pixels, table
from tests.waiting import PATIENCE


def test_upright_words_are_read_in_order_with_their_boxes(engine: Engine) -> None:
    lines = engine.read(pixels(table()))
    assert [line.text for line in lines] == WORDS
    assert [line.id for line in lines] == list(range(len(WORDS)))
    assert {line.angle for line in lines} == {0}
    assert all(line.confidence > 0.9 for line in lines)
    top_left, top_right, bottom_right, bottom_left = lines[0].box
    assert top_left == pytest.approx((70, 62), abs=12)
    assert top_right[0] > top_left[0] + 150
    assert bottom_left[1] > top_left[1] + 20
    assert bottom_right[0] == pytest.approx(top_right[0], abs=3)


def test_text_up_and_down_the_page_is_read_the_way_it_runs(engine: Engine) -> None:
    page = table()
    paste_turned(page, "Handwriting", 10, 120, 270)
    paste_turned(page, "Lunch Break", 845, 120, 90)
    lines = {line.text: line for line in engine.read(pixels(page))}
    up, down = lines["Handwriting"], lines["Lunch Break"]
    assert up.angle == 270
    assert down.angle == 90
    # The text's own top left: at the bottom for text that climbs, at the top right for text that falls.
    assert up.box[0][1] > up.box[1][1] + 100
    assert up.box[3][0] > up.box[0][0] + 20
    assert down.box[1][1] > down.box[0][1] + 100
    assert down.box[3][0] < down.box[0][0] - 20


def test_a_narrow_upright_character_is_not_laid_on_its_side(engine: Engine) -> None:
    lines = engine.read(pixels(draw([("1", 60, 100), ("Geography", 200, 100)], (520, 240), 40)))
    assert [(line.text, line.angle) for line in lines] == [("1", 0), ("Geography", 0)]


def test_short_turned_words_are_read_the_way_they_run(engine: Engine) -> None:
    """In their boxes they are no taller than a letter."""
    page = table()
    for index, word in enumerate(("Reg", "Art", "Sci")):
        paste_turned(page, word, 12, 60 + 110 * index, 270)
    lines = engine.read(pixels(page))
    assert {(line.text, line.angle) for line in lines if len(line.text) < 4} == {
        ("Reg", 270),
        ("Art", 270),
        ("Sci", 270),
    }


def test_an_empty_page_has_no_lines(engine: Engine) -> None:
    assert engine.read(np.full((300, 400, 3), 255, dtype=np.uint8)) == []


def test_reading_tells_how_far_it_is_and_can_be_ended(engine: Engine) -> None:
    told: list[tuple[int, int]] = []
    engine.read(pixels(table()), lambda done, total: told.append((done, total)))
    assert told[-1] == (8, 8)
    assert told == sorted(told)

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        engine.read(pixels(table()), stop)
    assert len(engine.read(pixels(table()))) == 8


def test_threads_do_not_disturb_each_other(engine: Engine) -> None:
    page = pixels(table())
    texts: list[list[str]] = []
    threads = [threading.Thread(target=lambda: texts.append([x.text for x in engine.read(page)])) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert texts == [WORDS] * 3


def test_quads_start_where_the_text_does() -> None:
    tall = upright(np.array([[20, 100], [10, 100], [10, 10], [20, 10]], dtype=np.float32))
    assert tall.tolist() == [[10, 10], [20, 10], [20, 100], [10, 100]]
    assert candidates(tall) == (270, 90)
    assert read_from(tall, 270)[0].tolist() == [10, 100]
    assert read_from(tall, 90)[0].tolist() == [20, 10]
    picture = np.zeros((120, 40, 3), dtype=np.uint8)
    picture[95:100, 10:20] = 255
    climbing = cut(picture, read_from(tall, 270))
    assert climbing.shape == (10, 90, 3)
    assert climbing[5, 1].mean() > 200  # the bottom of the page is where climbing text begins
    assert climbing[5, -2].mean() < 50


def test_rows_are_read_before_columns() -> None:
    def box(x: int, y: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return upright(np.array([[x, y], [x + 50, y], [x + 50, y + 20], [x, y + 20]], dtype=np.float32))

    ordered = reading_order([box(200, 104), box(10, 160), box(10, 100), box(200, 158)])
    assert [tuple(quad[0].tolist()) for quad in ordered] == [(10, 100), (200, 104), (10, 160), (200, 158)]


def test_of_what_was_overlooked_only_so_much_text_is_read(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty whole lines of small print, each read from three sides, took a minute."""
    boxes = [
        np.array([(0, y), (width, y), (width, y + 10), (0, y + 10)], np.float32)
        for y, width in enumerate([20, 900] * 20)
    ]
    read: list[float] = []

    def scores(_picture: object, quads: list[Quad], _angle: int) -> list[tuple[str, float]]:
        read.extend(extent(quad) for quad in quads)
        return [("", 0.0)] * len(quads)

    monkeypatch.setattr(engine, "scores", scores)
    engine._certain(pixels(table()), boxes)
    assert read.count(2.0) >= 20, "what is short is read"
    assert sum(read) <= 3 * 400
