"""``python -m tests.real.calibrate``: learns how likely a reading is right, from pages whose truth is known.

It reads again what `make accuracy-real` and `make accuracy-drawn` kept of their pages, measures each reading
(`services.extractor.reading.decide.features`), and fits the chance that a page is right and that a block is. All are
cross-validated by source; ``--check`` does that alone and writes nothing.

    PICTURES=folder make accuracy-real        keeps what is read again; once
    python -m tests.real.calibrate            ROUNDS=round-1,round-2 takes some rounds only

A reader does better on pages that it was mended for. What an earlier reader made of pages before anybody looked at them
is measured in a tree of that reader under this ``decide/``, with ``--keep FILE``; ``FIRST_SIGHT=FILE`` then learns from
both, and chooses by the first sights alone from where on a page is vouched for. Where `tests.training` kept models of
roles that have not seen some sources (``TRAINING_CACHE``), the pages of these are read with them.
"""

import json
import os
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import msgspec
import numpy as np
import numpy.typing as npt

from services.extractor.reading import reader
from services.extractor.reading.cell import roles
from services.extractor.reading.decide.calibration import EDGE, WEIGHTS, with_blocks, with_page
from services.extractor.reading.decide.doubts import GRAVE
from services.extractor.reading.decide.features import Evidence, Features, block_features, page_features
from services.extractor.reading.learned.trees import load, read
from services.extractor.reading.model import PageInput
from services.extractor.validation import validate
from shared.messages import Timetable
from tests.benchmarks.report import ROOT
from tests.benchmarks.scorer import SURE, Truth, right_blocks, score_document
from tests.benchmarks.seen import seen
from tests.real.intervals import of_share
from tests.real.pages import SEEN, real_pages

Floats = npt.NDArray[np.float64]

FOLDS = 10
CACHE = Path(os.environ.get("TRAINING_CACHE", ".local/training"))
ROLE_FOLDS = 5
"""Models of roles that each have not seen a part of the sources."""
REAL_WEIGHT = 3.0
"""A real page counts as that many drawn ones."""
PAGE_RIDGE, BLOCK_RIDGE = 30.0, 60.0
"""How much the weights are held back: pages are few and alike."""
_LAST_RIDGE = 1.0
_INNER = 5
"""Folds within what is learnt from."""
BLOCKS_A_PAGE = 20.0
"""A page's blocks count together as that many at most: they are right or wrong for the same reasons."""
FALSE_AT_MOST = 0.1
"""Of the validated pages: how many may be not right. 0.03 is wanted, but at first sight one of the likeliest pages was
wrong, so that a bar for it would validate nothing."""


@dataclass
class Sample:
    """A page that was read.

    Attributes:
        right: of each block.
        allowed: whether the rules of a week, and what the reading left unexplained, let it be validated.
        first: whether the reader had not been mended for it.
    """

    name: str
    source: str
    real: bool
    f1: float
    page: Features
    blocks: list[Features]
    right: list[bool]
    allowed: bool
    first: bool = False

    @property
    def good(self) -> bool:
        return self.f1 >= SURE


def measured(name: str, source: str, pages: list[PageInput], truth: Truth, *, real: bool) -> Sample | None:
    """Read a page and measure its reading; null where nothing, or more than one page, was read."""
    evidences: list[Evidence] = []

    def noted(given: Evidence) -> tuple[float, list[float]]:
        # A page's and a block's confidence name the evidence and the draft they are of.
        evidences.append(given)
        return len(evidences) / 1000 - 0.001, [index / 10000 for index in range(len(given.result.drafts))]

    with patch.object(reader, "judged", noted):
        readings = reader.read_timetables(pages)
    of = {round(reading.confidence * 1000) for reading in readings if reading.blocks}
    if len(of) != 1:
        return None
    given = evidences[of.pop()]
    bodies = [msgspec.to_builtins(Timetable(timeblocks=reading.blocks)) for reading in readings]
    right: dict[int, bool] = {}
    for body, hits in zip(bodies, right_blocks(truth, bodies), strict=True):
        for at, block in enumerate(body["timeblocks"]):
            number = round(block["confidence"] * 10000)
            right[number] = right.get(number, False) or at in hits
    order = sorted(right)
    features = block_features(given)
    allowed = all(validate(reading.blocks).validated for reading in readings)
    allowed = allowed and not any(warning.code in GRAVE for reading in readings for warning in reading.warnings)
    return Sample(
        name,
        source,
        real,
        score_document(truth, bodies).block_f1,
        _numbers(page_features(given)),
        [_numbers(features[number]) for number in order],
        [right[number] for number in order],
        allowed,
    )


def _numbers(features: Features) -> Features:
    """With numbers for what is true or not, as they are kept."""
    return {name: float(value) for name, value in features.items()}


