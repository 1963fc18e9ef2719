"""The text a PDF page carries, as lines with boxes.

PDFium gives characters in the order the program wrote them, with boxes in points. Here they become words, split at
white space, and words on one baseline that stand no further apart than a space become a line; a wider gap is another
cell of the table. Boxes come out in pixels of the drawn page.

What the layer lacks is read off the picture (`services.ocr.layer`), and so is all of a line with a character that has
no letter in its font's map: `UNKNOWN` stands for it, since a word without one of its letters is another word.
"""

import ctypes
import math
import unicodedata
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from services.compressor.pdf_view import View
from shared.messages import UNKNOWN, TextLayer, TextLine

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
_HIDDEN = 0.2
"""Share of hidden characters above which a layer is another program's reading of a scan."""
_TWICE = 0.2
"""Of a word's height: how far off itself it is printed a second time."""
_SLANT = math.radians(8)
"""From a quarter turn; text that leans more has no upright box, and is left to be read off the picture."""
_TURNED = 0.85
"""Share of a page's characters that read one way up or down, from which the page lies on its side: headings of columns
are turned, too, but the days and times beside them are not."""
_ENOUGH = 60
"""Characters that tell which way up a page is, at least: of one whose text is shapes but for the days down its side,
only those are characters."""
_SAMPLE = 2000
"""Characters that are looked at for that."""
_HYPHEN = ("\x02", "\xad")
"""What PDFium makes of a hyphen at a line's end, and a soft hyphen."""
_UNSEEN = frozenset("\u200b\u200c\u200d\u2060\ufeff")
_LIGATURES = range(0xFB00, 0xFB07)


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
    fonts: Counter[int] = field(default_factory=Counter)

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def take(self, other: "_Run", between: str = "") -> None:
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)
        self.text.append(between)
        self.text.extend(other.text)
        self.fonts.update(other.fonts)

    def continues(self, other: "_Run") -> bool:
        """Whether `other` stands behind this on the same line."""
        if self.quarter != other.quarter:
            return False
        overlap = min(self.bottom, other.bottom) - max(self.top, other.top)
        low = min(self.height, other.height)
        gap = other.left - self.right
        return overlap >= _SAME_LINE * low and -_GAP * low <= gap <= _GAP * max(self.height, other.height)


