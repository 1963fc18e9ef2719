"""What a person is told about their picture's compression."""

from services.compressor.compressed import Compressed
from shared.pictures import Kind

_SOURCES: dict[Kind, str] = {
    "pdf": "drawn from the PDF",
    "docx": "taken from the Word document",
    "xlsx": "drawn from the workbook",
    "xls": "drawn from the workbook",
    "ods": "drawn from the workbook",
    "csv": "drawn from the table",
    "html": "drawn from the table",
}


def describe(kind: Kind, before: int, pages: list[Compressed], *, with_text: bool) -> str:
    """One phrase, honest where nothing was gained.

    Args:
        before: bytes of the upload.
        pages: as stored; at least one.
        with_text: some page carries its own text.
    """
    first = pages[0]
    if source := _SOURCES.get(kind):
        count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
        return f"{count} {source}" + (", its text kept" if with_text else "")
    if first.failed:
        return "Could not be compressed; read as it came"
    if first.kept:
        return "Kept as it was: compressing would have made it larger"
    what = "Image" if len(pages) == 1 else f"{len(pages)} pages"
    did = "compressed"
    after = sum(len(page.data) for page in pages)
    if after >= before:
        did = "turned upright" if first.turned else "scaled down" if first.shrunk else "converted"
    change = round(abs(before - after) / before * 100)
    size = "same size" if change == 0 else f"{change} % {'smaller' if after < before else 'larger'}"
    which = f"frame {first.frame + 1}" if first.frame else "the first"
    note = f" ({which} of {first.frames} frames)" if kind != "tiff" and first.frames > 1 else ""
    return f"{what} {did}, {size}{note}"
