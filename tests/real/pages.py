"""The real pages: a truth file each, which names its picture's public source."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.benchmarks.scorer import Truth

HERE = Path(__file__).parent
TRUTH = HERE / "truth"
CANDIDATES = HERE / "candidates.tsv"
SEEN = HERE.parents[1] / ".local" / "real" / "seen"
"""What the extractor was given of each page, kept by `make accuracy-real`."""


PARTS = (6, 12)
"""The last rounds of all parts but the last one: what is learnt from pages is judged on those of other parts."""


def part_of(name: str) -> int:
    """Which part of the pages a round is in; its sources are in no other."""
    number = int(name.removeprefix("round-"))
    return sum(number > last for last in PARTS)


class RealTruth(Truth, kw_only=True):
    """What a page shows.

    Attributes:
        source: its public repository, ``owner/name``.
        path: of the picture in it.
        sha256: of that file.
        page: which page of a PDF, from 1; null for pictures.
        picture: sha256 of what was read: of the file itself, or of the picture of a PDF's page.
    """

    source: str
    path: str
    sha256: str
    picture: str
    page: int | None = None
    language: str | None = None
    program: str | None = None


@dataclass(frozen=True)
class RealPage:
    """Attributes:
    round: the folder it is in, such as ``round-1``.
    """

    round: str
    name: str
    truth: RealTruth


def real_pages() -> Iterator[RealPage]:
    """All pages whose round was read, in order."""
    for path in sorted(TRUTH.glob("*/*.json")):
        truth = msgspec.json.decode(path.read_bytes(), type=RealTruth)
        yield RealPage(path.parent.name, path.stem, truth)


def digest(data: bytes) -> str:
    """The sha256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def candidates() -> list[dict[str, str]]:
    """Every candidate that was looked at, by the columns of the log."""
    head, *rows = CANDIDATES.read_text().splitlines()
    return [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]


def sources() -> set[str]:
    """The repositories of all pages and of all candidates."""
    return {page.truth.source for page in real_pages()} | {each["source"] for each in candidates()}


def reserved(names: set[str], lists: list[str]) -> list[str]:
    """Which of some repositories stand in a list of reserved ones, a line each; ``#`` begins a remark."""
    kept = {_plain(line) for line in lists if line.strip() and not line.startswith("#")}
    return sorted(name for name in names if _plain(name) in kept)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.strip()).casefold()
