"""Cells of real pages, labelled by the truth that was written for them.

A truth has each block's name, notes, room and teacher, but no places: a cell is the block that explains most of its
text, and each fragment is the field that it is, or is a part of. What fits no field is left out.

``python -m tests.training.real FOLDER NAME`` reads the pictures of a folder with a truth beside each.
"""

import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from services.extractor.pictures import decode
from services.extractor.reading import PageInput, read_timetables
from services.ocr.reading import Fault, Part, load
from shared.messages import OcrPage
from tests.benchmarks.scorer import likeness, normal
from tests.training.cells import Cell, recorded
from tests.training.pages import CACHE

_RIGHT = 0.85
_PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


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


def cells_of(name: str, page: PageInput, blocks: Sequence[Block]) -> list[Cell]:
    """The cells of a page, labelled."""
    found: list[Cell] = []
    with recorded(found, name):
        read_timetables([page])
    for cell in found:
        label(cell, blocks)
    return found


def main() -> None:
    folder, name = Path(sys.argv[1]), sys.argv[2]
    read = load()[1]
    cells: list[Cell] = []
    for path in sorted(each for each in folder.iterdir() if each.suffix in _PICTURES):
        blocks = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Truth).all()
        answer = read(path.read_bytes(), lambda _: None)
        while isinstance(answer, Part):
            answer = read(answer, lambda _: None)
        if isinstance(answer, Fault):
            continue
        ocr = OcrPage(page=0, image="", width=answer.width, height=answer.height, lines=answer.lines)
        picture = decode(answer.copy or path.read_bytes(), ocr).astype(np.uint8)
        cells += cells_of(f"real-{name}-{path.stem}", PageInput(ocr, picture), blocks)
    CACHE.mkdir(parents=True, exist_ok=True)
    (CACHE / f"cells-real-{name}.pickle").write_bytes(pickle.dumps(cells))


if __name__ == "__main__":
    main()
