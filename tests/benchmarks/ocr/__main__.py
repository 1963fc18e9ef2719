"""`make bench-ocr`: this service's reader beside PaddleOCR, RapidOCR and Tesseract, on the same pages in one run.

Drawn pages of 2000 x 1400 pixels and 182 lines, `EACH` in each of three looks, and as many of 72 lines. The systems
take turns, `ROUNDS` times, each in a fresh process; the first page of a process is not counted for time. The character
error rate does not depend on reading order or spaces: see `errors`. What happens to memory over many pages is
`make soak-ocr`'s to show.
"""

import asyncio
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import PIL.Image
from rapidfuzz.distance import Levenshtein

from services.ocr.models import DETECTION, RECOGNITION, seed
from tests.benchmarks.ocr.pages import ORDINARY, Page, pages
from tests.benchmarks.report import ROOT, show, write

PEERS = ROOT / ".local" / "peers-ocr"
HERE = Path(__file__).parent
EACH = int(os.environ.get("EACH", "3"))
"""Pages in each look."""
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CACHE = ROOT / ".local" / "models"
_TIMES = ("seconds", "cpu")


def errors(truth: list[str], read: list[str]) -> tuple[int, int]:
    """Characters that are wrong, missing or too many, and characters of the truth.

    Words (dashes divide them) are paired regardless of their order: equal ones first, then those that lack or have a
    space too many, which is one error, then the most alike.
    """
    wanted, got = _words(truth), _words(read)
    total = sum(map(len, wanted))
    for word in list(wanted):
        if word in got:
            wanted.remove(word)
            got.remove(word)
    wrong = _joined(wanted, got) + _joined(got, wanted)
    pairs = sorted((Levenshtein.distance(a, b), i, j) for i, a in enumerate(wanted) for j, b in enumerate(got))
    left, right = set(range(len(wanted))), set(range(len(got)))
    for distance, i, j in pairs:
        if i in left and j in right and distance < max(len(wanted[i]), len(got[j])):
            left.remove(i)
            right.remove(j)
            wrong += distance
    return wrong + sum(len(wanted[i]) for i in left) + sum(len(got[j]) for j in right), total


def _joined(parts: list[str], wholes: list[str]) -> int:
    """Take away what is one word in `wholes` and two in `parts`; gives how many."""
    found = 0
    for whole in list(wholes):
        for cut in range(1, len(whole)):
            first, second = whole[:cut], whole[cut:]
            if first in parts and second in parts and (first != second or parts.count(first) > 1):
                wholes.remove(whole)
                parts.remove(first)
                parts.remove(second)
                found += 1
                break
    return found


def _words(texts: list[str]) -> list[str]:
    return [word for text in texts for word in re.split(r"[\s\-\u2010-\u2015\u2212]+", text) if word]


async def run(*command: str, **environment: str) -> dict[str, Any] | None:
    """The figures that a measuring process prints; None, and its last words shown, if it failed.

    Args:
        environment: variables of its own.
    """
    with tempfile.TemporaryDirectory(prefix="timelift-ocr-") as without:
        # rich, a development tool, is in no container; structlog imports it where it finds it, 9 MiB in each process.
        Path(without, "rich.py").write_text("raise ImportError")
        env = {**os.environ, "OCR_CACHE_DIR": str(CACHE), "LOG_LEVEL": "error", "PYTHONPATH": without} | environment
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, complaints = await process.communicate()
    if process.returncode:
        sys.stdout.write(f"Left out: {' '.join(command[1:3])}: {complaints.decode().strip().splitlines()[-1:]}\n")
        return None
    return dict(json.loads(out.decode().strip().splitlines()[-1]))


