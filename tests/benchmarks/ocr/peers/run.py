"""Reads pages with one OCR system and tells how that went, as one JSON object on standard output.

Arguments: the system's name, a folder of pictures, a JSON object of what else it needs. Each system runs in a process
of its own, started anew, so that peaks of memory are its own.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Reader = Callable[[Path], list[str]]


def rapidocr(_: dict[str, Any]) -> Reader:
    """RapidOCR's own pipeline with the models of its wheel."""
    from rapidocr import RapidOCR

    engine: Any = RapidOCR()  # its result has four types; with a picture it is the one with texts
    return lambda path: list(engine(str(path)).txts or ())


def paddleocr(options: dict[str, Any]) -> Reader:
    """PaddleOCR's pipeline on ONNX Runtime: defaults, but for what needs a model hub (turning and flattening pages)."""
    os.environ["PADDLE_PDX_CACHE_HOME"] = options["cache"]
    sys.path.append(str(Path.cwd()))  # the repository
    from services.ocr.import_stubs import import_stubs

    # Clients of model hubs, which are not installed here and which it imports whether or not it fetches anything.
    with import_stubs("aistudio_sdk", "modelscope", "pandas"):
        from paddleocr import PaddleOCR

    engine = PaddleOCR(
        text_detection_model_name=options["detection_name"],
        text_detection_model_dir=options["detection"],
        text_recognition_model_name=options["recognition_name"],
        text_recognition_model_dir=options["recognition"],
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        engine="onnxruntime",
    )
    return lambda path: list(engine.predict(str(path))[0]["rec_texts"])


def tesseract(_: dict[str, Any]) -> Reader:
    """Debian's tesseract-ocr: one process a page, as its users run it."""

    def read(path: Path) -> list[str]:
        command = ["tesseract", str(path), "stdout", "--psm", "11"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()

    return read


def _cpu() -> float:
    return sum(
        u.ru_utime + u.ru_stime for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main(name: str, folder: str, options: str) -> None:
    begun = time.perf_counter()
    read = {"rapidocr": rapidocr, "paddleocr": paddleocr, "tesseract": tesseract}[name](json.loads(options))
    load, pages = time.perf_counter() - begun, []
    for path in sorted(Path(folder).iterdir()):
        begun, cpu = time.perf_counter(), _cpu()
        texts = read(path)
        pages.append({"seconds": time.perf_counter() - begun, "cpu": _cpu() - cpu, "texts": texts})
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(each).ru_maxrss for each in who) / 1024
    sys.stdout.write("\n" + json.dumps({"load": load, "pages": pages, "peak": peak}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
