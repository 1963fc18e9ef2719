"""An open upload, whatever it is: pages that can be made one by one."""

from services.compressor.compress import compress, compress_drawn
from services.compressor.compressed import Compressed
from services.compressor.decode import page_count
from services.compressor.docx.file import read_word
from services.compressor.pdf import Pdf
from services.compressor.settings import CompressorSettings
from services.compressor.sheets.blocks import content_of
from services.compressor.sheets.delimited import read_delimited
from services.compressor.sheets.html import read_html
from services.compressor.sheets.ods import read_ods
from services.compressor.sheets.workbook import read_workbook
from services.compressor.typeset.document import Typeset
from services.compressor.typeset.model import Content
from shared.messages import TextLayer
from shared.outcomes import UnreadableError
from shared.pictures import SHORTEST, Kind, PictureSettings, inspect, too_thin


def _content(data: bytes, kind: Kind, limits: PictureSettings) -> Content | None:
    """What stands in which cell, of a kind of file that says so; None for pictures and PDFs."""
    match kind:
        case "docx":
            return read_word(data, limits)
        case "xlsx" | "xls":
            return content_of(read_workbook(data, kind))
        case "ods":
            return content_of(read_ods(data))
        case "csv":
            return content_of(read_delimited(data))
        case "html":
            return content_of(read_html(data))
    return None


class Upload:
    """Use it on one thread, and close it there."""

    def __init__(
        self, data: bytes, settings: CompressorSettings, limits: PictureSettings, *, declared: str = ""
    ) -> None:
        """Open it.

        Args:
            declared: the content type that it was taken for when it was uploaded.

        Raises:
            UnreadableError: it is nothing that can be read, locked, a bomb, or has too many pages.
        """
        self._data, self._settings, self._limits = data, settings, limits
        self._info = inspect(data, len(data), limits, declared=declared)
        self.kind = self._info.kind
        self._document: Pdf | Typeset | None = None
        self._numbers: list[int] = []
        if self.kind == "pdf":
            self._document = Pdf(data, limits)
        elif content := _content(data, self.kind, limits):
            self._document = Typeset(content, limits)
        else:
            self._numbers = page_count(data, self._info, limits)
        self.pages = self._document.pages if self._document else len(self._numbers)

    def close(self) -> None:
        """Let go of what it holds."""
        if self._document is not None:
            self._document.close()

    def pixels(self, number: int) -> int:
        """How many pixels have to be decoded for a page; 0 for one that is drawn."""
        if self._document is None:
            info = self._info
        elif isinstance(self._document, Typeset) and (embedded := self._document.picture(number)):
            info = inspect(embedded, len(embedded), self._limits)
        else:
            return 0
        return (info.width or 0) * (info.height or 0)

    def make(self, number: int) -> tuple[Compressed, TextLayer | None]:
        """Compress a page.

        Args:
            number: from 0.

        Returns:
            The page, and the text it carries if it is one of a PDF or of a file with tables.

        Raises:
            UnreadableError: it is broken, asks for too much, or is too thin for a timetable.
            EncodeError: no encoder works.
        """
        page, text = self._compress(number)
        if min(page.width, page.height) < SHORTEST:
            raise UnreadableError(too_thin(page.width, page.height))
        return page, text

    def _compress(self, number: int) -> tuple[Compressed, TextLayer | None]:
        if self._document is None:
            page = self._numbers[number]
            return compress(self._data, self._info, self._settings, self._limits, page=page), None
        drawn = self._document.draw(number, self._settings.max_image_dimension)
        if isinstance(drawn, bytes):
            info = inspect(drawn, len(drawn), self._limits)
            return compress(drawn, info, self._settings, self._limits), None
        return compress_drawn(drawn, self._settings), drawn.text
