"""The text a PDF page carries, as lines with boxes.

PDFium gives characters in the order the program wrote them, with boxes in points. Here they become words, split at
white space, and words on one baseline that stand no further apart than a space become a line; a wider gap is another
cell of the table. Boxes come out in pixels of the drawn page.
"""

import ctypes
import math
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from shared.messages import TextLayer, TextLine

_MAX_CHARACTERS = 50_000
_MAX_OBJECTS = 10_000
_GAP = 0.4
"""Widest space between words of one line, as a share of the line's height, which is about 1.2 em; a space is 0.25 to
0.3 em wide, and cells of a narrow column stand hardly further apart than that."""
_BAND = 16
"""Pixels."""
_LINES_A_BAND = 24
_BANDS_A_WORD = 64
_SAME_LINE = 0.5
"""Least overlap of two words across the reading direction, as a share of the smaller one's height."""
_UNTRUSTED = 0.2
"""Share of unmapped or hidden characters above which a layer is worse than reading the picture."""


@dataclass(slots=True)
class _Run:
    """Characters along one reading direction, in coordinates turned so that it reads left to right, top down."""

    quarter: int
    """Reading direction in quarter turns clockwise."""
    left: float
    top: float
    right: float
    bottom: float
    text: list[str] = field(default_factory=list)

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def take(self, other: "_Run", between: str = "") -> None:
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)
        self.text.append(between)
        self.text.extend(other.text)

    def continues(self, other: "_Run") -> bool:
        """Whether `other` stands behind this on the same line."""
        if self.quarter != other.quarter:
            return False
        overlap = min(self.bottom, other.bottom) - max(self.top, other.top)
        low = min(self.height, other.height)
        gap = other.left - self.right
        return overlap >= _SAME_LINE * low and -_GAP * low <= gap <= _GAP * max(self.height, other.height)


def read_lines(page: Any, width: int, height: int) -> TextLayer | None:
    """The lines of a page.

    Args:
        page: pypdfium2 page.
        width, height: of the picture it is drawn as, in pixels.

    Returns:
        None where there is no text, far too much, or none to trust: characters without a meaning (fonts without a map),
        text hidden behind a scan (another program's OCR), or form fields and notes, whose text is on the page but not
        in the layer.
    """
    import pypdfium2.raw as raw

    # PDFium looks for letters printed twice by comparing each with each, and cannot be stopped while it does.
    if _has_fields(page) or raw.FPDFPage_CountObjects(page) > _MAX_OBJECTS:
        return None
    text = page.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(text), _MAX_CHARACTERS)
        if count < 1:
            return None
        characters = _characters(page, text, count, width, height)
    finally:
        text.close()
    if characters is None:
        return None
    lines = [
        TextLine(text="".join(run.text), box=box)
        for run in _join(_words(characters))
        if (box := _clipped(run, width, height)) is not None
    ]
    return TextLayer(lines=lines) if lines else None


def _has_fields(page: Any) -> bool:
    import pypdfium2.raw as raw

    for number in range(min(raw.FPDFPage_GetAnnotCount(page), 1000)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        subtype = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if subtype in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            return True
    return False


def _characters(page: Any, text: Any, count: int, width: int, height: int) -> list[_Run | None] | None:
    """Each character as a run, None for white space; None altogether if too many cannot be trusted."""
    import pypdfium2.raw as raw

    to_pixels = _transform(page, width, height)
    turn = page.get_rotation() // 90
    left, bottom, right, top = (ctypes.c_double() for _ in range(4))
    box = raw.FS_RECTF()
    characters: list[_Run | None] = []
    bad = good = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text, index)
        if chr(code).isspace() or code == 0xA0 or raw.FPDFText_IsGenerated(text, index) == 1:
            characters.append(None)
            continue
        if not raw.FPDFText_GetLooseCharBox(text, index, box):
            continue
        hidden = raw.FPDFTextObj_GetTextRenderMode(raw.FPDFText_GetTextObject(text, index))
        if _meaningless(code) or hidden == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            bad += 1
            continue
        good += 1
        left.value, right.value, bottom.value, top.value = box.left, box.right, box.bottom, box.top
        x0, y0 = to_pixels(left.value, top.value)
        x1, y1 = to_pixels(right.value, bottom.value)
        angle = raw.FPDFText_GetCharAngle(text, index)
        # Clockwise, in the unturned page; the page's own rotation is clockwise too. Below 0: not known.
        quarter = (turn + (round(angle / (math.pi / 2)) if angle >= 0 else 0)) % 4
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        characters.append(_Run(quarter, *_turned(quarter, x0, y0, x1, y1), text=[chr(code)]))
    return None if bad > _UNTRUSTED * (bad + good) else characters


