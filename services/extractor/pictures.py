"""Pictures as the reader and Claude need them."""

import cv2
import numpy as np

from services.extractor.reading.model import Picture
from shared.messages import OcrPage

SENDABLE = ("image/jpeg", "image/png", "image/gif", "image/webp")
"""Media types the Messages API takes."""
MAX_SENT_BYTES = 3_500_000
"""Base64 adds a third, and the API takes 5 MB a picture."""
MAX_SENT_SIDE = 2048


class UndecodableError(ValueError):
    """No codec here reads the picture."""


def decode(data: bytes, page: OcrPage) -> Picture:
    """The page's picture as RGB, height x width x 3, in the size its boxes are measured in.

    Raises:
        UndecodableError: such as an AVIF original that went on because compression failed.
    """
    raw = np.frombuffer(data, np.uint8)
    for flags in (cv2.IMREAD_COLOR, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION):
        try:
            found = cv2.imdecode(raw, flags)
        except cv2.error:
            found = None
        if found is None:
            raise UndecodableError("not a picture OpenCV can read")
        picture = found
        if picture.shape[:2] == (page.height, page.width):
            break
    else:
        # Boxes of another size would cut cells at random; a stretched picture still has its rules where they belong.
        picture = cv2.resize(picture, (page.width, page.height), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8)


def blank(page: OcrPage) -> Picture:
    """A white page: its text can be read by position alone where the picture cannot be decoded."""
    return np.full((page.height, page.width, 3), 255, np.uint8)


def sendable(data: bytes, media_type: str, picture: Picture) -> tuple[bytes, str]:
    """The stored picture as it is where the API takes it, else a smaller WebP of it."""
    if media_type in SENDABLE and len(data) <= MAX_SENT_BYTES:
        return data, media_type
    scale = min(1.0, MAX_SENT_SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".webp", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, 80])
    return encoded.tobytes(), "image/webp"


def media_type_of(data: bytes, declared: str) -> str:
    """The type its first bytes show: a prepared copy's is not declared anywhere."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"\x89PNG"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return declared
