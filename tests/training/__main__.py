"""``python -m tests.training``: trains the reader's models anew, measures them, and writes the figures.

PAGES (600) and TESTED (150) are how many drawn pages are made for training and for measuring, in words that the other
has not. Those whose lines were read by the text recognition (`pages`) and the cells of real pages (`real`) come from
the training folder, as far as they are there. A set of real pages is measured with a model that was trained without it.
"""

import os
import pickle
import sys
from pathlib import Path

from services.extractor.reading.learned.trees import FOLDER, load
from tests.training import roles
from tests.training import wording as words
from tests.training.cells import Cell, kept_cells
from tests.training.pages import CACHE

FEWEST = 30
"""Cells of a group that its figures are told of."""
FIGURES = Path(".local/training-figures.md")
MODEL = FOLDER / "roles.npz"


def group(cell: Cell) -> str:
    """The look of a page that was read."""
    return cell.page.split("-")[-1] if not cell.page.startswith(("made", "real")) else ""


def trained(learnt: list[Cell]) -> int:
    """Train on some cells; gives the model's size in bytes.

    Features are made with a model of letters that knows no drawn word, or the trees would trust it too much.
    """
    size = roles.train(learnt, MODEL)
    load.cache_clear()
    return size


def rows(name: str, cells: list[Cell]) -> list[str]:
    """The model card's rows for a set of cells."""
    figures = roles.measure(cells, group, {})
    return [found.row(f"{name} {key}".strip()) for key, found in sorted(figures.items()) if found.cells > FEWEST]


def main() -> None:
    pages, tested = int(os.environ.get("PAGES", "600")), int(os.environ.get("TESTED", "150"))
    drawn = kept_cells("made", "train", pages) + kept_cells("read", "train", pages // 2)
    held = {kind: kept_cells(kind, "test", tested) for kind in ("made", "read")}
    paths = sorted(CACHE.glob("cells-real-*.pickle"))
    real = {path.stem.removeprefix("cells-real-"): pickle.loads(path.read_bytes()) for path in paths}  # noqa: S301 (ours)
    words.train(honest=True)
    told = []
    for name, cells in real.items():
        trained(drawn + [cell for other, some in real.items() if other != name for cell in some])
        told += rows(name, cells)
    size = trained(drawn + [cell for cells in real.values() for cell in cells])
    told += [row for kind, cells in held.items() for row in rows(kind, cells)]
    share = words.train(honest=False)
    text = "\n".join([f"{len(drawn)} cells, {size} bytes; letters {share:.3f}", *told, ""])
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
