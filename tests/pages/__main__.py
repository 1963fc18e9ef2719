"""``python -m tests.pages OUT_DIR [--per-layout 3] [--looks clean,scan,photo] [--layouts days_across,...]``."""

import argparse
import sys
from pathlib import Path

import msgspec

from tests.pages import draw, layouts
from tests.pages.looks import LOOKS


def write_pages(folder: Path, names: list[str], looks: list[str], per_layout: int, seed: int = 0) -> list[Path]:
    """Draw pages into a folder, each with its truth as ``NAME.json``; gives the pictures' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names:
        for look in looks:
            for number in range(seed, seed + per_layout):
                page = draw(name, number, look)
                path = folder / f"{name}-{number:02d}-{look}{page.suffix}"
                path.write_bytes(page.image)
                path.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(page.truth), indent=1))
                written.append(path)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.pages", description="Draw timetable pages with their truth.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per-layout", type=int, default=3)
    parser.add_argument("--looks", default="clean,scan,photo", help=f"of {', '.join(LOOKS)}")
    parser.add_argument("--layouts", default="all")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    names = layouts() if given.layouts == "all" else given.layouts.split(",")
    written = write_pages(given.folder, names, given.looks.split(","), given.per_layout, given.seed)
    sys.stdout.write(f"{len(written)} pages in {given.folder}.\n")


if __name__ == "__main__":
    main()
