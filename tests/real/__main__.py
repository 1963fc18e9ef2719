"""`make accuracy-real`: reads the real pages with the running system and scores them, a row a round.

``PICTURES=folder`` takes the pictures from a folder (see `tests.real.pictures`), else they are cloned from their
public repositories; either way they are kept in ``.local/real``. ``ROUNDS=round-1,round-2`` reads some rounds only,
``RESERVED=file`` first checks that no source stands in that list, ``URL=http://...`` takes a system that runs already.
"""

import asyncio
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.accuracy import PICTURES, keep, read_all
from tests.benchmarks.report import ROOT, running, show, tell, write
from tests.benchmarks.scorer import Score, score_document
from tests.benchmarks.seen import keep_seen
from tests.real.intervals import of_pages, of_share
from tests.real.pages import SEEN, RealPage, real_pages, reserved, sources
from tests.real.pictures import collect

FOLDER = ROOT / ".local" / "real"
READ = FOLDER / "read"


def block_f1(scores: Sequence[Score]) -> float:
    """Of all pages together."""
    return sum(scores, Score()).block_f1


def mean_f1(scores: Sequence[Score]) -> float:
    """The mean of the pages' own."""
    return sum(each.block_f1 for each in scores) / len(scores)


def figures(scores: Sequence[Score]) -> dict[str, Any]:
    """What is told of a round; each figure with its numbers and its 95 % interval."""
    total = sum(scores, Score())

    def share(count: int, of: int) -> dict[str, Any]:
        return {"share": count / of if of else None, "count": count, "of": of, "interval": of_share(count, of)}

    return {
        "pages": len(scores),
        "blockF1": {"value": block_f1(scores), "interval": of_pages(scores, block_f1)},
        "meanF1": {"value": mean_f1(scores), "interval": of_pages(scores, mean_f1)},
        "perfect": total.perfect,
        "sureRight": share(total.sure_right, total.sure),
        "sureOfAll": share(total.sure, total.got),
        "validatedFalse": share(total.false, total.validated),
        "rightValidated": share(total.right_validated, total.right),
        "notes": share(total.notes_found, total.note_words),
        "fields": share(total.kept, total.asked),
    }


def report(pages: list[RealPage], found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Score what was read, print the tables, give the figures."""
    rounds: defaultdict[str, list[Score]] = defaultdict(list)
    rows = []
    for page in pages:
        name = f"{page.round}+{page.name}"
        if name not in found:
            continue
        bodies = found[name]["timetables"]
        result = score_document(page.truth, bodies)
        rounds[page.round].append(result)
        rounds["all"].append(result)
        sure = min((body["confidence"] for body in bodies), default=None)
        told = "FALSE" if result.false else "yes" if result.validated else "no"
        rows.append((name, result.block_f1, result.blocks, result.truth, result.got, sure, told))
    show("Pages", ("page", "block F1", "right", "of", "returned", "confidence", "validated"), rows)
    told_rounds = {name: figures(scores) for name, scores in sorted(rounds.items(), key=lambda item: item[0] == "all")}

    def with_interval(each: dict[str, Any]) -> str:
        low, high = each["interval"]
        if "count" in each:
            return f"{each['count']} of {each['of']} ({low:.2f} to {high:.2f})"
        return f"{each['value']:.3f} ({low:.2f} to {high:.2f})"

    keys = ("blockF1", "meanF1", "sureRight", "sureOfAll", "validatedFalse", "rightValidated", "notes", "fields")
    show(
        "Rounds, with 95 % intervals",
        ("", "pages", "perfect", *keys),
        [(n, t["pages"], t["perfect"], *(with_interval(t[key]) for key in keys)) for n, t in told_rounds.items()],
    )
    return told_rounds


async def main() -> None:
    if listed := os.environ.get("RESERVED"):
        names = sources()
        if wrong := reserved(names, Path(listed).read_text().splitlines()):
            sys.exit(f"Reserved sources are in use: {', '.join(wrong)}.")
        tell(f"{len(names)} sources, none of them reserved.")
    wanted = os.environ.get("ROUNDS")
    pages = [page for page in real_pages() if not wanted or page.round in wanted.split(",")]
    given = os.environ.get("PICTURES")
    for name, reason in collect(pages, Path(given) if given else None, FOLDER).items():
        tell(f"{name}: {reason}")
    names_of = {f"{page.round}+{page.name}" for page in pages}
    pictures = sorted(p for p in FOLDER.iterdir() if p.suffix.lower() in PICTURES and p.stem in names_of)
    if not pictures:
        sys.exit("There is no picture to read.")
    if url := os.environ.get("URL"):
        found = await read_all(url.rstrip("/"), pictures)
    else:
        async with running() as system:
            found = await read_all(system.base_url, pictures)
            for name, page in found.items():
                keep_seen(system.blobs, page.get("document", ""), SEEN / name)
    shutil.rmtree(READ, ignore_errors=True)
    READ.mkdir()
    for name, page in found.items():
        keep(READ / f"{name}.json", page["timetables"])
    path = write("accuracy-real", report(pages, found))
    sys.stdout.write(f"Bodies in {READ.relative_to(ROOT)}, figures in {path.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    asyncio.run(main())
