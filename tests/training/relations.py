"""``python -m tests.training.relations``: trains the network that says what a page's texts are to each other.

DRAWN (1100) drawn pages and the real ones that `make accuracy-real` kept are its examples (`attachments`), each shown
anew with its axes swapped or not, stretched, its texts moved, without its rules, without some of what the lexicon
says. MINUTES (25) is how long it learns; ``PART=0`` leaves the first part of the real pages out and measures it on
them, as `tests.real.calibrate` needs it of all (`PARTS`), and without PART it is the reader's own.
"""

import math
import os
import pickle
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from services.extractor.reading.learned.relations import RELATIONS, ROLES, Network, Texts, inputs
from services.extractor.reading.learned.trees import FOLDER
from tests.benchmarks.seen import seen
from tests.real.pages import SEEN, part_of, real_pages
from tests.training.attachments import NONE, Example, example
from tests.training.boost import GOLDEN
from tests.training.noise import made
from tests.training.pages import CACHE

MODEL = FOLDER / "relations.npz"
WIDTH, LAYERS, HEADS, SEEN_WIDTH, SIDE = 96, 4, 6, 32, 32
SIZES = (48, 80, 120, 176, 256, 330)
"""Texts of a page are filled up to one of these, so that each is compiled once."""
AT_ONCE = 3
"""Pages of one size."""
REAL = 0.55
"""Share of real pages among those that are shown."""
RATE, DECAY, WARM, LEAST = 1e-3, 0.02, 200, 0.02
"""Of AdamW: its rate at most, what the weights lose, steps until the rate is reached, what is left of it at the end."""
DROPPED = 0.1
"""Share of figures that are left out at a time."""
ENTRY = 0.7
"""What the error of texts' being of one lesson counts."""
_WEIGHT_OF = np.array([1.0, 1.5, 1.0, 1.5, 1.0], np.float32)
"""Of `ROLES`."""
_AT_ONCE_DRAWN = 25

Weights = dict[str, Any]


def real_examples() -> Iterator[tuple[int, Example]]:
    """The real pages of one sheet that were kept, with the part they are in."""
    for page in real_pages():
        folder = SEEN / f"{page.round}+{page.name}"
        if not folder.is_dir():
            continue
        sheets = seen(folder)
        found = example(page.name, sheets[0], page.truth) if len(sheets) == 1 else None
        if found is not None:
            yield part_of(page.round), found


def drawn_examples(pages: int) -> list[Example]:
    """Drawn pages, kept in the training folder."""
    out: list[Example] = []
    for at in range(0, pages, _AT_ONCE_DRAWN):
        path = CACHE / f"relations-made-{at:04d}.pickle"
        if not path.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            samples = made("train", _AT_ONCE_DRAWN, at)
            some = [example(sample.name, sample.page, sample.truth) for sample in samples]
            path.write_bytes(pickle.dumps([each for each in some if each is not None]))
        out += pickle.loads(path.read_bytes())  # noqa: S301 (written above)
    return out


def altered(texts: Texts, rng: np.random.Generator) -> Texts:
    """A page as another might look that says the same."""
    rects, across, down = texts.rects, texts.across, texts.down
    if rng.random() < 0.35:
        rects, across, down = rects[:, [1, 0, 3, 2]], down, across
    stretch = np.exp(rng.uniform(-0.35, 0.35, 2))
    middles = (rects[:, :2] + rects[:, 2:]) / 2 * stretch + rng.normal(0, 0.08, (len(rects), 2))
    halves = (rects[:, 2:] - rects[:, :2]) / 2 * np.minimum(1, stretch)
    if rng.random() < 0.25:
        across = across * 0
    if rng.random() < 0.25:
        down = down * 0
    # What days and times a text names stays.
    unknown = rng.random(texts.looks.shape) < 0.08
    unknown[:, 10:25] = False
    return replace(
        texts,
        looks=np.where(unknown, 0, texts.looks).astype(np.float32),
        rects=np.concatenate([middles - halves, middles + halves], axis=1).astype(np.float32),
        across=across,
        down=down,
    )


