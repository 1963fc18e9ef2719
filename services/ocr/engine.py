"""PaddleOCR's detection and recognition models on ONNX Runtime, and how a page is read with them.

Detection looks at a small copy of the page, at a larger one where the text proves small, and once more at what ink no
line covers (`services.ocr.missed_text`). Recognition runs over the lines' crops (`services.ocr.recogniser`). Lines
taller than wide are read both ways, and the better score tells which way they run; no classifier takes part.
``docs/ocr.md`` has the figures behind each of these.
"""

import gc
import logging
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar, Literal

import cv2
import numpy as np

from services.ocr.angles import Readings, ways
from services.ocr.crops import (
    Homography,
    Image,
    Quad,
    candidates,
    cut,
    extent,
    read_from,
    reading_order,
    size,
    upright,
)
from services.ocr.doubts import doubts
from services.ocr.import_stubs import import_stubs
from services.ocr.line_model import LineModel, LineText
from services.ocr.machine import multiplies_bytes, trim
from services.ocr.missed_text import apart, in_line, mosaic, new, spots, uncovered, words
from services.ocr.models import ModelError, ModelSettings, prepare_environment, provide
from services.ocr.page_ink import Mask, low_lines, page_ink
from services.ocr.recogniser import QUICK_WIDTH, WIDTH, OnRead, Recogniser
from services.ocr.short_words import add_turned, run_as_their_columns
from shared.logs import get_logger
from shared.messages import Doubt, OcrLine, Point
from shared.settings import Settings, setting

log = get_logger(__name__)

_SMALL, _WANTED = 11.0, 15.0
"""Pixels: where a tenth of the lines is lower than the first in that look, the page is enlarged to the second."""
_LEAST_SIDE = 960
"""Pixels of the first look's longest side, however large the text is: below, lines' directions are told badly."""
_MOST_LEFT = 0.25
"""Share of the page that may be looked at once more in places; more means that the first look was of no use."""
_MOST_LEFT_OVER = 60
"""Boxes in leftover ink that are read to see whether they hold text."""
_MOST_LEFT_TEXT = 400.0
"""Their extents together: what is overlooked is short, and whole lines of small print would take a minute."""
_CERTAIN = 0.97
"""Confidence from which they do."""
_LIKELY, _WITNESSES = 0.7, 2
"""Confidence from which they do beside so many certain ones of one size in one row or column."""
_MOST_ALIKE = 6
"""How often one text may be overlooked on a page; forty times "T" are where dashed rules meet."""
_MIN_SIDE = 4
"""Pixels; below this a box is a speck."""
_ABSENT = ("aistudio_sdk", "modelscope", "pandas")
"""What PaddleX imports and is not installed here (pyproject.toml)."""
"""Clients that fetch models, of no use where these are in folders."""


class EngineSettings(Settings):
    group: ClassVar[str] = "Text recognition"
    ocr_threads: int = setting(
        0, "Threads that read one page; 0 shares the cores that the service may use among OCR_PAGES.", ge=0, le=64
    )
    ocr_detection_side: int = setting(
        2048,
        "Longest side to which a page is shrunk for finding its lines where the text on it is small; "
        "time and memory rise by its square.",
        unit="pixels",
        ge=320,
        le=4000,
    )
    ocr_first_side: int = setting(
        1408,
        "Longest side of a first, quick look at a page, less where its letters are large, after which only places with "
        "small text and ink that no line covers are looked at again. 0 looks at full size at once: twice the time, a "
        "few more single letters.",
        unit="pixels",
        ge=0,
        le=4000,
    )
    ocr_precision: Literal["auto", "float", "int8"] = setting(
        "auto",
        "How the bundled recogniser computes: int8 reads in 8-bit integers and again in floats where that is unsure, "
        "in half the time; auto does so where the processor has instructions for it.",
    )
    ocr_batch: int = setting(2, "Lines read in one run of the model, in each thread.", ge=1, le=64)
    ocr_min_confidence: float = setting(0.3, "Lines read with less confidence than this are dropped.", ge=0.0, le=1.0)
    ocr_max_lines: int = setting(1000, "Lines read on one page; the longest are kept.", ge=1, le=5000)


