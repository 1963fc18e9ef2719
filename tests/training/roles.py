"""Trains and measures the model of roles: what each line of a cell is."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.extractor.reading.cell.cells import assembled
from services.extractor.reading.cell.fragments import Cut
from services.extractor.reading.cell.roles import ROLES, features, roles_of
from tests.benchmarks.scorer import likeness
from tests.training.boost import boost, export, keep_golden
from tests.training.cells import Cell

ROUNDS = 100
TYPELESS = 0.08
"""Share of the cells that are learnt without their prints, as a bad picture hides them."""
ALONE = 0.3
"""Weight of a line that is alone in its cell, against one among several."""
MOST = 40.0
"""Lines of one page that count in full: a page of two hundred cells has its habits but once."""
RIGHT = 0.85
"""Likeness of names that counts as right, as everywhere."""

Floats = npt.NDArray[np.float64]


@dataclass
class Figures:
    """How often names and roles are right, of cells and lines that stand among several."""

    cells: int = 0
    by_model: int = 0
    by_reader: int = 0
    lines: int = 0
    roles: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def row(self, name: str) -> str:
        """As a row of the model card."""
        if not self.cells:
            return f"| {name} | 0 | | | |"
        return (
            f"| {name} | {self.cells} | {100 * self.by_reader / self.cells:.1f} % | "
            f"{100 * self.by_model / self.cells:.1f} % | {100 * self.roles / max(1, self.lines):.1f} % |"
        )


def tables(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The cells of each table together."""
    return [list(group) for _, group in groupby(cells, key=lambda cell: (cell.page, cell.table))]


def key(cell: Cell) -> tuple[str, ...]:
    """What a cell says and where: the same for every layout reader that forms it."""
    return cell.page, *(f"{each.line} {each.text}" for each in cell.cut.fragments)


@dataclass(frozen=True)
class Rows:
    """What is learnt from: the columns, a row for each fragment, the number of its role or -1, and its weight."""

    columns: tuple[str, ...]
    table: Floats
    roles: npt.NDArray[np.int64]
    weights: Floats


def learnable(cells: Sequence[Cell], weight: float = 1.0) -> Rows:
    """Measure cells that are to be learnt from.

    Args:
        weight: of a line that is one among several in its cell.
    """
    names: tuple[str, ...] = ()
    rows, roles, weights = [], [], []
    times = Counter(map(key, cells))
    lines: Counter[str] = Counter()
    for cell in cells:
        lines[cell.page] += len(cell.roles)
    for table in tables(cells):
        names, found = features([cell.cut for cell in table], table[0].words)
        rows.append(found)
        for cell in table:
            roles += [ROLES.index(role if role in ROLES else "note") if role else -1 for role in cell.roles]
            own = (1.0 if len(cell.roles) > 1 else ALONE) / times[key(cell)] * min(1.0, MOST / lines[cell.page])
            weights += [weight * own] * len(cell.roles)
    return Rows(names, np.vstack(rows), np.array(roles), np.array(weights))


def typeless(cells: Sequence[Cell]) -> list[Cell]:
    """The cells, those of some pages without their prints."""
    rng = random.Random(5)
    bare = {page for page in sorted({cell.page for cell in cells}) if rng.random() < TYPELESS}
    return [replace(cell, cut=_bare(cell.cut)) if cell.page in bare else cell for cell in cells]


def train(drawn: Rows, real: Sequence[Rows], path: Path, rounds: int = ROUNDS) -> int:
    """Train two models, of drawn cells alone and of all, and write their mean; gives its size in bytes.

    Real pages are few and have their habits, drawn ones have the generator's: each keeps the other from trusting them.
    """
    everything = [drawn, *real]
    rows = np.vstack([part.table for part in everything])
    roles, weights = (np.concatenate([getattr(part, name) for part in everything]) for name in ("roles", "weights"))
    known = roles >= 0
    models = []
    for count in (len(drawn.roles), len(rows)) if real else (len(rows),):
        at = np.flatnonzero(known[:count])
        models.append(boost(rows[at], roles[at], drawn.columns, ROLES, rounds, weights[at]))
    keep_golden(models, rows, path)
    return export(models, drawn.columns, ROLES, path)


def _bare(cut: Cut) -> Cut:
    """A cell without its prints."""
    return Cut([replace(each, type=None) for each in cut.fragments], cut.frame)


def measure(
    cells: Sequence[Cell], group: Callable[[Cell], str], rules: dict[tuple[str, ...], str]
) -> dict[str, Figures]:
    """Figures by group, with those of all under an empty name.

    Args:
        rules: the name that an earlier reader gave, by `key`; only cells that it formed too are counted.
    """
    found: defaultdict[str, Figures] = defaultdict(Figures)
    seen: set[tuple[str, ...]] = set()
    for table in sorted(tables(cells), key=len, reverse=True):
        for cell, told in zip(table, roles_of([cell.cut for cell in table], table[0].words), strict=True):
            fragments = cell.cut.fragments
            if len(fragments) < 2 or key(cell) in seen or (rules and key(cell) not in rules):
                continue
            seen.add(key(cell))
            named = assembled(cell.cut, told, cell.words).name
            for name in {"", group(cell)}:
                figures = found[name]
                pairs = [
                    (is_ if is_ in ROLES else "note", said)
                    for is_, said in zip(cell.roles, told.roles, strict=True)
                    if is_
                ]
                figures.lines += len(pairs)
                figures.roles += sum(is_ == said for is_, said in pairs)
                if cell.name is not None:
                    figures.cells += 1
                    figures.by_model += likeness(named, cell.name) >= RIGHT
                    figures.by_reader += likeness(rules.get(key(cell), ""), cell.name) >= RIGHT
    return dict(found)
