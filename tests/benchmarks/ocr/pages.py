"""Drawn pages in three looks with the text on them: as printed, scanned, and photographed on a desk; and as printed
with one line a cell, as ordinary ones have it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray

from tests.benchmarks.page import drawn

Image = NDArray[np.uint8]

ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Page:
    look: str
    image: Image
    """(height, width, 3), RGB."""
    texts: list[str]


def pages(seed: int, each: int = 1) -> Iterator[Page]:
    """`each` dense pages in every look and as many ordinary ones; a seed gives the same pages every time."""
    for number in range(each):
        picture, texts = drawn(seed + number)
        clean = np.asarray(picture, dtype=np.uint8)
        rng = np.random.default_rng(seed + number)
        yield Page("clean", clean, texts)
        yield Page("scan", scanned(clean, rng), texts)
        yield Page("photo", photographed(clean, rng), texts)
        ordinary, texts = drawn(seed + number, lines=1)
        yield Page(ORDINARY, np.asarray(ordinary, dtype=np.uint8), texts)


def scanned(page: Image, rng: np.random.Generator) -> Image:
    """Laid in a little askew, softened, with noise, grey paper and a JPEG's blocks."""
    height, width = page.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-1.2, 1.2)), 1.0)
    made = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    made = cv2.GaussianBlur(made, (0, 0), 0.8)
    noisy = made.astype(np.float32) * 0.94 + rng.normal(0, 7, made.shape)
    return _jpeg(np.clip(noisy, 0, 255).astype(np.uint8), 60)


def photographed(page: Image, rng: np.random.Generator) -> Image:
    """At an angle on a brown desk, lit from one side, slightly out of focus."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    inset = np.array([[90, 70], [width - 60, 110], [width - 110, height - 60], [60, height - 90]], dtype=np.float32)
    seen = (inset + rng.uniform(-25, 25, inset.shape)).astype(np.float32)
    made = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(corners, seen), (width, height),
        flags=cv2.INTER_AREA, borderValue=(122, 92, 66),
    )  # fmt: skip
    light = np.linspace(1.0, 0.62, width)[None, :, None] * np.linspace(0.95, 1.0, height)[:, None, None]
    made = cv2.GaussianBlur((made * light).astype(np.uint8), (0, 0), 0.9)
    return _jpeg(np.clip(made + rng.normal(0, 4, made.shape), 0, 255).astype(np.uint8), 75)


def _jpeg(image: Image, quality: int) -> Image:
    buffer = io.BytesIO()
    PIL.Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(PIL.Image.open(buffer).convert("RGB"), dtype=np.uint8)
