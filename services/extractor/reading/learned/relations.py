"""What the texts of a page are to each other: which is a lesson, and which day and which times it belongs to.

A small network looks at all texts of a page at once: what each looks like, and how every two lie to each other. It
knows no words but what the lexicon says of them, and no layout but what it has seen. Attention (Vaswani et al. 2017)
with biases from the pairs' geometry; trained by `tests.training.relations`, evaluated by numpy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from services.extractor.reading.learned.trees import FOLDER

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROLES = ("other", "name", "note", "day", "time")
RELATIONS = ("day", "start", "end", "entry")
"""Of a lesson's text to another: its day's name, the texts with its start and with its end, one of the same lesson."""
_LEVEL = 0.3
"""Text heights by which a text may lie lower or more to the right and still be before another."""
_THIN = 0.3
"""Text heights: no text counts as narrower."""
_FAR = 999.0
_SIDEWAYS, _ASIDE = 2.0, 0.01
"""What a text height beside the looked-at direction counts: of texts before another, and of the nearest ones."""
_MOST_CROSSED = 5
_SMALLEST, _NEVER = 1e-5, -1e4


@dataclass(frozen=True)
class Texts:
    """A page's texts as the network is told of them.

    Attributes:
        looks: a row of figures for each.
        rects: left, top, right and bottom of each, in text heights.
        across, down: how many separators stand between two texts on the way along the page from the one, and down it.
        days, times: whether each names a day, or holds a time.
        same: a number for each; texts of one number say the same.
    """

    looks: Floats
    rects: Floats
    across: Ints
    down: Ints
    days: Bools
    times: Bools
    same: Ints


def _shared(rects: Floats, low: int, high: int) -> Floats:
    """By how much of the narrower one two texts lie over each other along one axis; more than 1 for thin ones."""
    first, second = rects[:, None], rects[None, :]
    length = np.minimum(first[..., high], second[..., high]) - np.maximum(first[..., low], second[..., low])
    narrower = np.minimum(first[..., high] - first[..., low], second[..., high] - second[..., low])
    found: Floats = np.clip(length, 0, None) / np.maximum(_THIN, narrower)
    return found


def _signed_log(values: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    found: npt.NDArray[np.floating] = np.sign(values) * np.log1p(np.abs(values))
    return found


def inputs(texts: Texts) -> tuple[Floats, Floats]:
    """What the network takes: a row for each text, and one for each two of them."""
    rects, days, times = texts.rects, texts.days, texts.times
    count = len(rects)
    middles = (rects[:, :2] + rects[:, 2:]) / 2
    low, high = middles.min(axis=0), middles.max(axis=0)
    places = (middles - low) / np.maximum(high - low, 1)
    stacked, level = _shared(rects, 0, 2), _shared(rects, 1, 3)
    around = np.stack(
        [
            *((part * kind).clip(0, 1).sum(axis=1) for kind in (days, times) for part in (stacked, level)),
            stacked.sum(axis=1),
            level.sum(axis=1),
        ],
        axis=1,
    )
    of_page = [np.log(count) / 5, days.sum() / 10, np.log1p(times.sum()) / 3]
    alone = np.concatenate(
        [
            texts.looks,
            places,
            np.log1p(np.maximum(0, rects[:, 2:] - rects[:, :2])) / (3, 1),
            np.log1p(around) / 2,
            np.broadcast_to(of_page, (count, len(of_page))),
        ],
        axis=1,
    )
    right, down = (middles[None, :, axis] - middles[:, None, axis] for axis in (0, 1))
    beside, below = (
        np.maximum(
            0, np.maximum(rects[:, None, a], rects[None, :, a]) - np.minimum(rects[:, None, b], rects[None, :, b])
        )
        for a, b in ((0, 2), (1, 3))
    )
    distances = (
        np.abs(right) + _ASIDE * np.abs(down),
        np.abs(down) + _ASIDE * np.abs(right),
        np.where(down < _LEVEL, np.abs(down) + _SIDEWAYS * beside, _FAR),
        np.where(right < _LEVEL, np.abs(right) + _SIDEWAYS * below, _FAR),
    )
    rank = np.zeros((len(distances), count, count), np.float32)
    for kind in (days, times & ~days, ~days & ~times):
        own = np.flatnonzero(kind)
        for at, distance in enumerate(distances):
            rank[at][:, own] = np.log1p(distance[:, own].argsort(axis=1).argsort(axis=1)) / 2
    crossed = (texts.across, texts.down, texts.across.T, texts.down.T)
    pairs = np.stack(
        [
            _signed_log(right) / 3,
            _signed_log(down) / 3,
            np.log1p(beside) / 3,
            np.log1p(below) / 3,
            stacked.clip(0, 1),
            level.clip(0, 1),
            _signed_log(rects[None, :, 0] - rects[:, None, 0]) / 3,
            _signed_log(rects[None, :, 1] - rects[:, None, 1]) / 3,
            *(np.minimum(each, _MOST_CROSSED) / 3 for each in crossed),
            texts.same[:, None] == texts.same[None],
            *(np.broadcast_to(kind[None], (count, count)) for kind in (days, times)),
            *rank,
        ],
        axis=-1,
    )
    return alone.astype(np.float32), pairs.astype(np.float32)


def _whole(values: Any) -> Any:
    return values


@dataclass(frozen=True)
class Network:
    """Its weights by their names.

    Attributes:
        heads: of its attention.
        maths: what computes it: numpy, or what stands in for it where weights are learnt.
        drop: leaves some figures out while weights are learnt, so that none is relied on alone.
    """

    weights: Mapping[str, Any]
    heads: int
    maths: Any = np
    drop: Callable[[Any], Any] = _whole

    @property
    def layers(self) -> int:
        """Of its attention."""
        return sum(name.startswith("told.") and name.endswith(".weight") for name in self.weights)

    def _linear(self, name: str, values: Any) -> Any:
        return values @ self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def _normed(self, name: str, values: Any) -> Any:
        centred = values - values.mean(axis=-1, keepdims=True)
        scale = self.maths.sqrt((centred**2).mean(axis=-1, keepdims=True) + _SMALLEST)
        return centred / scale * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def _bent(self, values: Any) -> Any:
        """Hendrycks and Gimpel's unit, by its tanh form."""
        return 0.5 * values * (1 + self.maths.tanh(0.7978845608 * (values + 0.044715 * values * values * values)))

    def scores(self, alone: Any, pairs: Any, there: Any = None) -> tuple[Any, Any]:
        """Scores of each text's `ROLES`, and of each of `RELATIONS` from each text to each.

        Args:
            alone, pairs: from `inputs`.
            there: which rows are texts, where others fill a page up to the length of longer ones; all if null.
        """
        count = len(alone)
        seen = self._bent(self._linear("pair.1", self._bent(self._linear("pair.0", pairs))))
        biases = self._linear("bias", seen).reshape(count, count, self.layers, self.heads)
        if there is not None:
            biases = biases + self.maths.where(there, 0.0, _NEVER)[None, :, None, None]
        state = self._linear("alone.1", self._bent(self._linear("alone.0", alone)))
        for layer in range(self.layers):
            asked = self._linear(f"asked.{layer}", self._normed(f"before.{layer}", state))
            query, key, value = asked.reshape(count, 3, self.heads, -1).transpose(1, 2, 0, 3)
            weight = query @ key.transpose(0, 2, 1) / query.shape[-1] ** 0.5 + biases[:, :, layer].transpose(2, 0, 1)
            heard = (softmax(weight, self.maths) @ value).transpose(1, 0, 2).reshape(count, -1)
            state = state + self.drop(self._linear(f"told.{layer}", heard))
            inner = self.drop(self._bent(self._linear(f"inner.{layer}", self._normed(f"between.{layer}", state))))
            state = state + self.drop(self._linear(f"outer.{layer}", inner))
        state = self._normed("last", state)
        sides = self._linear("sides", state).reshape(count, len(RELATIONS), 2, -1).transpose(1, 2, 0, 3)
        related = sides[:, 0] @ sides[:, 1].transpose(0, 2, 1) / sides.shape[-1] ** 0.5
        related = related + self._linear("related", seen).transpose(2, 0, 1)
        # Whether two texts are of one lesson goes both ways, whatever they are asked in.
        both = (related[-1:] + related[-1:].transpose(0, 2, 1)) / 2
        return self._linear("role", state), self.maths.concatenate([related[:-1], both])


def softmax(scores: Any, maths: Any = np) -> Any:
    """Scores as chances, over the last axis."""
    found = maths.exp(scores - scores.max(axis=-1, keepdims=True))
    return found / found.sum(axis=-1, keepdims=True)


def load() -> Network:
    """The network that comes with the reader."""
    return read(FOLDER / "relations.npz")


@lru_cache
def read(path: Path) -> Network:
    """The network of a file; read once. Its weights are kept as floats of half the length."""
    with np.load(path, allow_pickle=False) as kept:
        weights = {name: kept[name].astype(np.float32) for name in kept.files if name != "heads"}
        return Network(weights, int(kept["heads"]))
