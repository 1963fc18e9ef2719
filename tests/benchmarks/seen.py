"""What the extractor gets of a document, kept beside its result: reading it again takes no text recognition."""

import shutil
from pathlib import Path

import msgspec

from services.extractor.pictures import UndecodableError, blank, decode
from services.extractor.reading import PageInput
from services.extractor.reading.evidence.textlayer import exact_page
from shared.messages import OcrResult, TextLayer


def keep_seen(blobs: Path, document: str, folder: Path) -> None:
    """Keep a document's pages and lines in a folder of its own.

    Args:
        blobs: the system's folder of them.
    """
    shutil.rmtree(folder, ignore_errors=True)
    if (blobs / "default" / document / "ocr.json").is_file():
        shutil.copytree(blobs / "default" / document, folder)


def seen(folder: Path) -> list[PageInput]:
    """A kept document's pages, as the extractor gathers them."""
    result = msgspec.json.decode((folder / "ocr.json").read_bytes(), type=OcrResult)
    pages = []
    for page in result.pages:
        text = folder / f"text-{page.page}.json"
        layer = msgspec.json.decode(text.read_bytes(), type=TextLayer) if text.is_file() else None
        page = exact_page(page, layer)
        try:
            picture = decode((folder / Path(page.image).name).read_bytes(), page)
        except UndecodableError:
            picture = blank(page)
        pages.append(PageInput(page, picture, layer))
    return pages
