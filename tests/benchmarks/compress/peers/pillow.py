"""Pillow as its documentation shows it: upright, `thumbnail` with its reducing shortcut, WebP at quality 85."""

import io
import sys

from PIL import Image, ImageOps

from tests.benchmarks.compress.peers.measure import measure


def compress(data: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.thumbnail((2048, 2048), reducing_gap=3.0)
        ImageOps.exif_transpose(picture).convert("RGB").save(out, "WEBP", quality=85, method=int(sys.argv[4]))
    return out.getvalue()


if __name__ == "__main__":
    measure(compress)