def begun(alone: int, pairs: int, rng: np.random.Generator) -> Weights:
    """Weights before anything was learnt."""
    weights: Weights = {}

    def linear(name: str, taken: int, given: int) -> None:
        reach = 1 / math.sqrt(taken)
        weights[f"{name}.weight"] = rng.uniform(-reach, reach, (taken, given)).astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(given, np.float32)

    def norm(name: str) -> None:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    linear("pair.0", pairs, SEEN_WIDTH)
    linear("pair.1", SEEN_WIDTH, SEEN_WIDTH)
    linear("bias", SEEN_WIDTH, LAYERS * HEADS)
    linear("alone.0", alone, WIDTH)
    linear("alone.1", WIDTH, WIDTH)
    for layer in range(LAYERS):
        linear(f"asked.{layer}", WIDTH, 3 * WIDTH)
        linear(f"told.{layer}", WIDTH, WIDTH)
        linear(f"inner.{layer}", WIDTH, 2 * WIDTH)
        linear(f"outer.{layer}", 2 * WIDTH, WIDTH)
        norm(f"before.{layer}")
        norm(f"between.{layer}")
    norm("last")
    linear("role", WIDTH, len(ROLES))
    linear("sides", WIDTH, len(RELATIONS) * 2 * SIDE)
    linear("related", SEEN_WIDTH, len(RELATIONS))
    return weights


def _sum(values: Any, of: Any) -> Any:
    """The mean of what is of interest, 0 where nothing is."""
    return jnp.where(of, values, 0.0).sum() / jnp.maximum(1.0, of.sum())


def error(weights: Weights, page: dict[str, Any], dice: Any) -> Any:
    """How wrong the network is about a page: the sum of its mean errors about roles and about each relation."""
    keys = iter(jax.random.split(dice, 3 * LAYERS))

    def drop(values: Any) -> Any:
        return jnp.where(jax.random.bernoulli(next(keys), 1 - DROPPED, values.shape), values / (1 - DROPPED), 0.0)

    roles, related = Network(weights, HEADS, jnp, drop).scores(page["alone"], page["pairs"], page["there"])
    role = page["role"]
    surely = jax.nn.log_softmax(roles)
    weight = jnp.where(role >= 0, jnp.asarray(_WEIGHT_OF)[jnp.maximum(role, 0)], 0.0)
    chosen = jnp.take_along_axis(surely, jnp.maximum(role, 0)[:, None], axis=1)[:, 0]
    total = -(weight * chosen).sum() / jnp.maximum(1.0, weight.sum())
    for at, (name, among) in enumerate((("day", "days"), ("start", "times"), ("end", "times"))):
        wanted = page[name]
        surely = jax.nn.log_softmax(jnp.where(page[among][None], related[at], -1e4))
        chosen = jnp.take_along_axis(surely, jnp.maximum(wanted, 0)[:, None], axis=1)[:, 0]
        total -= _sum(chosen, (wanted >= 0) & page[among][jnp.maximum(wanted, 0)])
    entry = page["entry"]
    of = (entry[:, None] >= 0) & (entry[None] >= 0)
    same = entry[:, None] == entry[None]
    told = related[RELATIONS.index("entry")]
    return total + ENTRY * _sum(jax.nn.softplus(jnp.where(same, -told, told)), of)


def _filled(page: Example, texts: Texts, size: int) -> dict[str, Any]:
    alone, pairs = inputs(texts)
    more = size - len(alone)
    known: dict[str, Any] = {
        "alone": np.pad(alone, ((0, more), (0, 0))),
        "pairs": np.pad(pairs, ((0, more), (0, more), (0, 0))),
        "there": np.arange(size) < len(alone),
        "days": np.pad(texts.days, (0, more)),
        "times": np.pad(texts.times, (0, more)),
    }
    for name in ("role", "day", "start", "end", "entry"):
        known[name] = np.pad(getattr(page, name), (0, more), constant_values=NONE).astype(np.int32)
    return known


def _size(page: Example) -> int:
    return next(size for size in SIZES if size >= len(page.role))


