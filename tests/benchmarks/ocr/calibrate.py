"""Measures the ranges that `services.ocr.quantise` needs: ``python -m tests.benchmarks.ocr.calibrate``.

The float model reads the lines of pages drawn here, in several looks; the least and greatest value of each
convolution's input and output are written to ``services/ocr/ranges.json``. To be run again when the pinned
recogniser or the preparation of its input changes.
"""

import json
import math
import sys
from pathlib import Path

import cv2
import numpy as np

import services.ocr.models as models_module
from services.ocr.crops import candidates, cut, read_from
from services.ocr.engine import Engine, EngineSettings
from services.ocr.models import ModelSettings, provide
from services.ocr.quantise import convolutions, fused, with_outputs
from services.ocr.recogniser import QUICK_WIDTH
from tests.benchmarks.ocr.pages import pages

TARGET = Path(models_module.__file__).with_name("ranges.json")
_LINES = 60
"""Of each page."""


def main() -> None:
    import onnxruntime

    settings = ModelSettings.load()
    engine = Engine(EngineSettings.load(ocr_precision="float"), settings)
    TARGET.write_text("{}\n")  # what was measured before must fit no more
    engine.load()
    crops = []
    for page in pages(seed=900):
        bgr = np.ascontiguousarray(page.image[..., ::-1])
        quads = engine.detect(page.image)
        for quad in quads[:: max(len(quads) // _LINES, 1)]:
            crops += [cut(bgr, read_from(quad, angle)) for angle in candidates(quad)]
    folder = provide(settings).recognition.folder
    if folder is None:
        sys.exit("Calibration needs the bundled models: unset OCR_MODELS and OCR_MODEL_DIR.")
    graph = fused((folder / "inference.onnx").read_bytes())
    wanted = convolutions(graph)
    names = sorted({name for pair in wanted for name in pair})
    session = onnxruntime.InferenceSession(with_outputs(graph, names), providers=["CPUExecutionProvider"])
    seen = dict.fromkeys(names, (math.inf, -math.inf))
    for crop in crops:
        height, width = crop.shape[:2]
        wide = max(QUICK_WIDTH, min(math.ceil(48 * width / height), 3200))
        line = np.zeros((1, 3, 48, wide), dtype=np.float32)
        scaled = cv2.resize(crop, (min(wide, math.ceil(48 * width / height)), 48))
        line[0, :, :, : scaled.shape[1]] = scaled.transpose(2, 0, 1) / 127.5 - 1
        for name, value in zip(names, session.run(names, {session.get_inputs()[0].name: line}), strict=True):
            low, high = seen[name]
            seen[name] = (min(low, float(value.min())), max(high, float(value.max())))
    ranges = {target: [round(x, 4) for x in (*seen[source], *seen[target])] for source, target in wanted}
    lines = ",\n".join(f'"{name}": {json.dumps(bounds)}' for name, bounds in ranges.items())
    TARGET.write_text(f"{{\n{lines}\n}}\n")
    sys.stdout.write(f"{len(ranges)} convolutions measured on {len(crops)} lines: {TARGET}\n")


if __name__ == "__main__":
    main()
