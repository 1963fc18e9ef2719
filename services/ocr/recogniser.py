"""Reads crops of lines: in 8 bits first where the processor has instructions for that, several lines in one strip;
those that this leaves unsure once more, each for itself; and what is unsure still in floats.

Crops go in sorted by width so that a batch holds little padding, in as many threads as there are cores: one
single-threaded run per core finishes a page in less time than one run over all cores, because a line is too small to be
shared out.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias, TypeVar

from services.ocr.crops import Image
from services.ocr.quick import QuickRecogniser, alone, together

T = TypeVar("T")

OnRead: TypeAlias = Callable[[int, int], None]
"""Called between batches with the lines that are read and how many there are; raising ends the reading."""

Texts: TypeAlias = dict[int, tuple[str, float]]
"""Text and confidence of lines by their number."""

_SURE = 0.97
"""Confidence from which a reading in 8 bits agrees with one in floats, but for the spaces around a dash."""


class Recogniser:
    """The recognition models and the threads they run in. May be called from several threads."""

    def __init__(self, floats: Any, quick: QuickRecogniser | None, *, threads: int, batch: int) -> None:
        """Args:
        floats: PaddleOCR's TextRecognition, loaded, its batch size set.
        quick: the same in 8 bits; None to read in floats alone.
        batch: lines in one run of a model.
        """
        self._floats, self._quick, self._batch = floats, quick, batch
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ocr-line")

    def close(self) -> None:
        """End the threads; a reading that is under way fails."""
        self._pool.shutdown(cancel_futures=True)

    def read(
        self, crops: list[Image], between: Callable[[], None], on_read: OnRead | None = None, *, strips: bool = True
    ) -> list[tuple[str, float]]:
        """Text and confidence of each crop.

        Args:
            crops: BGR, reading left to right.
            between: called between batches; raising ends the reading.
            on_read: called instead of it while all of them are read for the first time.
            strips: several may share one strip, which is faster and a little worse.
        """
        texts: Texts = {}
        left = list(range(len(crops)))
        if self._quick is not None:
            for place in (together, alone) if strips else (alone,):
                runs = [partial(self._quick.read, crops, batch) for batch in self._batches(place(crops, left))]
                texts |= self._all(runs, len(left), between, None if texts else on_read)
                left = [line for line in left if texts[line][1] < _SURE]
        left.sort(key=lambda line: crops[line].shape[1] / crops[line].shape[0])
        runs = [partial(self._exactly, crops, batch) for batch in self._batches(left)]
        texts |= self._all(runs, len(left), between, None if texts else on_read)
        return [texts[line] for line in range(len(crops))]

    def _batches(self, items: list[T]) -> list[list[T]]:
        return [items[start : start + self._batch] for start in range(0, len(items), self._batch)]

    def _exactly(self, crops: Sequence[Image], which: Sequence[int]) -> Texts:
        """Some of the crops read in floats."""
        lines = self._floats.predict([crops[line] for line in which])
        return {n: (str(line["rec_text"]), float(line["rec_score"])) for n, line in zip(which, lines, strict=True)}

    def _all(
        self, reads: Sequence[Callable[[], Texts]], total: int, between: Callable[[], None], on_read: OnRead | None
    ) -> Texts:
        """What all of the runs read, in as many threads as there are; `on_read` is told how many of `total` lines."""
        runs: list[Future[Texts]] = [self._pool.submit(read) for read in reads]
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
