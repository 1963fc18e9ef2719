"""The recogniser on ONNX Runtime: strips of lines in, each line's letters out, with how sure each is.

What the model finds at each place of a strip says whose it is: connectionist temporal classification (Graves et al.
2006) gives one distribution over the characters for every few pixels. PaddleOCR's own pipeline around the same model
keeps of that the text and its mean; which letter is in doubt, and what else it may be, is in the distributions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from services.ocr.crops import Image
from services.ocr.strips import GAP, HEIGHT, STEP, Strip

Floats = NDArray[np.float32]

_TAIL = 0.65
"""Of a line's height: blank behind its last character, from which on letters were lost ("Wednesd" for "Wednesday").
The margin of a box is half of that."""


class Letter(NamedTuple):
    """A character of a line."""

    text: str
    confidence: float
    """0 to 1, where the model sees it best."""
    rival: str
    """What it may be instead, there; empty for nothing."""
    chance: float
    """The rival's."""
    at: float
    """Its middle, as a share of the line's width."""
    space: float
    """The chance of a space between it and the next."""


@dataclass(frozen=True)
class LineText:
    """A line as it was read."""

    letters: tuple[Letter, ...]
    confidence: float
    """0 to 1, the mean of its characters' probabilities where each begins."""

    @cached_property
    def text(self) -> str:
        return "".join(letter.text for letter in self.letters)


class LineModel:
    """A recogniser in one thread of ONNX Runtime; `read` may be called from several threads at once."""

    def __init__(self, folder: Path, narrowest: int) -> None:
        """Load the model.

        Args:
            folder: with ``inference.onnx`` and ``inference.yml``, as of `services.ocr.models`.
            narrowest: pixels that a strip is padded to.
        """
        import onnxruntime  # after services.ocr.models.prepare_environment, which it reads

        recipe = yaml.safe_load((folder / "inference.yml").read_text("utf-8"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena would keep the widest line's buffers for good
        self._session = onnxruntime.InferenceSession(
            str(folder / "inference.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._narrowest = narrowest
        self._input = self._session.get_inputs()[0].name
        # The classes are CTC's blank, the dictionary, and the space.
        self._characters = ["", *recipe["PostProcess"]["character_dict"], " "]

    def read(self, crops: Sequence[Image], strips: Sequence[Strip]) -> dict[int, LineText]:
        """Read some strips in one run.

        Args:
            crops: of all lines, (height, width, 3), BGR, reading left to right.
            strips: those to read; they cost least if they are about as wide as each other.

        Returns:
            The strips' lines by their number. One that shares a strip and ends long before its picture does has no
            confidence.
        """
        width = max(self._narrowest, *(strip.width for strip in strips))
        batch = np.zeros((len(strips), 3, HEIGHT, width), dtype=np.float32)  # 0 is the grey it was trained to ignore
        for row, strip in zip(batch, strips, strict=True):
            for line, start, end in strip.places:
                row[:, :, start:end] = _normalised(crops[line], end - start)
        steps: Floats = self._session.run(None, {self._input: batch})[0]
        read: dict[int, LineText] = {}
        for probabilities, strip in zip(steps, strips, strict=True):
            ends = [start - GAP // 2 for _, start, _ in strip.places[1:]] + [width]
            first = 0
            for (line, start, its_end), end in zip(strip.places, ends, strict=True):
                last = -(-end // STEP)
                found, until = self._decoded(probabilities[first:last], start / STEP - first, (its_end - start) / STEP)
                if len(strip.places) > 1 and its_end - (first + until) * STEP > _TAIL * strip.squeeze * HEIGHT:
                    found = LineText(found.letters, 0.0)
                read[line] = found
                first = last
        return read

    def _decoded(self, steps: Floats, start: float, width: float) -> tuple[LineText, int]:
        """The best path: each step's likeliest class, repeats and blanks taken out; and the step after its last.

        Args:
            steps: the probabilities of all classes at each.
            start: where the line begins, in steps.
            width: how wide it is, in steps.
        """
        classes, best = steps.argmax(axis=1), steps.max(axis=1)
        changes = np.flatnonzero(np.append(True, classes[1:] != classes[:-1]))
        begins, ends = changes, np.append(changes[1:], len(classes))
        begins, ends = begins[classes[begins] != 0], ends[classes[begins] != 0]
        if not len(begins):
            return LineText((), 0.0), 0
        peaks = np.array([begin + best[begin:end].argmax() for begin, end in zip(begins, ends, strict=True)])
        found, others = classes[begins], steps[peaks]
        others[np.arange(len(peaks)), found] = -1.0
        rivals, chances = others.argmax(axis=1), others.max(axis=1)
        following = np.append(begins[1:], ends[-1])
        spaces = [steps[end:then, -1].max(initial=0.0) for end, then in zip(ends, following, strict=True)]
        middles = ((begins + ends) / 2 - start) / width
        letters = tuple(
            Letter(self._characters[one], float(sure), self._characters[other], float(chance), float(at), float(space))
            for one, sure, other, chance, at, space in zip(
                found, best[peaks], rivals, chances, middles, spaces, strict=True
            )
        )
        return LineText(letters, float(best[begins].mean())), int(begins[-1]) + 1


def _normalised(crop: Image, width: int) -> Floats:
    """A crop as the model takes it: (3, height, width), from -1 to 1."""
    sized = cv2.resize(crop, (width, HEIGHT)).astype(np.float32)
    return np.asarray(sized.transpose(2, 0, 1) / 127.5 - 1, dtype=np.float32)
