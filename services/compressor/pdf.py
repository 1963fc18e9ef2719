"""PDF pages as pictures, by PDFium.

PDFium is not thread safe: every call here, closing included, belongs on one and the same thread. It reads a page's
whole content in one call that nothing can interrupt: a file of 1 KB can keep it busy for minutes and fill gigabytes.
The service makes these calls in child processes (`pages`).
"""

import time
from dataclasses import dataclass
from typing import Any

from services.compressor.codec import vips
from services.compressor.pdf_text import read_lines, way_up
from services.compressor.pdf_view import View
from shared.messages import TextLayer
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, cut_off, too_many_pages

_POINTS_PER_INCH = 72
_DPI = 200
_COARSE = 90
"""Dots an inch; a page so large that it is drawn at less may be a small one on a wall's worth of nothing."""
_PART = 0.6
"""Of the page's longer side: what is printed on such a page is drawn alone if it takes no more."""
_ROUND = 24
"""Pixels of the page left around it."""
_PAPER = 12
"""Levels by which print differs from paper."""
_SECONDS_A_PAGE = 15.0
"""Of drawing. Shorter than what `pages` allows the whole page: drawing can be stopped, with a sentence."""

LOCKED = "This PDF is locked with a password. Save a copy without one and upload that."
NO_PAGES = "This PDF has no pages."
UNSUPPORTED = "This PDF is protected in a way that cannot be read. Print it to a new PDF and upload that."


@dataclass(frozen=True, slots=True)
class DrawnPage:
    pixels: bytes
    """4 bytes a pixel: red, green, blue, unused."""
    width: int
    height: int
    text: TextLayer | None
    """Lines with boxes in pixels of this picture; None where the page carries no text to trust."""


def load_pdfium() -> None:
    """Import the library ahead of the first document."""
    import pypdfium2  # noqa: F401 - for its side effect


class Pdf:
    """An open document. Use it on one thread and close it there."""

    def __init__(self, data: bytes, limits: PictureSettings) -> None:
        """Raises `UnreadableError`: locked, broken, without pages or with too many."""
        import pypdfium2
        import pypdfium2.raw

        self._limits = limits
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            # PDFium leaves the last document's error standing when it refuses one without pages, and would call that
            # one locked: only a file that mentions encryption can be.
            encrypted = b"/Encrypt" in data
            if encrypted and error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
                raise UnreadableError(LOCKED) from None
            if encrypted and error.err_code == pypdfium2.raw.FPDF_ERR_SECURITY:
                raise UnreadableError(UNSUPPORTED) from None
            raise UnreadableError(cut_off("pdf")) from None
        try:
            # Before any page is opened, or filled-in form fields are not drawn.
            self._document.init_forms()
            self.pages = len(self._document)
            if self.pages < 1:
                raise UnreadableError(NO_PAGES)
            if self.pages > limits.max_pages:
                raise UnreadableError(too_many_pages(self.pages, limits.max_pages))
        except BaseException:
            self._document.close()
            raise

    def close(self) -> None:
        self._document.close()

    def draw(self, number: int, longest: int) -> DrawnPage:
        """Draw a page at 200 dots an inch, or what fits `longest` pixels.

        Raises:
            UnreadableError: the page is broken, takes too long, or holds a picture too large to decode.
        """
        import pypdfium2

        try:
            page = self._document[number]
        except pypdfium2.PdfiumError:
            raise UnreadableError(f"Page {number + 1} of this PDF is broken. Save it anew and upload that.") from None
        try:
            points_wide, points_high = page.get_size()
            if not (points_wide > 0 and points_high > 0):
                raise UnreadableError(f"Page {number + 1} of this PDF has no size.")
            turn = way_up(page)
            if turn % 2:
                points_wide, points_high = points_high, points_wide
            # Clamped, because a page may be 200,000 points wide.
            scale = min(_DPI / _POINTS_PER_INCH, longest / max(points_wide, points_high))
            width = min(longest, max(1, round(points_wide * scale)))
            height = min(longest, max(1, round(points_high * scale)))
            self._check_pictures(page, number)
            view = View(width, height, width, height, turn=turn)
            pixels = self._render(page, number, view)
            if (
                scale * _POINTS_PER_INCH < _COARSE
                and (part := _printed(pixels, view, longest, _DPI / _POINTS_PER_INCH / scale)) is not None
            ):
                view = part
                pixels = self._render(page, number, view)
            return DrawnPage(pixels, view.width, view.height, read_lines(page, view))
        finally:
            page.close()

    def _check_pictures(self, page: Any, number: int) -> None:
        """Refuse a page whose embedded picture would be a bomb: PDFium decodes those whole, whatever the scale."""
        import pypdfium2
        import pypdfium2.raw as raw

        try:
            for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
                width, height = image.get_px_size()
                if width * height > self._limits.max_pixels:
                    raise UnreadableError(
                        f"Page {number + 1} of this PDF holds a picture of {width:,} × {height:,} pixels; at most "
                        f"{self._limits.max_pixels / 1e6:g} million are read."
                    )
        except pypdfium2.PdfiumError:
            return  # an object that cannot be looked at is not drawn either

    def _render(self, page: Any, number: int, view: View) -> bytes:
        """Draw in slices, so that the clock is looked at between the page's objects."""
        import pypdfium2
        import pypdfium2.raw as raw

        width, height = view.width, view.height
        bitmap = pypdfium2.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGRx, rev_byteorder=True)
        try:
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
            where = (bitmap, page, *view.arguments(), raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER)
            deadline = time.monotonic() + _SECONDS_A_PAGE
            pause = raw.IFSDK_PAUSE(version=1)
            pypdfium2.internal.set_callback(pause, "NeedToPauseNow", lambda _: time.monotonic() > deadline)
            status = raw.FPDF_RenderPageBitmap_Start(*where, pause)
            raw.FPDF_RenderPage_Close(page)
            if status == raw.FPDF_RENDER_TOBECONTINUED:
                raise UnreadableError(
                    f"Page {number + 1} of this PDF takes too long to draw. Upload a picture of it instead."
                )
            if status == raw.FPDF_RENDER_FAILED:
                raise UnreadableError(f"Page {number + 1} of this PDF cannot be drawn. Upload a picture of it instead.")
            if self._document.formenv:
                raw.FPDF_FFLDraw(self._document.formenv, *where)
            return bytes(bitmap.buffer)
        finally:
            bitmap.close()


def _printed(pixels: bytes, view: View, longest: int, finest: float) -> View | None:
    """The part of a large page that print is on, at a scale at which it fills the picture; None if that is most of it.

    Args:
        pixels: of the page in `view`.
        longest: side of the picture, in pixels.
        finest: times that the page's pixels are 200 to an inch.
    """
    pyvips = vips()
    page = pyvips.Image.new_from_memory(pixels, view.width, view.height, 4, "uchar").extract_band(0, n=3)
    left, top, width, height = page.find_trim(threshold=_PAPER, background=page.getpoint(0, 0), line_art=True)
    if not (width and height) or max(width, height) > _PART * max(view.width, view.height):
        return None
    left, top = max(left - _ROUND, 0), max(top - _ROUND, 0)
    width, height = min(width + 2 * _ROUND, view.width - left), min(height + 2 * _ROUND, view.height - top)
    larger = min(longest / max(width, height), finest)
    return View(
        page_width=round(view.page_width * larger), page_height=round(view.page_height * larger),
        width=min(longest, round(width * larger)), height=min(longest, round(height * larger)),
        left=round(left * larger), top=round(top * larger), turn=view.turn,
    )  # fmt: skip
