"""Fonts: the one that Pillow carries, and whatever Latin families the machine has.

Pillow's own face holds plain ASCII letters and little else, so accents are set on them here by hand. That way the set
can be drawn on a machine without any font.
"""

import functools
import sysconfig
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageDraw, ImageFont

_FOLDERS = (Path("/usr/share/fonts"), *Path(sysconfig.get_path("purelib")).glob("font_*/files"))
_NEEDED = "aąßéłŚñ–ªº"
_STAND_INS = {
    "ł": "l", "Ł": "L", "–": "-", "—": "-", "•": "·", "’": "'", "“": '"', "”": '"', "×": "x", "→": ">",
    "ª": "a", "º": "o",
}  # fmt: skip
_MARKS = {"\u0300", "\u0301", "\u0302", "\u0303", "\u0307", "\u0308", "\u030c", "\u0327", "\u0328"}


@dataclass(frozen=True)
class Face:
    """A family; ``None`` is Pillow's own face, whose bold is imitated."""

    name: str
    regular: str | None = None
    bold: str | None = None
    italic: str | None = None


OWN = Face("Pillow")


@functools.cache
def _load(path: str | None, size: int) -> ImageFont.FreeTypeFont:
    if path is not None:
        return ImageFont.truetype(path, size)
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font


@functools.cache
def faces() -> tuple[Face, ...]:
    """Pillow's face and every family of the machine and of Python packages that has the letters drawn here."""
    files: dict[str, dict[str, str]] = {}
    for path in sorted(path for folder in _FOLDERS for path in folder.rglob("*.[ot]tf")):
        family, _, cut = path.stem.partition("-")
        if not family.startswith("Noto") or family in {"NotoSans", "NotoSerif", "NotoSansDisplay"}:
            files.setdefault(family, {})[cut or "Regular"] = str(path)
    found = [OWN]
    for family, cuts in sorted(files.items()):
        # A cut can lack what its family has: then dashes and accents would be drawn as boxes.
        full = {cut: path for cut, path in cuts.items() if _has_letters(path)}
        if regular := full.get("Regular"):
            found.append(
                Face(family, regular, full.get("Bold"), full.get("Italic") or full.get("Oblique") or full.get("It"))
            )
    return tuple(found)


def _has_letters(path: str) -> bool:
    try:
        font = _load(path, 24)
    except OSError:
        return False
    missing = bytes(font.getmask("\uffff"))
    return all(bytes(font.getmask(letter)) != missing for letter in _NEEDED)


class Font:
    """One face at one size.

    Args:
        face: the family.
        size: pixels.
        bold: the bold cut, or its imitation where the family has none.
        italic: the italic cut, if there is one.
    """

    def __init__(self, face: Face, size: int, *, bold: bool = False, italic: bool = False) -> None:
        path = (face.bold if bold else face.italic if italic else None) or face.regular
        self.own = path is None
        self.size = size
        self.bold = bold
        # Struck twice, a little apart: a stroke all around would fill the gap below an i's dot at small sizes.
        self.strike = max(1, round(size / 28)) if bold and not face.bold else 0
        self._font = _load(path, size)
        self.ascent, self.descent = self._font.getmetrics()

    @property
    def height(self) -> int:
        """Of a line: ascent and descent, pixels."""
        return self.ascent + self.descent

    def length(self, text: str) -> float:
        """Of the text on one line, pixels."""
        return self._font.getlength(_plain(text) if self.own else text) + self.strike

    def draw(self, draw: ImageDraw.ImageDraw, x: float, y: float, text: str, fill: object) -> None:
        """Set a line of text with its upper left corner at x, y."""
        shown = _plain(text) if self.own else text
        for shift in {0, self.strike}:
            draw.text((x + shift, y), shown, font=self._font, fill=fill)  # type: ignore[arg-type]  # Pillow's own colour type is private
        if not self.own:
            return
        at = 0
        for letter in text:
            base = _plain(letter)
            left = x + self.strike / 2 + self._font.getlength(shown[:at])
            at += len(base)
            self._accent(draw, letter, left, self._font.getlength(base), y, fill)

    def _accent(
        self, draw: ImageDraw.ImageDraw, letter: str, left: float, width: float, y: float, fill: object
    ) -> None:
        s, pen = self.size, max(1, round(self.size / 14)) + self.strike // 2
        middle, base = left + width / 2, y + self.ascent
        high = base - (0.86 if letter.isupper() else 0.64) * s

        def line(*points: tuple[float, float]) -> None:
            draw.line([(middle + a * s, b) for a, b in points], fill=fill, width=pen)  # type: ignore[arg-type]

        if letter in "łŁ":
            line((-0.12, base - 0.28 * s), (0.12, base - 0.44 * s))
        elif letter in "–—":
            reach = width / 2 / s
            line((-reach, base - 0.27 * s), (reach, base - 0.27 * s))
        for mark in unicodedata.normalize("NFD", letter)[1:]:
            if mark == "\u0300":
                line((-0.1, high - 0.08 * s), (0.04, high + 0.03 * s))
            elif mark == "\u0301":
                line((-0.04, high + 0.03 * s), (0.1, high - 0.08 * s))
            elif mark == "\u0302":
                line((-0.12, high + 0.03 * s), (0, high - 0.07 * s), (0.12, high + 0.03 * s))
            elif mark == "\u0303":
                line(
                    (-0.13, high + 0.02 * s), (-0.05, high - 0.04 * s), (0.05, high + 0.01 * s), (0.13, high - 0.05 * s)
                )
            elif mark == "\u0307":
                line((-0.02, high - 0.02 * s), (0.03, high - 0.02 * s))
            elif mark == "\u0308":
                line((-0.13, high - 0.02 * s), (-0.07, high - 0.02 * s))
                line((0.07, high - 0.02 * s), (0.13, high - 0.02 * s))
            elif mark == "\u0327":
                line((0.02, base), (0.05, base + 0.09 * s), (-0.05, base + 0.14 * s))
            elif mark == "\u0328":
                line((0.14, base), (0.08, base + 0.1 * s), (0.17, base + 0.13 * s))


def _plain(text: str) -> str:
    """The letters that Pillow's face has; marks are drawn over them."""
    plain = "".join(_STAND_INS.get(letter, letter) for letter in text)
    return "".join(each for each in unicodedata.normalize("NFD", plain) if each not in _MARKS)
