"""``python -m tests.real.first_sight``: the curve of what each round was read like at first sight, as a table for docs.

``python -m tests.real.first_sight add ROUND READER COMMIT FOLDER`` scores the bodies that a reader gave (``NAME.json``
each, a list where a document has several timetables, or one with all of them as `timetables`) and records them. A
reader's round is recorded once: a second record of it is refused.
"""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.benchmarks.scorer import Score, score_document
from tests.real.__main__ import block_f1, mean_f1
from tests.real.intervals import of_pages, of_share
from tests.real.pages import HERE, real_pages

RECORD = HERE / "first_sight.jsonl"
_SHARES = ("right at 0.9 or more", "of all blocks", "validated, not right", "right, validated")


class Reading(msgspec.Struct):
    """How a reader read a round at first sight: its commit, and each page's counts."""

    round: str
    reader: str
    commit: str
    pages: dict[str, Score]


def recorded() -> list[Reading]:
    """Every first reading, in the order in which they were recorded."""
    lines = RECORD.read_text().splitlines() if RECORD.exists() else []
    return [msgspec.json.decode(line, type=Reading) for line in lines]


def _bodies(path: Path) -> list[dict[str, Any]]:
    body = json.loads(path.read_text()) if path.is_file() else []
    if isinstance(body, list):
        return body
    several: list[dict[str, Any]] = body.get("timetables") or [body]
    return several


def add(name: str, reader: str, commit: str, folder: Path) -> None:
    """Score a round's bodies and record them. Raises `ValueError` if that reader's round is recorded."""
    if any((each.round, each.reader) == (name, reader) for each in recorded()):
        raise ValueError(f"{name} was read by {reader} before")
    pages = {
        page.name: score_document(page.truth, _bodies(folder / f"{page.name}.json"))
        for page in real_pages()
        if page.round == name
    }
    with RECORD.open("ab") as file:
        file.write(msgspec.json.encode(Reading(name, reader, commit, pages)) + b"\n")


def table() -> str:
    """The curve: a row a round and reader, and one for each reader's last three rounds together."""
    rows = [(each.round, each.reader, list(each.pages.values())) for each in recorded()]
    for reader in dict.fromkeys(reader for _, reader, _ in rows):
        own = [row for row in rows if row[1] == reader]
        if len(own) > 1:
            last = own[-3:]
            rows.append((f"last {len(last)}", reader, [score for _, _, scores in last for score in scores]))
    head = ("round", "reader", "pages", "block F1", "mean", "perfect", *_SHARES)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name, reader, scores in rows:
        total = sum(scores, Score())
        cells = [
            name,
            reader,
            str(len(scores)),
            *(
                f"{f(scores):.3f} ({low:.2f}–{high:.2f})"
                for f in (block_f1, mean_f1)
                for low, high in [of_pages(scores, f)]
            ),
            str(total.perfect),
            _share(total.sure_right, total.sure),
            _share(total.sure, total.got),
            _share(total.false, total.validated),
            _share(total.right_validated, total.right),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(count: int, of: int) -> str:
    low, high = of_share(count, of)
    return f"{count} of {of} ({low:.2f}–{high:.2f})"


if __name__ == "__main__":
    if sys.argv[1:2] == ["add"] and len(sys.argv) == 6:
        try:
            add(sys.argv[2], sys.argv[3], sys.argv[4], Path(sys.argv[5]))
        except ValueError as refused:
            sys.exit(f"{refused}.")
    elif len(sys.argv) > 1:
        sys.exit("Give nothing, or: add ROUND READER COMMIT FOLDER.")
    sys.stdout.write(f"{table()}\n")
