"""`make accuracy DATA=folder`: every picture of a folder through the running system, scored against its truth.

Each timetable's body is kept as ``.local/accuracy/NAME.json`` (a list, where a document has several). A picture
without truth beside it is read and kept, but not scored. ``URL=http://...`` takes a system that runs already.
"""

import asyncio
import json
import os
import shutil
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.benchmarks.report import ROOT, running, show, write
from tests.benchmarks.scorer import Score, Truth, score_document
from tests.system import finish, upload

PICTURES = {
    ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".pdf", ".docx", ".xlsx", ".xls",
    ".ods", ".csv", ".html",
}  # fmt: skip
RESULTS = ROOT / ".local" / "accuracy"
_AT_ONCE = 2


async def read_all(base_url: str, pictures: list[Path]) -> dict[str, dict[str, Any]]:
    """Send pictures through the system; gives, by name, the status, the seconds and the timetables."""
    gate = asyncio.Semaphore(_AT_ONCE)
    found: dict[str, dict[str, Any]] = {}

    async def one(session: aiohttp.ClientSession, picture: Path) -> None:
        async with gate:
            begun = time.monotonic()
            try:
                id_ = await upload(session, base_url, picture.read_bytes(), picture.name, "application/octet-stream")
            except AssertionError as refused:
                found[picture.stem] = {"status": f"refused: {refused}", "seconds": 0.0, "timetables": []}
                return
            events = await finish(session, base_url, id_)
            end = events[-1]
            bodies = []
            for timetable in (end.get("result") or {}).get("timetableIds", []):
                async with session.get(f"{base_url}/api/v1/timetables/{timetable}") as answer:
                    bodies.append(await answer.json(content_type=None))
            found[picture.stem] = {
                "status": end.get("status") or end["type"],
                "seconds": time.monotonic() - begun,
                "timetables": bodies,
                "document": id_,
            }

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session, picture) for picture in pictures))
    return found


def keep(path: Path, bodies: list[dict[str, Any]]) -> None:
    """Write what was read: the body, or the list of them where there are several (or none)."""
    body = bodies[0] if len(bodies) == 1 else bodies
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n")


def report(folder: Path, found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Score what was read, print the tables, give the figures."""
    groups: defaultdict[str, Score] = defaultdict(Score)
    pages: dict[str, dict[str, Any]] = {}
    for name, page in sorted(found.items()):
        path = folder / f"{name}.json"
        pages[name] = {"status": page["status"], "seconds": round(page["seconds"], 3)}
        if not path.is_file():
            continue
        truth = msgspec.json.decode(path.read_bytes(), type=Truth)
        result = score_document(truth, page["timetables"])
        pages[name] |= {"blockF1": round(result.block_f1, 4), "right": result.blocks, "truth": result.truth}
        for group in ("all", f"layout: {truth.family}", f"look: {truth.look}"):
            groups[group] += result
    rows = [(name, each.pages, each.block_f1, each.event_f1, each.perfect, each.notes) for name, each in groups.items()]
    if rows:
        show("Accuracy", ("", "pages", "block F1", "event F1", "perfect pages", "notes"), rows)
    show(
        "Pages",
        ("page", "status", "seconds", "block F1", "right", "of"),
        [
            (name, each["status"], each["seconds"], each.get("blockF1"), each.get("right"), each.get("truth"))
            for name, each in sorted(pages.items(), key=lambda item: item[1].get("blockF1", 0))
        ],
    )
    return {
        "groups": {
            name: {
                "pages": each.pages,
                "blockF1": round(each.block_f1, 4),
                "eventF1": round(each.event_f1, 4),
                "perfect": each.perfect,
                "notes": None if each.notes is None else round(each.notes, 4),
            }
            for name, each in groups.items()
        },
        "pages": pages,
    }


async def main(folder: Path) -> None:
    pictures = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)
    if not pictures:
        sys.exit(f"There are no pictures in {folder}.")
    if url := os.environ.get("URL"):
        found = await read_all(url.rstrip("/"), pictures)
    else:
        async with running() as system:
            found = await read_all(system.base_url, pictures)
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    for name, page in found.items():
        keep(RESULTS / f"{name}.json", page["timetables"])
    path = write("accuracy", report(folder, found))
    sys.stdout.write(f"Bodies in {RESULTS.relative_to(ROOT)}, figures in {path.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give the folder of pictures: make accuracy DATA=folder.")
    asyncio.run(main(Path(sys.argv[1])))
