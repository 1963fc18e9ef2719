"""Classes cut from a model's last layer leave the others' scores in their order."""

import numpy as np
import onnxruntime
import pytest

from services.ocr.graph import GraphError, keep_classes
from services.ocr.models import RECOGNITION, wheel_file


def _run(
    model: bytes, crop: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {session.get_inputs()[0].name: crop})[0], dtype=np.float32)


def test_the_kept_classes_score_as_before_up_to_their_sum() -> None:
    model = wheel_file(RECOGNITION.file).read_bytes()
    keep = [0, 5, 17, 300, 18_709]
    crop = np.random.default_rng(0).uniform(-1, 1, (1, 3, 48, 160)).astype(np.float32)
    before, after = _run(model, crop)[..., keep], _run(keep_classes(model, 18_710, keep), crop)
    assert after.shape == before.shape
    # A softmax over fewer classes is the old one divided by what is left of it.
    assert after == pytest.approx(before / before.sum(axis=-1, keepdims=True), abs=1e-4)


@pytest.mark.parametrize("data", [b"", b"no model at all", b"\x3a\xff\x01", b"\x3a\x03abc"])
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(GraphError):
        keep_classes(data, 18_710, [0])


def test_a_layer_that_is_not_there_is_refused() -> None:
    with pytest.raises(GraphError, match="0 tensors of 7777 classes"):
        keep_classes(wheel_file(RECOGNITION.file).read_bytes(), 7777, [0])
