"""``python -m tests.real.calibrate``: learns how likely a reading is right, from pages whose truth is known.

It reads again what `make accuracy-real` and `make accuracy-drawn` kept of their pages, measures each reading
(`services.extractor.reading.decide.features`), and fits the chance that a page is right and that a block is. All are
cross-validated by source; ``--check`` does that alone and writes nothing.

    PICTURES=folder make accuracy-real        keeps what is read again; once
    python -m tests.real.calibrate            ROUNDS=round-1,round-2 takes some rounds only

Of each real page its runner-up is learnt from, too: the reading that the reader did not take is what a wrong one looks
like. A reader does better on pages that it was mended for. What an earlier reader made of pages before anybody looked
at them is measured in a tree of that reader under this ``decide/``, with ``--keep FILE``; ``FIRST_SIGHT=FILE,FILE``
then judges these, too, by what was learnt from other sources, and chooses the bars by them as well. Blocks are learnt
from them, pages are not: with them, right and wrong pages are told apart less well. Where `tests.training` kept models
of roles, or networks, that have not seen some sources (``TRAINING_CACHE``), the pages of these are read with them.
"""

import json
import math
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import msgspec
import numpy as np
import numpy.typing as npt

from services.extractor.reading import reader
from services.extractor.reading.cell import roles
from services.extractor.reading.decide.calibration import EDGE, WEIGHTS, with_blocks, with_page
from services.extractor.reading.decide.choice import chosen
from services.extractor.reading.decide.doubts import GRAVE
from services.extractor.reading.decide.features import Evidence, Features, block_features, page_features
from services.extractor.reading.decide.relations import Relations
from services.extractor.reading.learned import relations
from services.extractor.reading.learned.trees import FOLDER, load, read
from services.extractor.reading.model import LayoutResult, Line, PageInput
from services.extractor.validation import validate
from shared.messages import Timetable
from tests.benchmarks.report import ROOT
from tests.benchmarks.scorer import SURE, Truth, right_blocks, score_document
from tests.benchmarks.seen import seen
from tests.real.intervals import of_share
from tests.real.pages import SEEN, part_of, real_pages

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

FOLDS = 10
CACHE = Path(os.environ.get("TRAINING_CACHE", ".local/training"))
ROLE_FOLDS = 5
"""Models of roles that each have not seen a part of the sources."""
WEIGHTS_OF = {"real": 3.0, "runner-up": 1.0, "drawn": 1.0, "first sight": 3.0}
"""How much a page of each kind counts in learning."""
BLOCKS_ALONE = ("first sight",)
"""Kinds that only the blocks' chances are learnt from."""
_REAL = ("real", "first sight")
"""What the bars are chosen by."""
BLOCK_RIDGE, PAGE_RIDGE, _LAST_RIDGE = 8000.0, 500.0, 1.0
"""How much the weights are held back: the blocks of a page are alike, pages are few, and the last model has two figures
alone."""
_INNER = 5
"""Folds within what is learnt from."""
BLOCKS_A_PAGE = 20.0
"""A page's blocks count together as that many at most: they are right or wrong for the same reasons."""
FALSE_AT_MOST = 0.15
"""Of the validated pages: how many may be not right. 0.03 is wanted, but so few pages are right beyond a doubt that a
bar for it would validate hardly any."""
RIGHT_AT_LEAST = 0.97
"""Of the blocks that are sure."""
_FARTHEST_SHIFT = 1.0
"""Log odds."""


@dataclass
class Sample:
    """A reading of a page.

    Attributes:
        kind: a key of `WEIGHTS_OF`.
        right: of each block.
        allowed: whether the rules of a week, and what the reading left unexplained, let it be validated.
    """

    name: str
    source: str
    kind: str
    f1: float
    page: Features
    blocks: list[Features]
    right: list[bool]
    allowed: bool

    @property
    def good(self) -> bool:
        return self.f1 >= SURE


