"""A picture in, its smallest faithful file out.

Lossless WebP is half the size of lossy for a drawn page and ten times that of a photo, at several times the work.
Two cheap looks decide whether to try it: how many pixels equal their right neighbour (photos 0.1 to 0.5, drawn pages
0.92 and up), then both encodings of eight thin strips, which also say whether lossy needs no try. What went through
JPEG is never tried: its ringing around letters made lossless three times the size of lossy, however flat the page.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from services.compressor.codec import vips
from services.compressor.settings import CompressorSettings
from shared.logs import get_logger
from shared.messages import THUMBNAIL_WIDTH

log = get_logger("compressor.encode")

_EFFORT = 2
"""Of libwebp, 0 to 6: 2 costs a seventh more time than 0 for 10 to 25 % fewer bytes, 4 costs twice that for 2 %."""
_LOSSLESS_EFFORT = 50
_FLAT = 0.85
_PAYS = 0.8
"""Lossless to lossy bytes of the strips up to which the whole is tried: pages it pays for had 0.35 to 0.68, a drawing
scaled down, whose edges are no longer flat, 0.95 and then 1.7 on the whole, at 400 ms."""
_SURELY = 0.55
"""Bytes of the whole in lossless to those that strips let expect of lossy, up to which lossy is not tried: 69 of 118
drawn pages are below, whose lossless is 0.87 of their lossy at most. The first whose lossless is larger has 0.63."""
_THUMBNAIL_QUALITY = 60
_STRIPS = 8
_STRIPS_SHARE = 8
"""The strips together are one part in this many of the picture."""


class EncodeError(Exception):
    """The codec could not write the picture."""


@dataclass(frozen=True, slots=True)
class Encoded:
    data: bytes
    content_type: str
    suffix: str
    """Of the blob's name, without the dot."""
    lossless: bool


def encode(image: Any, settings: CompressorSettings, *, from_jpeg: bool = False) -> Encoded:
    """Encode a decoded picture as `OUTPUT_FORMAT`.

    Args:
        image: pyvips image in memory, 8 bits, 1 or 3 bands.
        from_jpeg: it was a JPEG before.

    Raises:
        EncodeError: the codec's fault, not the picture's.
    """
    pyvips = vips()
    try:
        if settings.output_format == "jpeg":
            data = image.jpegsave_buffer(Q=settings.image_quality, optimize_coding=True, keep="icc")
            return Encoded(data, "image/jpeg", "jpg", lossless=False)
        if settings.output_format == "png":
            return Encoded(image.pngsave_buffer(compression=6, keep="icc"), "image/png", "png", lossless=True)
        lossless = None if from_jpeg or flatness(image) < _FLAT else _lossless_if_it_pays(image, settings)
        if lossless is not None and lossless.surely:
            return Encoded(lossless.data, "image/webp", "webp", lossless=True)
        lossy = _lossy(image, settings)
        if lossless is not None and len(lossless.data) <= len(lossy):
            return Encoded(lossless.data, "image/webp", "webp", lossless=True)
        return Encoded(lossy, "image/webp", "webp", lossless=False)
    except pyvips.Error as error:
        raise EncodeError(str(error).strip().replace("\n", "; ")) from error


@dataclass(frozen=True, slots=True)
class _Lossless:
    data: bytes
    surely: bool
    """It is so much smaller than strips let expect of lossy that this need not be tried."""


def _lossless_if_it_pays(image: Any, settings: CompressorSettings) -> _Lossless | None:
    """The whole, lossless; None where strips of it say that lossy is smaller."""
    strips = _strips(image)
    lossy = len(_lossy(strips, settings))
    if len(_lossless(strips)) > _PAYS * lossy:
        return None
    data = _lossless(image)
    return _Lossless(data, surely=len(data) <= _SURELY * lossy * image.height / strips.height)


def encode_somehow(image: Any, settings: CompressorSettings) -> Encoded:
    """As `encode`, but in another format where `OUTPUT_FORMAT` fails: for files that cannot go on as they are.

    Raises:
        EncodeError: no encoder works.
    """
    try:
        return encode(image, settings)
    except EncodeError as error:
        log.warning("encode failed, another format is tried", format=settings.output_format, error=str(error))
    others: list[Literal["webp", "jpeg", "png"]] = ["jpeg", "png", "webp"]
    for other in others:
        if other != settings.output_format:
            with suppress(EncodeError):
                return encode(image, settings.model_copy(update={"output_format": other}))
    raise EncodeError("no encoder works")


def thumbnail(image: Any) -> bytes:
    """A copy for lists, as WebP; empty where the codec fails, as a list can do without."""
    pyvips = vips()
    try:
        small = image.thumbnail_image(THUMBNAIL_WIDTH, height=2 * THUMBNAIL_WIDTH, size="down")
        data: bytes = small.webpsave_buffer(Q=_THUMBNAIL_QUALITY, effort=_EFFORT, keep="none")
    except pyvips.Error as error:
        log.warning("no thumbnail", error=str(error).strip())
        return b""
    return data


def flatness(image: Any) -> float:
    """Share of pixels, 0 to 1, that equal their right neighbour in one band."""
    if image.width < 2:
        return 0.0
    band = image.extract_band(image.bands // 2)
    left = band.crop(0, 0, band.width - 1, band.height)
    right = band.crop(1, 0, band.width - 1, band.height)
    return float((left == right).avg()) / 255


def _lossy(image: Any, settings: CompressorSettings) -> bytes:
    data: bytes = image.webpsave_buffer(Q=settings.image_quality, effort=_EFFORT, keep="icc")
    return data


def _lossless(image: Any) -> bytes:
    data: bytes = image.webpsave_buffer(lossless=True, Q=_LOSSLESS_EFFORT, effort=_EFFORT, keep="icc")
    return data


def _strips(image: Any) -> Any:
    """Evenly spaced strips of the whole width, stacked."""
    height = max(1, image.height // (_STRIPS * _STRIPS_SHARE))
    tops = [(image.height - height) * n // (_STRIPS - 1) for n in range(_STRIPS)]
    return vips().Image.arrayjoin([image.crop(0, top, image.width, height) for top in tops], across=1).copy_memory()
