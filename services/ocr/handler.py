"""The OCR stage: pages in, the lines of text on them out, with progress told while they are read.

All that is heavy happens in child processes (`shared.children`): this process only passes the stored picture on
and waits, so its event loop stays free, and a picture that hangs or crashes a reader costs its own job one attempt.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

import msgspec
from msgspec.structs import replace

from services.ocr.metrics import LINES, PAGE_DURATION
from services.ocr.reading import (
    Fault,
    Found,
    Layered,
    News,
    Picture,
    Piece,
    Readers,
    ReaderSettings,
    Tiled,
    read_page,
    reading_processes,
)
from shared.blobs import BlobMissingError, Blobs, blob_key
from shared.children.protocol import ChildError
from shared.estimate import Work
from shared.logs import get_logger
from shared.messages import ExtractPayload, OcrPage, OcrPayload, OcrResult, PageImage, TextLayer
from shared.messages import encode as to_json
from shared.outcomes import Dead, Done, Job, Next, Outcome, Progress, Retry, UnreadableError
from shared.skew import STRAIGHT

log = get_logger(__name__)

_TOLD_EVERY = 0.5
"""Seconds between two progress events within the reading of a page."""
_TEXT = 20_000.0
"""Text (as of `services.ocr.reading.Read`) of a document that is read: 68 s of processor time in floats, and as much as
25 dense timetables have."""

_KNOWN = "known from the document"
TOO_MUCH = "This document holds far more text than timetables do. Upload only the pages with the timetable."


class Reader:
    """The stage's handler. `start` before the first job, `close` after the last."""

    def __init__(self, blobs: Blobs, children: Readers | None = None) -> None:
        self._blobs = blobs
        self.children = children or reading_processes(ReaderSettings.load().ocr_pages)
        self._label = ""

    async def start(self) -> None:
        """Load the models. Raises `shared.children.protocol.ChildStartError`."""
        self._label = await self.children.start()
        log.info("models loaded", models=self._label, processes=self.children.pids)

    def close(self) -> None:
        """End the reading processes; no job may run."""
        self.children.close()

    async def handle(self, job: Job, progress: Progress) -> Outcome:
        """Read all pages of a document and store them as one `OcrResult`.

        Args:
            job: of stage ``ocr``, with an `OcrPayload`.
            progress: told at start and end of ``preprocessing`` and ``ocr``, and between.

        Returns:
            `Done` with the extract job, `Dead` with a sentence for the person, or `Retry` where the reader broke.
        """
        started = time.monotonic()
        try:
            pages = job.read(OcrPayload).pages
        except msgspec.ValidationError as error:
            log.error("malformed payload", error=str(error))
            return Dead("The document could not be read because of an internal error.")
        read: list[OcrPage] = []
        known = 0
        left = _TEXT
        try:
            layers = [await self._layer(page) for page in pages]
            needed = _Needed(pages, layers)
            words = "Preparing the page" if len(pages) == 1 else f"Preparing {len(pages)} pages"
            await progress("preprocessing", 0.0, words, work=needed.work)
            for index, page in enumerate(pages):
                text, known_here, result = await self._page(job, page, index, layers[index], progress, needed)
                read.append(result)
                left -= text
                known += known_here
                if left < 0:
                    return Dead(TOO_MUCH)
        except BlobMissingError:
            return Dead("The stored picture is gone.")
        except UnreadableError as error:
            return Dead(str(error))
        except ChildError as error:
            log.error("page not read", error=str(error))
            return Retry(f"the reading failed: {str(error).splitlines()[-1]}")
        key = blob_key(job.tenant, job.document_id, "ocr.json")
        seconds = round(time.monotonic() - started, 3)
        await self._blobs.put(key, to_json(OcrResult(pages=read, engine=self._label, seconds=seconds)))
        # An exact layer's lines are known, and the page holds none of them.
        lines = sum(len(page.lines) for page in read)
        lines += sum(len(layer.lines) for layer in layers if layer is not None and layer.exact)
        LINES.labels("read").inc(lines - known)
        LINES.labels("known").inc(known)
        how = f"{known} {_KNOWN}" if 0 < known < lines else _KNOWN if known else "read"
        words = f"{lines} {_lines(lines)}, {how}" if 0 < known < lines else f"{lines} {_lines(lines)} {how}"
        await progress("ocr", 1.0, words, details={"lines": lines})
        log.info("pages read", pages=len(read), lines=lines, seconds=seconds)
        return Done(next=Next("extract", ExtractPayload(pages=pages, ocr=key, lines=lines)))

    async def _page(
        self, job: Job, stored: PageImage, index: int, layer: TextLayer | None, progress: Progress, needed: "_Needed"
    ) -> tuple[float, int, OcrPage]:
        """Prepare and read one page; one that was drawn from its text is only passed on.

        Returns:
            How much text was read, as of `services.ocr.reading.Read`, how many lines were known, and the page.
        """
        if layer is not None and layer.exact:
            known = len(layer.lines)
            note = f"{known} {_lines(known)} {_KNOWN}"
            if index == 0:
                await progress("preprocessing", 1.0, note, details={"found": known})
            await progress("ocr", index / needed.pages, note, details={"lines": known})
            return 0.0, known, OcrPage(
                page=stored.page, image=stored.image, width=stored.width, height=stored.height, lines=[],
                slopes=STRAIGHT,
            )  # fmt: skip
        request = await self._picture(stored, layer)
        async with _publishing(progress, index, needed) as on_news:
            with PAGE_DURATION.time():
                answer = await read_page(self.children, request, on_news)
        if isinstance(answer, Fault):
            raise UnreadableError(answer.sentence)
        key = stored.image
        if answer.copy:
            key = blob_key(job.tenant, job.document_id, f"prepared-{stored.page}.webp")
            await self._blobs.put(key, answer.copy)
        return answer.text, answer.known, OcrPage(
            page=stored.page, image=key, width=answer.width, height=answer.height,
            lines=answer.lines, to_stored=answer.to_stored, slopes=answer.slopes,
        )  # fmt: skip

    async def _picture(self, stored: PageImage, layer: TextLayer | None) -> Picture:
        if stored.tiles:
            pieces = [Piece(await self._blobs.get(each.image), each.left, each.top) for each in stored.tiles]
            return Tiled(pieces, stored.width, stored.height)
        data = await self._blobs.get(stored.image)
        return data if layer is None else Layered(data, layer)

    async def _layer(self, stored: PageImage) -> TextLayer | None:
        """The text that the page's file carries; None where it carries none, or none that can be had: the picture shows
        the same."""
        if stored.text_layer is None:
            return None
        try:
            layer = _layer(await self._blobs.get(stored.text_layer))
        except (BlobMissingError, msgspec.DecodeError):
            return None
        return layer if layer.lines else None