def measured(name: str, source: str, pages: list[PageInput], truth: Truth, kind: str) -> Sample | None:
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
        kind,
        score_document(truth, bodies).block_f1,
        _numbers(page_features(given, features)),
        [_numbers(features[number]) for number in order],
        [right[number] for number in order],
        allowed,
    )


def runner_up(
    lines: list[Line], results: list[tuple[LayoutResult, float]], asked: Callable[[], Relations | None]
) -> tuple[LayoutResult, float] | None:
    """The best scored reading of a page that says something else than the one that is taken."""
    taken = chosen(lines, results, asked)
    said = _said(taken[0]) if taken else []
    return next(((result, score) for result, score in results if _said(result) != said), None)


def _said(result: LayoutResult) -> list[str]:
    return sorted(str((draft.day, draft.start, draft.end, draft.name)) for draft in result.drafts)


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

    def scores(self, table: Floats) -> Floats:
        """The log odds of each row."""
        scores: Floats = np.clip((table - self.mean) / self.scale, -EDGE, EDGE) @ self.weights[:-1] + self.weights[-1]
        return scores

    def kept(self) -> dict[str, object]:
        """As the reader has it."""
        rows = zip(self.names, self.mean, self.scale, self.weights[:-1], strict=True)
        return {
            "bias": round(float(self.weights[-1]), 4),
            "weights": {name: [round(float(value), 4) for value in row] for name, *row in rows},
        }


def fit(names: list[str], table: Floats, wanted: Bools, weight: Floats, ridge: float) -> Fitted:
    """Fit by Newton's method, the weights held back by `ridge`."""
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


