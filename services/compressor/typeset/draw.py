"""A laid-out page as a picture, with where every line of it stands."""

import math
from typing import Any

from services.compressor.pdf import DrawnPage
from services.compressor.typeset.layout import Page, Text, font
from shared.messages import TextLayer, TextLine

_DPI = 200
_POINTS_PER_INCH = 72
_INK = "black"


def draw_page(page: Page, longest: int) -> DrawnPage:
    """Draw a page at 200 dots an inch, or what fits `longest` pixels."""
    from PIL import Image, ImageDraw

    scale = min(_DPI / _POINTS_PER_INCH, longest / max(page.width, page.height))
    width = min(longest, max(1, round(page.width * scale)))
    height = min(longest, max(1, round(page.height * scale)))
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    rule = max(1, round(0.75 * scale))
    boxes = []
    for area in page.areas:
        left, top = round(area.x * scale), round(area.y * scale)
        boxes.append((left, top, round((area.x + area.width) * scale), round((area.y + area.height) * scale)))
        if area.fill:
            pen.rectangle(boxes[-1], fill=f"#{area.fill}")
    # After all of the fills, which would cover half of a neighbour's line.
    for left, top, right, bottom in boxes:
        pen.rectangle((left, top, right + rule - 1, bottom + rule - 1), outline=_INK, width=rule)
    lines = [line for text in page.texts if (line := _write(picture, text, scale)) is not None]
    layer = TextLayer(lines=lines, exact=True) if lines else None
    return DrawnPage(picture.convert("RGBX").tobytes(), width, height, layer)


def _write(picture: Any, text: Text, scale: float) -> TextLine | None:
    """Draw a line; returns its place, None where that is outside of the page.

    Args:
        picture: Pillow's.
    """
    from PIL import Image, ImageDraw

    letters = font(max(1.0, round(text.size * scale, 2)), text.bold)
    ascent, descent = letters.getmetrics()
    long, high = max(1, math.ceil(letters.getlength(text.text)) + 2), ascent + descent
    mask = Image.new("L", (long, high), 0)
    ImageDraw.Draw(mask).text((1, 0), text.text, fill=255, font=letters)
    if text.angle == 270:
        mask = mask.transpose(Image.Transpose.ROTATE_90)
    elif text.angle == 90:
        mask = mask.transpose(Image.Transpose.ROTATE_270)
    x, y = round(text.x * scale), round(text.y * scale)
    picture.paste(f"#{text.colour}", (x, y, x + mask.width, y + mask.height), mask)
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + mask.width, picture.width), min(y + mask.height, picture.height)
    if x1 <= x0 or y1 <= y0:
        return None
    return TextLine(text=text.text, box=(x0, y0, x1 - x0, y1 - y0), angle=text.angle)
