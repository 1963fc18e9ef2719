"""`make accuracy-drawn`: draws pages of every layout, reads them with the running system, scores layout by look.

``PER_LAYOUT=2 LOOKS=clean,photo LAYOUTS=days_across,hour_scale SEED=100 make accuracy-drawn`` draws others. The pages
with their truth are left in ``.local/pages``, what was read in ``.local/pages/read``, what the extractor was given in
``.local/pages/seen``.
"""

import asyncio
import os
import shutil
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.accuracy import keep, read_all
from tests.benchmarks.report import ROOT, running, show, write
from tests.benchmarks.scorer import SURE, Score, likeness, normal, score_document
from tests.benchmarks.seen import keep_seen
from tests.pages import PageTruth, layouts
from tests.pages.__main__ import write_pages

FOLDER = ROOT / ".local" / "pages"
_FACTS = ("className", "teacher", "term", "year")


def facts(truth: PageTruth, timetable: dict[str, Any]) -> tuple[int, int, int]:
    """How many of the page's facts were read right, how many it prints, how many were given that it does not print.

    A value is right too when it holds the printed one whole ("Autumn 2 2024" for "Autumn 2").
    """
    right = printed = invented = 0
    for key in _FACTS:
        want, got = truth.meta.get(key), timetable.get(key)
        got = str(got) if got is not None else None
        if key == "year" and want:
            want = want[:4]  # a school year is kept by the year it begins in
        if want is None:
            invented += bool(got)
            continue
        printed += 1
        right += bool(got) and (likeness(want, got) >= 0.85 or normal(want) in normal(got))
    return right, printed, invented


def report(pictures: list[Path], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Score what was read, print a row for each layout and a column for each look, give the figures."""
    table: defaultdict[str, defaultdict[str, Score]] = defaultdict(lambda: defaultdict(Score))
    known = [0, 0, 0]
    pages: dict[str, dict[str, Any]] = {}
    for picture in pictures:
        truth = msgspec.json.decode(picture.with_suffix(".json").read_bytes(), type=PageTruth)
        page = found[picture.stem]
        body: dict[str, Any] = next(iter(page["timetables"]), {})
        result = score_document(truth, page["timetables"])
        for row in (truth.family, "all"):
            for column in (truth.look, "all"):
                table[row][column] += result
        known = [a + b for a, b in zip(known, facts(truth, body), strict=True)]
        pages[picture.stem] = {
            "status": page["status"],
            "seconds": round(page["seconds"], 3),
            "blockF1": round(result.block_f1, 4),
            "right": result.blocks,
            "truth": result.truth,
            "got": result.got,
            "confidence": body.get("confidence"),
        }
    looks = [look for look in table["all"] if look != "all"]
    order = sorted((name for name in table if name != "all"), key=lambda name: table[name]["all"].block_f1)
    show(
        "Block F1 by layout and look, the worst first",
        ("layout", "pages", *looks, "all", "event F1", "notes"),
        [
            (
                name,
                table[name]["all"].pages,
                *(table[name][look].block_f1 if look in table[name] else None for look in looks),
                table[name]["all"].block_f1,
                table[name]["all"].event_f1,
                table[name]["all"].notes,
            )
            for name in (*order, "all")
        ],
    )
    right, printed, invented = known
    every = table["all"]["all"]
    sys.stdout.write(
        f"Of {every.sure} blocks at {SURE} or above {every.sure_right / max(1, every.sure):.1%} are right. "
        f"Of {every.validated} validated pages {every.false} are not right; "
        f"of {every.right} right pages {every.right_validated} are validated. "
        f"Class, teacher, term, year: {right} of {printed} right, {invented} given that no page prints.\n"
    )
    return {
        "layouts": {
            name: {
                look: {"pages": each.pages, "blockF1": round(each.block_f1, 4), "eventF1": round(each.event_f1, 4)}
                for look, each in columns.items()
            }
            for name, columns in table.items()
        },
        "sure": {"from": SURE, "blocks": every.sure, "right": every.sure_right},
        "validated": {"pages": every.validated, "false": every.false, "ofRight": [every.right_validated, every.right]},
        "facts": {"right": right, "printed": printed, "invented": invented},
        "pages": pages,
    }


async def main() -> None:
    names = os.environ.get("LAYOUTS", "").split(",") if os.environ.get("LAYOUTS") else layouts()
    looks = os.environ.get("LOOKS", "clean,scan,photo").split(",")
    shutil.rmtree(FOLDER, ignore_errors=True)
    count, seed = int(os.environ.get("PER_LAYOUT", "1")), int(os.environ.get("SEED", "0"))
    pictures = write_pages(FOLDER, names, looks, count, seed)
    sys.stdout.write(f"{len(pictures)} pages drawn in {FOLDER.relative_to(ROOT)}.\n")
    async with running() as system:
        found = await read_all(system.base_url, pictures)
        for name, page in found.items():
            keep_seen(system.blobs, page.get("document", ""), FOLDER / "seen" / name)
    states = Counter(page["status"] for page in found.values())
    sys.stdout.write("Documents: " + ", ".join(f"{count} {state}" for state, count in states.most_common()) + ".\n")
    if not any(page["timetables"] for page in found.values()):
        # A system that reads nothing is broken, which is not the same as reading badly.
        sys.exit("Nothing was read, so there are no figures.")
    (FOLDER / "read").mkdir()
    for name, page in found.items():
        keep(FOLDER / "read" / f"{name}.json", page["timetables"])
    path = write("accuracy-drawn", report(pictures, found))
    sys.stdout.write(f"Figures in {path.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    asyncio.run(main())
