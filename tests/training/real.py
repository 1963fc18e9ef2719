"""Cells of real pages, labelled by the truth that was written for them.

A truth has each block's name, notes, room and teacher, but no places: a cell is the block that explains most of its
text, and each fragment is the field that it is, or is a part of. What fits no field is left out.

Read again is what ``make accuracy-real`` kept of the pages. ``PICTURES=folder`` is the folder of that: a truth beside a
picture there has the persons' own names, which this repository's has not.
"""

import os
import pickle
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from services.extractor.reading import PageInput, read_timetables
from tests.benchmarks.scorer import likeness, normal
from tests.benchmarks.seen import seen
from tests.real.pages import SEEN, TRUTH, RealPage, real_pages
from tests.training.cells import Cell, recorded
from tests.training.pages import CACHE

_RIGHT = 0.85


class Block(msgspec.Struct):
    """What a truth says of a block's text."""

    name: str
    alt: list[str] = []
    notes: str | None = None
    room: str | None = None
    teacher: str | None = None
    className: str | None = None  # noqa: N815 (as the truth's files have it)


class Truth(msgspec.Struct):
    timeblocks: list[Block] = []
    timetables: list["Truth"] = []

    def all(self) -> list[Block]:
        """The blocks of all its timetables."""
        return [*self.timeblocks, *(block for one in self.timetables for block in one.all())]


def _role(text: str, block: Block) -> tuple[str | None, float]:
    """Which field of a block a text is, and how surely, 0 to 1."""
    wanted = normal(text)
    if not wanted:
        return None, 0.0
    fields: list[tuple[str, str | None]] = [("name", name) for name in (block.name, *block.alt)]
    fields += [("room", block.room), ("teacher", block.teacher), ("class", block.className), ("note", block.notes)]
    best: tuple[str | None, float] = (None, 0.0)
    for role, value in fields:
        shown = normal(value)
        if not shown:
            continue
        alike = likeness(text, value)
        if alike < _RIGHT:
            # A part of it: a name's wrapped half, one of several notes; or the field with something behind it.
            part = wanted in shown and (len(wanted) > 1 or role == "note")
            whole = role == "name" and len(shown) > 2 and wanted.startswith(shown)
            alike = 0.8 if part and role == "name" else 0.7 if part or whole else 0.0
        if alike > best[1]:
            best = (role, alike)
    return best


def label(cell: Cell, blocks: Sequence[Block]) -> None:
    """Say what a cell's fragments are by the block that explains them best."""
    texts = [each.text for each in cell.cut.fragments]

    def worth(block: Block) -> float:
        return sum(len(text) * _role(text, block)[1] for text in texts)

    best = max(blocks, key=worth, default=None)
    cell.roles, cell.entries = [None] * len(texts), [0] * len(texts)
    if best is None:
        return
    found = [_role(text, best)[0] for text in texts]
    named = [index for index, role in enumerate(found) if role == "name"]
    said = " ".join(texts[index] for index in named)
    fair = any(
        likeness(said, name) >= _RIGHT or normal(said).startswith(normal(name)) for name in (best.name, *best.alt)
    )
    if not named or not fair:
        return
    cell.roles = ["more" if role == "name" and index != named[0] else role for index, role in enumerate(found)]
    cell.entries = [1 if role else 0 for role in found]
    cell.name = best.name if any(likeness(said, name) >= _RIGHT for name in (best.name, *best.alt)) else None


def cells_of(name: str, pages: list[PageInput], blocks: Sequence[Block]) -> list[Cell]:
    """The cells of a document's pages, labelled."""
    found: list[Cell] = []
    with recorded(found, name):
        read_timetables(pages)
    for cell in found:
        label(cell, blocks)
    return found


def truth_of(page: RealPage, pictures: Path | None) -> Truth:
    """A page's truth: the one beside its picture, which has the persons' own names, or else this repository's."""
    own = pictures / page.round / f"{page.name}.json" if pictures else TRUTH / page.round / f"{page.name}.json"
    path = own if own.is_file() else TRUTH / page.round / f"{page.name}.json"
    return msgspec.json.decode(path.read_bytes(), type=Truth)


def real_cells() -> Iterator[tuple[RealPage, list[Cell]]]:
    """The cells of each real page whose picture was read, kept in the training folder."""
    given = os.environ.get("PICTURES")
    CACHE.mkdir(parents=True, exist_ok=True)
    for page in real_pages():
        name = f"{page.round}+{page.name}"
        folder, path = SEEN / name, CACHE / f"cells-real-{name}.pickle"
        if not path.exists():
            if not folder.is_dir():
                continue
            blocks = truth_of(page, Path(given) if given else None).all()
            path.write_bytes(pickle.dumps(cells_of(f"real-{name}", seen(folder), blocks)))
            sys.stdout.write(f"{path.stem}\n")
            sys.stdout.flush()
        yield page, pickle.loads(path.read_bytes())  # noqa: S301 (written above)
