"""The real models, loaded once, and pages drawn by the tests."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from services.ocr.crops import Image
from services.ocr.engine import Engine, EngineSettings
from services.ocr.models import ModelSettings

WORDS = ["Monday 09:00", "Mathematics", "Geography", "Assembly hall", "English", "Singing", "Registration", "15:30"]


@pytest.fixture(scope="session")
def cache() -> Path:
    """The repository's own model cache, so that repeated runs need not copy 31 MB."""
    return Path(__file__).parents[3] / ".local" / "models"


@pytest.fixture(scope="session")
def engine(cache: Path) -> Iterator[Engine]:
    made = Engine(EngineSettings.load(ocr_threads=2), ModelSettings.load(ocr_cache_dir=str(cache), ocr_model_dir=""))
    made.load()
    yield made
    made.close()


def draw(words: list[tuple[str, int, int]], size: tuple[int, int] = (900, 520), height: int = 30) -> PIL.Image.Image:
    """A white page with words at (x, y)."""
    page = PIL.Image.new("RGB", size, "white")
    pen = PIL.ImageDraw.Draw(page)
    font = PIL.ImageFont.load_default(height)
    for word, x, y in words:
        pen.text((x, y), word, fill="black", font=font)
    return page


def table() -> PIL.Image.Image:
    """`WORDS` in two columns of four."""
    return draw([(word, 70 + 420 * (index % 2), 60 + 110 * (index // 2)) for index, word in enumerate(WORDS)])


def paste_turned(page: PIL.Image.Image, word: str, x: int, y: int, clockwise: int) -> None:
    """A word turned clockwise by that many degrees, its box's top left corner at (x, y)."""
    strip = draw([(word, 8, 2)], (int(PIL.ImageFont.load_default(30).getlength(word)) + 16, 42))
    page.paste(strip.rotate(-clockwise, expand=True), (x, y))


def pixels(page: PIL.Image.Image) -> Image:
    return np.asarray(page, dtype=np.uint8)


def webp(page: PIL.Image.Image) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()