@dataclass
class Fitted:
    """A logistic regression: its features' names, means and scales, and a weight each with the bias behind them."""

    names: list[str]
    mean: Floats
    scale: Floats
    weights: Floats

    def scores(self, rows: Sequence[Features]) -> Floats:
        """The log odds of each row."""
        table = np.clip((_table(rows, self.names) - self.mean) / self.scale, -EDGE, EDGE)
        scores: Floats = table @ self.weights[:-1] + self.weights[-1]
        return scores

    def kept(self) -> dict[str, object]:
        """As the reader has it."""
        rows = zip(self.names, self.mean, self.scale, self.weights[:-1], strict=True)
        return {
            "bias": round(float(self.weights[-1]), 4),
            "weights": {name: [round(float(value), 4) for value in row] for name, *row in rows},
        }


def _table(rows: Sequence[Features], names: list[str]) -> Floats:
    return np.array([[float(row[name]) for name in names] for row in rows])


def fit(rows: Sequence[Features], wanted: Sequence[bool], weight: Floats, ridge: float) -> Fitted:
    """Fit by Newton's method, the weights held back by `ridge`."""
    names = list(rows[0])
    table = _table(rows, names)
    mean = np.average(table, axis=0, weights=weight)
    scale = np.sqrt(np.average((table - mean) ** 2, axis=0, weights=weight))
    scale[scale < 1e-3] = 1.0
    table = np.c_[np.clip((table - mean) / scale, -EDGE, EDGE), np.ones(len(table))]
    held = np.eye(table.shape[1]) * ridge
    held[-1, -1] = 1e-6
    target, weights = np.array(wanted, float), np.zeros(table.shape[1])
    for _ in range(100):
        chance = _chance(table @ weights)
        slope = table.T @ (weight * (target - chance)) - held @ weights
        bend = (table * (weight * chance * (1 - chance) + 1e-9)[:, None]).T @ table + held
        step = np.linalg.solve(bend, slope)
        weights += step * min(1.0, 2.0 / max(1e-9, float(np.abs(step).max())))
        if np.abs(step).max() < 1e-6:
            break
    return Fitted(names, mean, scale, weights)


def _chance(scores: Floats) -> Floats:
    chances: Floats = 1 / (1 + np.exp(-np.clip(scores, -40, 40)))
    return chances


def fold(source: str, folds: int = FOLDS) -> int:
    """Which of the folds a source is in, always the same."""
    return zlib.crc32(source.casefold().encode()) % folds


@dataclass
class Learnt:
    """The three models of `services.extractor.reading.decide.calibration`."""

    block: Fitted
    page: Fitted
    both: Fitted


def train(samples: Sequence[Sample]) -> Learnt:
    """Learn all three; each is told of the ones before it what they say of pages that they have not seen."""
    weight = np.array([REAL_WEIGHT if sample.real else 1.0 for sample in samples])
    folds = np.array([fold(sample.source, _INNER) for sample in samples])
    of = np.repeat(np.arange(len(samples)), [len(sample.blocks) for sample in samples])
    rows = [row for sample in samples for row in _rows(sample)]
    right = [each for sample in samples for each in sample.right]
    share = np.array([min(1.0, BLOCKS_A_PAGE / len(sample.blocks)) for sample in samples])
    block, alone = _unseen(rows, right, (weight * share)[of], folds[of], BLOCK_RIDGE)
    chances = _chance(alone)
    pages = [with_blocks(sample.page, chances[of == at].tolist()) for at, sample in enumerate(samples)]
    page, scores = _unseen(pages, [sample.good for sample in samples], weight, folds, PAGE_RIDGE)
    both = [{"block": float(own), "page": float(score)} for own, score in zip(alone, scores[of], strict=True)]
    return Learnt(block, page, fit(both, right, (weight * share)[of], _LAST_RIDGE))


def _rows(sample: Sample) -> list[Features]:
    return [with_page(block, sample.page) for block in sample.blocks]


def _unseen(
    rows: list[Features], wanted: list[bool], weight: Floats, folds: npt.NDArray[np.int64], ridge: float
) -> tuple[Fitted, Floats]:
    """A model of all rows, and what models of the other folds say of each."""
    scores = np.zeros(len(rows))
    for number in range(_INNER):
        own, rest = np.flatnonzero(folds == number), np.flatnonzero(folds != number)
        if len(own):
            model = fit([rows[at] for at in rest], [wanted[at] for at in rest], weight[rest], ridge)
            scores[own] = model.scores([rows[at] for at in own])
    return fit(rows, wanted, weight, ridge), scores


@dataclass
class Judged:
    """A sample with what a model that has not seen its source says of it."""

    sample: Sample
    page: float
    blocks: Floats


