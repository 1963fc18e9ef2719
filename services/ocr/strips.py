"""Several lines of text beside each other as one input of the recogniser.

The model's time is that of its input's width, and it reads short lines well only where they are padded with grey. On a
timetable most lines are short. So instead of padding, the next line follows after a gap, all of them a little squeezed.
``docs/ocr.md`` has what this saves and what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from services.ocr.crops import MAX_CROP_SIDE, Image

HEIGHT = 48
"""Pixels; what the model was made for."""
STEP = 8
"""Pixels of the input for each distribution over the characters."""
GAP = 32
"""Pixels between two lines; less runs a line's last letter into the next one's first."""
_STRIP = 320
"""Pixels that a strip with several lines is at most wide."""
_SQUEEZE = 0.8
"""Of their width, for lines that share a strip; letters are still wider than the model's steps."""


@dataclass(slots=True)
class Strip:
    """Lines beside each other, as one input of the model."""

    squeeze: float
    width: int = 0
    places: list[tuple[int, int, int]] = field(default_factory=list)
    """Each line's number, its first pixel and the one after its last."""

    def add(self, line: int, width: int) -> None:
        """Put a line `width` pixels wide behind the others."""
        start = self.width + (GAP if self.places else 0)
        self.places.append((line, start, start + width))
        # The next line begins where a step of the model does, as a line alone in its strip would.
        self.width = start + -(-width // STEP) * STEP


def _width(crop: Image, squeeze: float) -> int:
    """Pixels of a crop's width once it is as high as the model's input."""
    height, width = crop.shape[:2]
    return min(max(int(np.ceil(HEIGHT * width / height * squeeze)), 1), MAX_CROP_SIDE)


def together(crops: Sequence[Image], which: Sequence[int]) -> list[Strip]:
    """Strips of several lines, filled first-fit decreasing (Johnson 1973); the narrowest first.

    Args:
        crops: all of them, (height, width, 3).
        which: numbers of those to place.
    """
    strips: list[Strip] = []
    widths = {line: _width(crops[line], _SQUEEZE) for line in which}
    for line in sorted(which, key=lambda line: -widths[line]):
        room = _STRIP - GAP - widths[line]
        strip = next((strip for strip in strips if strip.width <= room), None)
        if strip is None:
            strips.append(strip := Strip(_SQUEEZE))
        strip.add(line, widths[line])
    return sorted(strips, key=lambda strip: strip.width)


def alone(crops: Sequence[Image], which: Sequence[int]) -> list[Strip]:
    """A strip for each line, not squeezed; the narrowest first."""
    strips = [Strip(1.0) for _ in which]
    for strip, line in zip(strips, which, strict=True):
        strip.add(line, _width(crops[line], 1.0))
    return sorted(strips, key=lambda strip: strip.width)
