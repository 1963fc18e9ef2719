"""`make soak-ocr`: the memory of the text recognition over many pages, in one process as the service runs it.

Parts of drawn pages in three looks, each of another size, and a whole dense page after each `_EACH - 1` of them, whose
run of the detector is the peak. Environment: PAGES=1000. Ends with 1 if memory grows or passes a bound below.
"""

import asyncio
import os
import random
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import PIL.Image

from tests.benchmarks.ocr.__main__ import run
from tests.benchmarks.ocr.pages import ORDINARY, pages
from tests.benchmarks.report import ROOT, show, write

PAGES = int(os.environ.get("PAGES") or 1000)
MOST_MIB = 600e6 / 2**20
"""That both processes may take at any time: 600 MB."""
MOST_GROWTH_MIB = 12.0
"""From the first tenth of the pages to the last, in the median: a hundredth of a page's picture kept for each would be
more."""
_EACH = 25
_SMALLEST, _LARGEST = (480, 340), (1000, 700)
"""Width and height of a part, in pixels."""


def draw(folder: Path) -> None:
    """Write `_EACH` pages into a folder."""
    rng = random.Random(1)
    whole = [page.image for page in pages(seed=1) if page.look != ORDINARY]
    for number in range(_EACH):
        image = whole[number % len(whole)]
        if number:
            width, height = (rng.randint(low, high) for low, high in zip(_SMALLEST, _LARGEST, strict=True))
            left, top = rng.randint(0, image.shape[1] - width), rng.randint(0, image.shape[0] - height)
            image = np.ascontiguousarray(image[top : top + height, left : left + width])
        PIL.Image.fromarray(image).save(folder / f"{number:03}.png", compress_level=1)


async def main() -> int:
    with tempfile.TemporaryDirectory(prefix="timelift-ocr-") as name:
        draw(Path(name))
        figures = await run(sys.executable, "-m", "tests.benchmarks.ocr.service", name, str(-(-PAGES // _EACH)))
    if figures is None:
        return 1
    resident = figures["resident"]
    tenth = max(len(resident) // 10, 1)
    memory = {
        "pages": len(resident),
        "firstMiB": round(statistics.median(resident[:tenth]), 1),
        "lastMiB": round(statistics.median(resident[-tenth:]), 1),
        "mostMiB": round(max(resident), 1),
        "peakMiB": round(figures["peak"], 1),
        "longestStallMs": round(figures["stall"] * 1000, 1),
    }
    show("Many pages in one process", tuple(memory), [tuple(memory.values())])
    path = write("soak-ocr", memory)
    sys.stdout.write(f"Figures in {path.relative_to(ROOT)}.\n")
    return int(memory["lastMiB"] - memory["firstMiB"] > MOST_GROWTH_MIB or memory["peakMiB"] > MOST_MIB)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