class Table:
    """Samples as arrays: a row a page, and a row a block."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = samples
        self.page_names, own = list(samples[0].page), list(samples[0].blocks[0])
        self.names = list(with_page(samples[0].blocks[0], samples[0].page))
        self.pages = np.array([[sample.page[name] for name in self.page_names] for sample in samples])
        self.of = np.repeat(np.arange(len(samples)), [len(sample.blocks) for sample in samples])
        blocks = np.array([[row[name] for name in own] for sample in samples for row in sample.blocks])
        self.blocks = np.c_[blocks, self.pages[self.of]]
        self.right = np.array([each for sample in samples for each in sample.right])
        self.good = np.array([sample.good for sample in samples])
        weight = np.array([WEIGHTS_OF[sample.kind] for sample in samples])
        self.weight = np.where([sample.kind in BLOCKS_ALONE for sample in samples], 0.0, weight)
        share = np.array([min(1.0, BLOCKS_A_PAGE / len(sample.blocks)) for sample in samples])
        self.block_weight = (weight * share)[self.of]

    def folds(self, count: int) -> Ints:
        """Of each page the fold it is in."""
        return np.array([fold(sample.source, count) for sample in self.samples])

    def with_blocks(self, chances: Floats) -> tuple[list[str], Floats]:
        """The pages' rows with their blocks' chances."""
        rows = [with_blocks({}, chances[self.of == at].tolist()) for at in range(len(self.samples))]
        return [*self.page_names, *rows[0]], np.c_[self.pages, [list(row.values()) for row in rows]]


@dataclass
class Learnt:
    """The three models of `services.extractor.reading.decide.calibration`."""

    block: Fitted
    page: Fitted
    both: Fitted


def train(table: Table, of: Bools) -> Learnt:
    """Learn all three from some pages; each is told of the ones before it what they say of pages they have not seen."""
    folds = table.folds(_INNER)
    blocks = of[table.of]
    block, alone = _unseen(
        table.names, table.blocks, table.right, table.block_weight, folds[table.of], blocks, BLOCK_RIDGE
    )
    names, rows = table.with_blocks(_chance(alone))
    page, scores = _unseen(names, rows, table.good, table.weight, folds, of, PAGE_RIDGE)
    both = np.c_[alone, scores[table.of]][blocks]
    return Learnt(
        block, page, fit(["block", "page"], both, table.right[blocks], table.block_weight[blocks], _LAST_RIDGE)
    )


def _unseen(
    names: list[str], rows: Floats, wanted: Bools, weight: Floats, folds: Ints, of: Bools, ridge: float
) -> tuple[Fitted, Floats]:
    """A model of some rows, and what models of the other folds say of each of them."""
    scores = np.zeros(len(rows))
    for number in range(_INNER):
        own, rest = of & (folds == number), of & (folds != number)
        if own.any():
            scores[own] = fit(names, rows[rest], wanted[rest], weight[rest], ridge).scores(rows[own])
    return fit(names, rows[of], wanted[of], weight[of], ridge), scores


@dataclass
class Judged:
    """A sample with what a model that has not seen its source says of it."""

    sample: Sample
    page: float
    blocks: Floats


def cross_validated(samples: Sequence[Sample]) -> list[Judged]:
    """Every sample but the runner-ups, judged by models that were learnt from other sources."""
    table = Table(samples)
    folds = table.folds(FOLDS)
    out: list[Judged] = []
    for number in range(FOLDS):
        learnt = train(table, folds != number)
        alone = learnt.block.scores(table.blocks)
        score = learnt.page.scores(table.with_blocks(_chance(alone))[1])
        chances = _chance(learnt.both.scores(np.c_[alone, score[table.of]]))
        own = [at for at in np.flatnonzero(folds == number) if samples[at].kind != "runner-up"]
        out += [Judged(samples[at], float(_chance(score)[at]), chances[table.of == at]) for at in own]
    return out


def vouched_from(judged: Sequence[Judged]) -> float:
    """The lowest chance from which on at most `FALSE_AT_MOST` of the real pages are not right."""
    pages = [each for each in judged if each.sample.kind in _REAL and each.sample.allowed]
    best, wrong = 1.0, 0
    for count, each in enumerate(sorted(pages, key=lambda each: -each.page), 1):
        wrong += not each.sample.good
        if wrong <= FALSE_AT_MOST * count:
            best = each.page
    return best


def sure_shift(judged: Sequence[Judged]) -> float:
    """What the log odds of blocks lack so that `RIGHT_AT_LEAST` of those of real pages at `SURE` or more are right."""
    real = [each for each in judged if each.sample.kind in _REAL]
    chances = np.concatenate([each.blocks for each in real])
    order = np.argsort(-chances, kind="stable")
    right = np.concatenate([each.sample.right for each in real])[order]
    enough = np.flatnonzero(np.cumsum(right) >= RIGHT_AT_LEAST * np.arange(1, len(right) + 1))
    last = float(chances[order][enough[-1] if len(enough) else 0])
    shift = math.log(SURE / (1 - SURE)) - math.log(last / (1 - last))
    return max(-_FARTHEST_SHIFT, min(_FARTHEST_SHIFT, shift))


def shifted(judged: Judged, by: float) -> Judged:
    """With its blocks' log odds moved."""
    return replace(judged, blocks=_chance(np.log(judged.blocks / (1 - judged.blocks)) + by))


