"""`make bench-compress`: this service's compressor beside sharp and Pillow, on the same uploads in one run.

Longest side 2048 and WebP quality 85 for all. sharp and Pillow run as they come (encoder effort 4) and with the effort
this service uses (2). Three kinds of upload, each a dense timetable: a screenshot (PNG, 2000 x 1400), a scan (JPEG,
3508 x 2480) and a phone's photo (JPEG, 4000 x 2800). The systems take turns, `ROUNDS` times, in a fresh process for
each kind, so that peaks of memory are their own. What each stored, and the uploads as they came, then go through this
service's own text recognition: the character error rate against what was drawn shows what compression costs. At the end
a table of the formats that tell their text, a PDF that does beside one that does not.
"""

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from tests.benchmarks.compress.formats import formats
from tests.benchmarks.compress.peers.setup import PEERS
from tests.benchmarks.ocr.__main__ import errors, run
from tests.benchmarks.ocr.pages import Image, photographed, scanned
from tests.benchmarks.page import drawn
from tests.benchmarks.report import ROOT, show, tell, write

HERE = "tests.benchmarks.compress.peers"
NODE = str(ROOT / ".venv" / "bin" / "node")
SHARP = str(ROOT / "tests" / "benchmarks" / "compress" / "peers" / "sharp.mjs")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
REPEATS = 3
PAGES = 3
"""Of each kind; the first is timed, the text of all is read."""
SYSTEMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Timelift": ((sys.executable, "-m", f"{HERE}.ours"), ()),
    "sharp": ((NODE, SHARP), ("4", str(PEERS))),
    "sharp, effort 2": ((NODE, SHARP), ("2", str(PEERS))),
    "Pillow": ((sys.executable, "-m", f"{HERE}.pillow"), ("4",)),
    "Pillow, method 2": ((sys.executable, "-m", f"{HERE}.pillow"), ("2",)),
}
"""What comes before and after the arguments that all take."""


def uploads(folder: Path) -> dict[str, list[list[str]]]:
    """Write the uploads as ``folder/<kind>/<number>.<suffix>``; gives the lines of text on each."""
    texts: dict[str, list[list[str]]] = {"screenshot": [], "scan": [], "photo": []}
    for kind in texts:
        (folder / kind).mkdir(parents=True)
    for number in range(PAGES):
        picture, lines = drawn(number)
        rng = np.random.default_rng(number)
        picture.save(folder / "screenshot" / f"{number}.png")
        for kind, size, look in (("scan", (3508, 2480), scanned), ("photo", (4000, 2800), photographed)):
            large: Image = np.asarray(picture.resize(size, PIL.Image.Resampling.BICUBIC), dtype=np.uint8)
            PIL.Image.fromarray(look(large, rng)).save(folder / kind / f"{number}.jpg", quality=88)
        for each in texts.values():
            each.append(lines)
    return texts


async def measure(folder: Path) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Every system's figures of each round, by system and kind; what it stored is in ``folder/stored``."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for round_ in range(ROUNDS):
        for kind in sorted((folder / "uploads").iterdir()):
            for name, (before, after) in SYSTEMS.items():
                tell(f"Round {round_ + 1} of {ROUNDS}: {kind.name}, {name} ...")
                out = folder / "stored" / name / kind.name
                out.mkdir(parents=True, exist_ok=True)
                if figures := await run(*before, str(kind), str(REPEATS), "" if round_ else str(out), *after):
                    found.setdefault((name, kind.name), []).append(figures)
    return found


async def read(folder: Path, truth: dict[str, list[list[str]]]) -> dict[tuple[str, str], float]:
    """Character error rates in percent, by system (``as uploaded`` is one) and kind."""
    pictures = folder / "read"
    pictures.mkdir()
    order: list[tuple[str, str, int]] = []
    sources = {"as uploaded": folder / "uploads", **{name: folder / "stored" / name for name in SYSTEMS}}
    for name, source in sources.items():
        for kind in truth:
            for path in sorted((source / kind).iterdir()):
                (pictures / f"{len(order):04}{path.suffix}").write_bytes(path.read_bytes())
                order.append((name, kind, int(path.stem)))
    tell(f"Reading {len(order)} pictures ...")
    answer = await run(sys.executable, "-m", "tests.benchmarks.ocr.service", str(pictures), "1")
    if answer is None:
        raise SystemExit("The text recognition failed, so accuracy is not known.")
    wrong: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for (name, kind, number), page in zip(order, answer["pages"], strict=True):
        wrong.setdefault((name, kind), []).append(errors(truth[kind][number], page["texts"]))
    return {key: 100 * sum(w for w, _ in each) / sum(t for _, t in each) for key, each in wrong.items()}


def sizes(folder: Path) -> dict[str, list[int]]:
    return {kind.name: [path.stat().st_size for path in sorted(kind.iterdir())] for kind in folder.iterdir()}


def typical(rounds: list[dict[str, Any]], key: str) -> float:
    """The median over the rounds of each one's median."""
    return float(statistics.median(statistics.median(time[key] for time in each["times"]) for each in rounds))


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="timelift-compress-") as name:
        folder = Path(name)
        tell("Drawing the uploads ...")
        truth = uploads(folder / "uploads")
        before = {kind: statistics.mean(each) for kind, each in sizes(folder / "uploads").items()}
        found = await measure(folder)
        rates = await read(folder, truth)
    tell("Formats with text ...")
    told = await formats()
    kept: dict[str, dict[str, dict[str, float]]] = {}
    for kind in truth:
        kept[kind] = {"as uploaded": {"kB": before[kind] / 1000, "cerPercent": rates["as uploaded", kind]}}
        for system in SYSTEMS:
            rounds = found.get((system, kind))
            if not rounds:
                continue
            kept[kind][system] = {
                "ms": 1000 * typical(rounds, "seconds"),
                "cpuMs": 1000 * typical(rounds, "cpu"),
                "peakMiB": statistics.median(each["peak"] for each in rounds),
                "kB": statistics.mean(rounds[0]["sizes"]) / 1000,
                "cerPercent": rates[system, kind],
            }
        names = ("ms", "cpuMs", "peakMiB", "kB")
        rows = [
            (system, *(round(row[n]) if n in row else None for n in names), row["cerPercent"])
            for system, row in kept[kind].items()
        ]
        show(f"{kind}, medians of {ROUNDS} rounds", ("", "ms", "CPU ms", "peak MiB", "kB", "CER %"), rows)
    columns = ("", "kB", "drawing, CPU ms", "reading, CPU ms", "lines known", "lines read")
    shown = [
        (row.name, round(row.kilobytes, 1), round(row.draw_ms), round(row.read_ms), row.known, row.read) for row in told
    ]
    show("files with text, their first page", columns, shown)
    figures = {
        kind: {system: {key: round(value, 3) for key, value in row.items()} for system, row in systems.items()}
        for kind, systems in kept.items()
    }
    texts = {row.name: {key: round(value, 1) for key, value in row.figures().items()} for row in told}
    path = write("bench-compress", {"rounds": ROUNDS, "pagesOfEachKind": PAGES, "uploads": figures, "formats": texts})
    sys.stdout.write(f"Figures in {path.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    asyncio.run(main())
