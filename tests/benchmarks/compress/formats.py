"""What becomes of each format with text in it: what it costs the compressor to draw its first page, and the text
recognition to read what the file does not tell.

One week of our tests as a workbook, a table or a document each; and a drawn timetable as a PDF with its text and as one
that is nothing but a picture of the same page, which is read as any picture.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from services.compressor.pages import Made, MakePage, compressing_processes
from services.compressor.settings import CompressorSettings
from services.ocr.reading import Layered, Read, read_page, reading_processes
from shared.pictures import PictureSettings
from tests.benchmarks.compress.peers.ours import child_cpu
from tests.pages import draw
from tests.unit.compressor import made_docx, made_sheets

LAYOUT, SEED = "days_across", 3
REPEATS = 5


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    kilobytes: float
    draw_ms: float
    """Of processor time, in the child process."""
    read_ms: float
    """As `draw_ms`; 0 where the file tells all of its text."""
    known: int
    """Lines of text."""
    read: int

    def figures(self) -> dict[str, float]:
        return {
            "kB": self.kilobytes, "drawCpuMs": self.draw_ms, "readCpuMs": self.read_ms,
            "known": self.known, "read": self.read,
        }  # fmt: skip


def files() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each."""
    yield "XLSX", made_sheets.xlsx()
    yield "XLS", made_sheets.xls()
    yield "ODS", made_sheets.ods(made_sheets.ods_week())
    yield "CSV", made_sheets.delimited().encode()
    yield "HTML", made_sheets.html().encode()
    yield "DOCX", made_docx.week()
    yield "PDF with text", draw(LAYOUT, SEED, "pdf_text").image
    yield "PDF, a picture", draw(LAYOUT, SEED, "pdf").image


async def formats() -> list[Row]:
    """Medians of `REPEATS`, after one of each that is not counted."""
    drawers = compressing_processes(CompressorSettings.load(compress_processes=1), PictureSettings.load())
    readers = reading_processes(1)
    await drawers.start()
    await readers.start()
    (drawing,), (reading,) = drawers.pids, readers.pids
    rows = []
    for name, data in files():
        draws, reads, known, read = [], [], 0, 0
        for repeat in range(REPEATS + 1):
            used = child_cpu(drawing)
            made = await drawers.call(MakePage(f"{name} {repeat}", data, 0, declared=_TYPES.get(name, "")))
            draws.append(child_cpu(drawing) - used)
            assert isinstance(made, Made), made
            if made.text is not None and made.text.exact:
                known = len(made.text.lines)
                continue
            picture, used = made.page.data, child_cpu(reading)
            answer = await read_page(readers, picture if made.text is None else Layered(picture, made.text))
            reads.append(child_cpu(reading) - used)
            assert isinstance(answer, Read), answer
            known, read = answer.known, len(answer.lines) - answer.known
        read_ms = 1000 * statistics.median(reads[1:]) if reads else 0.0
        rows.append(Row(name, len(data) / 1000, 1000 * statistics.median(draws[1:]), read_ms, known, read))
    await drawers.end()
    await readers.end()
    return rows


_TYPES = {"CSV": "text/csv", "HTML": "text/html"}
"""Formats that a file's own bytes do not tell for certain."""
