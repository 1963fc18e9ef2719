"""What is taken out of the images, and what of it is not."""

import shutil
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from deploy.images.sizes import COMPILED_BY_LOADING, LOADS, size
from deploy.images.slim import packages, slim
from tests.unit.deploy_containers.conftest import SERVICES, Dockerfile
from tests.unit.deploy_containers.conftest import dockerfile as dockerfile  # noqa: PLC0414 - a fixture

KEPT = (
    "cv2/__init__.py",
    "numpy/__init__.py",
    "numpy/_core/tests/__init__.py",
    "numpy/_core/tests/_natype.py",
    "numpy/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so",
    "numpy/testing/__init__.py",
    "onnxruntime/capi/onnxruntime_pybind11_state.so",
    "onnxruntime/quantization/__init__.py",
    "rapidocr/MODEL_LICENSES.md",
)
GONE = (
    "cv2/data/haarcascade.xml",
    "cv2/__init__.pyi",
    "numpy/_core/tests/test_array.py",
    "numpy/_core/_simd.cpython-311-x86_64-linux-gnu.so",
    "numpy/lib/tests/data/big.npy",
    "onnxruntime/capi/libonnxruntime.so.1.32.0",
    "onnxruntime/transformers/models/bert.py",
    "uvloop/loop.pyx",
)
MODEL = "rapidocr/models/reader.onnx"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in (*KEPT, *GONE, MODEL):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text("x" * 10)
    return made


@pytest.mark.parametrize("models", [False, True])
def test_what_nobody_loads_goes(tmp_path: Path, site: Path, *, models: bool) -> None:
    before = size(tmp_path)
    slim(packages(tmp_path), models=models)
    assert [name for name in KEPT if not (site / name).exists()] == []
    assert [name for name in GONE if (site / name).exists()] == []
    assert (site / MODEL).exists() is not models
    assert not (site / "cv2/data").exists()
    assert not (site / "numpy/lib/tests").exists()
    assert size(tmp_path) == before - 10 * (len(GONE) + models)


def test_each_image_is_made_small_and_loads_what_is_left(dockerfile: Dockerfile) -> None:
    assert set(LOADS) == set(SERVICES)
    for name in SERVICES:
        text = "\n".join(each.text for each in dockerfile.stages[f"{name}-build"].all("RUN"))
        assert "python /opt/slim.py /opt/venv" in text
        assert LOADS[name] in text
        # Loaded after it was made small: else nothing would say that a file too many went.
        assert text.index("/opt/slim.py") < text.index(LOADS[name])


def test_what_an_image_compiles_is_what_is_measured(dockerfile: Dockerfile) -> None:
    for name in SERVICES:
        text = "\n".join(each.text for each in dockerfile.stages[f"{name}-build"].all("RUN"))
        by_loading = name in COMPILED_BY_LOADING
        assert ("UV_COMPILE_BYTECODE=0" in text) == by_loading, name
        assert ("PYTHONDONTWRITEBYTECODE=''" in text) == by_loading, name


def test_a_library_without_its_symbols_still_loads(tmp_path: Path) -> None:
    """Stripped of what its dynamic linker needs it would fail in the image alone."""
    source = Path(aiohttp.__file__).parent
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    shutil.copytree(source, site / "aiohttp", ignore=shutil.ignore_patterns("__pycache__"))
    slim(site, models=False)
    stripped = {path: path.stat().st_size for path in site.glob("aiohttp/**/*.so")}
    if shutil.which("strip"):
        assert all(size < (source.parent / path.relative_to(site)).stat().st_size for path, size in stripped.items())
    command = "import aiohttp._http_parser, aiohttp._websocket.reader_c; print(aiohttp.__file__)"
    env = {"PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, "-c", command], env=env, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(site / "aiohttp/__init__.py")
