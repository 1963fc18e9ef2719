"""The OCR stage: pages in, the lines of text on them out, with progress told while they are read.

The heavy work runs in a bounded pool of threads and leaves the event loop free; PaddleOCR, OpenCV and Pillow let go of
the interpreter while they compute.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import msgspec
import numpy as np

from services.ocr.engine import Engine, OnRead
from services.ocr.preparation import Page, PreparationSettings, decode, encode, prepare
from shared.blobs import BlobMissing, Blobs, blob_key
from shared.logs import get_logger
from shared.messages import ExtractPayload, OcrLine, OcrPage, OcrPayload, OcrResult, PageImage
from shared.messages import encode as to_json
from shared.outcomes import Dead, Done, Job, Next, Outcome, Progress, Unreadable
from shared.settings import Settings, setting

log = get_logger(__name__)

_TOLD_EVERY = 0.25
"""Seconds between two progress events within the reading of a page."""


class ReaderSettings(Settings):
    group: ClassVar[str] = "Text recognition"
    ocr_pages: int = setting(
        1, "Pages read at the same time by one process; each needs its own memory and shares OCR_THREADS.", ge=1, le=16
    )


class _Abandoned(Exception):
    """The job was given up while a thread was reading for it."""


class Reader:
    """The stage's handler. `load` before the first job, `close` after the last."""

    def __init__(
        self,
        blobs: Blobs,
        engine: Engine | None = None,
        settings: ReaderSettings | None = None,
        preparation: PreparationSettings | None = None,
    ) -> None:
        self._blobs = blobs
        self._engine = engine or Engine()
        self._preparation = preparation or PreparationSettings.load()
        pages = (settings or ReaderSettings.load()).ocr_pages
        self._pool = ThreadPoolExecutor(pages, thread_name_prefix="ocr-page")

    def load(self) -> None:
        """Load the models; blocks for seconds. Raises `services.ocr.models.ModelError`."""
        self._engine.load()
        # Pillow imports its codecs at their first use: a stall that the first page would pay for.
        decode(encode(np.zeros((8, 8, 3), dtype=np.uint8)), 64)

    def close(self) -> None:
        """Wait for what the threads are at; nothing new starts."""
        self._pool.shutdown(cancel_futures=True)
        self._engine.close()

    async def handle(self, job: Job, progress: Progress) -> Outcome:
        """Read all pages of a document and store them as one `OcrResult`.

        Args:
            job: of stage ``ocr``, with an `OcrPayload`.
            progress: told at start and end of ``preprocessing`` and ``ocr``, and between.

        Returns:
            `Done` with the extract job, or `Dead` with a sentence for the person.
        """
        started = time.monotonic()
        try:
            pages = job.read(OcrPayload).pages
        except msgspec.ValidationError as error:
            log.error("malformed payload", error=str(error))
            return Dead("The document could not be read because of an internal error.")
        read: list[OcrPage] = []
        await progress(
            "preprocessing", 0.0, "Preparing the page" if len(pages) == 1 else f"Preparing {len(pages)} pages"
        )
        try:
            for index, page in enumerate(pages):
                read.append(await self._page(job, page, index, len(pages), progress))
        except BlobMissing:
            return Dead("The stored picture is gone.")
        except Unreadable as error:
            return Dead(str(error))
        key = blob_key(job.tenant, job.document_id, "ocr.json")
        seconds = round(time.monotonic() - started, 3)
        await self._blobs.put(key, to_json(OcrResult(pages=read, engine=self._engine.label, seconds=seconds)))
        lines = sum(len(page.lines) for page in read)
        await progress("ocr", 1.0, f"{lines} {_lines(lines)} read", details={"lines": lines})
        log.info("pages read", pages=len(read), lines=lines, seconds=seconds)
        return Done(next=Next("extract", ExtractPayload(pages=pages, ocr=key)))

    async def _page(self, job: Job, stored: PageImage, index: int, pages: int, progress: Progress) -> OcrPage:
        """Prepare and read one page."""
        data = await self._blobs.get(stored.image)
        loop = asyncio.get_running_loop()
        prepared, copy = await loop.run_in_executor(self._pool, self._prepare, data)
        key = stored.image
        if copy:
            key = blob_key(job.tenant, job.document_id, f"prepared-{stored.page}.webp")
            await self._blobs.put(key, copy)
        found = len(prepared.quads)
        note = f", {prepared.notes}" if prepared.notes else ""
        if index == 0:
            # The later pages' preparation is told as part of reading: a step that is over does not come back.
            await progress("preprocessing", 1.0, f"{found} {_lines(found)} found{note}", details={"found": found})
        of = f" of page {index + 1} of {pages}" if pages > 1 else ""
        await progress("ocr", index / pages, f"Reading text{of}", details={"found": found})
        async with _told(progress, index, pages, of) as on_read:
            lines: list[OcrLine] = await loop.run_in_executor(
                self._pool, self._engine.recognise, prepared.picture, prepared.quads, on_read
            )
        height, width = prepared.picture.shape[:2]
        return OcrPage(
            page=stored.page, image=key, width=width, height=height, lines=lines, to_stored=prepared.to_stored
        )

    def _prepare(self, data: bytes) -> tuple[Page, bytes]:
        """The prepared page and, where it is not the stored picture, its WebP."""
        picture, turned = decode(data, self._preparation.ocr_max_pixels)
        page = prepare(picture, self._engine, turned)
        return page, encode(page.picture) if page.to_stored else b""


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"


@contextlib.asynccontextmanager
async def _told(progress: Progress, index: int, pages: int, of: str) -> AsyncIterator[OnRead]:
    """Give a function for the reading thread whose calls become progress events, at most one each `_TOLD_EVERY`.

    Leaving early (the job was cancelled) makes the thread stop at its next batch.
    """
    loop = asyncio.get_running_loop()
    over, left = asyncio.Event(), threading.Event()
    news = asyncio.Event()
    latest = (0, 1)

    def on_read(done: int, total: int) -> None:
        nonlocal latest
        if left.is_set():
            raise _Abandoned
        latest = (done, total)
        loop.call_soon_threadsafe(news.set)

    async def tell() -> None:
        while await news.wait() and not over.is_set():
            news.clear()
            done, total = latest
            await progress(
                "ocr",
                (index + done / total) / pages,
                f"Reading text, {done} of {total} {_lines(total)}{of}",
                details={"lines": done, "of": total},
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), _TOLD_EVERY)

    task = asyncio.create_task(tell())
    try:
        yield on_read
    finally:
        left.set()
        over.set()
        news.set()
        # Not cancelled: an event that is being sent is sent whole, and before the one that follows it.
        await asyncio.wait([task])
