"""OCR lines made from a drawing, with the looseness and the faults of the real text recognition but none of its time.

The numbers were measured on drawn pages that were really read: by how much of the type's size a box reaches over its
text, how often letters are wrong and blanks are lost, how sure the recognition says it is.
"""

import random
from collections.abc import Iterator

import cv2
import numpy as np

from services.extractor.reading import PageInput
from shared.messages import OcrLine, OcrPage
from tests.pages import draw, layouts
from tests.pages.canvas import Drawn
from tests.training.pages import VARIED, Sample

_WIDER, _WIDER_BY = 0.22, 0.1
"""Of the type's size, at either end of a line: mean and deviation."""
_HIGHER, _HIGHER_BY = 0.08, 0.09
_WRONG, _BLANKLESS = 0.006, 0.03
"""Share of letters that are misread, and of blanks that are lost."""
_ALIKE = {"0": "O", "O": "0", "1": "l", "l": "I", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8", "é": "e", "ü": "u"}
_ANGLES = {0: 0, 90: 270, 270: 90}
"""The canvas counts against the clock, the recognition with it."""


def _line(rng: random.Random, number: int, text: Drawn) -> OcrLine:
    left, top, right, bottom = text.box
    wide, high = (
        (rng.gauss(_WIDER, _WIDER_BY) * text.size for _ in range(2)),
        (rng.gauss(_HIGHER, _HIGHER_BY) * text.size for _ in range(2)),
    )
    if text.angle:
        wide, high = high, wide
    x0, x1 = left - next(wide), right + next(wide)
    y0, y1 = top - next(high), bottom + next(high)
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    # The first corner is where the text begins.
    turned = {0: corners, 270: (corners[3], corners[0], corners[1], corners[2]), 90: (*corners[1:], corners[0])}
    angle = _ANGLES[text.angle]
    shown = "".join(
        ("" if rng.random() < _BLANKLESS else " ")
        if letter == " "
        else (_ALIKE.get(letter, letter) if rng.random() < _WRONG * 5 else letter)
        for letter in text.text
    )
    sure = 1 - abs(rng.gauss(0, 0.012)) if rng.random() < 0.9 else rng.uniform(0.6, 0.97)
    return OcrLine(id=number, text=shown, box=turned[angle], confidence=sure, angle=angle)


def made(split: str, count: int, first: int = 0) -> Iterator[Sample]:
    """Pages whose lines are made, not read."""
    names = [name for name in layouts() if name not in {"pages_of_days", "weeks_pages"}]
    for number in range(first, first + count):
        seed = (500_000 if split == "train" else 700_000) + number
        rng = random.Random(f"made:{split}:{number}")
        layout = "varied" if rng.random() < VARIED else rng.choice(names)
        try:
            page = draw(layout, seed, "dark" if rng.random() < 0.1 else "clean", split)
        except ValueError:
            continue
        sheet = page.sheets[0]
        scale = min(1.0, rng.uniform(1400, 2048) / max(sheet.image.size))
        picture = np.array(sheet.image.convert("RGB"))
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        if rng.random() < 0.4:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.0))
        if rng.random() < 0.4:
            grain = np.random.default_rng(number).normal(0, rng.uniform(3, 10), picture.shape)
            picture = np.clip(picture + grain, 0, 255)
        drawn = [text for text in sheet.texts if text.text.strip()]
        lines = [_line(rng, at, text) for at, text in enumerate(drawn)]
        for line in lines:
            line.box = tuple((x * scale, y * scale) for x, y in line.box)  # type: ignore[assignment]  # four stay four
        height, width = picture.shape[:2]
        ocr = OcrPage(page=0, image="", width=width, height=height, lines=lines)
        yield Sample(f"made-{split}-{layout}-{seed}", PageInput(ocr, picture.astype(np.uint8)), drawn, page.truth)