def _meaningless(code: int) -> bool:
    return code < 32 or code == 0xFFFD or 0xE000 <= code <= 0xF8FF or 0xD800 <= code <= 0xDFFF


def _transform(page: Any, width: int, height: int) -> Any:
    """Points of the unturned page to pixels of its picture, from where PDFium puts three far points of it."""
    import pypdfium2.raw as raw

    # PDFium answers in whole pixels: asked of a picture a thousand times as large, the rounding is of no account.
    fine = 1000
    x, y = ctypes.c_int(), ctypes.c_int()

    def place(px: float, py: float) -> tuple[float, float]:
        raw.FPDF_PageToDevice(page, 0, 0, width * fine, height * fine, 0, px, py, x, y)
        return x.value / fine, y.value / fine

    size = max(page.get_size())
    (x0, y0), (xa, ya), (xb, yb) = place(0, 0), place(size, 0), place(0, size)
    ax, ay, bx, by = (xa - x0) / size, (ya - y0) / size, (xb - x0) / size, (yb - y0) / size
    return lambda px, py: (x0 + ax * px + bx * py, y0 + ay * px + by * py)


def _turned(quarter: int, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    """A box in coordinates in which text of that direction reads left to right. Its own inverse for 0 and 2."""
    if quarter == 1:  # reads top to bottom
        return y0, -x1, y1, -x0
    if quarter == 2:
        return -x1, -y1, -x0, -y0
    if quarter == 3:  # reads bottom to top
        return -y1, x0, -y0, x1
    return x0, y0, x1, y1


def _words(characters: list[_Run | None]) -> list[_Run]:
    words: list[_Run] = []
    open_word: _Run | None = None
    for character in characters:
        if character is None:
            open_word = None
        elif open_word is not None and open_word.continues(character):
            open_word.take(character)
        else:
            open_word = character
            words.append(character)
    return words


def _join(words: list[_Run]) -> list[_Run]:
    """Words to lines. Sorted by place, because programs write the words of a line in any order."""
    lines: list[_Run] = []
    # Lines by the bands of the page they touch; a few of the latest suffice, as words come from left to right. Without
    # bands and bound, 50,000 letters thrown on one spot would be compared each with each.
    bands: defaultdict[tuple[int, int], deque[_Run]] = defaultdict(lambda: deque(maxlen=_LINES_A_BAND))
    for word in sorted(words, key=lambda run: (run.quarter, run.left)):
        touched = [(word.quarter, band) for band in range(int(word.top // _BAND), int(word.bottom // _BAND) + 1)]
        touched = touched[:_BANDS_A_WORD]
        near = {id(line): line for band in touched for line in bands[band] if line.continues(word)}
        if near:
            max(near.values(), key=lambda line: line.right).take(word, " ")
        else:
            lines.append(word)
            for band in touched:
                bands[band].append(word)
    return sorted(lines, key=lambda run: (run.quarter, run.top, run.left))


def _clipped(run: _Run, width: int, height: int) -> tuple[float, float, float, float] | None:
    """The box in pixels of the picture as x, y, width, height; None for text outside it or without extent."""
    inverse = {0: 0, 1: 3, 2: 2, 3: 1}[run.quarter]
    x0, y0, x1, y1 = _turned(inverse, run.left, run.top, run.right, run.bottom)
    x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height))
    if x1 - x0 < 1 or y1 - y0 < 1:
        return None
    return round(x0, 1), round(y0, 1), round(x1 - x0, 1), round(y1 - y0, 1)
