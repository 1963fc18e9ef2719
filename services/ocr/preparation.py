"""Makes of a stored picture one that reads well: decoded, upright and level, and only where that helps.

A page that is upright and level passes untouched. Any change is one homography; the ways of changing a page multiply
their matrices (turning and levelling here; finding and flattening the sheet in a photo belongs before them), so the
pixels are resampled once.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
import PIL.Image
import PIL.ImageOps
from numpy.typing import NDArray

from services.ocr.crops import TALL, Image, Quad, size, transformed
from services.ocr.engine import Engine
from shared.outcomes import Unreadable
from shared.settings import Settings, setting

Matrix = NDArray[np.float64]

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "BMP")
"""What is decoded: the stored WebP, and originals that the compressor let pass."""

MIN_SKEW = 0.5
"""Degrees; below this levelling blurs more than it helps."""
MAX_SKEW = 20.0
"""Degrees; above this the lines' directions are no skew but a photo's perspective or decoration."""
_SAMPLE = 8
_SURE = 0.9


class PreparationSettings(Settings):
    group: ClassVar[str] = "Page preparation"
    ocr_max_pixels: int = setting(
        50_000_000, "Largest picture that is decoded.", unit="pixels", ge=1_000_000, le=400_000_000
    )


@dataclass(frozen=True, slots=True)
class Page:
    """A picture ready to be read."""

    picture: Image
    """(height, width, 3), RGB."""
    quads: list[Quad]
    """Its lines, upright, in reading order."""
    to_stored: tuple[float, ...] | None
    """Row-major 3 x 3 homography from `picture` to the stored picture as it is displayed; None if it is that one."""
    notes: str = ""
    """What was done, in words for people; empty if nothing."""


def decode(data: bytes, max_pixels: int) -> tuple[Image, bool]:
    """A picture's pixels as a viewer shows them.

    Args:
        data: an encoded picture of one of `FORMATS`.
        max_pixels: what its header may promise.

    Returns:
        (height, width, 3) RGB with transparency on white, and whether EXIF turned it.

    Raises:
        Unreadable: it is none of these, larger, or broken.
    """
    try:
        with PIL.Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            width, height = opened.size
            if width * height > max_pixels:
                raise Unreadable(f"The picture has {width} x {height} pixels, more than can be read.")
            turned = opened.getexif().get(0x0112, 1) != 1
            shown = PIL.ImageOps.exif_transpose(opened)
            if shown.mode.startswith("I;16"):
                # Pillow clips 16 bits to 8: everything above 255 would turn white.
                shown = PIL.Image.fromarray((np.asarray(shown) >> 8).astype(np.uint8))
            if shown.has_transparency_data:
                layer = shown.convert("RGBA")
                shown = PIL.Image.new("RGB", layer.size, "white")
                shown.paste(layer, mask=layer.getchannel("A"))
            return np.asarray(shown.convert("RGB"), dtype=np.uint8), turned
    except PIL.Image.DecompressionBombError:
        raise Unreadable("The picture has more pixels than can be read.") from None
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError):
        # What Pillow's decoders raise on broken data, by format.
        raise Unreadable("The picture could not be decoded.") from None


def encode(picture: Image) -> bytes:
    """A prepared picture as WebP."""
    buffer = io.BytesIO()
    # Effort 1 of 6: the copy is for the layout reader and the page; a smaller one is not worth the second it takes.
    PIL.Image.fromarray(picture).save(buffer, "WEBP", quality=90, method=1)
    return buffer.getvalue()


def prepare(picture: Image, engine: Engine, exif_turned: bool = False) -> Page:
    """Find the lines of a picture, and turn and level it where its lines say so.

    Args:
        picture: (height, width, 3), RGB.
        engine: loaded.
        exif_turned: whether the stored file shows as `picture` only to those who read its EXIF.
    """
    quads = engine.detect(picture)
    turn = quarter_turn(picture, quads, engine)
    angle = skew(quads)
    if not turn and not angle:
        return Page(picture, quads, tuple(np.eye(3).ravel().tolist()) if exif_turned else None)
    matrix, width, height = rotation(picture.shape[1], picture.shape[0], turn - angle)
    changed = np.asarray(
        cv2.warpPerspective(
            picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT,
            borderValue=_edge_colour(picture),
        ),
        dtype=np.uint8,
    )  # fmt: skip
    # Levelling moves the lines found; after a turn the detector, which knows text upright best, looks again.
    found = engine.detect(changed) if turn else transformed(quads, matrix)
    to_stored = np.linalg.inv(matrix)
    notes = [f"turned by {turn}°"] * bool(turn) + [f"levelled by {abs(angle):.1f}°"] * bool(angle)
    return Page(changed, found, tuple((to_stored / to_stored[2, 2]).ravel().tolist()), " and ".join(notes))


def quarter_turn(picture: Image, quads: Sequence[Quad], engine: Engine) -> int:
    """Degrees by which the page must be turned clockwise to stand upright: 0, 90, 180 or 270.

    Most lines running up or down the page mean that it lies on its side; which side, and whether an upright page
    stands on its head, is told by the confidence with which its longest lines read one way and the other.
    """
    sides = [size(quad) for quad in quads]
    long = [(max(side) / max(min(side), 1.0), side, quad) for side, quad in zip(sides, quads, strict=True)]
    long = [item for item in long if item[0] >= 2]
    if not long:
        return 0
    length = sum(max(side) for _, side, _ in long)
    tall = sum(max(side) for _, side, _ in long if side[1] > TALL * side[0])
    sideways = len(long) >= 3 and tall > 2 / 3 * length
    # Not the longest of all: ten words in one line cost as much to read as ten lines and tell no more.
    fitting = [item for item in long if (item[1][1] > item[1][0]) == sideways and item[0] <= 12]
    sample = [quad for _, _, quad in sorted(fitting, key=lambda item: item[0], reverse=True)[:_SAMPLE]]
    if not sample:
        return 0
    first, second = (270, 90) if sideways else (0, 180)
    one = _confidence(picture, sample, first, engine)
    if one >= _SURE:
        return 360 - first if first else 0
    other = _confidence(picture, sample, second, engine)
    if sideways:
        return 90 if one > other else 270
    return 180 if other > one + 0.1 else 0


def _confidence(picture: Image, quads: Sequence[Quad], angle: int, engine: Engine) -> float:
    return float(np.median([score if text.strip() else 0.0 for text, score in engine.scores(picture, quads, angle)]))


def skew(quads: Sequence[Quad]) -> float:
    """Degrees clockwise by which the lines lie off the picture's axes; 0.0 where turning it would not level them.

    The median of the lines' directions, weighted by length. In a photo taken at an angle the lines fan out; no
    rotation levels those, so it must take away at least 40 % of their mean slope.
    """
    slopes, weights = [], []
    for quad in quads:
        width, height = size(quad)
        if max(width, height) < 4 * min(width, height):
            continue
        start, end = (
            (quad[0] + quad[3], quad[1] + quad[2]) if width > height else (quad[0] + quad[1], quad[2] + quad[3])
        )
        direction = np.degrees(np.arctan2(*(end - start)[::-1]))
        slopes.append((direction + 45) % 90 - 45)
        weights.append(max(width, height))
    if len(slopes) < 3:
        return 0.0
    order = np.argsort(slopes)
    values, heavy = np.array(slopes)[order], np.array(weights)[order]
    angle = float(values[np.searchsorted(np.cumsum(heavy), heavy.sum() / 2)])
    if not MIN_SKEW <= abs(angle) <= MAX_SKEW:
        return 0.0
    before, after = (float(np.average(np.abs(values - by), weights=heavy)) for by in (0.0, angle))
    return angle if after <= 0.6 * before else 0.0


def rotation(width: int, height: int, degrees: float) -> tuple[Matrix, int, int]:
    """The homography that turns a picture clockwise about its middle, and the width and height that hold all of it."""
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0), [0.0, 0.0, 1.0]])
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    # Rounding first: cos 90° is not quite 0 and would add a pixel.
    new_width = int(np.ceil(round(width * cos + height * sin, 6)))
    new_height = int(np.ceil(round(width * sin + height * cos, 6)))
    matrix[0, 2] += (new_width - width) / 2
    matrix[1, 2] += (new_height - height) / 2
    return matrix, new_width, new_height


def _edge_colour(picture: Image) -> tuple[float, float, float]:
    """The paper or table around the page, so that turning it draws no new edges."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    red, green, blue = (float(value) for value in np.median(edge, axis=0))
    return red, green, blue
