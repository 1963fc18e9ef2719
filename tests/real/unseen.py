"""Reading with models that have not seen a page's source: each knows the sources of the other folds."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from services.extractor.reading.cell import roles
from services.extractor.reading.learned import wording
from services.extractor.reading.learned.trees import FOLDER, load, read

CACHE = Path(os.environ.get("TRAINING_CACHE", ".local/training"))
MODEL_FOLDS = 5
"""Models of roles and of letters that each have not seen a part of the sources."""


def fold(source: str, folds: int = MODEL_FOLDS) -> int:
    """Which of the folds a source is in, always the same."""
    return zlib.crc32(source.casefold().encode()) % folds


def folder_of(number: int) -> Path:
    """Where the models that have not seen a fold are kept."""
    return CACHE / f"unseen-{number}"


@contextmanager
def without_sources(number: int) -> Iterator[None]:
    """Read with the models that have not seen a fold of the sources, as far as `tests.training` kept them."""
    folder = folder_of(number)
    at = folder / "roles.npz"
    with (
        patch.object(roles, "load", lambda name: read(at) if at.is_file() else load(name)),
        patch.object(wording, "FOLDER", folder if (folder / "wording.npz").is_file() else FOLDER),
    ):
        wording.forget()
        yield
    wording.forget()
