"""The compressor's stage: an upload becomes one stored picture a page.

``fetch ─▶ inspect ─┬─ picture ─▶ decode, encode ─────────────┬─▶ store page-N ─▶ Done(ocr)
                    └─ PDF, DOCX ─▶ draw each page, encode it ┘
 anything wrong with the file ─▶ Dead(sentence);  anything wrong around it raises and is tried again``

Doing it twice stores the same blobs under the same keys.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Literal, TypeVar

from services.compressor.codec import pillow, vips
from services.compressor.compress import Compressed, compress, compress_drawn
from services.compressor.decode import page_count
from services.compressor.document_process import DocumentProcesses, OpenDocument
from services.compressor.encode import EncodeError
from services.compressor.settings import CompressorSettings
from services.compressor.words import describe
from shared.blobs import BlobMissingError, Blobs, blob_key
from shared.logs import get_logger
from shared.messages import CompressPayload, OcrPayload, PageImage, TextLayer, encode
from shared.outcomes import Dead, Done, Job, Next, Outcome, Progress, UnreadableError
from shared.pictures import PictureInfo, PictureSettings, inspect
from shared.threads import Threads

log = get_logger("compressor.handler")
T = TypeVar("T")

_LARGE = 40_000_000
"""Pixels from which a picture is worked on alone: interlaced PNGs and progressive JPEGs are decoded whole, at up to
8 bytes a pixel, and two of the largest at once would take gigabytes."""

GONE = "The stored picture is gone. Upload it again."


class Compressor:
    """Handles jobs of the ``compress`` stream. Close it to end its threads."""

    def __init__(
        self,
        blobs: Blobs,
        settings: CompressorSettings | None = None,
        limits: PictureSettings | None = None,
    ) -> None:
        self._blobs = blobs
        self._settings = settings or CompressorSettings.load()
        self._limits = limits or PictureSettings.load()
        self._threads = Threads(self._settings.compress_threads, "compress")
        # Threads that only wait for the documents' processes, and as many documents: each takes up to a gigabyte.
        most = self._settings.compress_threads
        self._processes = DocumentProcesses(self._limits, idle=most)
        self._document_threads = ThreadPoolExecutor(most, "document")
        self._places = asyncio.Semaphore(most)
        self._large = asyncio.Semaphore(1)
        # Now, not in the first job, and once, not in two threads at the same time.
        vips()
        pillow()

    async def handle(self, job: Job, progress: Progress) -> Outcome:
        """Compress one upload.

        Returns:
            `Done` with the ``ocr`` job, or `Dead` with a sentence for the person who uploaded the file.
        """
        upload = job.read(CompressPayload)
        await progress("compressing", 0.0, "Compressing image", details={"bytesBefore": upload.size})
        started = time.perf_counter()
        try:
            data = await self._blobs.get(upload.blob)
        except BlobMissingError:
            return Dead(GONE)
        images: list[PageImage] = []
        stored: list[Compressed] = []
        try:
            info = await self._threads.run(inspect, data, len(data), self._limits)
            # aclosing: a document left half read would otherwise be closed whenever, on any thread.
            async with self._alone_if_large(info), aclosing(self._pages(data, info)) as pages:
                async for number, count, page, text in pages:
                    images.append(await self._store(job, number, page, text))
                    stored.append(page)
                    if count > 1 and number + 1 < count:
                        share = (number + 1) / count
                        await progress("compressing", share, f"Page {number + 1} of {count} compressed")
        except UnreadableError as refused:
            return Dead(str(refused))
        except EncodeError as error:
            log.error("no picture could be written", error=str(error))
            return Dead("The picture could not be converted. Save it as JPEG or PNG and upload that.")
        message = describe(info.kind, len(data), stored, with_text=any(image.text_layer for image in images))
        milliseconds = round((time.perf_counter() - started) * 1000)
        details = _numbers(info, len(data), stored, milliseconds)
        log.info("compressed", **details)
        await progress("compressing", 1.0, message, details=details)
        return Done(next=Next("ocr", OcrPayload(pages=images)))

    def close(self) -> None:
        """End the threads and processes; what they work on is finished, what waits is dropped."""
        self._threads.close()
        # First the processes that wait, and with it the keeping of others: what is closed after this is ended.
        self._processes.close()
        self._document_threads.shutdown(cancel_futures=True)

    async def _pages(
        self, data: bytes, info: PictureInfo
    ) -> AsyncGenerator[tuple[int, int, Compressed, TextLayer | None], None]:
        """Page number, page count, the compressed page and its text, one after the other."""
        if info.kind not in ("pdf", "docx"):
            pages = await self._threads.run(page_count, data, info, self._limits)
            for number, page in enumerate(pages):
                work = await self._threads.run(compress, data, info, self._settings, self._limits, page=page)
                yield number, len(pages), work, None
            return
        async with self._places:
            document = await self._open(data, "docx" if info.kind == "docx" else "pdf")
            try:
                for number in range(document.pages):
                    drawn = await self._wait(document.draw, number, self._settings.max_image_dimension)
                    if isinstance(drawn, bytes):
                        yield number, document.pages, await self._embedded(drawn), None
                    else:
                        work = await self._threads.run(compress_drawn, drawn, self._settings)
                        yield number, document.pages, work, drawn.text
            finally:
                await self._wait(document.close)

    async def _embedded(self, data: bytes) -> Compressed:
        """A picture file that a document holds, by the ordinary way."""
        info = await self._threads.run(inspect, data, len(data), self._limits)
        async with self._alone_if_large(info):
            return await self._threads.run(compress, data, info, self._settings, self._limits)

    async def _open(self, data: bytes, kind: Literal["pdf", "docx"]) -> OpenDocument:
        opening = self._document_threads.submit(self._processes.open, data, kind)
        try:
            return await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            # Cancelled while it opens: nobody will see the document.
            self._document_threads.submit(lambda: opening.result().close())
            raise

    async def _store(self, job: Job, number: int, page: Compressed, text: TextLayer | None) -> PageImage:
        image = blob_key(job.tenant, job.document_id, f"page-{number}.{page.suffix}")
        await self._blobs.put(image, page.data)
        layer = None
        if text is not None:
            layer = blob_key(job.tenant, job.document_id, f"text-{number}.json")
            await self._blobs.put(layer, encode(text))
        return PageImage(
            page=number,
            image=image,
            content_type=page.content_type,
            width=page.width,
            height=page.height,
            text_layer=layer,
        )

    def _alone_if_large(self, info: PictureInfo) -> AbstractAsyncContextManager[None]:
        return self._large if (info.width or 0) * (info.height or 0) > _LARGE else nullcontext()

    async def _wait(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._document_threads, work, *arguments)


def _numbers(info: PictureInfo, before: int, pages: list[Compressed], milliseconds: int) -> dict[str, object]:
    first = pages[0]
    return {
        "bytesBefore": before,
        "bytesAfter": sum(len(page.data) for page in pages),
        "width": first.width,
        "height": first.height,
        "pages": len(pages),
        "from": info.kind,
        "to": first.content_type,
        "lossless": first.lossless,
        "milliseconds": milliseconds,
    }