def train(real: Sequence[Example], drawn: Sequence[Example], minutes: float, told: Callable[[str], None]) -> Weights:
    """Learn from pages for some minutes."""
    rng, dice = np.random.default_rng(1), random.Random(1)
    by_size: dict[tuple[bool, int], list[Example]] = {}
    for kind, pages in ((True, real), (False, drawn)):
        for page in pages:
            by_size.setdefault((kind, _size(page)), []).append(page)
    first = inputs(real[0].texts)
    weights = {name: jnp.asarray(value) for name, value in begun(first[0].shape[1], first[1].shape[2], rng).items()}
    moments = [{name: jnp.zeros_like(value) for name, value in weights.items()} for _ in range(2)]

    def several(weights: Weights, pages: dict[str, Any], number: Any) -> Any:
        keys = jax.random.split(jax.random.key(number), AT_ONCE)
        return jax.vmap(error, in_axes=(None, 0, 0))(weights, pages, keys).mean()

    def stepped(
        weights: Weights, first: Weights, second: Weights, pages: dict[str, Any], rate: Any, number: Any
    ) -> Any:
        value, slope = jax.value_and_grad(several)(weights, pages, number)
        size = jnp.sqrt(sum((each**2).sum() for each in slope.values()))
        slope = {name: each / jnp.maximum(1.0, size) for name, each in slope.items()}
        first = {name: 0.9 * first[name] + 0.1 * slope[name] for name in slope}
        second = {name: 0.999 * second[name] + 0.001 * slope[name] ** 2 for name in slope}

        def moved(name: str, old: Any) -> Any:
            way = first[name] / (1 - 0.9**number) / (jnp.sqrt(second[name] / (1 - 0.999**number)) + 1e-8)
            return old - rate * (way + DECAY * old)

        return {name: moved(name, old) for name, old in weights.items()}, first, second, value

    step = jax.jit(stepped)
    began, number, errors = time.monotonic(), 0, []
    while (share := (time.monotonic() - began) / (60 * minutes)) < 1:
        kind = dice.random() < REAL
        page = dice.choice(real if kind else drawn)
        size = _size(page)
        several_pages = [page, *dice.choices(by_size[kind, size], k=AT_ONCE - 1)]
        shown = [_filled(each, altered(each.texts, rng), size) for each in several_pages]
        stacked = {name: np.stack([each[name] for each in shown]) for name in shown[0]}
        number += 1
        rate = RATE * min(1.0, number / WARM) * (0.5 * (1 + math.cos(math.pi * share)) + LEAST)
        weights, moments[0], moments[1], value = step(weights, *moments, stacked, rate, number)
        errors.append(float(value))
        if number % 100 == 0:
            told(f"{number} steps, {60 * minutes * share:.0f} s, error {np.mean(errors[-1000:]):.3f}\n")
    return {name: np.asarray(value) for name, value in weights.items()}


def measured(weights: Weights, pages: Sequence[Example]) -> dict[str, float]:
    """The share of texts of which the network says what they are, and of lessons' texts what they belong to."""
    right: dict[str, list[bool]] = {}
    network = Network(weights, HEADS)
    for page in pages:
        roles, related = network.scores(*inputs(page.texts))
        known = page.role != NONE
        right.setdefault("role", []).extend((roles.argmax(axis=1) == page.role)[known].tolist())
        for at, (name, among) in enumerate((("day", "days"), ("start", "times"), ("end", "times"))):
            wanted = getattr(page, name)
            said = np.where(getattr(page.texts, among)[None], related[at], -1e4).argmax(axis=1)
            right.setdefault(name, []).extend((said == wanted)[wanted != NONE].tolist())
    return {name: float(np.mean(values)) for name, values in right.items()}


def save(weights: Weights, path: Path) -> None:
    """Write the weights as floats of half the length."""
    halved: dict[str, Any] = {name: np.asarray(value, np.float16) for name, value in weights.items()}
    np.savez_compressed(path, heads=HEADS, **halved)


def keep_golden(weights: Weights, pages: Sequence[Example]) -> None:
    """Keep the trainer's own answers about a small page, for the tests to hold numpy's against."""
    page = min((each for each in pages if len(each.role) >= 12), key=lambda each: len(each.role)).texts
    halved = {name: jnp.asarray(np.asarray(value, np.float16), jnp.float32) for name, value in weights.items()}
    roles, related = Network(halved, HEADS, jnp).scores(*map(jnp.asarray, inputs(page)))
    given: dict[str, Any] = {each.name: getattr(page, each.name) for each in fields(page)}
    np.savez_compressed(GOLDEN / "golden_relations.npz", **given, roles=np.asarray(roles), related=np.asarray(related))


def main() -> None:
    minutes, pages = float(os.environ.get("MINUTES", "25")), int(os.environ.get("DRAWN", "1100"))
    part = int(os.environ["PART"]) if "PART" in os.environ else None
    real = list(real_examples())
    drawn = drawn_examples(pages)
    own = [page for number, page in real if number != part]
    sys.stdout.write(f"{len(own)} real pages, {len(drawn)} drawn ones\n")

    def told(line: str) -> None:
        sys.stdout.write(line)
        sys.stdout.flush()

    weights = train(own, drawn, minutes, told)
    if part is None:
        save(weights, MODEL)
        keep_golden(weights, drawn)
    else:
        save(weights, CACHE / f"relations-{part}.npz")
    if unseen := [page for number, page in real if number == part]:
        told(f"{len(unseen)} pages of other sources: {measured(weights, unseen)}\n")


if __name__ == "__main__":
    main()
