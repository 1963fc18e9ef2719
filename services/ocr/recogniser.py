"""Reads crops of lines: several in one strip first; those that this leaves unsure once more, each for itself; and,
where that was in 8 bits because the processor has instructions for them, what is unsure still in floats.

Strips go in sorted by width so that a batch holds little padding, in as many threads as there are cores: one
single-threaded run per core finishes a page in less time than one run over all cores, because a line is too small to be
shared out.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

from services.ocr.crops import Image
from services.ocr.line_model import LineModel, LineText
from services.ocr.spacing import closed_up, ink_of, lost, spaced
from services.ocr.strips import Strip, alone, together

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
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ocr-line")

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
            on_read: called instead of it while all of them are read for the first time.
            strips: several may share one strip, which is faster and a little worse.
        """
        first = self._quick or self._floats
        passes = [(first, together)] * strips + [(first, alone)] + [(self._floats, alone)] * (first is not self._floats)
        texts: Texts = {}
        left = list(range(len(crops)))
        for model, place in passes:
            texts |= self._all(model, crops, place(crops, left), len(left), between, None if texts else on_read)
            left = [line for line in left if not _sure(texts[line])]
        return self._by_ink(crops, texts, between)

    def _by_ink(self, crops: list[Image], texts: Texts, between: Callable[[], None]) -> list[LineText]:
        """What the lines read as, held against their ink."""
        inks = {line: ink for line, crop in enumerate(crops) if (ink := ink_of(crop)) is not None}
        apart = [line for line, ink in inks.items() if lost(ink, texts[line])]
        closer = [closed_up(crops[line], inks[line]) for line in apart]
        again = self._all(self._floats, closer, alone(closer, range(len(apart))), len(apart), between, None)
        for number, line in enumerate(apart):
            if len(again[number].letters) > len(texts[line].letters):
                texts[line] = again[number]
                inks.pop(line)
                if (ink := ink_of(closer[number])) is not None:
                    inks[line] = ink
        return [spaced(inks[line], texts[line]) if line in inks else texts[line] for line in range(len(crops))]

    def _all(
        self,
        model: LineModel,
        crops: list[Image],
        strips: list[Strip],
        total: int,
        between: Callable[[], None],
        on_read: OnRead | None,
    ) -> Texts:
        """What all of the strips read as, in as many threads as there are; `on_read` is told how many of `total`."""
        batches = [strips[start : start + self._batch] for start in range(0, len(strips), self._batch)]
        runs: list[Future[Texts]] = [self._pool.submit(model.read, crops, batch) for batch in batches]
        texts: Texts = {}
        try:
            for run in runs:
                texts |= run.result()
                if on_read is None:
                    between()
                else:
                    on_read(len(texts), total)
        finally:
            # A reading that is given up must not leave its lines in front of the next page's.
            for run in runs:
                run.cancel()
        return texts


def _sure(line: LineText) -> bool:
    """Whether a line need not be read again."""
    return line.confidence >= _SURE and all(
        letter.confidence >= (_SURE_OF_M if letter.text == "m" else _SURE)
        for letter in line.letters
        if letter.text.isalnum()
    )
