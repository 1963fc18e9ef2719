"""libvips, opened once and held to what this service needs.

Every loader is blocked and only the wanted ones are let in again: libvips would otherwise also open SVG, MATLAB,
CSV and whatever it was built with, each a parser for a stranger's bytes.
"""

import os
from functools import cache
from typing import Any

from services.compressor.settings import CompressorSettings

_LOADERS = ("Jpeg", "Png", "Webp", "Tiff", "Nsgif", "Heif")


@cache
def vips() -> Any:
    """The pyvips module, set up; imported on first use, when its thread count is read from the environment."""
    os.environ.setdefault("VIPS_CONCURRENCY", str(CompressorSettings.load().vips_concurrency))
    import pyvips

    pyvips.operation_block_set("VipsForeignLoad", True)
    for loader in _LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{loader}", False)
    # No picture comes twice: a cache of operations would only hold on to the pixels of the last ones.
    pyvips.cache_set_max(0)
    return pyvips


@cache
def pillow() -> Any:
    """Pillow's Image module, with HEIC. One decoding thread a picture, as for libvips."""
    import pi_heif
    from PIL import Image

    pi_heif.options.DECODE_THREADS = CompressorSettings.load().vips_concurrency
    pi_heif.register_heif_opener(thumbnails=False)
    return Image
