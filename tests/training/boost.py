"""LightGBM in, numpy's trees out."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

PARAMETERS: dict[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "max_depth": 6,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 7,
    "verbosity": -1,
}


def boost(
    table: npt.NDArray[np.float64],
    wanted: npt.NDArray[np.int64],
    features: Sequence[str],
    classes: Sequence[str],
    rounds: int,
    weights: npt.NDArray[np.float64] | None = None,
    **other: Any,
) -> lightgbm.Booster:
    """Train.

    Args:
        wanted: for each row the number of its class.
        classes: their names; of two, the second's alone.
    """
    several = len(classes) > 1
    goal = {"objective": "multiclass", "num_class": len(classes)} if several else {"objective": "binary"}
    names = [feature.replace(" ", "_") for feature in features]
    data = lightgbm.Dataset(table, wanted, weight=weights, feature_name=names, free_raw_data=False)
    return lightgbm.train({**PARAMETERS, **goal, **other}, data, rounds)


GOLDEN = Path("tests/unit/extractor/reading/learned")


def keep_golden(
    models: Sequence[lightgbm.Booster], table: npt.NDArray[np.float64], path: Path, count: int = 25
) -> None:
    """Write what the trainer itself says of some rows, for the tests to hold numpy's answer against.

    Args:
        models: of several classes, whose scores' mean is asked.
        path: of the model.
    """
    # As they are written, so that rounding moves no value over a threshold.
    rows = np.round(table[:: max(1, len(table) // count)][:count], 4)
    scores = np.exp(np.mean([np.asarray(model.predict(rows, raw_score=True)) for model in models], axis=0))
    chances = np.round(scores / scores.sum(axis=1, keepdims=True), 6)
    shown = [[None if np.isnan(value) else value for value in row] for row in rows.tolist()]
    kept = {"model": path.stem, "rows": shown, "chances": chances.reshape(len(rows), -1).tolist()}
    (GOLDEN / f"golden_{path.stem}.json").write_text(json.dumps(kept, separators=(",", ":")) + "\n")


def export(models: Sequence[lightgbm.Booster], features: Sequence[str], classes: Sequence[str], path: Path) -> int:
    """Write models as the arrays of one, which gives their scores' mean; gives the file's size in bytes."""
    trees = [tree for model in models for tree in model.dump_model()["tree_info"]]
    feature: list[int] = []
    threshold: list[float] = []
    missing: list[bool] = []
    left: list[int] = []
    right: list[int] = []
    leaf: list[float] = []
    node_at, leaf_at, depth = [], [], 1
    for tree in trees:
        node_at.append(len(feature))
        leaf_at.append(len(leaf))
        root = tree["tree_structure"]
        if "leaf_value" in root:
            # A tree without a question: one that both ways lead to its only leaf.
            root = {"split_feature": 0, "threshold": 0.0, "default_left": True, "left_child": root, "right_child": root}
        nodes: list[dict[str, Any]] = []
        leaves: list[float] = []

        def walk(node: dict[str, Any], down: int, nodes: list[dict[str, Any]], leaves: list[float]) -> int:
            nonlocal depth
            depth = max(depth, down)
            if "leaf_value" in node:
                leaves.append(node["leaf_value"])
                return ~(len(leaves) - 1)
            at = len(nodes)
            nodes.append(node)
            node["left"] = walk(node["left_child"], down + 1, nodes, leaves)
            node["right"] = walk(node["right_child"], down + 1, nodes, leaves)
            return at

        walk(root, 0, nodes, leaves)
        feature += [node["split_feature"] for node in nodes]
        threshold += [node["threshold"] for node in nodes]
        missing += [node["default_left"] for node in nodes]
        left += [node["left"] for node in nodes]
        right += [node["right"] for node in nodes]
        leaf += leaves
    out = io.BytesIO()
    np.savez_compressed(
        out,
        classes=np.array(classes),
        features=np.array(features),
        feature=np.array(feature, np.int16),
        threshold=np.array(threshold, np.float64),
        missing_left=np.array(missing, np.bool_),
        left=np.array(left, np.int16),
        right=np.array(right, np.int16),
        leaf=np.array(leaf, np.float32) / len(models),
        node_at=np.array(node_at, np.int32),
        leaf_at=np.array(leaf_at, np.int32),
        depth=np.array(depth),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())
    return path.stat().st_size
