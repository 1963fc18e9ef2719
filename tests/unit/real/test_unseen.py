"""Pages are measured with models that have not seen their source, where there are some."""

from pathlib import Path

import numpy as np
import pytest

from services.extractor.reading.learned.trees import FOLDER
from services.extractor.reading.learned.wording import kinds
from tests.real import unseen


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a fold's models."""
    monkeypatch.setattr(unseen, "CACHE", tmp_path)
    folder = unseen.folder_of(0)
    folder.mkdir()
    return folder


def test_a_folds_letters_are_read_and_put_back(kept: Path) -> None:
    with np.load(FOLDER / "wording.npz") as found:
        np.savez(kept / "wording.npz", weights=0 * found["weights"], scale=found["scale"], bias=0 * found["bias"])
    before = kinds("Mathematics")
    with unseen.without_sources(0):
        assert kinds("Mathematics") == (0.25,) * 4
    assert kinds("Mathematics") == before


def test_a_source_is_always_in_the_same_fold_however_it_is_written() -> None:
    assert unseen.fold("Owner/Name") == unseen.fold("owner/name")
    assert {unseen.fold(f"owner/{number}") for number in range(50)} == set(range(unseen.MODEL_FOLDS))
