"""The recogniser in 8 bits: what is changed in the graph, and that it reads what the floats read."""

import json
from pathlib import Path

import numpy as np
import pytest

from services.ocr.engine import Engine, EngineSettings
from services.ocr.graph import GraphError
from services.ocr.machine import multiplies_bytes
from services.ocr.models import LATIN, ModelSettings, quickened, seed
from services.ocr.quantise import convolutions, fused, quantise, with_outputs
from tests.benchmarks.ocr.pages import pages
from tests.unit.ocr.conftest import WORDS, pixels, table


@pytest.fixture(scope="module")
def graph(cache: Path) -> bytes:
    return fused((seed(LATIN, cache) / "inference.onnx").read_bytes())


def _probabilities(model: bytes, line: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> object:
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: line})


def test_every_measured_convolution_is_made_of_integers(graph: bytes, cache: Path) -> None:
    before = convolutions(graph)
    quick = (seed(quickened(LATIN), cache) / "inference.onnx").read_bytes()
    assert len(before) == 39
    assert convolutions(quick) == []
    assert quick.count(b"QLinearConv") >= 39
    assert len(quick) < 0.6 * len(graph)


def test_ranges_that_fit_no_convolution_are_refused(graph: bytes) -> None:
    with pytest.raises(GraphError, match="not where they were measured"):
        quantise(graph, {"no such tensor": (0.0, 1.0, 0.0, 1.0)})


def test_inner_tensors_can_be_made_outputs(graph: bytes) -> None:
    source, target = convolutions(graph)[0]
    found = _probabilities(with_outputs(graph, [source, target]), np.zeros((1, 3, 48, 160), np.float32))
    assert isinstance(found, list)
    assert len(found) == 3


def test_ranges_measured_anew_make_another_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import services.ocr.models as models

    first = quickened(LATIN).variant
    path = tmp_path / "ranges.json"
    path.write_text(json.dumps({}))
    monkeypatch.setattr(models, "_RANGES", path)
    assert quickened(LATIN).variant != first


@pytest.mark.skipif(not multiplies_bytes(), reason="8-bit kernels may overflow on this processor")
def test_eight_bits_read_what_floats_read(cache: Path) -> None:
    models = ModelSettings.load(ocr_cache_dir=str(cache), ocr_model_dir="")
    page = list(pages(seed=41))[1]  # a scan: the calibration did not see it
    found = []
    for precision in ("float", "int8"):
        engine = Engine(EngineSettings.load(ocr_threads=2, ocr_precision=precision), models)
        engine.load()
        assert [line.text for line in engine.read(pixels(table()))] == WORDS
        # Spaces around a dash are a matter of taste in both.
        found.append([line.text.replace(" ", "") for line in engine.read(page.image[:700])])
        engine.close()
    assert len(found[0]) > 80
    assert sum(a != b for a, b in zip(*found, strict=True)) <= 1
