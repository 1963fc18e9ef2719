"""Model folders: made whole, once, by whoever comes first, and refused in one sentence."""

import hashlib
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import yaml

from services.ocr.models import (
    DETECTION,
    LATIN,
    RECOGNITION,
    Bundled,
    ModelError,
    Models,
    ModelSettings,
    _dictionary,
    provide,
    seed,
    wheel_file,
)
from tests.waiting import PATIENCE


def _make(graph: bytes) -> tuple[bytes, dict[str, Any]]:
    return graph, {"PostProcess": {"name": "none"}}


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(b"graph" * 1000)
    return path


@pytest.fixture
def tiny(graph: Path) -> Bundled:
    return Bundled("tiny_det", "tiny.onnx", hashlib.sha256(graph.read_bytes()).hexdigest(), _make)


def _left_over(cache: Path) -> list[Path]:
    return list(cache.glob(".making-*"))


def test_seed_makes_a_folder_that_names_its_model(tiny: Bundled, graph: Path, tmp_path: Path) -> None:
    folder = seed(tiny, tmp_path / "cache", graph)
    assert (folder / "inference.onnx").read_bytes() == graph.read_bytes()
    assert yaml.safe_load((folder / "inference.yml").read_text("utf-8"))["Global"]["model_name"] == "tiny_det"
    assert _left_over(tmp_path / "cache") == []


def test_seed_leaves_a_whole_folder_alone(tiny: Bundled, graph: Path, tmp_path: Path) -> None:
    folder = seed(tiny, tmp_path / "cache", graph)
    before = (folder / "inference.onnx").stat().st_ino
    assert seed(tiny, tmp_path / "cache", tmp_path / "not there") == folder
    assert (folder / "inference.onnx").stat().st_ino == before


@pytest.mark.parametrize("damage", ["cut off", "no recipe"])
def test_seed_mends_a_damaged_folder(damage: str, tiny: Bundled, graph: Path, tmp_path: Path) -> None:
    folder = seed(tiny, tmp_path / "cache", graph)
    if damage == "cut off":
        (folder / "inference.onnx").write_bytes(b"graph")
    else:
        (folder / "inference.yml").unlink()
    assert seed(tiny, tmp_path / "cache", graph) == folder
    assert (folder / "inference.onnx").read_bytes() == graph.read_bytes()
    assert (folder / "inference.yml").is_file()
    assert _left_over(tmp_path / "cache") == []


def test_seeding_at_once_gives_all_the_same_whole_folder(tiny: Bundled, graph: Path, tmp_path: Path) -> None:
    start = threading.Barrier(6)
    made: list[Path] = []
    failed: list[BaseException] = []

    def make(data: bytes) -> tuple[bytes, dict[str, Any]]:
        start.wait(PATIENCE)  # all have found nothing there before any publishes
        return _make(data)

    def run() -> None:
        try:
            made.append(seed(replace(tiny, make=make), tmp_path / "cache", graph))
        except BaseException as error:  # noqa: BLE001 - carried to the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert failed == []
    assert len(set(made)) == 1
    assert len(made) == 6
    assert _left_over(tmp_path / "cache") == []


def test_a_wrong_sha_is_refused_and_leaves_nothing(tiny: Bundled, graph: Path, tmp_path: Path) -> None:
    graph.write_bytes(b"another graph")
    with pytest.raises(ModelError, match=r"^tiny\.onnx is not the model it should be: .*SHA-256.*\.$"):
        seed(tiny, tmp_path / "cache", graph)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(tiny: Bundled, graph: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match=r"^The models cannot be written to .*: .*\.$"):
        seed(tiny, tmp_path / "file" / "cache", graph)


def test_the_wheel_holds_the_pinned_models() -> None:
    for model in (DETECTION, RECOGNITION):
        assert hashlib.sha256(wheel_file(model.file).read_bytes()).hexdigest() == model.sha256


