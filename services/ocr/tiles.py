"""Puts a long picture together from its tiles, and finds its lines tile by tile: at the detector's size the whole would
show none."""

import numpy as np

from services.ocr.crops import Quad, reading_order
from services.ocr.engine import Engine
from services.ocr.preparation import Page, decode
from services.ocr.reading import Tiled
from shared.outcomes import UnreadableError
from shared.skew import STRAIGHT, measured

_MOST_PIXELS = 30_000_000
"""Of the whole; tiles of a compressor that sends more are not its."""


def put_together(tiled: Tiled, engine: Engine, max_pixels: int) -> Page:
    """The page that tiles make, with its lines; nothing is turned or levelled, as long pictures are screenshots.

    A line in the overlap of two tiles is found in both: the one whose half of it holds the line's middle has it whole.

    Raises:
        UnreadableError: a tile is broken, or there are too many.
    """
    pieces = [(decode(piece.picture, max_pixels)[0], piece.left, piece.top) for piece in tiled.pieces]
    width = max(left + picture.shape[1] for picture, left, _ in pieces)
    height = max(top + picture.shape[0] for picture, _, top in pieces)
    if width * height > _MOST_PIXELS:
        raise UnreadableError(f"The picture has {width} x {height} pixels, more than can be read.")
    whole = np.full((height, width, 3), 255, dtype=np.uint8)
    axis = 0 if width >= height else 1
    spans = [(place[axis], place[axis] + picture.shape[1 - axis]) for picture, *place in pieces]
    quads: list[Quad] = []
    for at, (picture, left, top) in enumerate(pieces):
        whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        first = (spans[at - 1][1] + spans[at][0]) / 2 if at else -np.inf
        last = (spans[at][1] + spans[at + 1][0]) / 2 if at + 1 < len(spans) else np.inf
        found = (quad + np.array([left, top], dtype=np.float32) for quad in engine.detect(picture))
        quads += [quad for quad in found if first <= quad[:, axis].mean() < last]
    scale = np.diag([tiled.width / width, tiled.height / height, 1.0])
    to_stored = tuple(scale.ravel().tolist())
    return Page(whole, reading_order(quads), to_stored, measured(whole) or STRAIGHT, f"read in {len(pieces)} parts")