def way_up(page: Any) -> int:
    """Quarter turns counter-clockwise by which a pypdfium2 page is drawn so that its text reads from left to right."""
    import pypdfium2.raw as raw

    if raw.FPDFPage_CountObjects(page) > _MAX_OBJECTS:
        return 0
    text = page.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(text), _MAX_CHARACTERS)
        angles = (
            raw.FPDFText_GetCharAngle(text, index)
            for index in range(0, count, 1 + count // _SAMPLE)
            if not chr(raw.FPDFText_GetUnicode(text, index)).isspace()
        )
        ways = Counter(round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    finally:
        text.close()
    if ways.total() < _ENOUGH:
        return 0
    (quarter, most), *_ = ways.most_common(1)
    return (quarter + page.get_rotation() // 90) % 4 if most >= _TURNED * ways.total() else 0


def read_lines(page: Any, view: View) -> TextLayer | None:
    """The lines of a page.

    Args:
        page: pypdfium2 page.
        view: what of it is drawn.

    Returns:
        None where there is no text, far too much, or text hidden behind a scan (another program's reading of it).
    """
    import pypdfium2.raw as raw

    # PDFium looks for letters printed twice by comparing each with each, and cannot be stopped while it does.
    if raw.FPDFPage_CountObjects(page) > _MAX_OBJECTS:
        return None
    text = page.get_textpage()
    try:
        count = min(raw.FPDFText_CountChars(text), _MAX_CHARACTERS)
        characters = _characters(page, text, count, view)
    finally:
        text.close()
    if characters is None:
        return None
    lines = []
    for run in _join(_once(_words(characters))):
        letters, box = "".join(run.text), _clipped(run, view)
        if box is not None:
            normal = unicodedata.normalize("NFC", letters)
            lines.append(TextLine(text=normal, box=box, angle=90 * run.quarter, font=run.fonts.most_common(1)[0][0]))
    return TextLayer(lines=lines, pictures=view.pictures(page)) if lines else None


def _characters(page: Any, text: Any, count: int, view: View) -> list[_Run | None] | None:
    """Each character as a run, None for white space; None altogether if too many are hidden."""
    import pypdfium2.raw as raw

    to_pixels = view.transform(page)
    turn = page.get_rotation() // 90 - view.turn
    left, bottom, right, top = (ctypes.c_double() for _ in range(4))
    box = raw.FS_RECTF()
    characters: list[_Run | None] = []
    fonts: dict[int, int] = {}
    hidden = 0
    for index in range(count):
        letter = chr(raw.FPDFText_GetUnicode(text, index))
        if letter.isspace() or raw.FPDFText_IsGenerated(text, index) == 1:
            characters.append(None)
            continue
        if letter in _UNSEEN or not raw.FPDFText_GetLooseCharBox(text, index, box):
            continue
        printed = raw.FPDFText_GetTextObject(text, index)
        if raw.FPDFTextObj_GetTextRenderMode(printed) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            hidden += 1
            continue
        angle = raw.FPDFText_GetCharAngle(text, index)
        # Clockwise, in the unturned page; the page's own rotation is clockwise too. Below 0: not known.
        quarters = angle / (math.pi / 2) if angle >= 0 else 0.0
        if abs(quarters - round(quarters)) * math.pi / 2 > _SLANT:
            continue
        if letter in _HYPHEN:
            if not raw.FPDFText_GetCharBox(text, index, left, right, bottom, top) or right.value <= left.value:
                continue  # where a word may be broken, and was not
            letter = "-"
        elif _meaningless(letter) or raw.FPDFText_HasUnicodeMapError(text, index) == 1:
            letter = UNKNOWN
        elif ord(letter) in _LIGATURES:
            letter = unicodedata.normalize("NFKC", letter)
        x0, y0 = to_pixels(box.left, box.top)
        x1, y1 = to_pixels(box.right, box.bottom)
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        quarter = (turn + round(quarters)) % 4
        font = ctypes.cast(raw.FPDFTextObj_GetFont(printed), ctypes.c_void_p).value or 0
        run = _Run(quarter, *_turned(quarter, x0, y0, x1, y1), text=[letter])
        last = characters[-1] if characters else None
        if last is not None and (last.left, last.right, last.top) == (run.left, run.right, run.top):
            last.text.append(letter)  # of one glyph that stands for several, such as "ffi"
            continue
        run.fonts[fonts.setdefault(font, len(fonts))] = 1
        characters.append(run)
    seen = sum(each is not None for each in characters)
    return None if hidden > _HIDDEN * (hidden + seen) else characters


def _meaningless(letter: str) -> bool:
    code = ord(letter)
    return code < 32 or letter == UNKNOWN or 0xE000 <= code <= 0xF8FF or 0xD800 <= code <= 0xDFFF


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


def _once(words: list[_Run]) -> list[_Run]:
    """The words without those printed twice on one spot, as some programs print a table's head or bold type."""
    kept: dict[tuple[int, str, int, int], _Run] = {}
    for word in words:
        size = max(word.height, 1.0)
        text, across, down = "".join(word.text), round(word.left / size), round(word.top / size)
        near = [(word.quarter, text, across + x, down + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        if not any((other := kept.get(key)) and _same_spot(word, other) for key in near):
            kept[word.quarter, text, across, down] = word
    return list(kept.values())


def _same_spot(one: _Run, other: _Run) -> bool:
    near = _TWICE * min(one.height, other.height)
    return abs(one.left - other.left) <= near and abs(one.top - other.top) <= near


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


def _clipped(run: _Run, view: View) -> tuple[float, float, float, float] | None:
    """The box in pixels of the picture as x, y, width, height; None for text outside it or without extent."""
    inverse = {0: 0, 1: 3, 2: 2, 3: 1}[run.quarter]
    return view.clipped(*_turned(inverse, run.left, run.top, run.right, run.bottom))
