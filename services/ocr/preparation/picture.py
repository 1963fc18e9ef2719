"""A stored picture's pixels, and a prepared picture's bytes."""

import io

import cv2
import numpy as np
import PIL.Image
import PIL.ImageOps

from services.ocr.crops import Image
from shared.outcomes import UnreadableError

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "BMP")
"""What is decoded: the stored WebP, and originals that the compressor let pass."""


def decode(data: bytes, max_pixels: int) -> tuple[Image, bool]:
    """A picture's pixels as a viewer shows them.

    Args:
        data: an encoded picture of one of `FORMATS`.
        max_pixels: what its header may promise.

    Returns:
        (height, width, 3) RGB with transparency on white, and whether EXIF turned it.

    Raises:
        UnreadableError: it is none of these, larger, or broken.
    """
    try:
        with PIL.Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            width, height = opened.size
            if width * height > max_pixels:
                raise UnreadableError(f"The picture has {width} x {height} pixels, more than can be read.")
            turned = opened.getexif().get(0x0112, 1) != 1
            plain = opened.format == "WEBP" and opened.mode == "RGB" and getattr(opened, "n_frames", 1) == 1
            if plain and not turned and (pixels := _stored(data)) is not None:
                return pixels, False
            shown = PIL.ImageOps.exif_transpose(opened)
            if shown.mode.startswith("I;16"):
                # Pillow clips 16 bits to 8: everything above 255 would turn white.
                shown = PIL.Image.fromarray((np.asarray(shown) >> 8).astype(np.uint8))
            if shown.has_transparency_data:
                layer = shown.convert("RGBA")
                shown = PIL.Image.new("RGB", layer.size, "white")
                shown.paste(layer, mask=layer.getchannel("A"))
            return np.asarray(shown.convert("RGB"), dtype=np.uint8), turned
    except PIL.Image.DecompressionBombError:
        raise UnreadableError("The picture has more pixels than can be read.") from None
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError):
        # What Pillow's decoders raise on broken data, by format.
        raise UnreadableError("The picture could not be decoded.") from None


def _stored(data: bytes) -> Image | None:
    """The pixels of a WebP as the compressor stores it, by OpenCV: the same as Pillow's, in half of its time, which
    goes by way of an animation's frames. None for one that it does not read."""
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def encode(picture: Image) -> bytes:
    """A prepared picture as WebP."""
    buffer = io.BytesIO()
    # Effort 1 of 6: the copy is for the layout reader and the page; a smaller one is not worth the second it takes.
    PIL.Image.fromarray(picture).save(buffer, "WEBP", quality=90, method=1)
    return buffer.getvalue()