async def install_peers() -> Path | None:
    """The Python of the peers' environment, made from its lock file; None if that failed."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    if not Path(uv).exists():
        found = [path for path in (ROOT / ".local").glob("**/bin/uv") if path.is_file()]
        if not found:
            sys.stdout.write("RapidOCR is left out: no uv to install it with (make bench-ocr brings one).\n")
            return None
        uv = str(found[0])
    process = await asyncio.create_subprocess_exec(
        uv, "sync", "--frozen", "--quiet", "--project", str(HERE / "peers"), "--python", sys.executable,
        env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(PEERS)},
    )  # fmt: skip
    if await process.wait():
        sys.stdout.write("RapidOCR is left out: its environment could not be installed.\n")
        return None
    return PEERS / "bin" / "python"


def stock_models(folder: Path) -> dict[str, str]:
    """Folders of the unchanged models: the whole alphabet, in floats."""
    return {
        "cache": str(folder / "paddle"),
        "detection": str(seed(DETECTION, CACHE)),
        "detection_name": DETECTION.name,
        "recognition": str(seed(RECOGNITION, CACHE)),
        "recognition_name": RECOGNITION.name,
    }


async def measure(drawn: list[Page], folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every system's figures of each round."""
    pictures = folder / "pages"
    pictures.mkdir()
    for number, page in enumerate([drawn[0], *drawn]):  # the first once more, to warm up
        PIL.Image.fromarray(page.image).save(pictures / f"{number:03}.png", compress_level=1)
    peers, run_peer = await install_peers(), str(HERE / "peers" / "run.py")
    commands = {
        "Timelift": (sys.executable, "-m", "tests.benchmarks.ocr.service", str(pictures), "1"),
        "PaddleOCR": (sys.executable, run_peer, "paddleocr", str(pictures), json.dumps(stock_models(folder))),
    }
    if peers is not None:
        commands["RapidOCR"] = (str(peers), run_peer, "rapidocr", str(pictures), "{}")
    if shutil.which("tesseract"):
        commands["Tesseract"] = (sys.executable, run_peer, "tesseract", str(pictures), "{}")
    else:
        sys.stdout.write("Tesseract is left out: apt install tesseract-ocr brings it.\n")
    # As on a processor without instructions for sums of products of bytes, but for that processor's speed.
    commands["Timelift, in floats"] = commands["Timelift"]
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            floats = {"OCR_PRECISION": "float"} if name == "Timelift, in floats" else {}
            if figures := await run(*command, **floats):
                found.setdefault(name, []).append(figures)
    return found


async def main() -> None:
    drawn = list(pages(seed=1, each=EACH))
    with tempfile.TemporaryDirectory(prefix="timelift-ocr-") as name:
        found = await measure(drawn, Path(name))
    looks = list(dict.fromkeys(page.look for page in drawn))
    rows, kept = [], {}
    for system, rounds in found.items():
        timed = [(of.look, page) for each in rounds for of, page in zip(drawn, each["pages"][1:], strict=True)]
        dense = [page for look, page in timed if look != ORDINARY]
        ordinary = [page for look, page in timed if look == ORDINARY]
        counts = {look: [0, 0] for look in looks}
        for number, page in enumerate(drawn):
            wrong, total = errors(page.texts, rounds[0]["pages"][number + 1]["texts"])
            counts[page.look][0] += wrong
            counts[page.look][1] += total
        rates = [100 * wrong / total for wrong, total in counts.values()]
        row = (
            *(statistics.median(page[of] for page in some) * 1000 for some in (dense, ordinary) for of in _TIMES),
            max(each["peak"] for each in rounds),
            *rates,
        )
        rows.append((system, *(round(value, 3) if value < 100 else round(value) for value in row)))
        names = (
            "msPerPage", "cpuMsPerPage", "msPerOrdinaryPage", "cpuMsPerOrdinaryPage", "peakMiB",
            *(f"cerPercent_{look}" for look in looks),
        )  # fmt: skip
        kept[system] = dict(zip(names, (round(value, 3) for value in row), strict=True))
    columns = (
        "", "ms, dense", "CPU ms", "ms, ordinary", "CPU ms", "peak MiB", *(f"CER % {look}" for look in looks)
    )  # fmt: skip
    show("2000 x 1400 page, medians and most memory", columns, rows)
    path = write("ocr", {"systems": kept})
    sys.stdout.write(f"Figures in {path.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    asyncio.run(main())