def judge(learnt: Learnt, sample: Sample) -> Judged:
    """What the models say of a sample."""
    alone = learnt.block.scores(_rows(sample))
    score = float(learnt.page.scores([with_blocks(sample.page, _chance(alone).tolist())])[0])
    both = learnt.both.scores([{"block": float(own), "page": score} for own in alone])
    return Judged(sample, float(_chance(np.array(score))), _chance(both))


def cross_validated(samples: Sequence[Sample]) -> list[Judged]:
    """Every sample, judged by models that were learnt from other sources."""
    out: list[Judged] = []
    for number in range(FOLDS):
        own = [sample for sample in samples if fold(sample.source) == number]
        learnt = train([sample for sample in samples if fold(sample.source) != number])
        out += [judge(learnt, sample) for sample in own]
    return out


def vouched_from(judged: Sequence[Judged]) -> float:
    """The lowest chance from which on at most `FALSE_AT_MOST` of the pages are not right, drawn ones counting less.

    Of real pages those that were read at first sight decide, if there are any.
    """
    first = any(each.sample.first for each in judged)
    counted = [each for each in judged if each.sample.first or not (first and each.sample.real)]
    pages = sorted((each for each in counted if each.sample.allowed), key=lambda each: -each.page)
    best, wrong, total = 1.0, 0.0, 0.0
    for each in pages:
        weight = REAL_WEIGHT if each.sample.real else 1.0
        wrong, total = wrong + weight * (not each.sample.good), total + weight
        if wrong <= FALSE_AT_MOST * total:
            best = each.page
    return best


def told(judged: Sequence[Judged], at: float) -> str:
    """The figures of some samples, in a line."""
    good = np.array([each.sample.good for each in judged])
    page = np.array([each.page for each in judged])
    passed = np.array([each.sample.allowed and each.page >= at for each in judged])
    right = np.concatenate([np.array(each.sample.right) for each in judged])
    block = np.concatenate([each.blocks for each in judged])
    sure = block >= SURE

    def share(count: int, of: int) -> str:
        low, high = of_share(count, of)
        return f"{count} of {of} ({low:.2f} to {high:.2f})"

    return (
        f"{len(judged)} pages, {good.sum()} right, Brier {np.mean((page - good) ** 2):.3f}; validated and not right "
        f"{share(int((passed & ~good).sum()), int(passed.sum()))}, right and validated "
        f"{share(int((passed & good).sum()), int(good.sum()))}; blocks Brier {np.mean((block - right) ** 2):.3f}, at "
        f"{SURE} or more right {share(int((sure & right).sum()), int(sure.sum()))}, of all "
        f"{share(int(sure.sum()), len(sure))}\n"
    )


def _real(rounds: str) -> Iterable[Sample | None]:
    for page in real_pages():
        folder = SEEN / f"{page.round}+{page.name}"
        if (not rounds or page.round in rounds.split(",")) and folder.is_dir():
            unseen = CACHE / f"roles-{fold(page.truth.source, ROLE_FOLDS)}.npz"
            with patch.object(roles, "load", lambda name, at=unseen: read(at) if at.is_file() else load(name)):
                yield measured(page.name, page.truth.source, seen(folder), page.truth, real=True)


def _drawn() -> Iterable[Sample | None]:
    kept = ROOT / ".local" / "pages" / "seen"
    for folder in sorted(kept.iterdir()) if kept.is_dir() else []:
        truth = msgspec.json.decode(Path(f"{folder.parents[1] / folder.name}.json").read_bytes(), type=Truth)
        yield measured(folder.name, folder.name, seen(folder), truth, real=False)


def main() -> None:
    rounds = os.environ.get("ROUNDS", "")
    if "--keep" in sys.argv:
        kept = [replace(each, first=True) for each in _real(rounds) if each is not None]
        Path(sys.argv[sys.argv.index("--keep") + 1]).write_bytes(msgspec.json.encode(kept))
        return
    first = os.environ.get("FIRST_SIGHT")
    samples = msgspec.json.decode(Path(first).read_bytes(), type=list[Sample]) if first else []
    samples += [each for each in (*_real(rounds), *_drawn()) if each is not None]
    judged = cross_validated(samples)
    at = round(vouched_from(judged), 3)
    groups = {(each.sample.real, each.sample.first) for each in judged}
    for real, new in sorted(groups, reverse=True):
        own = [each for each in judged if (each.sample.real, each.sample.first) == (real, new)]
        sys.stdout.write(f"{'real' if real else 'drawn'}{', at first sight' if new else ''}: {told(own, at)}")
    if "--check" not in sys.argv:
        learnt = train(samples)
        models = {name: getattr(learnt, name).kept() for name in ("block", "page", "both")}
        WEIGHTS.write_text(json.dumps({"vouched from": at, **models}, indent=1) + "\n")
        sys.stdout.write(f"Validated from {at} on; weights in {WEIGHTS.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    main()
