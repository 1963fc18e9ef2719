"""Takes out of a virtual environment what no service of ours loads: python slim.py /opt/venv

Run in the build stages of deploy/Dockerfile, with nothing but Python. Whatever goes is named here with its reason; the
stage then starts what the service loads, so that a file too many fails the build and not the container.
"""

import shutil
import subprocess
import sys
from pathlib import Path

FOLDERS = {
    "**/tests": "tests of the libraries",
    "cv2/data": "trained cascades for finding faces",
    "cv2/gapi": "graphs of OpenCV operations",
    "numpy/f2py": "a Fortran compiler's front",
    "numpy/distutils": "builds of extensions",
    "onnxruntime/backend": "another library's interface",
    "onnxruntime/datasets": "example models",
    "onnxruntime/tools": "conversions of models",
    "onnxruntime/transformers": "conversions of language models",
}
FILES = {
    "onnxruntime/capi/libonnxruntime.so.*": "the library for C; the module for Python holds its own copy",
    "numpy/_core/_simd.*.so": "what numpy's tests call",
    "**/*.pyi": "types, for who writes code",
    "**/*.pyx": "sources of what is compiled beside them",
    "**/*.pxd": "the same",
    "**/*.c": "the same",
    "**/*.h": "the same",
    "**/*.a": "libraries for linking",
    # Prepared in OCR_CACHE_DIR by then: services/ocr/models.py.
    "rapidocr/models/*.onnx": "models as they were before they were prepared",
}
NEEDED = {"numpy/_core/tests/__init__.py", "numpy/_core/tests/_natype.py"}
"""What looks like one of these and is imported: by numpy.testing."""
SYMBOLS = ("aiohttp/**/*.so", "asyncpg/**/*.so", "hiredis/*.so", "obstore/*.so", "uvloop/*.so")
"""Libraries that were published with symbols for a debugger or a linker. Not those of ``*.libs``, whose headers were
moved when they were put into their wheel: strip makes them unloadable."""


def packages(environment: Path) -> Path:
    """The folder of an environment's packages."""
    return next(environment.glob("lib/python*/site-packages"))


def slim(site: Path, *, models: bool) -> None:
    """Take out what is not needed.

    Args:
        models: whether the models were prepared elsewhere, so that their originals may go.
    """
    for pattern in FOLDERS:
        for folder in list(site.glob(pattern)):
            for path in folder.rglob("*"):
                if path.is_file() and not any(path.match(each) for each in NEEDED):
                    path.unlink()
            _prune(folder)
    for pattern in FILES:
        if pattern.startswith("rapidocr/") and not models:
            continue
        for path in list(site.glob(pattern)):
            if path.is_file():
                path.unlink()
    if strip := shutil.which("strip"):
        for pattern in SYMBOLS:
            for path in site.glob(pattern):
                subprocess.run([strip, "--strip-unneeded", str(path)], check=False)


def _prune(folder: Path) -> None:
    """Remove the folders that hold nothing any more, from below."""
    for each in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
        if not any(each.iterdir()):
            each.rmdir()
    if not any(folder.iterdir()):
        folder.rmdir()


if __name__ == "__main__":
    slim(packages(Path(sys.argv[1])), models="--models" in sys.argv[2:])