_layer = msgspec.json.Decoder(TextLayer).decode


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"


class _Needed:
    """What a document needs, by what was found on its pages so far."""

    def __init__(self, pages: list[PageImage], layers: list[TextLayer | None]) -> None:
        self.pages = len(pages)
        exact = [layer is not None and layer.exact for layer in layers]
        read = [page for page, known in zip(pages, exact, strict=True) if not known]
        known = sum(len(layer.lines) for layer in layers if layer is not None and layer.exact)
        pixels = sum(page.width * page.height for page in read)
        self.work = Work(pages=len(read), pixels=pixels, lines=None if read else 0, known=known)
        self._found: list[int] = []

    def found(self, page: Found) -> None:
        """Note how many lines a page holds; the pages that are left are likely to hold as many."""
        self._found.append(page.lines)
        lines = sum(self._found) * self.work.pages // len(self._found)
        self.work = replace(self.work, lines=lines, known=self.work.known + page.known)


@contextlib.asynccontextmanager
async def _publishing(progress: Progress, index: int, needed: _Needed) -> AsyncIterator[Callable[[News], None]]:
    """Give a function for the reader's news, which become progress events, at most one each `_TOLD_EVERY`."""
    pages = needed.pages
    of = f" of page {index + 1} of {pages}" if pages > 1 else ""
    over, news = asyncio.Event(), asyncio.Event()
    found: list[Found] = []
    done, total = 0, 0

    def on_news(message: News) -> None:
        nonlocal done, total
        if isinstance(message, Found):
            found.append(message)
        else:
            done, total = message.done, message.total
        news.set()

    async def tell_found() -> None:
        while found:
            first = found.pop()
            note = f", {first.notes}" if first.notes else ""
            needed.found(first)
            if index == 0:
                # The later pages' preparation is told as part of reading: a step that is over does not come back.
                words = f"{first.lines} {_lines(first.lines)} found{note}"
                if first.known:
                    words = f"{first.known} {_lines(first.known)} {_KNOWN}, {first.lines} to be read"
                details = {"found": first.known + first.lines}
                await progress("preprocessing", 1.0, words, details=details, work=needed.work)
            await progress("ocr", index / pages, f"Reading text{of}", details={"found": first.lines}, work=needed.work)

    async def publish() -> None:
        while await news.wait() and not over.is_set():
            news.clear()
            await tell_found()
            if total:
                await progress(
                    "ocr",
                    (index + done / total) / pages,
                    f"Reading text, {done} of {total} {_lines(total)}{of}",
                    details={"lines": done, "of": total},
                )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), _TOLD_EVERY)

    task = asyncio.create_task(publish())
    try:
        yield on_news
        over.set()
        news.set()
        await asyncio.wait([task])
        await tell_found()  # a page that was read before the task woke up
    finally:
        over.set()
        news.set()
        # Not cancelled: an event that is being sent is sent whole, and before the one that follows it.
        await asyncio.wait([task])
