"""What a text's letters say it is: a subject, a person, a room or a remark, in any language of Latin script.

A logistic regression over hashed runs of one to four letters, learnt from words of thirty languages; so a subject that
stands in no list is still told from a surname more often than not.
"""

import unicodedata
import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.extractor.reading.learned.trees import FOLDER

KINDS = ("subject", "person", "room", "note")
SLOTS = 4096
LONGEST = 48
"""Characters of a text that are looked at."""
_RUN = 4


def runs(text: str) -> npt.NDArray[np.int64]:
    """The slots of a text's runs of letters, its ends marked; digits count as one, accents not at all."""
    plain = unicodedata.normalize("NFD", text[:LONGEST].casefold())
    plain = "".join("0" if letter.isdigit() else letter for letter in plain if not unicodedata.combining(letter))
    found = []
    for word in plain.split():
        marked = f"^{word}$"
        found += [marked[at : at + size] for size in range(1, _RUN + 1) for at in range(max(1, len(marked) - size + 1))]
    found.append(f"words {min(4, len(plain.split()))}")
    return np.array([zlib.crc32(run.encode()) % SLOTS for run in found], np.int64)


@lru_cache
def _weights() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    with np.load(FOLDER / "wording.npz", allow_pickle=False) as kept:
        return kept["weights"].astype(np.float64) * float(kept["scale"]), kept["bias"].astype(np.float64)


@lru_cache(maxsize=4096)
def kinds(text: str) -> tuple[float, ...]:
    """How likely a text is each of `KINDS`."""
    weights, bias = _weights()
    scores = weights[runs(text)].mean(axis=0) + bias
    found = np.exp(scores - scores.max())
    return tuple((found / found.sum()).tolist())


def forget() -> None:
    """Read the model anew at the next question, as it has been trained again."""
    _weights.cache_clear()
    kinds.cache_clear()
