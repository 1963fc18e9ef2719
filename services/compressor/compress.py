"""One picture from the file's bytes to what is stored, or the reason it is stored as it came."""

from typing import Any

from services.compressor.codec import vips
from services.compressor.compressed import Compressed
from services.compressor.decode import Decoded, decode
from services.compressor.encode import EncodeError, encode, encode_somehow, thumbnail
from services.compressor.pdf import DrawnPage
from services.compressor.settings import CompressorSettings
from services.compressor.strip import strip
from services.compressor.tiles import tiled_side, tiles
from shared.logs import get_logger
from shared.pictures import PictureInfo, PictureSettings

log = get_logger("compressor.compress")

_SUFFIXES = {"jpeg": "jpg", "png": "png", "webp": "webp"}
"""Kinds that can be stripped of metadata, and that the OCR and browsers decode by themselves."""


def compress(
    data: bytes, info: PictureInfo, settings: CompressorSettings, limits: PictureSettings, *, page: int = 0
) -> Compressed:
    """Compress one page of a picture file.

    Raises:
        UnreadableError: the picture cannot be decoded.
        EncodeError: it can, but no encoder works, and the file is of a kind that cannot go on as it is.
    """
    tiled = tiled_side(info.width, info.height, settings)
    decoded = decode(data, info, tiled or settings.max_image_dimension, limits, page=page)
    if tiled is not None:
        return _in_tiles(decoded, settings)
    try:
        encoded = encode(decoded.image, settings, from_jpeg=info.kind == "jpeg")
    except EncodeError as error:
        original = _original(data, info, decoded)
        if original is not None:
            log.warning("encode failed, the original goes on", error=str(error), kind=info.kind)
            return original
        encoded = encode_somehow(decoded.image, settings)
    single = info.kind in ("jpeg", "png", "webp") and (info.frames or 1) == 1
    if len(encoded.data) >= len(data) and single and decoded.plain and not (decoded.turned or decoded.shrunk):
        stripped = strip(info.kind, data)
        if stripped is not None and len(stripped) <= len(encoded.data):
            width, height = decoded.image.width, decoded.image.height
            suffix = _SUFFIXES[info.kind]
            small = thumbnail(decoded.image)
            return Compressed(stripped, info.content_type, suffix, width, height, kept=True, thumbnail=small)
    return Compressed(
        encoded.data,
        encoded.content_type,
        encoded.suffix,
        decoded.image.width,
        decoded.image.height,
        lossless=encoded.lossless,
        turned=decoded.turned,
        shrunk=decoded.shrunk,
        frames=decoded.frames,
        frame=decoded.frame,
        thumbnail=thumbnail(decoded.image),
    )


def _in_tiles(decoded: Decoded, settings: CompressorSettings) -> Compressed:
    longest = settings.max_image_dimension
    small = decoded.image.thumbnail_image(longest, height=longest, size="down").copy_memory()
    encoded = encode_somehow(small, settings)
    return Compressed(
        encoded.data,
        encoded.content_type,
        encoded.suffix,
        small.width,
        small.height,
        lossless=encoded.lossless,
        turned=decoded.turned,
        shrunk=True,
        frames=decoded.frames,
        frame=decoded.frame,
        thumbnail=thumbnail(small),
        tiles=tuple(tiles(decoded.image, settings)),
    )


def compress_drawn(page: DrawnPage, settings: CompressorSettings) -> Compressed:
    """Compress a drawn PDF page. Raises `EncodeError`."""
    image: Any = vips().Image.new_from_memory(page.pixels, page.width, page.height, 4, "uchar")
    image = image.extract_band(0, n=3).copy(interpretation="srgb").copy_memory()
    encoded = encode_somehow(image, settings)
    return Compressed(
        encoded.data,
        encoded.content_type,
        encoded.suffix,
        page.width,
        page.height,
        lossless=encoded.lossless,
        thumbnail=thumbnail(image),
    )


def _original(data: bytes, info: PictureInfo, decoded: Decoded) -> Compressed | None:
    """The file itself without its metadata, still turned by its orientation tag; None where it cannot be stripped."""
    stripped = strip(info.kind, data, decoded.orientation)
    if stripped is None or info.width is None or info.height is None or decoded.frames > 1:
        return None
    sideways = decoded.orientation >= 5
    width, height = (info.height, info.width) if sideways else (info.width, info.height)
    suffix = _SUFFIXES[info.kind]
    return Compressed(stripped, info.content_type, suffix, width, height, failed=True, turned=decoded.turned)