class Engine:
    """Both models. `load` first; the other methods block, and may be called from several threads."""

    def __init__(self, settings: EngineSettings | None = None, models: ModelSettings | None = None) -> None:
        self._settings = settings or EngineSettings.load()
        self._models = models or ModelSettings.load()
        self.threads = self._settings.ocr_threads or min(len(os.sched_getaffinity(0)), 64)
        self.label = ""
        """Which models read, for `OcrResult.engine`."""
        self._detection: Any = None
        self._recogniser: Recogniser | None = None
        self.between: Callable[[], None] = lambda: None
        """Called before each run of the detector; raising ends the work."""

    def load(self) -> None:
        """Import PaddleOCR, load both models and run each once, so that the first page pays for none of it.

        Raises:
            ModelError: they are missing, damaged or cannot be fetched.
        """
        precision = self._settings.ocr_precision
        models = provide(self._models)
        if precision == "float" or (precision == "auto" and not multiplies_bytes()):
            models = replace(models, quick=None)
        prepare_environment(self._models)
        import onnxruntime

        with import_stubs(*_ABSENT, *(() if models.recognition.folder is None else ("huggingface_hub",))):
            from paddleocr import TextDetection
            from paddlex.inference.utils.official_models import official_models

        # paddlex announces each model on its own coloured handler; ours must stay parsable.
        logging.getLogger("paddlex").setLevel(logging.WARNING)
        try:
            self._detection = TextDetection(
                model_name=models.detection.name,
                model_dir=models.detection.folder and str(models.detection.folder),
                engine="onnxruntime",
                engine_config=self._onnx(self.threads),
                limit_side_len=self._settings.ocr_detection_side,
                limit_type="max",
                thresh=0.3,
                box_thresh=0.6,
                unclip_ratio=1.5,
            )
            folder = models.recognition.folder or official_models.get_model_path(
                models.recognition.name, model_formats=("onnx",)
            )
            floats = LineModel(Path(folder), WIDTH)
            quick = LineModel(models.quick, QUICK_WIDTH) if models.quick else None
        except Exception as error:  # paddlex raises bare Exception, AssertionError and onnxruntime's own types alike
            where = self._models.ocr_model_dir or self._models.ocr_models
            raise ModelError(f"The models ({where}) cannot be loaded: {str(error).splitlines()[0][:300]}") from error
        self.label = f"{models.detection.name} + {models.recognition.name}, ONNX Runtime {onnxruntime.__version__}"
        gc.collect()  # what importing left in cycles, which would count in every page's peak
        page = np.full((320, 320, 3), 255, dtype=np.uint8)
        self._detection.predict(page, batch_size=1)
        self._recogniser = Recogniser(floats, quick, threads=self.threads, batch=self._settings.ocr_batch)
        log.info("models loaded", models=self.label, threads=self.threads)

    @staticmethod
    def _onnx(threads: int) -> dict[str, Any]:
        from onnxruntime import ExecutionOrder

        return {
            "intra_op_num_threads": threads,
            "inter_op_num_threads": 1,
            # The memory arena keeps the largest page's buffers for good; without it they are given back.
            "enable_cpu_mem_arena": False,
            # Holds a few MiB less at a time than the default order, in the same time.
            "session_options": {"execution_order": ExecutionOrder.PRIORITY_BASED},
        }

    def close(self) -> None:
        """End the reading threads; a reading that is under way fails."""
        if self._recogniser is not None:
            self._recogniser.close()

    def read(self, image: Image, on_read: OnRead | None = None) -> list[OcrLine]:
        """All text of a picture as it stands: nothing is turned.

        Args:
            image: (height, width, 3), RGB.
            on_read: called between batches.

        Returns:
            Lines in reading order, their boxes in pixels of `image`.
        """
        return self.recognise(image, self.detect(image), on_read)

    def detect(self, image: Image, *, photo: bool = False) -> list[Quad]:
        """Find the lines of a picture.

        Args:
            image: (height, width, 3), RGB.
            photo: it is a page that was photographed, whose soft print is misread in boxes of a smaller look.

        Returns:
            Upright quads in reading order, at most `OCR_MAX_LINES`.
        """
        longest = max(image.shape[:2])
        most = min(self._settings.ocr_detection_side, longest)
        ink = page_ink(image, self.threads)
        first = min(self._settings.ocr_first_side or most, most)
        if not photo and self._settings.ocr_first_side and (height := low_lines(ink)) is not None:
            first = min(first, max(int(longest * _WANTED / height), _LEAST_SIDE))
        quads = self.look(image, first)
        if first < most:
            heights = [min(size(quad)) * first / longest for quad in quads]
            low = float(np.percentile(heights, 10)) if heights else 0.0
            if low < _SMALL:
                quads = self.look(image, min(int(first * _WANTED / max(low, 1.0)), most))
        overlooked = self._overlooked(image, ink, quads)
        quads = self.look(image, most) if overlooked is None else quads + overlooked
        quads = sorted(quads, key=lambda quad: max(size(quad)), reverse=True)[: self._settings.ocr_max_lines]
        return reading_order(quads)

    def look(self, image: Image, side: int) -> list[Quad]:
        """Upright quads of the lines that show when the picture's longest side is shrunk to `side`; one run."""
        self.between()
        trim()  # the detector's run is a page's peak
        found = self._detection.predict(_bgr(image), limit_side_len=side)[0]["dt_polys"]
        quads = [upright(np.asarray(quad, dtype=np.float32).reshape(4, 2)) for quad in found]
        return [quad for quad in quads if min(size(quad)) >= _MIN_SIDE]

    def beside(self, image: Image, known: list[Quad], places: Sequence[Quad]) -> list[Quad]:
        """Find the lines of a drawn page that are not known from its file.

        Args:
            image: (height, width, 3), RGB.
            known: upright quads of the lines that are.
            places: upright quads of the pictures on the page.

        Returns:
            Upright quads of the others, at most `OCR_MAX_LINES`.
        """
        found: list[Quad] = []
        for place in places:
            (left, top), (right, bottom) = place.min(axis=0).astype(int), place.max(axis=0).astype(int)
            within = image[max(top, 0) : bottom, max(left, 0) : right]
            if min(within.shape[:2]) >= _MIN_SIDE and not (within == within[0, 0]).all():
                found += [quad + place.min(axis=0) for quad in self.detect(within)]
        found = apart(found, known)
        overlooked = self._overlooked(image, page_ink(image, self.threads), known + found, drawn=True)
        if overlooked is None:
            return apart(self.detect(image), known)
        return (found + overlooked)[: self._settings.ocr_max_lines]

    def _overlooked(self, image: Image, ink: Mask, quads: list[Quad], *, drawn: bool = False) -> list[Quad] | None:
        """Small characters in ink that no quad covers; None where that is too much of the page for single looks.

        Args:
            ink: the picture's.
            drawn: the page is no photo: whatever the detector finds there is text.
        """
        inks, joined = uncovered(ink, quads)
        if not inks:
            return []
        places = spots(image, inks, joined)
        if sum(width * height for _, _, width, height in places) > _MOST_LEFT * image.shape[0] * image.shape[1]:
            return None
        pasted = mosaic(image, places)
        more = (pasted.to_page(quad) for quad in self.look(pasted.picture, max(pasted.picture.shape[:2])))
        found = new([quad for quad in more if quad is not None], quads)
        if not drawn:
            found = self._certain(image, found)
        return found + self._certain(image, new(words(inks), quads + found))

    def _certain(self, image: Image, boxes: list[Quad]) -> list[Quad]:
        """Those of the boxes that hold characters: they are read, and hardly a speck or a sheet's corner gives one."""
        if len(boxes) > _MOST_LEFT_OVER:
            return []  # a desk, or a picture on the page
        boxes = sorted(boxes, key=extent)
        boxes = [
            box for box, text in zip(boxes, accumulate(map(extent, boxes)), strict=True) if text <= _MOST_LEFT_TEXT
        ]
        best = [("", 0.0)] * len(boxes)
        for angle in (0, 90, 270):
            which = [index for index, box in enumerate(boxes) if angle in candidates(box)]
            for index, (text, score) in zip(which, self.scores(image, [boxes[i] for i in which], angle), strict=True):
                if any(letter.isalnum() for letter in text) and score > best[index][1]:
                    best[index] = (text.strip(), score)
        often = Counter(text for text, score in best if score >= _CERTAIN)
        certain = [
            box
            for box, (text, score) in zip(boxes, best, strict=True)
            if score >= _CERTAIN and often[text] <= _MOST_ALIKE
        ]
        # "S T Q Q S": where some letters of a row are certain, so are those that are like them in it.
        likely = [box for box, (_, score) in zip(boxes, best, strict=True) if _LIKELY <= score < _CERTAIN]
        return certain + [box for box in likely if sum(in_line(box, other) for other in certain) >= _WITNESSES]

    def scores(self, image: Image, quads: Sequence[Quad], angle: int) -> list[tuple[str, float]]:
        """Text and confidence of each line, read at one angle, each for itself."""
        bgr = _bgr(image)
        read = self._texts([cut(bgr, read_from(quad, angle)) for quad in quads], strips=False)
        return [(line.text, line.confidence) for line in read]

    def recognise(self, image: Image, quads: Sequence[Quad], on_read: OnRead | None = None) -> list[OcrLine]:
        """Read the lines that `detect` found.

        Args:
            image: (height, width, 3), RGB.
            quads: upright quads in its pixels.
            on_read: called between batches.

        Returns:
            The lines in the order of `quads`, without those that hold no text, numbered from 0.
        """
        return self.lines(quads, self.readings(image, quads, range(len(quads)), on_read))

    def readings(
        self,
        image: Image,
        quads: Sequence[Quad],
        which: Sequence[int],
        on_read: OnRead | None = None,
        to_image: Homography | None = None,
    ) -> Readings:
        """Read some of the lines, by their place in `quads`, at every angle at which they may run.

        Args:
            to_image: 3 x 3, from the page on which the quads lie to `image`; None where that is it.
        """
        bgr = _bgr(image)
        tries = [(index, angle) for index in which for angle in candidates(quads[index])]
        crops = self._cuts(bgr, [read_from(quads[index], angle) for index, angle in tries], to_image)

        def in_lines(done: int, total: int) -> None:
            if on_read is not None:
                on_read(done * len(which) // total, len(which))  # a tall line is more than one crop

        read: Readings = {}
        for (index, angle), line in zip(tries, self._texts(crops, in_lines), strict=True):
            if line.text.strip() and line.confidence > 0:
                read.setdefault(index, {})[angle] = line.confidence, line.text.strip(), doubts(line)

        def look(tries: list[tuple[int, int]]) -> list[tuple[float, str, list[Doubt]]]:
            crops = self._cuts(bgr, [read_from(quads[index], angle) for index, angle in tries], to_image)
            return [(line.confidence, line.text.strip(), doubts(line)) for line in self._texts(crops, strips=False)]

        add_turned(read, quads, look)
        return read

    def lines(self, quads: Sequence[Quad], read: Readings) -> list[OcrLine]:
        """The lines of a page by all their readings, numbered from 0."""
        angles = run_as_their_columns(ways(read), read, quads)
        kept = [(quads[index], *read[index][angles[index]], angles[index]) for index in sorted(read)]
        kept = [line for line in kept if line[1] >= self._settings.ocr_min_confidence]
        return [
            OcrLine(
                id=number, text=text, box=_box(read_from(quad, angle)), confidence=round(score, 4), angle=angle,
                doubts=doubtful,
            )
            for number, (quad, score, text, doubtful, angle) in enumerate(kept)
        ]  # fmt: skip

    def _cuts(self, bgr: Image, quads: Sequence[Quad], to_image: Homography | None) -> list[Image]:
        """The pictures of lines, in as many threads as there are."""
        if self._recogniser is None:
            raise RuntimeError("Engine.load has not run")
        return self._recogniser.shared_out(lambda quad: cut(bgr, quad, to_image), quads)

    def _texts(self, crops: list[Image], on_read: OnRead | None = None, *, strips: bool = True) -> list[LineText]:
        if self._recogniser is None:
            raise RuntimeError("Engine.load has not run")
        return self._recogniser.read(crops, self.between, on_read, strips=strips)


def _bgr(image: Image) -> Image:
    """PaddleOCR's models were trained on OpenCV's channel order."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _box(quad: Quad) -> tuple[Point, Point, Point, Point]:
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in quad)
    return a, b, c, d