def _characters(alphabet: str, cache: Path) -> list[str]:
    settings = ModelSettings.load(ocr_cache_dir=str(cache), ocr_model_dir="", ocr_alphabet=alphabet)
    folder = provide(settings).recognition.folder
    assert folder is not None
    written = yaml.safe_load((folder / "inference.yml").read_text("utf-8"))["PostProcess"]["character_dict"]
    assert isinstance(written, list)
    return written


def test_the_dictionary_survives_its_file(tmp_path: Path) -> None:
    written = _characters("all", tmp_path)
    assert written == _dictionary(wheel_file(RECOGNITION.file).read_bytes())
    # The graph's last layer has one more for the blank and one for the space.
    assert len(written) == 18_708


def test_the_latin_alphabet_has_its_letters_and_a_class_for_each(cache: Path) -> None:
    written = _characters("latin", cache)
    assert set("AZazÅßéčğłñőșțůžŽ09–—’“€•✓½→") <= set(written)
    assert "一" not in written
    folder = seed(LATIN, cache)
    session = onnxruntime.InferenceSession(str(folder / "inference.onnx"), providers=["CPUExecutionProvider"])
    assert session.get_outputs()[0].shape[-1] == len(written) + 2
    crop = np.zeros((1, 3, 48, 160), dtype=np.float32)
    assert session.run(None, {session.get_inputs()[0].name: crop})[0].shape[-1] == len(written) + 2


def _own(root: Path, **names: str) -> Models:
    for folder, model in names.items():
        (root / folder).mkdir(parents=True)
        (root / folder / "inference.onnx").write_bytes(b"graph")
        (root / folder / "inference.yml").write_text(f"Global:\n  model_name: {model}\n")
    return provide(ModelSettings.load(ocr_model_dir=str(root)))


@pytest.mark.parametrize(("det", "rec"), [("det", "rec"), ("My_det", "My_rec_onnx")])
def test_own_models_are_found_by_folder(det: str, rec: str, tmp_path: Path) -> None:
    models = _own(tmp_path, **{det: "X_det", rec: "Y_rec"})
    assert models.detection.name == "X_det"
    assert models.recognition.name == "Y_rec"
    assert models.recognition.folder == tmp_path / rec


def test_own_models_that_lack_something_are_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^OCR_MODEL_DIR names .*missing, which is not a folder\.$"):
        provide(ModelSettings.load(ocr_model_dir=str(tmp_path / "missing")))
    with pytest.raises(ModelError, match=r"holds no folder named rec or ending in _rec\.$"):
        _own(tmp_path, det="X_det")
    (tmp_path / "rec").mkdir()
    with pytest.raises(ModelError, match=r"rec has no inference\.onnx\.$"):
        provide(ModelSettings.load(ocr_model_dir=str(tmp_path)))
    (tmp_path / "a_det").mkdir()
    with pytest.raises(ModelError, match=r"holds more than one folder named det"):
        provide(ModelSettings.load(ocr_model_dir=str(tmp_path)))


def test_a_recipe_without_a_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"does not say Global\.model_name\.$"):
        _own(tmp_path, det="X_det", rec="Y_rec\nGlobal: []")


_OFFLINE = """
import socket, sys

def refuse(*arguments, **named):
    raise AssertionError("the network was used")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.gethostbyname = refuse

import numpy
from services.ocr.engine import Engine, EngineSettings
from services.ocr.models import ModelSettings

engine = Engine(EngineSettings.load(ocr_threads=1), ModelSettings.load(ocr_cache_dir=sys.argv[1], ocr_model_dir=""))
engine.load()
assert engine.read(numpy.full((200, 300, 3), 255, dtype=numpy.uint8)) == []
assert "rapidocr" not in sys.modules
engine.close()
print("read", engine.label)
"""


def test_the_bundled_models_start_without_a_network(cache: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _OFFLINE, str(cache)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert "read PP-OCRv6_small_det + PP-OCRv6_small_rec" in ran.stdout
    assert "network was used" not in ran.stderr
