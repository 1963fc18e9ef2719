"""A file's content as a document of pages that are drawn when they are asked for."""

from services.compressor.pdf import DrawnPage
from services.compressor.typeset.draw import draw_page
from services.compressor.typeset.layout import lay_out
from services.compressor.typeset.model import Content
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, too_many_pages


class Typeset:
    """Pages: first the pictures that the content calls pages, then its blocks as they are laid out."""

    def __init__(self, content: Content, limits: PictureSettings) -> None:
        """Raises `UnreadableError`: too many pages."""
        self._pictures = content.pictures
        self._pages = lay_out(content, limits.max_pages + 1)
        self.pages = len(self._pictures) + len(self._pages)
        if self.pages > limits.max_pages:
            raise UnreadableError(too_many_pages(self.pages, limits.max_pages))

    def close(self) -> None:
        """Let go of what it holds."""
        self._pictures, self._pages = [], []

    def picture(self, number: int) -> bytes | None:
        """The embedded picture's file that is a page; None for a page that is drawn."""
        return self._pictures[number] if number < len(self._pictures) else None

    def draw(self, number: int, longest: int) -> DrawnPage | bytes:
        """Draw a page with no side above `longest` pixels; or give the embedded picture's file that is the page."""
        return self.picture(number) or draw_page(self._pages[number - len(self._pictures)], longest)
