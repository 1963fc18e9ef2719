"""Gradient-boosted trees, evaluated with numpy: the same answer on every machine, on one thread.

A model is a ``.npz`` of flat arrays, all trees one behind another. Node 0 of a tree is its root; a child below 0 is a
leaf, the complement of its number. See LightGBM's text format, which they are exported from.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

FOLDER = Path(__file__).parent / "models"
_ROWS = 16
"""Examples that go down all trees at once: what they are held in stays in the processor's cache."""


@dataclass(frozen=True)
class Trees:
    """A model.

    Attributes:
        classes: what it tells apart; a model of two classes has the second's name alone.
        features: names of the columns it takes, in order.
        feature, threshold, left, right: of every node; a missing value goes left where `missing_left` says so.
        leaf: values of every leaf.
        node_at, leaf_at: where each tree's nodes and leaves begin.
        depth: steps from a root to its farthest leaf.
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    feature: Ints
    threshold: Floats
    missing_left: npt.NDArray[np.bool_]
    left: Ints
    right: Ints
    leaf: Floats
    node_at: Ints
    leaf_at: Ints
    depth: int

    def scores(self, table: Floats) -> Floats:
        """The sum of the trees for each row and class, before it is made a probability.

        Args:
            table: a row an example, a column a feature; what is not known is NaN.
        """
        missing = np.isnan(table)
        # Each column twice, so that what is missing goes left by the one and right by the other.
        wide = np.hstack([np.where(missing, -np.inf, table), np.where(missing, np.inf, table)])
        levels, leaf = self._levels
        sums = np.empty((len(table), len(self.node_at)))
        for begin in range(0, len(table), _ROWS):
            rows = wide[begin : begin + _ROWS]
            row_at = np.arange(len(rows))[:, None] * wide.shape[1]
            at = np.broadcast_to(np.arange(len(self.node_at)), (len(rows), len(self.node_at)))
            for column, threshold in levels:
                above = rows.take(column.take(at) + row_at) > threshold.take(at)
                at = 2 * at + above
            sums[begin : begin + len(rows)] = leaf.take(at)
        found: Floats = sums.reshape(len(table), -1, len(self.classes)).sum(axis=1)
        return found

    @cached_property
    def _levels(self) -> tuple[list[tuple[npt.NDArray[np.intp], Floats]], Floats]:
        """All trees as full ones, level by level: of each node the column and the threshold; and the leaves.

        Columns in which what is missing is large stand behind those in which it is small. Below place n of a level are
        2n and 2n + 1 of the next, so that a row's way needs no table of children."""
        at = np.zeros((len(self.node_at), 1), np.int32)
        levels = []
        for _ in range(self.depth):
            inside = at >= 0
            node = np.where(inside, self.node_at[:, None] + at, 0)
            column = self.feature[node] + np.where(self.missing_left[node], 0, len(self.features))
            # A leaf that is reached sooner goes on to the left.
            levels.append((np.where(inside, column, 0).ravel(), np.where(inside, self.threshold[node], np.inf).ravel()))
            children = np.where(inside, self.left[node], at), np.where(inside, self.right[node], at)
            at = np.stack(children, axis=2).reshape(len(self.node_at), -1)
        return levels, self.leaf[self.leaf_at[:, None] + ~at].ravel()

    def probabilities(self, table: Floats) -> Floats:
        """The probability of each class, a row an example; of the one class of a model of two."""
        scores = self.scores(table)
        if len(self.classes) == 1:
            one: Floats = 1 / (1 + np.exp(-scores))
            return one
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        several: Floats = scores / scores.sum(axis=1, keepdims=True)
        return several


def load(name: str) -> Trees:
    """A model of the folder `models`, by its name."""
    return read(FOLDER / f"{name}.npz")


@lru_cache
def read(path: Path) -> Trees:
    """The model of a file; read once."""
    with np.load(path, allow_pickle=False) as kept:
        return Trees(
            classes=tuple(map(str, kept["classes"])),
            features=tuple(map(str, kept["features"])),
            feature=kept["feature"].astype(np.int32),
            threshold=kept["threshold"],
            missing_left=kept["missing_left"],
            left=kept["left"].astype(np.int32),
            right=kept["right"].astype(np.int32),
            leaf=kept["leaf"].astype(np.float64),
            node_at=kept["node_at"],
            leaf_at=kept["leaf_at"],
            depth=int(kept["depth"]),
        )
