"""``python -m tests.real.add FOLDER LOG``: takes over the truth of a round, once it was read.

FOLDER is the round's: pictures, ``NAME.json`` beside each, ``persons.json`` (by page, what stands in for each person),
``TRUTH.sha256`` (the digests of the truth before it was read) and ``READ`` (a line for each reading: time and the
reader's commit). A folder without ``READ``, or whose truth is no longer what it was, is refused. LOG is the log of
candidates; its rows of rounds that are not taken over yet stay out.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.accuracy import PICTURES
from tests.benchmarks.scorer import WHOEVER, normal
from tests.real.pages import CANDIDATES, TRUTH, RealTruth, digest

_FIELDS = {"time": 0, "source": 2, "path": 3, "sha256": 4, "verdict": 5}
"""The log's columns that are kept, and where they stand in it."""
_TEXTS = ("name", "notes", "room", "teacher")


def add(folder: Path, to: Path = TRUTH) -> int:
    """Write the round's truth, persons under other names; gives how many pages it has.

    Raises:
        ValueError: the round was not read, or its truth was changed since.
    """
    if not (folder / "READ").is_file():
        raise ValueError(f"{folder.name} was not read yet")
    for line in (folder / "TRUTH.sha256").read_text().splitlines():
        wanted, name = line.split(maxsplit=1)
        if digest((folder / name.strip(" *")).read_bytes()) != wanted:
            raise ValueError(f"{name} is not what it was when {folder.name} was read")
    persons = json.loads((folder / "persons.json").read_text())
    target = to / folder.name
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in sorted(folder.glob("*.json")):
        if path.name == "persons.json":
            continue
        picture = next(each for each in folder.glob(f"{path.stem}.*") if each.suffix.lower() in PICTURES)
        truth = renamed(json.loads(path.read_text()), persons.get(path.stem, {}))
        truth["picture"] = digest(picture.read_bytes())
        pdf = truth.pop("pdf", None)
        truth["sha256"] = digest((folder / pdf if pdf else picture).read_bytes())
        msgspec.convert(truth, RealTruth)
        (target / path.name).write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n")
        count += 1
    return count


def renamed(truth: dict[str, Any], persons: dict[str, str]) -> dict[str, Any]:
    """A truth with other names for its persons; a block's fields that had one are listed in its `replaced`."""
    truth = dict(truth)
    for key in ("timetables", "timeblocks"):
        if key in truth:
            change = renamed if key == "timetables" else _renamed_block
            truth[key] = [change(each, persons) for each in truth[key]]
    for key in ("teacher", "className", "term"):
        truth[key] = _replace(truth.get(key), persons)
    truth["ignore"] = [_replace(each, persons) for each in truth.get("ignore", [])]
    return truth


def _renamed_block(block: dict[str, Any], persons: dict[str, str]) -> dict[str, Any]:
    changed = {key: _replace(block[key], persons) for key in _TEXTS if block.get(key)}
    replaced = [key for key, value in changed.items() if value != block[key]]
    block = block | changed
    if "alt" in block:
        # With another person in it, it would no longer be a fair name of what the page shows.
        whoever = dict.fromkeys(persons, WHOEVER)
        fair = [_replace(each, whoever) or "" for each in block["alt"]]
        block["alt"] = [each for each in fair if normal(each)]
    return block | ({"replaced": replaced} if replaced else {})


def _replace(text: str | None, persons: dict[str, str]) -> str | None:
    if not text:
        return text
    for name in sorted(persons, key=len, reverse=True):
        other = persons[name].replace("\\", r"\\")
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", other, text)
    return text


def merge_log(log: Path) -> None:
    """Write the log of candidates without those of rounds whose truth is not here."""
    taken = {path.name for path in TRUTH.iterdir()}
    rows = ["\t".join(_FIELDS)]
    for line in log.read_text().splitlines():
        row = line.split("\t")
        verdict = row[_FIELDS["verdict"]]
        to = re.search(r"taken (round-\d+)", verdict)
        if to is None or to[1] in taken:
            rows.append("\t".join(row[at] for at in _FIELDS.values()))
    CANDIDATES.write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Give the round's folder and the log of candidates.")
    try:
        sys.stdout.write(f"{add(Path(sys.argv[1]))} pages.\n")
    except ValueError as refused:
        sys.exit(f"{refused}.")
    merge_log(Path(sys.argv[2]))
