"""Metadata goes, pixels stay, rubbish is refused rather than copied."""

import io
import random

import pytest
from PIL import Image, PngImagePlugin

from services.compressor.strip import strip
from tests.unit.compressor.made import photo, save


def shown(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).tobytes()


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpeg_of_every_kind_keeps_its_pixels(progressive: bool, mode: str) -> None:
    data = save(
        "jpeg", photo().convert(mode), progressive=progressive, comment=b"taken at home", restart_marker_blocks=4
    )
    trailer = data + b"MotionPhoto" + b"\0" * 5000
    stripped = strip("jpeg", trailer)
    assert stripped is not None
    assert b"taken at home" not in stripped
    assert b"MotionPhoto" not in stripped
    assert shown(stripped) == shown(data)


def test_a_colour_profile_stays() -> None:
    data = save("jpeg", photo(), icc_profile=b"p" * 70_000)
    stripped = strip("jpeg", data)
    assert stripped is not None
    assert Image.open(io.BytesIO(stripped)).info["icc_profile"] == b"p" * 70_000


def test_png_text_goes_and_pixels_stay() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Author", "someone")
    data = save("png", photo(), pnginfo=note)
    stripped = strip("png", data)
    assert stripped is not None
    assert b"someone" in data
    assert b"someone" not in stripped
    assert shown(stripped) == shown(data)


@pytest.mark.parametrize("lossless", [True, False])
def test_webp_metadata_goes_and_pixels_stay(lossless: bool) -> None:
    data = save("webp", photo(), lossless=lossless, xmp=b"<x>someone</x>")
    stripped = strip("webp", data)
    assert stripped is not None
    assert b"someone" not in stripped
    assert stripped[12:16] == b"VP8X"
    assert not stripped[20] & 0x0C
    assert shown(stripped) == shown(data)


def test_other_kinds_are_not_stripped() -> None:
    assert strip("gif", save("gif")) is None
    assert strip("png", save("png"), orientation=6) is None


def test_no_bytes_break_it() -> None:
    rng = random.Random(3)
    for kind in ("jpeg", "png", "webp"):
        whole = save(kind, exif=Image.Exif())
        for _ in range(1_500):
            data = bytearray(whole[: rng.randrange(12, len(whole))])
            for _ in range(rng.randint(0, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            strip(kind, bytes(data))
