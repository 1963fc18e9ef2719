"""Gradient-boosted trees, evaluated with numpy: the same answer on every machine, on one thread.

A model is a ``.npz`` of flat arrays, all trees one behind another. Node 0 of a tree is its root; a child below 0 is a
leaf, the complement of its number. See LightGBM's text format, which they are exported from.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

FOLDER = Path(__file__).parent / "models"


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
        rows = np.arange(len(table))[:, None]
        at = np.broadcast_to(self.node_at, (len(table), len(self.node_at)))
        leaf = np.zeros(at.shape, np.int32)
        inside = np.ones(at.shape, bool)
        for _ in range(self.depth):
            value = table[rows, self.feature[at]]
            below = np.where(np.isnan(value), self.missing_left[at], value <= self.threshold[at])
            child = np.where(below, self.left[at], self.right[at])
            ends = inside & (child < 0)
            leaf = np.where(ends, ~child, leaf)
            inside &= child >= 0
            at = np.where(inside, self.node_at + child, at)
        sums = self.leaf[self.leaf_at + leaf]
        found: Floats = sums.reshape(len(table), -1, len(self.classes)).sum(axis=1)
        return found

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
