"""Trains the model of letters."""

import random

import numpy as np
import numpy.typing as npt
from faker import Faker
from scipy.optimize import minimize

from services.extractor.reading.learned.trees import FOLDER
from services.extractor.reading.learned.wording import KINDS, SLOTS, forget, runs
from tests.training.vocabulary import drawn_words, words

LOCALES = (
    "en_GB", "en_US", "en_IN", "en_NZ", "de_DE", "fr_FR", "es_ES", "es_MX", "it_IT", "pt_PT", "pt_BR", "nl_NL", "pl_PL",
    "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "fi_FI", "sv_SE", "da_DK", "no_NO", "tr_TR", "id_ID", "vi_VN",
    "et_EE", "lv_LV", "lt_LT", "en_PH", "ga_IE", "yo_NG", "zu_ZA", "tw_GH",
)  # fmt: skip
PERSONS = 120
"""Of each locale."""
_PENALTY = 0.004


def people() -> list[str]:
    """Names of persons as timetables print them."""
    rng, found = random.Random(11), set()
    for locale in LOCALES:
        source = Faker(locale)
        source.seed_instance(5)
        for _ in range(PERSONS):
            first, last = source.first_name(), source.last_name()
            found.add(
                rng.choice(
                    (
                        last,
                        last,
                        last,
                        f"{first} {last}",
                        f"{first[0]}. {last}",
                        f"{last} {first[0]}.",
                        f"Mr {last}",
                        first,
                    )
                )
            )
    return sorted(found)


def variants(rng: random.Random, kind: str, text: str) -> list[str]:
    """A text as it may be printed: in capitals, as its first word alone."""
    found = [text]
    if rng.random() < 0.2:
        found.append(text.upper())
    if kind == "subject":
        parts = text.split()
        if len(parts) > 1 and rng.random() < 0.5:
            found += [rng.choice((parts[0], parts[-1]))]
        if rng.random() < 0.15 and len(text) > 6:
            found.append(text[: rng.randint(3, 5)] + rng.choice((".", "")))
    return found


def train(*, honest: bool) -> float:
    """Train and write it; gives the share of held-out words that it tells right.

    Args:
        honest: without the words of drawn pages.
    """
    rng = random.Random(3)
    left_out = drawn_words() if honest else set()
    kinds = {**words(), "person": people()}
    texts: list[tuple[str, int, bool]] = []
    for kind, known in kinds.items():
        for text in known:
            if text.casefold() not in left_out:
                held = rng.random() < 0.15
                texts += [(each, KINDS.index(kind), held) for each in variants(rng, kind, text)]
    wanted = np.array([kind for _, kind, _ in texts])
    apart = np.array([held for *_, held in texts])
    table = np.zeros((len(texts), SLOTS), np.float32)
    for row, (text, _, _) in enumerate(texts):
        at = runs(text)
        np.add.at(table[row], at, 1 / len(at))
    weights, bias = fitted(table[~apart], wanted[~apart])
    right = float(np.mean((table[apart] @ weights + bias).argmax(axis=1) == wanted[apart]))
    weights, bias = fitted(table, wanted)
    scale = np.abs(weights).max() / 127
    np.savez_compressed(
        FOLDER / "wording.npz", weights=np.round(weights / scale).astype(np.int8), scale=scale, bias=bias
    )
    forget()
    return right


def fitted(
    table: npt.NDArray[np.float32], wanted: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Weights and bias of the regression, every kind counting the same."""
    count = len(KINDS)
    share = np.bincount(wanted, minlength=count)
    each = (1 / (count * share))[wanted][:, None].astype(np.float32)
    goal = np.eye(count, dtype=np.float32)[wanted]

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat[: SLOTS * count].reshape(SLOTS, count).astype(np.float32)
        scores = table @ weights + flat[SLOTS * count :].astype(np.float32)
        scores -= scores.max(axis=1, keepdims=True)
        chance = np.exp(scores)
        chance /= chance.sum(axis=1, keepdims=True)
        off = (chance - goal) * each
        value = -float((np.log(chance + 1e-9) * goal * each).sum()) + _PENALTY / SLOTS * float((weights**2).sum())
        slope = table.T @ off + 2 * _PENALTY / SLOTS * weights
        return value, np.concatenate([slope.ravel(), off.sum(axis=0)]).astype(np.float64)

    found = minimize(loss, np.zeros(SLOTS * count + count), jac=True, method="L-BFGS-B", options={"maxiter": 120}).x
    return found[: SLOTS * count].reshape(SLOTS, count).astype(np.float32), found[SLOTS * count :].astype(np.float32)
