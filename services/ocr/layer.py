"""Holds the text that a PDF carries against its picture, and finds what of the picture it lacks.

A text layer has every letter right, or it is worse than nothing: text that a scanner's program read, fonts whose map to
letters is missing or wrong, white text, text under a picture, a layer that lies beside its page. None of that can be
told from the file, all of it from the picture: there must be ink where a line is said to be, and a few lines of each
font, read off the picture, must be what the layer says. What fails is read as on any picture; so is what stands in
pictures on the page, and ink that no line of the layer covers (text drawn as shapes, fields of a form).

``layer ─▶ ink? ─▶ sample of each font read ─▶ lines that hold ─▶ + places whose text is to be read
            └─ too little of it holds: None ─▶ the picture is read as if there were no layer``
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import cv2
import numpy as np

from services.ocr.crops import Image, Quad, extent, read_from, size
from services.ocr.engine import Engine
from shared.messages import UNKNOWN, OcrLine, TextLayer, TextLine

_MOST = 2000
"""Lines of a layer that is looked at; a page with more is no timetable."""
_FAINT = 20
"""Grey levels; what stands out less is no ink."""
_MIDDLE = 0.15
"""Share of a line's box off each of its sides: what stands there may be a neighbour's, or a rule."""
_LOST = 0.3
"""Share of a layer's letters that may not be on the page, or not as it says; of one with more nothing is taken."""
_BESIDE = 2
"""Times the lines that hold, of which as many to be read make the page a picture with a few words of text: it may need
all that a picture's preparation does."""
_ALIKE = 0.7
"""Similarity of a font's sample and what is read there, from which its map is right."""
_EACH, _SAMPLES = 3, 24
"""Lines of a font that are read, and of all together."""
_LEGIBLE = 10.0
"""Pixels of a line's height below which the recogniser is no witness."""
_TELLING = 3
"""Letters of a sample, at least."""
_LONGEST = 16.0
"""Heights that a sample is long, at most: some thirty letters, which tell as much as three hundred."""
_KNOWN_ALPHABET = 0.8
"""Share of a line's letters that are of the recogniser's alphabet, from which it is asked."""
_LATIN = ((0x20, 0x24F), (0x1E00, 0x1EFF))


@dataclass(frozen=True, slots=True)
class Checked:
    """A page's text, as far as its layer holds."""

    lines: list[OcrLine]
    """Those that hold; their ids are all 0."""
    quads: list[Quad]
    """Upright ones of what is to be read off the picture."""


def check(picture: Image, layer: TextLayer, engine: Engine) -> Checked | None:
    """Hold a layer against the picture; None where it is not to be trusted.

    Args:
        picture: (height, width, 3), RGB, the page as its file draws it.
        layer: with boxes in its pixels.
        engine: loaded.
    """
    if len(layer.lines) > _MOST:
        return None
    inked = [line for line in layer.lines if _has_ink(picture, line)]
    letters = _letters(layer.lines)
    if not inked or _letters(inked) < (1 - _LOST) * letters:
        return None
    unknown = [line for line in inked if UNKNOWN in line.text]
    claimed = [line for line in inked if UNKNOWN not in line.text]
    wrong = _wrong(picture, claimed, engine)
    held = [line for line in claimed if line.font not in wrong.fonts and not wrong.letters & _odd(line)]
    if not held or _letters(held) < (1 - _LOST) * letters:
        return None
    known = [_quad(line.box) for line in held]
    lines = [_line(line, quad) for line, quad in zip(held, known, strict=True)]
    kept = {id(line) for line in held}
    doubted = [_quad(line.box) for line in (*unknown, *claimed) if id(line) not in kept]
    pictures = [_quad(box) for box in _joined(layer.pictures)]
    quads = doubted + engine.beside(picture, known + doubted, pictures)
    return Checked(lines, quads) if len(quads) <= _BESIDE * len(known) else None


@dataclass(frozen=True, slots=True)
class _Wrong:
    fonts: set[int]
    letters: set[tuple[int, str]]
    """Letters beyond ASCII, with their font, that the picture shows otherwise: what "ti" drawn as one is mapped to."""


