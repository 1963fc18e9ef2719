"""Reads crops of lines: several in one strip first; those that this leaves unsure once more, each for itself; and,
where that was in 8 bits because the processor has instructions for them, what is unsure still in floats.

Strips go in sorted by width so that a batch holds little padding, in as many threads as there are cores: one
single-threaded run per core finishes a page in less time than one run over all cores, because a line is too small to be
shared out. Each batch's lines are read again, and held against their ink, at once and in its thread: passes over all
lines, one after the other, left a core idle at the end of each.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import TypeAlias, TypeVar

from services.ocr.crops import Image
from services.ocr.line_model import LineModel, LineText
from services.ocr.spacing import closed_up, ink_of, lost, spaced
from services.ocr.strips import Strip, alone, together

T = TypeVar("T")
R = TypeVar("R")

OnRead: TypeAlias = Callable[[int, int], None]
"""Called between batches with the lines that are read and how many there are; raising ends the reading."""

Texts: TypeAlias = dict[int, LineText]
"""What lines read as, by their number."""

QUICK_WIDTH, WIDTH = 240, 320
"""Pixels that a line which is alone in its strip is padded to, in 8 bits and in floats. At 160 names are misread with
confidence."""
_SURE = 0.97
"""Confidence of a line, and of each of its letters and figures, from which a quick reading agrees with the slowest one,
but for the spaces around a dash. The line's alone let "Mr Byme" through at 0.99, whose "m" had 0.94."""
_SURE_OF_M = 0.995
"""That of an "m", which "rn" in small soft print looks like: of the others, "Mr Byme" was left at up to 0.997."""


class Recogniser:
    """The recognition models and the threads they run in. May be called from several threads."""

    def __init__(self, floats: LineModel, quick: LineModel | None, *, threads: int, batch: int) -> None:
        """Args:
        floats: the model as it is.
        quick: the same in 8 bits; None to read in floats alone.
        batch: strips in one run of a model.
        """
        self._floats, self._quick, self._batch = floats, quick, batch
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ocr-line")

    def shared_out(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """What `work` makes of each of the items, in as many threads as there are."""
        most = max(1, -(-len(items) // self._threads))
        parts = [items[start : start + most] for start in range(0, len(items), most)]
        return [each for part in self._pool.map(lambda part: list(map(work, part)), parts) for each in part]

    def close(self) -> None:
        """End the threads; a reading that is under way fails."""
        self._pool.shutdown(cancel_futures=True)

    def read(
        self, crops: list[Image], between: Callable[[], None], on_read: OnRead | None = None, *, strips: bool = True
    ) -> list[LineText]:
        """What each crop reads as. One that has lost letters because they stand apart is read with them closer.

        Args:
            crops: BGR, reading left to right.
            between: called between batches; raising ends the reading.
            on_read: called instead of it.
            strips: several may share one strip, which is faster and a little worse.
        """
        every = range(len(crops))
        placed = together(crops, every) if strips else alone(crops, every)
        batches = [placed[start : start + self._batch] for start in range(0, len(placed), self._batch)]
        given_up = Event()
        # The widest first: what is left for one thread when the others have nothing more to do is short.
        runs = [self._pool.submit(self._settled, crops, batch, strips, given_up) for batch in reversed(batches)]
        texts: Texts = {}
        try:
            for run in as_completed(runs):
                texts |= run.result()
                if on_read is None:
                    between()
                else:
                    on_read(len(texts), len(crops))
        finally:
            # A reading that is given up must not leave its lines in front of the next page's.
            given_up.set()
            for run in runs:
                run.cancel()
        return [texts[line] for line in every]

    def _settled(self, crops: list[Image], batch: list[Strip], shared: bool, given_up: Event) -> Texts:
        """What the lines of some strips read as, after all that each of them needs: in one thread, so that none waits
        for those of other strips.

        Args:
            shared: several lines may share a strip.
            given_up: set when nobody wants to know any more.
        """
        first = self._quick or self._floats
        passes = [first] * shared + [self._floats] * (self._quick is not None)
        texts = first.read(crops, batch)
        for model in passes:
            for strip in alone(crops, [line for line, text in texts.items() if not _sure(text)]):
                if given_up.is_set():
                    return texts
                texts |= model.read(crops, [strip])
        return {line: self._by_ink(crops[line], text) for line, text in texts.items()}

    def _by_ink(self, crop: Image, text: LineText) -> LineText:
        """What a line reads as, held against its ink."""
        ink = ink_of(crop)
        if ink is None:
            return text
        if lost(ink, text):
            closer = closed_up(crop, ink)
            again = self._floats.read([closer], alone([closer], [0]))[0]
            if len(again.letters) > len(text.letters):
                text, ink = again, ink_of(closer)
        return text if ink is None else spaced(ink, text)


def _sure(line: LineText) -> bool:
    """Whether a line need not be read again."""
    return line.confidence >= _SURE and all(
        letter.confidence >= (_SURE_OF_M if letter.text == "m" else _SURE)
        for letter in line.letters
        if letter.text.isalnum()
    )
