"""The reading process's work: a page read at once, or in turns where it holds much text.

Reading takes time by the text, in which a page may hold fifty times what a timetable does. Such a page would keep the
process from everybody else's for a minute. So it is read up to a bound and given back half read, to be asked for again
behind those who wait; beyond what any timetable holds it is refused before its first line is read.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np

from services.ocr.crops import Image, Quad, extent, reading_order, upright
from services.ocr.engine import Engine
from services.ocr.layer import check
from services.ocr.machine import trim
from services.ocr.preparation import Page, PreparationSettings, decode, encode, prepare
from services.ocr.reading import Answer, Fault, Found, Layered, News, Part, Read, Reading, Request, Tiled
from services.ocr.tiles import put_together
from shared.children.protocol import Tell
from shared.messages import OcrLine
from shared.outcomes import UnreadableError
from shared.skew import STRAIGHT, measured

_TURN = 1_000.0
"""Text (as of `Read`) read in one turn: 3.4 s of processor time in floats; a dense timetable of 184 lines has 800."""
_PAGE = 6_000.0
"""Text of a page that is read at all: 20 s, some 2,500 words. A page of 8,000 words has 17,500."""

TOO_MUCH = "This page holds far more text than a timetable. Upload only the page with the timetable."


class PageReader:
    """What a reading process does with its models."""

    def __init__(self, engine: Engine) -> None:
        """Args:
        engine: loaded.
        """
        self._engine = engine
        self._max_pixels = PreparationSettings.load().ocr_max_pixels
        # Pillow imports its codecs at their first use: a wait that the first page would pay for.
        decode(encode(np.zeros((8, 8, 3), dtype=np.uint8)), 64)
        self._copies = ThreadPoolExecutor(1, thread_name_prefix="ocr-copy")

    def read(self, request: Request, tell: Tell[News]) -> Answer:
        """Read a page, or go on with one."""
        self._engine.between = lambda: tell(None)
        if isinstance(request, Part):
            picture = np.frombuffer(request.pixels, np.uint8).reshape(request.height, request.width, 3)
            return self._go_on(request, picture, tell)
        try:
            if isinstance(request, Tiled):
                return self._begin(put_together(request, self._engine, self._max_pixels), [], tell)
            picture, turned = decode(request.picture if isinstance(request, Layered) else request, self._max_pixels)
            tell(None)
            if isinstance(request, Layered) and (checked := check(picture, request.layer, self._engine)) is not None:
                page = Page(picture, checked.quads, None, measured(picture) or STRAIGHT)
                return self._begin(page, checked.lines, tell)
            page = prepare(picture, self._engine, turned)
        except UnreadableError as error:
            return Fault(str(error))
        return self._begin(page, [], tell)

    def _begin(self, page: Page, known: list[OcrLine], tell: Tell[News]) -> Answer:
        text = _text(page.quads)
        if text > _PAGE:
            return Fault(TOO_MUCH)
        tell(Found(len(page.quads), page.notes, len(known)))
        source = page.picture if page.source is None else page.source
        to_source = None if page.source is None else page.to_stored
        quads = [[(float(x), float(y)) for x, y in quad] for quad in page.quads]
        rows, columns = source.shape[:2]
        # Beside the reading, whose threads wait for each other between two passes.
        copy = self._copies.submit(encode, page.picture) if page.to_stored else None
        size = page.picture.shape[0], page.picture.shape[1]
        part = Part(b"", rows, columns, size, b"", page.to_stored, to_source, quads, {}, 0, known, page.slopes)
        if text > _TURN:  # finding the lines was a turn
            part.pixels = source.tobytes()
            answer: Read | Part = part
        else:
            answer = self._go_on(part, source, tell)
        answer.copy = copy.result() if copy else b""
        return answer

    def _go_on(self, part: Part, picture: Image, tell: Tell[News]) -> Read | Part:
        quads = [np.asarray(quad, dtype=np.float32) for quad in part.quads]
        which = range(part.done, part.done + _turn(quads[part.done :]))
        to_source = None if part.to_source is None else np.array(part.to_source).reshape(3, 3)

        def on_read(done: int, _total: int) -> None:
            tell(Reading(part.done + done, len(quads)))

        part.readings |= self._engine.readings(picture, quads, which, on_read, to_source)
        part.done = which.stop
        trim()
        if part.done < len(quads):
            return part
        lines = self._engine.lines(quads, part.readings)
        if part.known:
            lines = _in_order([*part.known, *lines])
        height, width = part.page
        return Read(lines, width, height, part.to_stored, part.copy, _text(quads), len(part.known), part.slopes)


def _in_order(lines: list[OcrLine]) -> list[OcrLine]:
    """Lines in reading order, numbered anew."""
    quads = [upright(np.asarray(line.box, dtype=np.float32)) for line in lines]
    places = {id(quad): line for quad, line in zip(quads, lines, strict=True)}
    ordered = (places[id(quad)] for quad in reading_order(quads))
    return [msgspec.structs.replace(line, id=number) for number, line in enumerate(ordered)]


def _text(quads: Sequence[Quad]) -> float:
    return sum(extent(quad) for quad in quads)


def _turn(quads: Sequence[Quad]) -> int:
    """How many of the next lines are one turn's work; one at least, if there is one."""
    text = 0.0
    for number, quad in enumerate(quads):
        text += extent(quad)
        if number and text > _TURN:
            return number
    return len(quads)