def told(judged: Sequence[Judged], at: float) -> str:
    """The figures of some samples, in two lines and a table of how true the chances are."""
    good = np.array([each.sample.good for each in judged])
    page = np.array([each.page for each in judged])
    passed = np.array([each.sample.allowed and each.page >= at for each in judged])
    right = np.concatenate([np.array(each.sample.right) for each in judged])
    block = np.concatenate([each.blocks for each in judged])
    sure = block >= SURE

    def share(count: int, of: int) -> str:
        low, high = of_share(count, of)
        return f"{count} of {of} ({low:.2f} to {high:.2f})"

    def bins(chances: Floats, true: Bools) -> str:
        """By tenths of the chance: its mean, the share that is true, how many."""
        tenth = np.minimum((chances * 10).astype(int), 9)
        parts = [(chances[tenth == at].mean(), true[tenth == at].mean(), (tenth == at).sum()) for at in set(tenth)]
        return "  ".join(f"{said:.2f}:{was:.2f} ({count})" for said, was, count in sorted(parts))

    return (
        f"{len(judged)} pages, {good.sum()} right, Brier {np.mean((page - good) ** 2):.3f}; validated and not right "
        f"{share(int((passed & ~good).sum()), int(passed.sum()))}, right and validated "
        f"{share(int((passed & good).sum()), int(good.sum()))}; {len(block)} blocks, {right.sum()} right, Brier "
        f"{np.mean((block - right) ** 2):.3f}, at {SURE} or more right "
        f"{share(int((sure & right).sum()), int(sure.sum()))}, of all {share(int(sure.sum()), len(sure))}\n"
        f"  pages  {bins(page, good)}\n  blocks {bins(block, right)}\n"
    )


def _real(rounds: str, *, runner_ups: bool = True) -> Iterable[Sample | None]:
    for page in real_pages():
        folder = SEEN / f"{page.round}+{page.name}"
        if (not rounds or page.round in rounds.split(",")) and folder.is_dir():
            unseen = CACHE / f"roles-{fold(page.truth.source, ROLE_FOLDS)}.npz"
            network = CACHE / f"relations-{part_of(page.round)}.npz"
            network = network if network.is_file() else FOLDER / "relations.npz"
            pages = seen(folder)
            with (
                patch.object(roles, "load", lambda name, at=unseen: read(at) if at.is_file() else load(name)),
                patch.object(relations, "load", lambda at=network: relations.read(at)),
            ):
                yield measured(page.name, page.truth.source, pages, page.truth, "real")
                if runner_ups:
                    with patch.object(reader, "chosen", runner_up), patch.object(reader, "LYING", -1.0):
                        yield measured(page.name, page.truth.source, pages, page.truth, "runner-up")


def _drawn() -> Iterable[Sample | None]:
    kept = ROOT / ".local" / "pages" / "seen"
    for folder in sorted(kept.iterdir()) if kept.is_dir() else []:
        truth = msgspec.json.decode(Path(f"{folder.parents[1] / folder.name}.json").read_bytes(), type=Truth)
        yield measured(folder.name, folder.name, seen(folder), truth, "drawn")


def main() -> None:
    rounds = os.environ.get("ROUNDS", "")
    if "--keep" in sys.argv:
        kept = [replace(each, kind="first sight") for each in _real(rounds, runner_ups=False) if each is not None]
        Path(sys.argv[sys.argv.index("--keep") + 1]).write_bytes(msgspec.json.encode(kept))
        return
    samples = [each for each in _real(rounds) if each is not None]
    if not samples:
        sys.stdout.write("No real page was kept by make accuracy-real: the chances stay as they are.\n")
        return
    samples += [each for each in _drawn() if each is not None]
    for path in filter(None, os.environ.get("FIRST_SIGHT", "").split(",")):
        samples += msgspec.json.decode(Path(path).read_bytes(), type=list[Sample])
    judged = cross_validated(samples)
    shift = sure_shift(judged)
    judged = [shifted(each, shift) for each in judged]
    at = round(vouched_from(judged), 3)
    for kind in WEIGHTS_OF:
        if own := [each for each in judged if each.sample.kind == kind]:
            sys.stdout.write(f"{kind}: {told(own, at)}")
    if "--check" not in sys.argv:
        table = Table(samples)
        learnt = train(table, np.ones(len(samples), bool))
        learnt.both.weights[-1] += shift
        models = {name: getattr(learnt, name).kept() for name in ("block", "page", "both")}
        WEIGHTS.write_text(json.dumps({"vouched from": at, **models}, indent=1) + "\n")
        sys.stdout.write(f"Validated from {at} on; weights in {WEIGHTS.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    main()
