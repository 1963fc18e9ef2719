"""Photos go lossy, drawn pages lossless, and what would grow is kept without its metadata."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PIL import Image

from services.compressor import encode as encode_module
from services.compressor.codec import vips
from services.compressor.compress import compress
from services.compressor.compressed import Compressed
from services.compressor.decode import decode
from services.compressor.encode import EncodeError, encode, flatness
from services.compressor.settings import CompressorSettings
from services.compressor.words import describe
from shared.pictures import PictureSettings, inspect
from tests.unit.compressor.made import drawing, photo, save

LIMITS = PictureSettings.load()
SETTINGS = CompressorSettings.load(image_quality=85, output_format="webp", max_image_dimension=2048)


def run(data: bytes, settings: CompressorSettings = SETTINGS) -> Compressed:
    return compress(data, inspect(data, len(data)), settings, LIMITS)


@contextmanager
def blocked(*savers: str) -> Iterator[None]:
    """libvips without these encoders, as after a fault in one of them."""
    for saver in savers:
        vips().operation_block_set(f"VipsForeignSave{saver}", True)
    try:
        yield
    finally:
        for saver in savers:
            vips().operation_block_set(f"VipsForeignSave{saver}", False)


def gps() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Phone maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    return exif


def test_a_drawn_page_is_stored_lossless_and_smaller() -> None:
    data = save("png", drawing())
    result = run(data)
    assert result.lossless
    assert len(result.data) < len(data) / 2
    shown = Image.open(io.BytesIO(result.data)).convert("RGB")
    assert shown.tobytes() == drawing().tobytes()


def test_a_drawn_page_is_stored_lossless_without_a_lossy_try(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    lossy = encode_module._lossy

    def noted(image: Any, settings: CompressorSettings) -> bytes:
        tried.append(image.height)
        return lossy(image, settings)

    monkeypatch.setattr(encode_module, "_lossy", noted)
    assert run(save("png", drawing())).lossless
    assert max(tried) < drawing().height / 4  # strips


def test_a_photo_that_no_strip_shows_is_noticed_on_the_whole() -> None:
    """It stands between two strips: they say lossless, and the whole is larger than they let expect."""
    page = Image.new("RGB", (1200, 800), "white")
    page.paste(drawing().resize((1200, 800), Image.Resampling.NEAREST))
    page.paste(photo(900, 80), (100, 129))
    result = run(save("png", page))
    assert not result.lossless


def test_a_photo_is_stored_lossy_without_a_lossless_try() -> None:
    data = save("jpeg", photo(800, 600), quality=92)
    result = run(data)
    decoded = decode(data, inspect(data, len(data)), 2048, LIMITS)
    assert flatness(decoded.image) < 0.5
    assert not result.lossless
    assert len(result.data) < len(data)


def test_a_drawing_that_went_through_jpeg_is_stored_lossy() -> None:
    result = run(save("jpeg", drawing(), quality=80))
    assert not result.lossless


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_what_would_grow_is_kept_without_its_place(kind: str) -> None:
    data = save(kind, photo(800, 600), quality=20, exif=gps())
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    result = run(data)
    assert result.kept
    assert len(result.data) < len(data)
    shown = Image.open(io.BytesIO(result.data))
    assert not shown.getexif()
    assert shown.tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert "larger" in describe("jpeg", len(data), [result], with_text=False)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "heic", "avif"])
def test_the_place_never_survives(kind: str) -> None:
    data = save(kind, photo(), exif=gps())
    result = run(data)
    assert b"Phone maker" in data
    assert b"Phone maker" not in result.data
    assert not Image.open(io.BytesIO(result.data)).getexif()


def test_a_small_sideways_jpeg_is_turned_although_it_grows_and_says_so() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = save("jpeg", photo(800, 600), quality=20, exif=exif)
    result = run(data)
    assert not result.kept
    assert (result.width, result.height) == (600, 800)
    assert "turned upright" in describe("jpeg", len(data), [result], with_text=False)
    assert "larger" in describe("jpeg", len(data), [result], with_text=False)


@pytest.mark.parametrize(("form", "content_type"), [("jpeg", "image/jpeg"), ("png", "image/png")])
def test_other_output_formats(form: str, content_type: str) -> None:
    settings = CompressorSettings.load(output_format=form)
    result = run(save("webp", drawing(), lossless=False, quality=100), settings)
    stored = inspect(result.data, len(result.data))
    assert (result.content_type, stored.content_type) in [
        (content_type, content_type),
        ("image/webp", "image/webp"),  # kept, where the other format would have been larger
    ]


def test_a_failing_encoder_lets_the_original_go_on_turned_as_it_was() -> None:
    exif = gps()
    exif[0x0112] = 6
    data = save("jpeg", photo(400, 300), exif=exif)
    with blocked("Webp"):
        result = run(data)
    assert result.failed
    assert (result.width, result.height) == (300, 400)
    shown = Image.open(io.BytesIO(result.data))
    assert dict(shown.getexif()) == {0x0112: 6}
    assert shown.tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert "Could not be compressed" in describe("jpeg", len(data), [result], with_text=False)


def test_a_file_that_cannot_go_on_as_it_is_is_written_in_another_format() -> None:
    data = save("heic", photo(400, 300), exif=gps())
    with blocked("Webp"):
        assert run(data).content_type == "image/jpeg"
    with blocked("Webp", "Jpeg", "Png"), pytest.raises(EncodeError):
        run(data)


@pytest.mark.parametrize("size", [(8, 8), (8, 2048), (2048, 8), (9, 11)])
def test_small_and_thin_pictures_are_encoded(size: tuple[int, int]) -> None:
    data = save("png", Image.new("RGB", size, "white"))
    decoded = decode(data, inspect(data, len(data)), 2048, LIMITS)
    assert inspect(encode(decoded.image, SETTINGS).data, 10_000).kind == "webp"
