"""How a PDF page lies on the picture that is drawn of it: scale, turn and cut."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

_FINE = 1000
"""PDFium answers in whole pixels: asked of a page a thousand times as large, the rounding is of no account."""
_PICTURES = 200
_OBJECTS = 10_000
"""Looked through for pictures; as many at most hold text that is taken."""
_DEPTH = 4
"""Of forms within forms."""
_LEAST = 12.0
"""Pixels; a picture with a shorter side is an ornament or a rule."""

Box: TypeAlias = tuple[float, float, float, float]
"""x, y, width, height in pixels of the picture."""
_Place: TypeAlias = tuple[float, float, float, float, float, float]
"""A PDF matrix: a, b, c, d, e, f."""


@dataclass(frozen=True, slots=True)
class View:
    """The part of a page that is drawn, in pixels."""

    page_width: int
    page_height: int
    """Of the whole page at this scale, turned."""
    width: int
    height: int
    left: int = 0
    top: int = 0
    """Where on the page the picture begins."""
    turn: int = 0
    """Quarter turns counter-clockwise that it is drawn with, beside the page's own."""

    def arguments(self, fine: int = 1) -> tuple[int, int, int, int, int]:
        """start_x, start_y, size_x, size_y and rotate of PDFium's calls, `fine` times as large."""
        size = self.page_width * fine, self.page_height * fine
        return -self.left * fine, -self.top * fine, *size, (4 - self.turn) % 4

    def transform(self, page: Any) -> Callable[[float, float], tuple[float, float]]:
        """From points of the unturned pypdfium2 page to pixels of its picture, by where PDFium puts three of them."""
        import pypdfium2.raw as raw

        x, y = ctypes.c_int(), ctypes.c_int()

        def place(px: float, py: float) -> tuple[float, float]:
            raw.FPDF_PageToDevice(page, *self.arguments(_FINE), px, py, x, y)
            return x.value / _FINE, y.value / _FINE

        size = max(page.get_size())
        (x0, y0), (xa, ya), (xb, yb) = place(0, 0), place(size, 0), place(0, size)
        ax, ay, bx, by = (xa - x0) / size, (ya - y0) / size, (xb - x0) / size, (yb - y0) / size
        return lambda px, py: (x0 + ax * px + bx * py, y0 + ay * px + by * py)

    def clipped(self, x0: float, y0: float, x1: float, y1: float) -> Box | None:
        """What of a rectangle is on the picture, to a tenth of a pixel; None if hardly any."""
        x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, float(self.width)), min(y1, float(self.height))
        if x1 - x0 < 1 or y1 - y0 < 1:
            return None
        return round(x0, 1), round(y0, 1), round(x1 - x0, 1), round(y1 - y0, 1)

    def pictures(self, page: Any) -> list[Box]:
        """Where the pictures on a pypdfium2 page lie, at most `_PICTURES`."""
        to_pixels = self.transform(page)
        found: list[Box] = []
        for left, bottom, right, top in _images(page):
            (xa, ya), (xb, yb) = to_pixels(left, top), to_pixels(right, bottom)
            box = self.clipped(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))
            if box is not None and min(box[2:]) >= _LEAST and len(found) < _PICTURES:
                found.append(box)
        return found


def _images(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Left, bottom, right and top in points of the images on a page, those in forms too."""
    import pypdfium2.raw as raw

    sides = tuple(ctypes.c_float() for _ in range(4))
    matrix = raw.FS_MATRIX()
    left = _OBJECTS

    def walk(
        count: int, get: Callable[[int], Any], place: _Place, depth: int
    ) -> Iterator[tuple[float, float, float, float]]:
        nonlocal left
        for number in range(count):
            left -= 1
            if left < 0:
                return
            each = get(number)
            kind = raw.FPDFPageObj_GetType(each)
            if kind == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFPageObj_GetBounds(each, *sides):
                yield _moved(place, *(side.value for side in sides))
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEPTH and raw.FPDFPageObj_GetMatrix(each, matrix):
                inner = _product((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f), place)
                held = partial(raw.FPDFFormObj_GetObject, each)
                yield from walk(raw.FPDFFormObj_CountObjects(each), held, inner, depth + 1)

    whole = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    yield from walk(raw.FPDFPage_CountObjects(page), partial(raw.FPDFPage_GetObject, page), whole, 0)


def _product(one: _Place, other: _Place) -> _Place:
    """First `one`, then `other` (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(place: _Place, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
    a, b, c, d, e, f = place
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (bottom, top)]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)
