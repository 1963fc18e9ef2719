"""What is stored of a page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a long picture."""

    data: bytes
    content_type: str
    suffix: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Compressed:
    """A picture as it is stored."""

    data: bytes
    content_type: str
    suffix: str
    """Of the blob's name, without the dot."""
    width: int
    height: int
    lossless: bool = False
    kept: bool = False
    """The file's own pixels, only its metadata removed: compressing would have made it larger."""
    failed: bool = False
    """The file's own pixels because the codec failed."""
    turned: bool = False
    shrunk: bool = False
    frames: int = 1
    frame: int = 0
    """Which of them it is, from 0."""
    thumbnail: bytes = b""
    """A small copy, as WebP; empty where the codec could not write one."""
    tiles: tuple[Tile, ...] = ()
    """Of a long picture, which is stored too small to be read."""
