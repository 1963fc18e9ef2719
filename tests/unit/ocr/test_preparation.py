"""Pages are decoded as a viewer shows them, and turned and levelled only where that helps."""

import io

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from services.ocr.engine import Engine
from services.ocr.preparation import Page, decode, encode, prepare, rotation, skew
from shared.outcomes import UnreadableError
from shared.skew import drifts, measured
from tests.unit.ocr.conftest import WORDS, draw, paste_turned, pixels, table, webp

LIMIT = 10_000_000


def _read(engine: Engine, page: Page) -> list[str]:
    return [line.text for line in engine.recognise(page.picture, page.quads)]


def _stored(page: Page, point: tuple[float, float]) -> tuple[float, float]:
    assert page.to_stored is not None
    x, y, z = np.array(page.to_stored).reshape(3, 3) @ (*point, 1.0)
    return float(x / z), float(y / z)


def test_an_upright_level_page_passes_untouched(engine: Engine) -> None:
    picture = pixels(table())
    page = prepare(picture, engine)
    assert page.picture is picture
    assert page.to_stored is None
    assert page.notes == ""
    assert _read(engine, page) == WORDS


@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_a_turned_page_is_set_upright(clockwise: int, engine: Engine) -> None:
    upright = table()
    page = prepare(pixels(upright.rotate(-clockwise, expand=True)), engine)
    assert page.picture.shape == (upright.height, upright.width, 3)
    assert _read(engine, page) == WORDS
    assert page.notes == f"turned by {360 - clockwise}°"
    # The upright page's top left corner, in the stored picture.
    corner = {90: (520, 0), 180: (900, 520), 270: (0, 900)}[clockwise]
    assert _stored(page, (0, 0)) == pytest.approx(corner, abs=1)


@pytest.mark.parametrize("clockwise", [-3.0, 3.0])
def test_a_skewed_page_is_levelled(clockwise: float, engine: Engine) -> None:
    stored = table().rotate(-clockwise, expand=True, fillcolor="white", resample=PIL.Image.Resampling.BICUBIC)
    page = prepare(pixels(stored), engine)
    assert page.notes.startswith("levelled by")
    lines = engine.recognise(page.picture, page.quads)
    assert [line.text for line in lines] == WORDS
    slopes = [np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])) for a, b, _, _ in (line.box for line in lines)]
    assert np.median(np.abs(slopes)) < 0.5
    # A line's place in the stored picture is dark where its text is: the homography leads back to it.
    middle = np.mean([_stored(page, corner) for corner in lines[0].box], axis=0)
    x, y = int(middle[0]), int(middle[1])
    assert pixels(stored)[y - 12 : y + 12, x - 60 : x + 60].min() < 60


def _ruled() -> PIL.Image.Image:
    page = table()
    pen = PIL.ImageDraw.Draw(page)
    for row in range(5):
        pen.line([(40, 40 + 110 * row), (860, 40 + 110 * row)], fill="black")
    for column in range(3):
        pen.line([(40 + 410 * column, 40), (40 + 410 * column, 480)], fill="black")
    return page


@pytest.mark.parametrize("clockwise", [0.0, 0.35])
def test_how_little_a_page_leans_that_passes_untouched_is_told(clockwise: float, engine: Engine) -> None:
    stored = pixels(_ruled().rotate(-clockwise, fillcolor="white", resample=PIL.Image.Resampling.BICUBIC))
    page = prepare(stored, engine)
    assert page.picture is stored
    lean = np.tan(np.radians(clockwise))
    assert page.slopes == pytest.approx((lean, -lean), abs=0.001)


@pytest.mark.parametrize("clockwise", [-2.0, 3.0])
def test_the_rules_of_a_page_that_is_levelled_are_straight(clockwise: float, engine: Engine) -> None:
    """Its text alone is level to half a degree at best: the reader would resample the copy."""
    stored = _ruled().rotate(-clockwise, expand=True, fillcolor="white", resample=PIL.Image.Resampling.BICUBIC)
    page = prepare(pixels(stored), engine)
    height, width = page.picture.shape[:2]
    assert not drifts(page.slopes, width, height)
    assert measured(page.picture) == pytest.approx((0.0, 0.0), abs=0.0008)
    # Both changes are in the way back: a rule's ends lie on the stored picture's rule.
    (x0, y0), (x1, y1) = (_stored(page, (x, height / 2)) for x in (0.2 * width, 0.8 * width))
    assert (y1 - y0) / (x1 - x0) == pytest.approx(np.tan(np.radians(clockwise)), abs=0.0015)


