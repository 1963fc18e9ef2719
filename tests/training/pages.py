"""Drawn pages with what the text recognition reads on them, kept in a folder, since reading takes the most time."""

import os
import pickle
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from services.extractor.pictures import decode
from services.extractor.reading import PageInput
from services.ocr.reading import Answer, Fault, load
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


def fill(split: str, count: int, every: int = 1, first: int = 0) -> None:
    """Draw and read what is not kept yet."""
    CACHE.mkdir(parents=True, exist_ok=True)
    read = None
    for layout, seed, look in plan(split, count)[first::every]:
        path = _path(split, layout, seed, look)
        if path.exists():
            continue
        try:
            page = draw(layout, seed, look, split)
        except ValueError:
            continue
        read = read or load()[1]
        answer = msgspec.msgpack.encode(read(page.image, lambda _: None))
        scratch = path.with_suffix(".part")
        scratch.write_bytes(pickle.dumps((page.image, answer, page.sheets[0].texts, page.truth)))
        scratch.rename(path)
        sys.stdout.write(f"{path.stem}\n")
        sys.stdout.flush()


def kept(split: str, count: int, first: int = 0) -> Iterator[Sample]:
    """The pages of a split that were read."""
    for layout, seed, look in plan(split, first + count)[first:]:
        path = _path(split, layout, seed, look)
        if not path.exists():
            continue
        image, answer, drawn, truth = pickle.loads(path.read_bytes())  # noqa: S301 (written by `fill`)
        found = msgspec.msgpack.decode(answer, type=Answer)
        if isinstance(found, Fault):
            continue
        ocr = OcrPage(page=0, image="", width=found.width, height=found.height, lines=found.lines)
        picture = decode(found.copy or image, ocr).astype(np.uint8)
        yield Sample(path.stem, PageInput(ocr, picture), drawn, truth)


def _path(split: str, layout: str, seed: int, look: str) -> Path:
    return CACHE / f"{split}-{layout}-{seed}-{look}.pickle"


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
