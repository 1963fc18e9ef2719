"""The OCR service: jobs of the ``ocr`` stream."""

import asyncio

from services.ocr.handler import Reader
from shared.service import Context, run, work


async def _make(context: Context) -> Reader:
    reader = Reader(context.blobs)
    # Seconds of loading, off the event loop, so that health is answered meanwhile.
    await asyncio.to_thread(reader.load)
    return reader


if __name__ == "__main__":
    run(lambda: work("ocr", _make), "ocr")
