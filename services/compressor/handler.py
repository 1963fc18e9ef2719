"""The compressor's stage: an upload becomes one stored picture a page.

``fetch ─▶ for each page: a child process decodes or draws it, and encodes it ─▶ store page-N ─▶ Done(ocr)
 anything wrong with the file ─▶ Dead(sentence);  anything wrong around it is tried again``

Doing it twice stores the same blobs under the same keys.
"""

import asyncio
import math
import time
import uuid

import msgspec

from services.compressor.compressed import Compressed
from services.compressor.pages import Large, Made, MakePage, Processes, Refused, compressing_processes
from services.compressor.settings import CompressorSettings
from services.compressor.words import describe
from shared.blobs import BlobMissingError, Blobs, blob_key
from shared.children.protocol import ChildGoneError, NotTakenError, OverLimitError
from shared.estimate import Work
from shared.logs import get_logger
from shared.messages import CompressPayload, OcrPayload, PageImage, PageTile, TextLayer, encode
from shared.outcomes import Dead, Done, Job, Next, Outcome, Progress, Retry, UnreadableError
from shared.pictures import CONTENT_TYPES, Kind, PictureSettings

log = get_logger("compressor.handler")

_UPLOAD_CPU_SECONDS = 60.0
"""Of all pages of an upload together; twenty pages of 8,000 words took 16."""

_PAGE_PIXELS = 3_000_000
"""Of a page as it is stored, about."""

GONE = "The stored picture is gone. Upload it again."
TOO_HEAVY = (
    "This file asks for more work than a page of a timetable needs. Print it to a new PDF, or upload a picture of it."
)

TOO_WIDE = (
    "The workbook is damaged, or far larger than a timetable. Save it anew as XLSX or PDF, with the timetable alone."
)
"""An XLS does not say how far its cells reach before they are read: one wrong number makes a week span gigabytes."""


class Compressor:
    """Handles jobs of the ``compress`` stream. `start` before the first job, `close` after the last."""

    def __init__(self, blobs: Blobs, children: Processes | None = None) -> None:
        self._blobs = blobs
        self.children = children or compressing_processes(CompressorSettings.load(), PictureSettings.load())
        self._large = asyncio.Semaphore(1)

    async def start(self) -> None:
        """Start the child processes. Raises `shared.children.protocol.ChildStartError`."""
        await self.children.start()

    def close(self) -> None:
        """End the child processes; no job may run."""
        self.children.close()

    async def handle(self, job: Job, progress: Progress) -> Outcome:
        """Compress one upload.

        Returns:
            `Done` with the ``ocr`` job, `Dead` with a sentence for the person who uploaded the file, or `Retry` where
            a child process was lost, perhaps through no fault of the file.
        """
        upload = job.read(CompressPayload)
        await progress(
            "compressing", 0.0, "Compressing image", details={"bytesBefore": upload.size}, work=_work(upload, [], 1)
        )
        started = time.perf_counter()
        images: list[PageImage] = []
        stored: list[Compressed] = []
        left = _UPLOAD_CPU_SECONDS
        try:
            request = MakePage(uuid.uuid4().hex, await self._blobs.get(upload.blob), 0, declared=upload.content_type)
            while True:
                made = await self._make(request, left)
                images.append(await self._store(job, request.number, made.page, made.text))
                stored.append(made.page)
                if len(stored) == made.pages:
                    break
                left -= made.cpu_seconds
                request.number += 1
                words = f"Page {len(stored)} of {made.pages} compressed"
                work = _work(upload, images, made.pages)
                await progress("compressing", len(stored) / made.pages, words, work=work)
        except BlobMissingError:
            return Dead(GONE)
        except UnreadableError as refused:
            return Dead(str(refused))
        except OverLimitError as error:
            log.warning("an upload took its process with it", page=len(stored), error=str(error))
            return Dead(TOO_WIDE if upload.content_type == CONTENT_TYPES["xls"] else TOO_HEAVY)
        except ChildGoneError as error:
            log.warning("an upload took its process with it", page=len(stored), error=str(error))
            # Once may be the machine's fault, such as memory that ran out; twice is the file's, if it was looked at.
            innocent = job.attempt == 1 or isinstance(error, NotTakenError)
            return Retry(str(error)) if innocent else Dead(TOO_HEAVY)
        before = len(request.data)
        message = describe(made.kind, before, stored, with_text=any(image.text_layer for image in images))
        milliseconds = round((time.perf_counter() - started) * 1000)
        details = _numbers(made.kind, before, stored, milliseconds)
        log.info("compressed", **details)
        await progress("compressing", 1.0, message, details=details, work=_work(upload, images, made.pages))
        return Done(next=Next("ocr", OcrPayload(pages=images)))

    async def _make(self, request: MakePage, left: float) -> Made:
        """Have a child make a page.

        Args:
            left: seconds of processor time that the upload may still take.

        Raises:
            UnreadableError: the file is at fault.
            shared.children.protocol.ChildError: there is no answer.
        """
        if left <= 0:
            raise UnreadableError(TOO_HEAVY)
        most = math.ceil(min(self.children.limits.cpu_seconds or math.inf, left))
        answer = await self.children.call(request, cpu_seconds=most)
        if isinstance(answer, Large):
            async with self._large:
                alone = msgspec.structs.replace(request, alone=True)
                answer = await self.children.call(alone, cpu_seconds=most)
        match answer:
            case Made():
                return answer
            case Refused(sentence):
                raise UnreadableError(sentence)
            case Large():
                raise RuntimeError("a large picture was refused though it is the only one")

    async def _store(self, job: Job, number: int, page: Compressed, text: TextLayer | None) -> PageImage:
        image = blob_key(job.tenant, job.document_id, f"page-{number}.{page.suffix}")
        await self._blobs.put(image, page.data)
        layer = None
        if text is not None:
            layer = blob_key(job.tenant, job.document_id, f"text-{number}.json")
            await self._blobs.put(layer, encode(text))
        small = None
        if page.thumbnail:
            small = blob_key(job.tenant, job.document_id, f"thumbnail-{number}.webp")
            await self._blobs.put(small, page.thumbnail)
        tiles = []
        for at, tile in enumerate(page.tiles):
            key = blob_key(job.tenant, job.document_id, f"tile-{number}-{at}.{tile.suffix}")
            await self._blobs.put(key, tile.data)
            tiles.append(PageTile(image=key, left=tile.left, top=tile.top, width=tile.width, height=tile.height))
        return PageImage(
            page=number,
            image=image,
            content_type=page.content_type,
            width=page.width,
            height=page.height,
            text_layer=layer,
            thumbnail=small,
            tiles=tiles,
        )


def _work(upload: CompressPayload, images: list[PageImage], pages: int) -> Work:
    """What a document needs of which these pages are made: those that are left are likely to be like them."""
    if images:
        pixels = sum(image.width * image.height for image in images) * pages // len(images)
    else:
        pixels = min(upload.pixels or _PAGE_PIXELS, _PAGE_PIXELS)
    return Work(pages=pages, uploaded=upload.pixels or pixels, pixels=pixels)


def _numbers(kind: Kind, before: int, pages: list[Compressed], milliseconds: int) -> dict[str, object]:
    first = pages[0]
    return {
        "bytesBefore": before,
        "bytesAfter": sum(len(page.data) for page in pages),
        "width": first.width,
        "height": first.height,
        "pages": len(pages),
        "from": kind,
        "to": first.content_type,
        "lossless": first.lossless,
        "milliseconds": milliseconds,
    }
