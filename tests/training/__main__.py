"""``python -m tests.training``: trains the reader's models anew, measures them, and writes the figures.

PAGES (250) and TESTED (50) are how many drawn pages are made for training and for measuring, in words that the other
has not; half as many for training, and as many for measuring, are read by the text recognition. Real pages take part
if ``make accuracy-real`` kept them, and are measured with models that were trained without their sources. What was
drawn, read and cut into cells stays in the training folder (TRAINING_CACHE): delete it to begin anew.
"""

import os
import shutil
import sys
from collections import defaultdict
from pathlib import Path

from services.extractor.reading.learned.trees import FOLDER, read
from tests.real.calibrate import ROLE_FOLDS, fold
from tests.training import roles
from tests.training import wording as words
from tests.training.cells import Cell, kept_cells
from tests.training.pages import CACHE
from tests.training.real import real_cells
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
    pages, tested = int(os.environ.get("PAGES", "250")), int(os.environ.get("TESTED", "50"))
    drawn = kept_cells("made", "train", pages) + kept_cells("read", "train", pages // 2)
    held = {kind: kept_cells(kind, "test", tested) for kind in ("made", "read")}
    real: defaultdict[int, list[Cell]] = defaultdict(list)
    for page, cells in real_cells():
        real[fold(page.truth.source, ROLE_FOLDS)] += cells
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
