"""Drawn pages with what the text recognition reads on them, kept in a folder, since reading takes the most time."""

import os
import pickle
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np

from services.extractor.pictures import decode
from services.extractor.reading import PageInput
from services.ocr.reading import Answer, Fault, News, Part, Read, Request, load
from shared.children.protocol import Tell
from shared.messages import OcrPage
from tests.pages import PageTruth, draw, layouts
from tests.pages.canvas import Drawn

CACHE = Path(os.environ.get("TRAINING_CACHE", ".local/training"))
LOOKS = ("clean", "clean", "scan", "photo", "messenger", "dark", "screen")
_ONE_SHEET = {"pages_of_days", "weeks_pages"}
"""Layouts of several sheets are left out: a file has one picture here."""
VARIED = 0.6
"""Share of pages that the widest layout draws."""


@dataclass(frozen=True)
class Sample:
    """A page as the reader gets it, and what was drawn on it."""

    name: str
    page: PageInput
    drawn: list[Drawn]
    truth: PageTruth


def plan(split: str, count: int) -> list[tuple[str, int, str]]:
    """Which pages a split has: layout, seed and look."""
    rng = random.Random(f"plan:{split}")
    names = [name for name in layouts() if name not in _ONE_SHEET]
    base = 100_000 if split == "train" else 200_000
    return [
        ("varied" if rng.random() < VARIED else rng.choice(names), base + number, rng.choice(LOOKS))
        for number in range(count)
    ]


def kept(split: str, count: int, first: int = 0) -> Iterator[Sample]:
    """The pages of a split as the text recognition reads them; what is not in the folder yet is drawn and read."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for layout, seed, look in plan(split, first + count)[first:]:
        path = _path(split, layout, seed, look)
        found = _found(path)
        if found is None:
            try:
                page = draw(layout, seed, look, split)
            except ValueError:
                continue
            found = (page.image, _read(page.image), page.sheets[0].texts, page.truth)
            image, answer, *rest = found
            scratch = path.with_suffix(".part")
            scratch.write_bytes(pickle.dumps((image, msgspec.msgpack.encode(answer), *rest)))
            scratch.rename(path)
            sys.stdout.write(f"{path.stem}\n")
            sys.stdout.flush()
        image, answer, drawn, truth = found
        if isinstance(answer, Fault):
            continue
        ocr = OcrPage(
            page=0, image="", width=answer.width, height=answer.height, lines=answer.lines, slopes=answer.slopes
        )
        picture = decode(answer.copy or image, ocr).astype(np.uint8)
        yield Sample(path.stem, PageInput(ocr, picture), drawn, truth)


def _found(path: Path) -> tuple[bytes, Read | Fault, list[Drawn], PageTruth] | None:
    """A page that was read before; null where there is none, or one that another text recognition read."""
    if not path.exists():
        return None
    image, answer, drawn, truth = pickle.loads(path.read_bytes())  # noqa: S301 (written by `kept`)
    try:
        return image, msgspec.msgpack.decode(answer, type=Read | Fault), drawn, truth
    except msgspec.ValidationError:
        return None


@lru_cache
def _reader() -> Callable[[Request, Tell[News]], Answer]:
    """The text recognition, loaded where the first page needs it."""
    return load()[1]


def _read(image: bytes) -> Read | Fault:
    answer = _reader()(image, lambda _: None)
    while isinstance(answer, Part):  # a page with much text is read in turns
        answer = _reader()(answer, lambda _: None)
    return answer


def _path(split: str, layout: str, seed: int, look: str) -> Path:
    return CACHE / f"{split}-{layout}-{seed}-{look}.pickle"