def _wrong(picture: Image, lines: Sequence[TextLine], engine: Engine) -> _Wrong:
    """What the picture says against some lines."""
    samples = _samples(lines)
    read: dict[int, str] = {}
    for angle in (0, 90, 180, 270):
        which = [at for at in samples if lines[at].angle == angle]
        texts = engine.scores(picture, [_quad(lines[at].box) for at in which], angle)
        read |= {at: text for at, (text, _) in zip(which, texts, strict=True)}
    alike, lengths = Counter[int](), Counter[int]()
    seen: dict[tuple[int, str], bool] = {}
    for at in samples:
        line = lines[at]
        said, shown = plain(line.text), plain(read[at])
        matcher = SequenceMatcher(None, said, shown, autojunk=False)
        lengths[line.font] += len(said) + len(shown)
        alike[line.font] += 2 * sum(block.size for block in matcher.get_matching_blocks())
        for font, letter in _odd(line):
            same = plain(letter) in shown
            seen[font, letter] = seen.get((font, letter), False) or same
    fonts = {font for font, length in lengths.items() if alike[font] < _ALIKE * length}
    return _Wrong(fonts, {key for key, right in seen.items() if not right})


def _samples(lines: Sequence[TextLine]) -> list[int]:
    """Numbers of the lines that are read: those of each font with the most letters, and one for each odd letter."""
    fit = [at for at, line in enumerate(lines) if _readable(line)]
    fit.sort(key=lambda at: (extent(_quad(lines[at].box)) > _LONGEST, -len(plain(lines[at].text))))
    fonts: defaultdict[int, list[int]] = defaultdict(list)
    odd: dict[tuple[int, str], int] = {}
    for at in fit:
        fonts[lines[at].font].append(at)
        for key in _odd(lines[at]):
            odd.setdefault(key, at)
    first = [at for turn in range(_EACH) for font in fonts.values() for at in font[turn : turn + 1]]
    return list(dict.fromkeys([*first[:_SAMPLES], *list(odd.values())[:_SAMPLES]]))


def _readable(line: TextLine) -> bool:
    letters = [letter for letter in line.text if letter.isalnum()]
    latin = sum(any(low <= ord(letter) <= high for low, high in _LATIN) for letter in letters)
    return (
        len(letters) >= _TELLING and latin >= _KNOWN_ALPHABET * len(letters) and min(size(_quad(line.box))) >= _LEGIBLE
    )


def _odd(line: TextLine) -> set[tuple[int, str]]:
    """The line's Latin letters beyond ASCII, with its font."""
    return {
        (line.font, letter)
        for letter in line.text
        if letter.isalnum() and not letter.isascii() and any(low <= ord(letter) <= high for low, high in _LATIN)
    }


def plain(text: str) -> str:
    """Its letters and figures without accents and case."""
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in text if letter.isalnum())


def _has_ink(picture: Image, line: TextLine) -> bool:
    x, y, wide, high = line.box
    off = _MIDDLE * min(wide, high)
    part = picture[round(y + off) : round(y + high - off) + 1, round(x + off) : round(x + wide - off) + 1]
    if not part.size:
        return False
    low, most = part.min(axis=(0, 1)).astype(int), part.max(axis=(0, 1)).astype(int)
    return bool((most - low).max() >= _FAINT)


def _letters(lines: Sequence[TextLine]) -> int:
    return sum(len(line.text) for line in lines)


def _line(line: TextLine, quad: Quad) -> OcrLine:
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in read_from(quad, line.angle))
    return OcrLine(id=0, text=line.text, box=(a, b, c, d), confidence=1.0, angle=line.angle)


def _quad(box: tuple[float, float, float, float]) -> Quad:
    x, y, wide, high = box
    return np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]], dtype=np.float32)


def _joined(boxes: Sequence[tuple[float, float, float, float]]) -> list[tuple[float, float, float, float]]:
    """Boxes with those that touch them as one: many programs cut a picture in strips, through lines of text."""
    if not boxes:
        return []
    right, bottom = (max(box[at] + box[at + 2] for box in boxes) for at in (0, 1))
    marked = np.zeros((int(bottom) + 4, int(right) + 4), dtype=np.uint8)
    for x, y, wide, high in boxes:
        cv2.rectangle(marked, (int(x), int(y)), (int(x + wide) + 2, int(y + high) + 2), 1, -1)
    _, _, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=4)
    return [(float(x), float(y), float(w), float(h)) for x, y, w, h, _ in stats[1:]]