def test_a_few_lines_up_the_page_do_not_turn_it(engine: Engine) -> None:
    page = table()
    for x in (10, 840):
        paste_turned(page, "Handwriting", x, 120, 270)
    assert prepare(pixels(page), engine).to_stored is None


@pytest.mark.parametrize("clockwise", [0, 90, 180, 270])
@pytest.mark.parametrize("columns", [5, 8])
def test_a_page_of_mostly_rotated_text_is_set_upright(columns: int, clockwise: int, engine: Engine) -> None:
    """Whether more of its text runs up the page or along it, rotated text reads upwards."""
    upright = table()
    page = PIL.Image.new("RGB", (upright.width, upright.height + 340), "white")
    page.paste(upright, (0, 0))
    for column in range(columns):
        paste_turned(page, "Handwriting practice", 60 + 100 * column, upright.height, 270)
    turned = prepare(pixels(page.rotate(-clockwise, expand=True)), engine)
    assert turned.notes == (f"turned by {360 - clockwise}°" if clockwise else "")
    assert set(WORDS) <= set(_read(engine, turned))


def test_a_page_without_text_passes_untouched(engine: Engine) -> None:
    page = prepare(np.full((300, 400, 3), 255, dtype=np.uint8), engine)
    assert page.quads == []
    assert page.to_stored is None


def test_lines_that_fan_out_are_no_skew() -> None:
    def line(y: float, degrees: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        rise = 400 * np.tan(np.radians(degrees))
        return np.array([[0, y], [400, y + rise], [400, y + rise + 30], [0, y + 30]], dtype=np.float32)

    assert skew([line(0, 3), line(100, 3.2), line(200, 2.9)]) == pytest.approx(3, abs=0.1)
    assert skew([line(0, -4), line(100, -1), line(200, 1), line(300, 4)]) == 0
    assert skew([line(0, 0.2), line(100, 0.3), line(200, 0.2)]) == 0
    assert skew([line(0, 3)]) == 0


def test_a_rotation_keeps_the_whole_picture() -> None:
    assert rotation(900, 520, 90)[1:] == (520, 900)
    matrix, width, height = rotation(900, 520, 3)
    for x, y in ((0, 0), (900, 0), (900, 520), (0, 520)):
        moved = matrix @ (x, y, 1)
        assert -0.01 <= moved[0] <= width
        assert -0.01 <= moved[1] <= height


def test_exif_is_obeyed_and_told() -> None:
    page = draw([("Monday", 20, 20)], (300, 100))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees clockwise
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", exif=exif)
    picture, turned = decode(buffer.getvalue(), LIMIT)
    assert picture.shape == (300, 100, 3)
    assert turned
    assert not decode(webp(page), LIMIT)[1]


def test_an_exif_turned_page_gets_its_own_copy(engine: Engine) -> None:
    page = prepare(pixels(table()), engine, exif_turned=True)
    assert page.to_stored == pytest.approx(np.eye(3).ravel())


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [("RGBA", (0, 0, 0, 0), 255), ("L", 90, 90), ("P", 0, 0), ("1", 1, 255), ("I;16", 90 * 256, 90)],
)
def test_every_kind_of_picture_becomes_rgb(mode: str, colour: int, expected: int) -> None:
    buffer = io.BytesIO()
    PIL.Image.new(mode, (20, 10), colour).save(buffer, "PNG")
    picture, _ = decode(buffer.getvalue(), LIMIT)
    assert picture.shape == (10, 20, 3)
    assert picture.dtype == np.uint8
    assert set(np.unique(picture)) == {expected}


@pytest.mark.parametrize("lossless", [True, False])
def test_a_stored_picture_shows_as_in_pillow(lossless: bool) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (37, 53, 3), np.uint8)
    buffer = io.BytesIO()
    PIL.Image.fromarray(picture).save(buffer, "WEBP", lossless=lossless, quality=80)
    shown = np.asarray(PIL.Image.open(buffer).convert("RGB"))
    assert np.array_equal(decode(buffer.getvalue(), LIMIT)[0], shown)


def test_what_cannot_be_decoded_is_told_in_a_sentence() -> None:
    whole = webp(table())
    for data in (b"", b"no picture", whole[: len(whole) // 2]):
        with pytest.raises(UnreadableError, match=r"^The picture could not be decoded\.$"):
            decode(data, LIMIT)
    with pytest.raises(UnreadableError, match=r"^The picture has 900 x 520 pixels, more than can be read\.$"):
        decode(whole, 1000)


def test_a_prepared_copy_is_a_webp_of_the_same_size() -> None:
    opened = PIL.Image.open(io.BytesIO(encode(pixels(table()))))
    assert (opened.format, opened.size) == ("WEBP", (900, 520))
