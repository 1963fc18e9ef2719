"""The numbers Word puts before the paragraphs of a list, which are nowhere in its text (ECMA-376 part 1, 17.9).

Teachers number their periods that way, in a table's first column or in a legend. Bullets say nothing and are left out.
"""

import re
from dataclasses import dataclass
from typing import Any

_LEVELS = 9
_MOST = 10_000
"""Numbers counted; also the largest start that is believed."""
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_PLACE = re.compile("%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    """``w:numFmt``."""
    text: str
    """With ``%1`` for the number of the first level."""
    start: int


class Numbers:
    """Counts the paragraphs of each list, in the document's order."""

    def __init__(self, element: Any) -> None:
        """Args:
        element: ``w:numbering``, or None for a document without lists.
        """
        from docx.oxml.ns import qn

        self._qn = qn
        self._levels: dict[str, dict[int, _Level]] = {}
        self._list: dict[str, str] = {}
        """The list a number's paragraphs are counted in: several numbers may share one."""
        self.counts: dict[str, tuple[int, ...]] = {}
        if element is None:
            return
        lists = {each.get(qn("w:abstractNumId")): each for each in element.iterchildren(qn("w:abstractNum"))}
        for each in element.iterchildren(qn("w:num")):
            key, name = each.get(qn("w:numId")), self._value(each, "w:abstractNumId")
            levels = self._read(lists.get(name))
            restarted = False
            for override in each.iterchildren(qn("w:lvlOverride")):
                at = _whole(override.get(qn("w:ilvl")), 0)
                start = self._value(override, "w:startOverride")
                levels |= {n: level for n, level in self._read(override).items() if n == at}
                if start is not None and at in levels:
                    restarted = True
                    levels[at] = _Level(levels[at].form, levels[at].text, _whole(start, 1))
            self._levels[key] = levels
            self._list[key] = f"own {key}" if restarted else f"shared {name}"

    def label(self, key: str, depth: int) -> str:
        """The next number of a list at a level from 0, as printed; empty for bullets and unknown lists."""
        levels = self._levels.get(key, {})
        level = levels.get(depth)
        if level is None:
            return ""
        # Deeper levels begin again; levels above that no paragraph had yet stand at their start.
        counts = list(self.counts.get(self._list[key], ()))[: depth + 1]
        if len(counts) > depth:
            counts[depth] = min(counts[depth] + 1, _MOST)
        else:
            counts += [levels[at].start if at in levels else 1 for at in range(len(counts), depth + 1)]
        self.counts[self._list[key]] = tuple(counts)
        if level.form in ("bullet", "none"):
            return ""

        def number(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            return _written(counts[at], levels[at].form) if at < len(counts) and at in levels else ""

        return _PLACE.sub(number, level.text).strip()

    def _read(self, parent: Any) -> dict[int, _Level]:
        levels: dict[int, _Level] = {}
        for each in () if parent is None else parent.iterchildren(self._qn("w:lvl")):
            at = _whole(each.get(self._qn("w:ilvl")), 0)
            if at < _LEVELS:
                form = self._value(each, "w:numFmt") or "decimal"
                text = (self._value(each, "w:lvlText") or "")[:40]
                levels[at] = _Level(form, text, _whole(self._value(each, "w:start"), 1))
        return levels

    def _value(self, parent: Any, name: str) -> str | None:
        element = parent.find(self._qn(name))
        return None if element is None else element.get(self._qn("w:val"))


def _whole(text: str | None, otherwise: int) -> int:
    return min(int(text), _MOST) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _written(number: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 4)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman"):
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
        return text if form == "lowerRoman" else text.upper()
    return f"{number:02}" if form == "decimalZero" else str(number)
