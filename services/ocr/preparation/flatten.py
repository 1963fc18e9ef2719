"""Shows a photographed page from straight ahead and cuts it out of what lies around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.crops import Image, Quad
from services.ocr.engine import Engine
from services.ocr.preparation.plane import Matrix, Vector, View, facing, magnification, mapped, tilt
from services.ocr.preparation.ruled import vanishing
from services.ocr.preparation.segments import Segments, find_segments, shrunk, squares
from services.ocr.preparation.sheet import Sheet, find_sheet

Floats = NDArray[np.float64]

MAX_SIDE = 2600
"""Pixels; a flattened page is made no larger."""
MIN_LEAN = 0.4
"""Degrees; a page whose rules lean less passes as it is."""
MAX_TILT = 42.0
"""Degrees between the camera's axis and the page's normal; more is a mistaken plane, or beyond reading."""
MIN_KEPT = 0.72
"""Share of the picture; a page that fills less is cut out even if it needs no flattening."""
SHRINKS = 0.9
"""No part of the page is shrunk to less than this."""
_SEGMENT = 22
"""Pixels of the searched copy; letters' strokes are shorter."""
_CHECKED = 960
"""Longest side of the copy in which text is looked for outside the sheet."""
OUTSIDE = 0.04
"""Share of the page's text that may lie outside its sheet: print on the desk, a pen, a keyboard."""


@dataclass(frozen=True, slots=True)
class Flattening:
    """How a picture is flattened."""

    matrix: Matrix
    """3 x 3, from the picture to the flat page."""
    width: int
    height: int
    note: str
    quads: list[Quad]
    """The larger lines of text as far as they were looked for, in pixels of the picture; may be empty."""


def flattening(picture: Image, engine: Engine) -> Flattening | None:
    """Find how a picture's page is flattened; None if it is flat, or if nothing tells how it lies.

    Args:
        picture: (height, width, 3), RGB.
        engine: loaded; asked where text is before anything is cut off.
    """
    small, scale = shrunk(picture)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    segments = find_segments(grey, _SEGMENT)
    if squares(segments):
        return None
    sheet = find_sheet(small)
    cut_out = False
    quads: list[Quad] = []
    if sheet is not None:
        quads = _lines(picture, engine)
        inside, cut_out = _text_inside(quads, sheet.corners / scale)
        if not inside:
            sheet = None
    if sheet is not None:
        segments = segments.only(_within(segments, sheet.corners))
    height, width = small.shape[:2]
    view = View(width, height)
    points = _points(view, segments, sheet)
    frame = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
    kept = sheet.corners if sheet is not None and cut_out else frame
    if points is None or tilt(view, *points) > MAX_TILT:
        return None
    facing_it = facing(view, *points)
    lean = _lean(facing_it, sheet.corners if sheet is not None else frame)
    small_part = sheet is not None and cut_out and sheet.area < MIN_KEPT
    if lean < MIN_LEAN and not small_part:
        return None
    flat = _placed(facing_it, kept, scale)
    if flat is None:
        return None
    matrix, new_width, new_height = flat
    words = ["flattened"] * (lean >= MIN_LEAN) + ["cut out"] * bool(sheet is not None and cut_out and sheet.area < 0.98)
    return Flattening(matrix, new_width, new_height, " and ".join(words), quads)


def _points(view: View, segments: Segments, sheet: Sheet | None) -> tuple[Vector, Vector] | None:
    """The vanishing points of the page's directions across and down."""
    found: list[Vector | None] = []
    for across in (True, False):
        ruled = vanishing(view, segments, across)
        edges = None if sheet is None else (sheet.across if across else sheet.down)
        if ruled is not None:
            found.append(ruled.point)
        elif edges is not None:
            to_normal = np.linalg.inv(view.normal).T  # lines move by the inverse transpose
            point = np.cross(to_normal @ edges[0], to_normal @ edges[1])
            way = point[0] if across else point[1]
            found.append(point * (-1.0 if way < 0 else 1.0) / np.linalg.norm(point))
        else:
            found.append(None)
    across_point, down_point = found
    # Rules one way only: the other way is taken to be square to them and to recede nowhere.
    if across_point is not None:
        return across_point, np.array([-across_point[1], across_point[0], 0.0]) if down_point is None else down_point
    return None if down_point is None else (np.array([down_point[1], -down_point[0], 0.0]), down_point)


def _within(segments: Segments, corners: Floats) -> NDArray[np.bool_]:
    """Which edges have their middle on the sheet or on its border."""
    middles = (segments.ends[:, :2] + segments.ends[:, 2:]) / 2
    polygon = corners.astype(np.float32)
    return np.array(
        [cv2.pointPolygonTest(polygon, (float(x), float(y)), True) >= -4 for x, y in middles], dtype=np.bool_
    )


def _lines(picture: Image, engine: Engine) -> list[Quad]:
    """Lines of text, found in a smaller copy that the smallest print is lost in, in the picture's pixels."""
    small, scale = shrunk(picture, _CHECKED)
    return [(quad / scale).astype(np.float32) for quad in engine.look(small, max(small.shape[:2]))]


def _text_inside(quads: list[Quad], corners: Floats) -> tuple[bool, bool]:
    """Whether the sheet holds most of the picture's text, and whether what lies around it may be cut off."""
    polygon = corners.astype(np.float32)
    reach = 0.01 * float((polygon.max(axis=0) - polygon.min(axis=0)).max())
    inside = outside = 0.0
    for quad in quads:
        area = float(cv2.contourArea(quad))
        x, y = quad.mean(axis=0)
        if cv2.pointPolygonTest(polygon, (float(x), float(y)), True) >= -reach:
            inside += area
        else:
            outside += area
    return inside > outside, outside <= OUTSIDE * (inside + outside)


def _lean(matrix: Matrix, corners: Floats) -> float:
    """Degrees by which the page's axes stray from the picture's, at the worst of some points (n, 2) of the page."""
    back: Matrix = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
    flat = mapped(matrix, corners)
    span = 0.05 * float((flat.max(axis=0) - flat.min(axis=0)).max())
    worst = 0.0
    for axis, step in enumerate(((span, 0.0), (0.0, span))):
        ways = mapped(back, flat + np.array(step)) - mapped(back, flat)
        degrees = np.degrees(np.arctan2(ways[:, 1 - axis], ways[:, axis]))
        worst = max(worst, float(np.abs(degrees).max()))
    return worst


def _placed(facing_it: Matrix, corners: Floats, scale: float) -> tuple[Matrix, int, int] | None:
    """The whole homography from the picture's pixels, with its size, so that `corners` (searched copy) just fit in."""
    depth = np.column_stack([corners, np.ones(4)]) @ facing_it[2]
    if (depth * depth[0] <= 0).any():
        return None  # the horizon runs through the page
    flat = mapped(facing_it, corners)
    low, high = flat.min(axis=0), flat.max(axis=0)
    inner: Floats = 0.9 * corners + 0.1 * corners.mean(axis=0)
    enlarged = magnification(facing_it, inner) * scale  # per pixel of the picture
    zoom = SHRINKS / float(enlarged.min())
    zoom = min(zoom, 1.0 / float(np.median(enlarged)) * 1.25, MAX_SIDE / float((high - low).max()))
    width, height = (max(1, round(float(side) * zoom)) for side in high - low)
    if min(width, height) < 64:
        return None
    shift = np.array([[zoom, 0, -zoom * low[0]], [0, zoom, -zoom * low[1]], [0, 0, 1]])
    return shift @ facing_it @ np.diag([scale, scale, 1.0]), width, height
