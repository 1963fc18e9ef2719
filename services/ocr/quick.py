"""The recogniser in 8 bits, with several lines of text in one strip.

The model's time is that of its input's width, and it reads short lines well only where they are padded with grey to
`QUICK_WIDTH`. On a timetable most lines are short. So instead of padding, the next line follows after a gap, all of
them a little squeezed, and what the model finds at each place of the strip says whose it is: connectionist temporal
classification (Graves et al. 2006) gives one distribution over the characters for every `_STEP` pixels. ``docs/ocr.md``
has what this saves and what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from services.ocr.crops import MAX_CROP_SIDE, Image

Floats = NDArray[np.float32]

QUICK_WIDTH = 240
"""Pixels that a line which is alone in its strip is padded to. At 160 names are misread with confidence."""
_HEIGHT = 48
"""Pixels; what the model was made for."""
_STRIP = 320
"""Pixels that a strip with several lines is at most wide."""
_GAP = 32
"""Pixels between two lines; less runs a line's last letter into the next one's first."""
_SQUEEZE = 0.8
"""Of their width, for lines that share a strip; letters are still wider than the model's steps."""
_STEP = 8
"""Pixels of the input for each distribution over the characters."""

_TAIL = 0.65
"""Of a line's height: blank behind its last character, from which on letters were lost ("Wednesd" for "Wednesday").
The margin of a box is half of that."""


@dataclass(slots=True)
class Strip:
    """Lines beside each other, as one input of the model."""

    squeeze: float
    width: int = 0
    places: list[tuple[int, int, int]] = field(default_factory=list)
    """Each line's number, its first pixel and the one after its last."""

    def add(self, line: int, width: int) -> None:
        """Put a line `width` pixels wide behind the others."""
        start = self.width + (_GAP if self.places else 0)
        self.places.append((line, start, start + width))
        # The next line begins where a step of the model does, as a line alone in its strip would.
        self.width = start + -(-width // _STEP) * _STEP


def _width(crop: Image, squeeze: float) -> int:
    """Pixels of a crop's width once it is as high as the model's input."""
    height, width = crop.shape[:2]
    return min(max(int(np.ceil(_HEIGHT * width / height * squeeze)), 1), MAX_CROP_SIDE)


def together(crops: Sequence[Image], which: Sequence[int]) -> list[Strip]:
    """Strips of several lines, filled first-fit decreasing (Johnson 1973); the narrowest first.

    Args:
        crops: all of them, (height, width, 3).
        which: numbers of those to place.
    """
    strips: list[Strip] = []
    widths = {line: _width(crops[line], _SQUEEZE) for line in which}
    for line in sorted(which, key=lambda line: -widths[line]):
        room = _STRIP - _GAP - widths[line]
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


class QuickRecogniser:
    """One model in one thread of ONNX Runtime; `read` may be called from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Load the model.

        Args:
            folder: of `services.ocr.models.seed`.
        """
        import onnxruntime  # after services.ocr.models.prepare_environment, which it reads

        recipe = yaml.safe_load((folder / "inference.yml").read_text("utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena would keep the widest line's buffers for good
        self._session = onnxruntime.InferenceSession(
            str(folder / "inference.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name
        # The classes are CTC's blank, the dictionary, and the space.
        self._characters = ["", *recipe["PostProcess"]["character_dict"], " "]

    def read(self, crops: Sequence[Image], strips: Sequence[Strip]) -> dict[int, tuple[str, float]]:
        """Read some strips in one run.

        Args:
            crops: of all lines, (height, width, 3), BGR, reading left to right.
            strips: those to read; they cost least if they are about as wide as each other.

        Returns:
            Text and confidence (mean of its characters' probabilities) of the strips' lines, by their number. One that
            shares a strip and ends long before its picture does has no confidence.
        """
        width = max(QUICK_WIDTH, *(strip.width for strip in strips))
        batch = np.zeros((len(strips), 3, _HEIGHT, width), dtype=np.float32)  # 0 is the grey it was trained to ignore
        for row, strip in zip(batch, strips, strict=True):
            for line, start, end in strip.places:
                row[:, :, start:end] = _normalised(crops[line], end - start)
        steps: Floats = self._session.run(None, {self._input: batch})[0]
        read: dict[int, tuple[str, float]] = {}
        for probabilities, strip in zip(steps, strips, strict=True):
            ends = [start - _GAP // 2 for _, start, _ in strip.places[1:]] + [width]
            first = 0
            for (line, _, its_end), end in zip(strip.places, ends, strict=True):
                last = -(-end // _STEP)
                text, confidence, until = self._decoded(probabilities[first:last])
                if len(strip.places) > 1 and its_end - (first + until) * _STEP > _TAIL * strip.squeeze * _HEIGHT:
                    confidence = 0.0
                read[line] = text, confidence
                first = last
        return read

    def _decoded(self, steps: Floats) -> tuple[str, float, int]:
        """The best path: each step's likeliest class, repeats and blanks taken out; and the step after its last."""
        classes, best = steps.argmax(axis=1), steps.max(axis=1)
        kept = classes != 0
        kept[1:] &= classes[1:] != classes[:-1]
        if not kept.any():
            return "", 0.0, 0
        text = "".join(self._characters[index] for index in classes[kept])
        return text, float(best[kept].mean()), int(np.flatnonzero(kept)[-1]) + 1


def _normalised(crop: Image, width: int) -> Floats:
    """A crop as the model takes it: (3, height, width), from -1 to 1."""
    sized = cv2.resize(crop, (width, _HEIGHT)).astype(np.float32)
    return np.asarray(sized.transpose(2, 0, 1) / 127.5 - 1, dtype=np.float32)
