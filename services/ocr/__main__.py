"""The OCR service: jobs of the ``ocr`` stream."""

from services.ocr.handler import Reader
from shared.children.protocol import ChildStartError
from shared.service import Context, run, work
from shared.settings import SettingError


async def _make(context: Context) -> Reader:
    reader = Reader(context.blobs)
    try:
        await reader.start()
    except ChildStartError as error:
        # What keeps models from loading is what a setting names: a folder, a file in it.
        raise SettingError(str(error)) from error
    return reader


if __name__ == "__main__":
    run(lambda: work("ocr", _make), "ocr")
