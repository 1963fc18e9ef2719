"""How a run of text looks, through the styles it takes its looks from (ECMA-376 part 1, 17.7.2)."""

from dataclasses import dataclass, replace
from typing import Any

from services.compressor.typeset.model import Align

_DEPTH = 20
"""Styles based on one another; Word itself allows 10."""
_ALIGN: dict[str, Align] = {"center": "center", "right": "right", "end": "right", "left": "left", "start": "left"}
_SMALLEST, _LARGEST = 4.0, 96.0


@dataclass(frozen=True, slots=True)
class Look:
    size: float = 10.0
    """What Word takes where nothing says a size."""
    bold: bool = False
    caps: bool = False
    hidden: bool = False
    align: Align = "left"
    colour: str | None = None


class Styles:
    """The document's styles."""

    def __init__(self, element: Any) -> None:
        """Args:
        element: ``w:styles``.
        """
        from docx.oxml.ns import qn

        self._qn = qn
        self._styles = {style.get(qn("w:styleId")): style for style in element.iterchildren(qn("w:style"))}
        self._default = next(
            (
                each.get(qn("w:styleId"))
                for each in self._styles.values()
                if each.get(qn("w:default")) in ("1", "true") and each.get(qn("w:type")) == "paragraph"
            ),
            None,
        )
        self._known: dict[str | None, Look] = {}
        look = Look()
        defaults = element.find(qn("w:docDefaults"))
        if defaults is not None:
            look = self.applied(look, defaults.find(f"{qn('w:rPrDefault')}/{qn('w:rPr')}"))
            look = self.applied(look, defaults.find(f"{qn('w:pPrDefault')}/{qn('w:pPr')}"))
        self._base = look

    def of_paragraph(self, properties: Any) -> Look:
        """The look of a paragraph with these ``w:pPr`` (or None)."""
        name = self._value(properties, "w:pStyle")
        look = self._named(name if name in self._styles else self._default)
        return self.applied(look, properties)

    def numbering(self, properties: Any) -> tuple[str, int] | None:
        """The list and the level (from 0) that a paragraph with these ``w:pPr`` (or None) is numbered by."""
        name = self._value(properties, "w:pStyle")
        styles = self._chain(name if name in self._styles else self._default)
        list_ = depth = None
        for each in [*(style.find(self._qn("w:pPr")) for style in styles), properties]:
            number = None if each is None else each.find(self._qn("w:numPr"))
            list_ = self._value(number, "w:numId") or list_
            depth = self._value(number, "w:ilvl") or depth
        return (list_, int(depth) if depth and depth.isdigit() else 0) if list_ else None

    def of_run(self, paragraph: Look, properties: Any) -> Look:
        """The look of a run with these ``w:rPr`` (or None) in a paragraph."""
        name = self._value(properties, "w:rStyle")
        if name in self._styles:
            for style in self._chain(name):
                paragraph = self.applied(paragraph, style.find(self._qn("w:rPr")))
        return self.applied(paragraph, properties)

    def applied(self, look: Look, properties: Any) -> Look:
        """The look, with what ``w:rPr`` or ``w:pPr`` say of it."""
        if properties is None:
            return look
        size = _number(self._value(properties, "w:sz"))
        if size is not None:
            look = replace(look, size=min(max(size / 2, _SMALLEST), _LARGEST))
        align = _ALIGN.get(self._value(properties, "w:jc") or "")
        if align:
            look = replace(look, align=align)
        colour = self._value(properties, "w:color")
        if colour:
            look = replace(look, colour=hex_colour(colour))
        bold, caps, hidden = (self._toggle(properties, name) for name in ("w:b", "w:caps", "w:vanish"))
        return replace(
            look,
            bold=look.bold if bold is None else bold,
            caps=look.caps if caps is None else caps,
            hidden=look.hidden if hidden is None else hidden,
        )

    def _named(self, name: str | None) -> Look:
        if name not in self._known:
            look = self._base
            for style in self._chain(name):
                look = self.applied(look, style.find(self._qn("w:pPr")))
                look = self.applied(look, style.find(self._qn("w:rPr")))
            self._known[name] = look
        return self._known[name]

    def _chain(self, name: str | None) -> list[Any]:
        """The style and what it is based on, the first of them first."""
        chain: list[Any] = []
        while name in self._styles and len(chain) < _DEPTH:
            chain.insert(0, self._styles[name])
            name = self._value(chain[0], "w:basedOn")
        return chain

    def _value(self, properties: Any, name: str) -> str | None:
        element = None if properties is None else properties.find(self._qn(name))
        return None if element is None else element.get(self._qn("w:val"))

    def _toggle(self, properties: Any, name: str) -> bool | None:
        element = properties.find(self._qn(name))
        return None if element is None else element.get(self._qn("w:val")) not in ("0", "false", "off")


def hex_colour(text: str | None) -> str | None:
    """``rrggbb``, or None for "auto" and whatever is no colour."""
    try:
        return f"{int(text or '', 16):06x}" if len(text or "") == 6 else None
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
