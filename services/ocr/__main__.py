"""The OCR service: jobs of the ``ocr`` stream."""

from services.ocr.handler import Reader
from shared.service import Context, run, work


async def _make(context: Context) -> Reader:
    reader = Reader(context.blobs)
    await reader.start()
    return reader


if __name__ == "__main__":
    run(lambda: work("ocr", _make), "ocr")
