"""All steps of a page's preparation, in order.

A page that is upright and level passes untouched. Any change is one homography: the ways of changing a page (finding
and flattening the sheet, turning it, levelling it) multiply their matrices, so the pixels are resampled once.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from services.ocr.crops import Image, Quad, transformed
from services.ocr.engine import Engine
from services.ocr.preparation.flatten import flattening
from services.ocr.preparation.light import evened
from services.ocr.preparation.plane import Matrix
from services.ocr.preparation.segments import shrunk
from services.ocr.preparation.turning import MIN_SKEW, quarter_turn, rotation, skew
from shared.messages import Slopes
from shared.settings import Settings, setting
from shared.skew import SEARCHED, STRAIGHT, drifts, measured, straightening

_BY_TEXT = 2.5
"""Degrees of skew by a page's text from which its rules are not asked whether that is so: they tell up to 3.4. Below
they are ten times as exact: 0.02 degrees off on the median of 42 drawn pages, where the text was 0.24 off."""
_ENOUGH = 8
"""Lines by which a page's way up is told."""


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
    slopes: Slopes
    """What `picture` leans still."""
    notes: str = ""
    """What was done, in words for people; empty if nothing."""
    source: Image | None = None
    """The picture of which `picture` was made, to which `to_stored` leads; None if it is that one."""


def prepare(picture: Image, engine: Engine, exif_turned: bool = False) -> Page:
    """Flatten the page in a picture, find its lines, and turn and level it where its lines say so.

    Args:
        picture: (height, width, 3), RGB.
        engine: loaded.
        exif_turned: whether the stored file shows as `picture` only to those who read its EXIF.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ocr-slopes") as beside:
        return _prepared(picture, engine, exif_turned, lambda page: beside.submit(measured, page))


def _prepared(
    picture: Image, engine: Engine, exif_turned: bool, leaning: Callable[[Image], Future[Slopes | None]]
) -> Page:
    leans = leaning(picture)  # beside flattening and finding the lines, both of which leave a core idle at times
    flat = flattening(picture, engine)
    matrix: Matrix = np.eye(3)
    page, turn, notes = picture, 0, []
    if flat is not None:
        matrix, width, height = flat.matrix, flat.width, flat.height
        page = warped(picture, matrix, width, height)
        notes.append(flat.note)
        if len(flat.quads) >= _ENOUGH and (turn := quarter_turn(page, transformed(flat.quads, matrix), engine)):
            # Told by the lines that flattening asked for: the detector need not look at a page that lies on its side.
            more, width, height = rotation(width, height, turn)
            matrix = more @ matrix
            page = warped(picture, matrix, width, height)
        leans = leaning(page)
    quads = engine.detect(page, photo=flat is not None)
    more_turn = 0 if flat is not None and len(flat.quads) >= _ENOUGH else quarter_turn(page, quads, engine)
    slopes, angle = leans.result(), skew(quads)
    if slopes and abs(angle) < _BY_TEXT and abs(slopes[0]) < np.tan(np.radians(MIN_SKEW)):
        angle = 0.0
    height, width = page.shape[:2]
    if more_turn or angle:
        more, width, height = rotation(width, height, more_turn - angle)
        matrix, quads = more @ matrix, transformed(quads, more)
        slopes = measured(_small(picture, matrix, width, height))
    slopes = slopes or STRAIGHT
    # A page that passes as it is gets no copy for the last degree: its reader takes that out.
    sheared = (flat is not None or bool(more_turn or angle)) and drifts(slopes, width, height)
    if sheared:
        more, width, height = straightening(slopes, width, height)
        matrix, quads, slopes = more @ matrix, transformed(quads, more), STRAIGHT
    if more_turn or angle or sheared:
        page = warped(picture, matrix, width, height)
    if more_turn:
        quads = engine.detect(page, photo=flat is not None)  # it knows text upright best
    turn += more_turn
    notes += [f"turned by {turn}°"] * bool(turn) + [f"levelled by {abs(angle):.1f}°"] * bool(angle)
    if page is picture:
        return Page(picture, quads, tuple(np.eye(3).ravel().tolist()) if exif_turned else None, slopes)
    if flat is not None and (even := evened(page)) is not page:
        page = even
        notes.append("evened")
    back = np.linalg.inv(matrix)
    return Page(page, quads, tuple((back / back[2, 2]).ravel().tolist()), slopes, " and ".join(notes), picture)


def warped(picture: Image, matrix: Matrix, width: int, height: int) -> Image:
    """A picture changed by a homography."""
    return np.asarray(
        cv2.warpPerspective(
            picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT,
            borderValue=_edge_colour(picture),
        ),
        dtype=np.uint8,
    )  # fmt: skip


def _small(picture: Image, matrix: Matrix, width: int, height: int) -> Image:
    """What `warped` makes, in the size in which slopes are measured, at a fraction of its cost."""
    small, scale = shrunk(picture, SEARCHED)
    there = np.diag([scale, scale, 1.0])
    return warped(small, there @ matrix @ np.linalg.inv(there), round(width * scale), round(height * scale))


def _edge_colour(picture: Image) -> tuple[float, float, float]:
    """The paper or table around the page, so that turning it draws no new edges."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    red, green, blue = (float(value) for value in np.median(edge, axis=0))
    return red, green, blue
