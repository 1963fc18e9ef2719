"""The cells that the reader forms on a page, with what each of their fragments really is."""

import pickle
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from unittest.mock import patch

from services.extractor.reading import read_timetables
from services.extractor.reading.cell import cells
from services.extractor.reading.cell.fragments import Cut
from services.extractor.reading.cell.roles import Told
from tests.pages.canvas import Drawn
from tests.pages.prints import ROLES
from tests.training.match import best, match
from tests.training.noise import made
from tests.training.pages import CACHE, Sample, kept

_AT_ONCE = 25


@dataclass
class Cell:
    """A cell as the reader formed it.

    Attributes:
        table: which of the page's tables it is of; cells of one are judged together.
        roles: of its fragments; null where it is not known.
        entries: of its fragments; 0 for none.
        name: the true name of its one entry; null where it has none or several.
    """

    page: str
    table: int
    cut: Cut
    words: frozenset[str]
    roles: list[str | None] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    name: str | None = None


@contextmanager
def recorded(found: list[Cell], page: str) -> Iterator[None]:
    """Note down every cell that is read meanwhile; no model is asked, so that one may be trained from nothing."""
    tables = count()

    def noted(cuts: list[Cut], words: frozenset[str]) -> list[Told]:
        table = next(tables)
        found.extend(Cell(page, table, cut, words) for cut in cuts)
        return [Told(["name", *["note"] * (len(cut.fragments) - 1)], 1.0) for cut in cuts]

    with patch.object(cells, "roles_of", noted):
        yield


def cells_of(sample: Sample) -> list[Cell]:
    """The cells of a drawn page, labelled by the drawing."""
    over = match(sample.page.ocr.lines, sample.drawn)
    if not over:
        return []
    found: list[Cell] = []
    with recorded(found, sample.name):
        read_timetables([sample.page])
    names = _names(sample.drawn)
    for cell in found:
        label(cell, [best(each.text, over.get(each.line, [])) for each in cell.cut.fragments], names)
    return found


def label(cell: Cell, texts: list[Drawn | None], names: dict[int, str]) -> None:
    """Say what a cell's fragments are, as the texts tell that they are of."""
    begun: set[int] = set()
    for text in texts:
        role = None
        if text is not None:
            role = text.role if text.role in ROLES else "other"
            if role == "name" and text.entry in begun:
                role = "more"
            if role == "name":
                begun.add(text.entry)
        cell.roles.append(role)
        cell.entries.append(text.entry if text else 0)
    counted = Counter(entry for entry in cell.entries if entry)
    if len(counted) == 1 and len(begun) == 1:
        cell.name = names.get(next(iter(counted)))


def _names(drawn: list[Drawn]) -> dict[int, str]:
    parts: dict[int, list[str]] = {}
    for text in drawn:
        if text.role == "name" and text.entry:
            parts.setdefault(text.entry, []).append(text.own or text.text)
    return {entry: " ".join(texts) for entry, texts in parts.items()}


def kept_cells(source: str, split: str, pages: int) -> list[Cell]:
    """The cells of pages whose lines were ``made`` or ``read``, kept in the training folder."""
    found: list[Cell] = []
    for at in range(0, pages, _AT_ONCE):
        path = CACHE / f"cells-{source}-{split}-{at:04d}.pickle"
        if not path.exists():
            samples = made(split, _AT_ONCE, at) if source == "made" else kept(split, _AT_ONCE, at)
            some = [cell for sample in samples for cell in cells_of(sample)]
            CACHE.mkdir(parents=True, exist_ok=True)
            scratch = path.with_suffix(".part")
            scratch.write_bytes(pickle.dumps(some))
            scratch.rename(path)
            sys.stdout.write(f"{path.stem}: {len(some)} cells\n")
            sys.stdout.flush()
        found += pickle.loads(path.read_bytes())  # noqa: S301 (written above)
    return found
