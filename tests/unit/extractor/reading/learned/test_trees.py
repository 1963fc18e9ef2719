"""The learnt models: numpy gives what the trainer gave, missing values go their way, the files stay small."""

import json
from pathlib import Path

import numpy as np
import pytest

from services.extractor.reading.cell.fragments import Cut, Fragment
from services.extractor.reading.cell.roles import ROLES, features
from services.extractor.reading.learned.trees import FOLDER, Trees, load
from services.extractor.reading.learned.wording import KINDS, kinds
from services.extractor.reading.model import Rect, Type

GOLDEN = sorted(Path(__file__).parent.glob("golden_*.json"))
MOST = 2_000_000


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_numpy_gives_what_the_trainer_gave(path: Path) -> None:
    golden = json.loads(path.read_text())
    rows = np.array([[np.nan if value is None else value for value in row] for row in golden["rows"]], np.float64)
    found = load(golden["model"]).probabilities(rows)
    assert np.abs(found - np.array(golden["chances"])).max() < 1e-5


def test_each_model_of_trees_has_its_golden_vectors() -> None:
    models = {path.stem for path in FOLDER.glob("*.npz")} - {"wording", "relations"}
    assert {json.loads(path.read_text())["model"] for path in GOLDEN} == models


def test_the_models_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST


def test_the_columns_of_roles_are_those_it_was_trained_with() -> None:
    one = Fragment(0, "Maths", 20.0, Rect(5, 5, 60, 25), 0, Type(20, 2, 200), 0.99)
    other = Fragment(1, "R12", 14.0, Rect(5, 30, 40, 44), 1, None, 0.99)
    columns, rows = features([Cut([one, other], Rect(0, 0, 200, 120))], frozenset())
    model = load("roles")
    assert (columns, model.classes) == (model.features, ROLES)
    assert rows.shape == (2, len(columns))


def tree(missing_left: bool) -> Trees:
    """Column 0 at most 1: column 1 at most 5 gives 1, above 2; column 0 above 1 gives 3. A second tree adds 10."""
    return Trees(
        classes=("yes",),
        features=("a", "b"),
        feature=np.array([0, 1, 0], np.int32),
        threshold=np.array([1.0, 5.0, 0.0]),
        missing_left=np.array([missing_left, missing_left, True]),
        left=np.array([1, ~0, ~0], np.int32),
        right=np.array([~2, ~1, ~0], np.int32),
        leaf=np.array([1.0, 2.0, 3.0, 10.0]),
        node_at=np.array([0, 2], np.int32),
        leaf_at=np.array([0, 3], np.int32),
        depth=2,
    )


def test_a_row_goes_down_to_one_leaf_of_each_tree() -> None:
    rows = np.array([[1.0, 5.0], [1.0, 5.1], [1.1, 0.0]])
    assert tree(missing_left=True).scores(rows).ravel().tolist() == [11.0, 12.0, 13.0]


@pytest.mark.parametrize(("left", "wanted"), [(True, 11.0), (False, 13.0)])
def test_what_is_missing_goes_the_way_that_was_learnt(left: bool, wanted: float) -> None:
    assert tree(missing_left=left).scores(np.array([[np.nan, np.nan]])).item() == wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mathematik", "subject"),
        ("Przyroda", "subject"),
        ("Marchetti", "person"),
        ("Room 14", "room"),
        ("B204", "room"),
    ],
)
def test_letters_tell_what_a_text_is(text: str, kind: str) -> None:
    assert KINDS[int(np.argmax(kinds(text)))] == kind


@pytest.mark.parametrize("text", ["", " ", "…", "日本語", "a" * 500])
def test_any_text_has_chances(text: str) -> None:
    assert sum(kinds(text)) == pytest.approx(1)
