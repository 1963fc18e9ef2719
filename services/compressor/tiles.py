"""Long pictures in overlapping tiles: a scrolled screenshot of 1,080 × 13,000 pixels, shrunk as a whole to a stored
picture's longest side, would have letters of two pixels.

The stored picture, which a person sees, is shrunk all the same. Beside it go tiles, none larger than a stored picture,
which the text recognition puts together again.
"""

import math
from itertools import pairwise
from typing import Any

from services.compressor.compressed import Tile
from services.compressor.encode import encode_somehow
from services.compressor.settings import CompressorSettings

_LONG = 3.0
"""Longer to shorter side, from which a picture that has to be shrunk is tiled; a panorama of a wall plan has 2."""
_MOST_PIXELS = 24_000_000
"""Of all tiles together."""
_LONGEST = 16_000
"""Pixels; WebP holds 16,383."""
_OVERLAP = 0.2
"""Of a tile, with the next: more than a line of text is long or high."""


def tiled_side(width: int | None, height: int | None, settings: CompressorSettings) -> int | None:
    """The longest side that a picture is decoded with to be tiled; None for one that is not long, or small enough."""
    if not width or not height:
        return None
    longest, shortest = max(width, height), min(width, height)
    if longest <= settings.max_image_dimension or longest < _LONG * shortest:
        return None
    scale = min(
        1.0,
        settings.max_image_dimension / shortest,
        _LONGEST / longest,
        math.sqrt(_MOST_PIXELS / (width * height)),
    )
    return max(round(longest * scale), settings.max_image_dimension)


def tiles(image: Any, settings: CompressorSettings) -> list[Tile]:
    """The tiles of a decoded picture, from its beginning to its end along its longer side.

    Args:
        image: pyvips image in memory.

    Raises:
        EncodeError: no encoder works.
    """
    side, across = settings.max_image_dimension, image.width >= image.height
    length = image.width if across else image.height
    step = round(side * (1 - _OVERLAP))
    begins = [*range(0, max(length - side, 0), step), max(length - side, 0)]
    found = []
    for begin, _ in pairwise([*begins, length]):
        size = min(side, length - begin)
        piece = image.crop(begin, 0, size, image.height) if across else image.crop(0, begin, image.width, size)
        encoded = encode_somehow(piece.copy_memory(), settings)
        left, top = (begin, 0) if across else (0, begin)
        found.append(Tile(encoded.data, encoded.content_type, encoded.suffix, left, top, piece.width, piece.height))
    return found
