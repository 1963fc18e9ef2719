"""Text boxes and shapes that stand on a page of their own accord, by their anchors.

DrawingML's anchors hang at the page, its margins or the paragraph they are in (ECMA-376 part 1, 20.4.2.3), groups of
shapes have a measure of their own (20.1.7.6); older programs write VML with the same places in a style (part 4, 19.1).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from services.compressor.docx.styles import hex_colour

_EMU = 12_700.0
"""In a point."""
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(pt|in|cm|mm|px|pc|)")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 28.3465, "mm": 2.83465, "px": 0.75, "pc": 12.0, "": 0.75}
_LEAST = 4.0
"""Points of a side; less is a line."""
_DEPTH = 6
"""Of groups in groups."""
_MOST = 1_000
_FAR = 5_000.0
"""Points."""
_VALIGN: dict[str, Literal["top", "center", "bottom"]] = {"ctr": "center", "b": "bottom"}
_TURNED: dict[str, Literal[0, 90, 270]] = {"vert270": 270, "vert": 90, "eaVert": 90}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A section's page and margins, in points."""

    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A box on the page, in points from its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    flows: bool
    """`y` counts from the paragraph that holds it."""
    content: Any
    """``w:txbxContent``; None for a shape without text."""
    fill: str | None
    valign: Literal["top", "center", "bottom"] = "top"
    angle: Literal[0, 90, 270] = 0


def shapes(drawing: Any, sheet: Sheet) -> list[Shape] | None:
    """The shapes of a ``w:drawing`` or ``w:pict``; None where it has no place of its own but runs with the text."""
    found: list[Shape] = []
    for element in drawing.iter():
        name = _local(element)
        if name == "anchor":
            found += _anchored(element, sheet)
        elif name in ("shape", "rect", "roundrect") and _style(element).get("position") == "absolute":
            shape = _of_vml(element, sheet)
            found += [shape] if shape is not None else []
        if len(found) > _MOST:
            break
    return [each for each in found if max(abs(each.x), abs(each.y), each.width, each.height) < _FAR][:_MOST] or None


def _anchored(anchor: Any, sheet: Sheet) -> Iterator[Shape]:
    wide, high = (_whole(_child(anchor, "extent"), name) / _EMU for name in ("cx", "cy"))
    x, _ = _position(_child(anchor, "positionH"), wide, across=True, sheet=sheet)
    y, flows = _position(_child(anchor, "positionV"), high, across=False, sheet=sheet)
    if anchor.get("simplePos") in ("1", "true"):
        simple = _child(anchor, "simplePos")
        x, y, flows = _whole(simple, "x") / _EMU, _whole(simple, "y") / _EMU, False
    data = _child(_child(anchor, "graphic"), "graphicData")
    for each in () if data is None else data.iterchildren():
        if _local(each) == "wsp":
            yield from _single(each, x, y, wide, high, flows)
        elif _local(each) in ("wgp", "wpc"):
            yield from _group(each, x, y, wide, high, flows, 0)


def _group(group: Any, x: float, y: float, wide: float, high: float, flows: bool, depth: int) -> Iterator[Shape]:
    """The shapes of a group that fills a place, which they are measured within by its ``chOff`` and ``chExt``."""
    frame = _child(_child(group, "grpSpPr"), "xfrm")
    left, top = (_whole(_child(frame, "chOff"), name) for name in ("x", "y"))
    across = _whole(_child(frame, "chExt"), "cx") or wide * _EMU
    down = _whole(_child(frame, "chExt"), "cy") or high * _EMU
    for each in group.iterchildren():
        inner = each if _local(each) == "wsp" else _child(each, "grpSpPr") if _local(each) == "grpSp" else None
        place = _child(_child(inner, "spPr"), "xfrm") if _local(each) == "wsp" else _child(inner, "xfrm")
        if place is None:
            continue
        at, size = _child(place, "off"), _child(place, "ext")
        x0 = x + (_whole(at, "x") - left) * wide / across
        y0 = y + (_whole(at, "y") - top) * high / down
        w, h = _whole(size, "cx") * wide / across, _whole(size, "cy") * high / down
        if _local(each) == "wsp":
            yield from _single(each, x0, y0, w, h, flows)
        elif depth < _DEPTH:
            yield from _group(each, x0, y0, w, h, flows, depth + 1)


def _single(shape: Any, x: float, y: float, wide: float, high: float, flows: bool) -> Iterator[Shape]:
    content = _child(_child(shape, "txbx"), "txbxContent")
    look, body = _child(shape, "spPr"), _child(shape, "bodyPr")
    colour = _child(_child(look, "solidFill"), "srgbClr")
    fill = None if colour is None else hex_colour(colour.get("val"))
    if min(wide, high) >= _LEAST and (content is not None or fill is not None):
        anchor, way = ("", "") if body is None else (body.get("anchor") or "", body.get("vert") or "")
        yield Shape(x, y, wide, high, flows, content, fill, _VALIGN.get(anchor, "top"), _TURNED.get(way, 0))


def _position(element: Any, size: float, *, across: bool, sheet: Sheet) -> tuple[float, bool]:
    """Where ``wp:positionH`` or ``wp:positionV`` puts what is so large, and whether that is from the paragraph."""
    relative = "" if element is None else element.get("relativeFrom") or ""
    page, first, last = (sheet.width, sheet.left, sheet.right) if across else (sheet.height, sheet.top, sheet.bottom)
    begin, room = {
        "page": (0.0, page), "leftMargin": (0.0, first), "topMargin": (0.0, first),
        "rightMargin": (page - last, last), "bottomMargin": (page - last, last),
    }.get(relative, (first, page - first - last))  # fmt: skip
    flows = not across and relative in ("paragraph", "line", "")
    offset, align = _child(element, "posOffset"), _child(element, "align")
    if offset is not None and not flows:
        return begin + _number(offset.text) / _EMU, False
    if offset is not None:
        return _number(offset.text) / _EMU, True
    word = "" if align is None else align.text or ""
    share = {"center": 0.5, "right": 1.0, "bottom": 1.0, "outside": 1.0}.get(word, 0.0)
    return (0.0, True) if flows else (begin + share * (room - size), False)


def _of_vml(element: Any, sheet: Sheet) -> Shape | None:
    style = _style(element)
    content = next((each for each in element.iter() if _local(each) == "txbxContent"), None)
    x, y = (_points(style.get(f"margin-{side}") or style.get(side)) for side in ("left", "top"))
    wide, high = _points(style.get("width")), _points(style.get("height"))
    fill = hex_colour((element.get("fillcolor") or "").split(" ")[0].lstrip("#"))
    if min(wide, high) < _LEAST or content is None:
        return None
    across = style.get("mso-position-horizontal-relative", "text")
    down = style.get("mso-position-vertical-relative", "text")
    x += 0.0 if across == "page" else sheet.left
    y += sheet.top if down == "margin" else 0.0
    return Shape(x, y, wide, high, down not in ("page", "margin"), content, fill)


def _style(element: Any) -> dict[str, str]:
    pairs = (each.partition(":") for each in (element.get("style") or "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _points(text: str | None) -> float:
    match = _LENGTH.fullmatch(text or "")
    return float(match[1]) * _POINTS[match[2]] if match else 0.0


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child(element: Any, name: str) -> Any:
    return None if element is None else next((each for each in element.iterchildren() if _local(each) == name), None)


def _whole(element: Any, name: str) -> float:
    return 0.0 if element is None else _number(element.get(name))


def _number(text: str | None) -> float:
    try:
        return float(int(text or 0))
    except (ValueError, OverflowError):
        return 0.0
