"""``python -m tests.training``: trains the reader's models anew, measures them, and writes the figures.

PAGES (600) and TESTED (150) are how many drawn pages are made for training and for measuring, in words that the other
has not. Those whose lines were read by the text recognition (`pages`) and the cells of real pages (`real`) come from
the training folder, as far as they are there. Real pages are measured with
models that were trained without their sources.
"""

import os
import pickle
import shutil
import sys
from collections import defaultdict
from pathlib import Path

from services.extractor.reading.learned.trees import FOLDER, read
from tests.real.calibrate import ROLE_FOLDS, fold
from tests.real.pages import real_pages
from tests.training import roles
from tests.training import wording as words
from tests.training.cells import Cell, kept_cells
from tests.training.pages import CACHE
from tests.training.roles import Figures, Rows

REAL_WEIGHT = 5.0
"""A line of a real page counts as that many drawn ones."""
FEWEST = 30
"""Cells of a group that its figures are told of."""
FIGURES = Path(".local/training-figures.md")
MODEL = FOLDER / "roles.npz"


def group(cell: Cell) -> str:
    """The look of a page that was read."""
    return cell.page.split("-")[-1] if not cell.page.startswith(("made", "real")) else ""


def trained(drawn: Rows, real: list[Rows]) -> int:
    """Train on some cells; gives the model's size in bytes.

    They are measured with a model of letters that knows no drawn word, or the trees would trust it too much.
    """
    size = roles.train(drawn, real, MODEL)
    read.cache_clear()
    return size


def rows(name: str, cells: list[Cell]) -> list[str]:
    """The model card's rows for a set of cells."""
    figures = roles.measure(cells, group, {})
    return [found.row(f"{name} {key}".strip()) for key, found in sorted(figures.items()) if found.cells > FEWEST]


def main() -> None:
    pages, tested = int(os.environ.get("PAGES", "600")), int(os.environ.get("TESTED", "150"))
    drawn = kept_cells("made", "train", pages) + kept_cells("read", "train", pages // 2)
    held = {kind: kept_cells(kind, "test", tested) for kind in ("made", "read")}
    source = {f"{page.round}+{page.name}": page.truth.source for page in real_pages()}
    real: defaultdict[int, list[Cell]] = defaultdict(list)
    for path in sorted(CACHE.glob("cells-real-*.pickle")):
        real[fold(source[path.stem.removeprefix("cells-real-")], ROLE_FOLDS)] += pickle.loads(path.read_bytes())  # noqa: S301 (ours)
    words.train(honest=True)
    told, unseen = [], Figures()
    learnt = {number: roles.learnable(cells, REAL_WEIGHT) for number, cells in sorted(real.items())}
    made = roles.learnable(roles.typeless(drawn))
    for number, cells in sorted(real.items()):
        trained(made, [some for other, some in learnt.items() if other != number])
        # Pages of this fold are read with it where their chances are learnt (`tests.real.calibrate`).
        shutil.copyfile(MODEL, CACHE / f"roles-{number}.npz")
        unseen += roles.measure(cells, lambda _: "", {}).get("", Figures())
    told.append(unseen.row("real, other sources"))
    size = trained(made, list(learnt.values()))
    told += [row for kind, cells in held.items() for row in rows(kind, cells)]
    share = words.train(honest=False)
    text = "\n".join([f"{len(drawn)} drawn cells, {size} bytes; letters {share:.3f}", *told, ""])
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
