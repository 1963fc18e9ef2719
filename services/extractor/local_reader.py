"""What takes the extractor time by what is on a page: the local reading, and the checks of an answer from Claude.

Headers are looked for by holding lines against each other: a Word document of 40 kB whose thousand cells all say "Mo"
keeps the reader busy for hours, and Python lets nobody stop it. So it runs in children that can be killed
(`shared.children`), bounded in processor time. The service's own process only passes on what is stored.
"""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import msgspec

from services.extractor.grounding import Answer
from services.extractor.settings import ExtractorSettings
from services.extractor.validation import Verdict
from shared.children.pool import Children, bare_environment
from shared.children.protocol import Limits, Loaded, Target, WorkError
from shared.messages import OcrPage, TextLayer, Timetable

T = TypeVar("T", bound=msgspec.Struct)

LIMITS = Limits(seconds=240.0, cpu_seconds=90, kept_memory=512 << 20)
"""Of a document. A page of a timetable takes 0.3 to 1.5 s of processor time, the fullest Word document of 18 pages and
40,000 cells that are no days 13. The wall's clock is for a child that hangs without computing."""


class StoredPage(msgspec.Struct, array_like=True):
    """A page as the stages before left it."""

    ocr: OcrPage
    picture: bytes
    media_type: str
    layer: TextLayer | None


class ReadPages(msgspec.Struct, tag=True, array_like=True):
    pages: list[StoredPage]


class Shrink(msgspec.Struct, tag=True, array_like=True):
    """Make a page's picture one that the Messages API takes."""

    page: StoredPage


class Check(msgspec.Struct, tag=True, array_like=True):
    """Hold Claude's answer against the pages it was given."""

    answer: Answer
    pages: list[OcrPage]


class Week(msgspec.Struct, array_like=True):
    """One of a document's timetables."""

    timetable: Timetable
    verdict: Verdict
    layout: str


class LocalReading(msgspec.Struct, tag=True, array_like=True):
    weeks: list[Week]
    """At least one."""
    raised: list[str]
    """Layout readers that raised, by name, each once a page: a child's own metrics are seen by nobody."""


class Sendable(msgspec.Struct, tag=True, array_like=True):
    picture: bytes
    media_type: str


class Checked(msgspec.Struct, tag=True, array_like=True):
    timetable: Timetable
    """What of the answer the pages bear out."""
    verdict: Verdict
    faults: list[str]
    """What they do not, and which rules of a week it breaks, as far as asking again may help."""


class Step(msgspec.Struct, array_like=True):
    """How much of a reading is done."""

    done: float
    """0 to 1."""


Request: TypeAlias = ReadPages | Shrink | Check
Result: TypeAlias = LocalReading | Sendable | Checked

TARGET: Target[Request, Step, Result] = Target(__name__, Request, Step, Result)


class LocalReader:
    """Children that read. `start` before the first call, `close` after the last."""

    def __init__(self, settings: ExtractorSettings, limits: Limits = LIMITS) -> None:
        """Args:
        limits: of a call, for tests.
        """
        # Killed at once when it is given up: another one is there a second later, and the core is free now.
        self.children: Children[Request, Step, Result] = Children(
            TARGET,
            settings.extract_processes,
            limits=limits,
            environment=bare_environment(),
            stop_seconds=0.0,
            spare=True,
        )

    async def start(self) -> None:
        """Start the children. Raises `shared.children.protocol.ChildStartError`."""
        await self.children.start()

    def close(self) -> None:
        """Kill the children; no call may run."""
        self.children.close()

    async def read(self, pages: list[StoredPage], on_step: Callable[[Step], None] | None = None) -> LocalReading:
        """Read a document's timetables. Raises `shared.children.protocol.ChildError`."""
        return _of(LocalReading, await self.children.call(ReadPages(pages), on_step))

    async def sendable(self, page: StoredPage) -> tuple[bytes, str]:
        """A page's picture and media type as the Messages API takes them. Raises as `read`."""
        shrunk = _of(Sendable, await self.children.call(Shrink(page)))
        return shrunk.picture, shrunk.media_type

    async def check(self, answer: Answer, pages: list[OcrPage]) -> Checked:
        """Hold an answer against the pages. Raises as `read`."""
        return _of(Checked, await self.children.call(Check(answer, pages)))


def _of(kind: type[T], result: Result) -> T:
    if not isinstance(result, kind):
        raise WorkError(f"a child answers with {type(result).__name__} instead of {kind.__name__}")
    return result


def load() -> Loaded[Request, Step, Result]:
    """Load the reader; returns the function that does what a request says."""
    from services.extractor import page_work

    return "", page_work.do
