"""A file's bytes in, an upright 8-bit picture of bounded size out.

libvips decodes; HEIC, which it was built without, goes through Pillow. What libvips refuses is tried once more with
Pillow, so that a fault of one codec does not turn a readable picture away: only what both refuse is called damaged.
"""

import io
from dataclasses import dataclass, replace
from typing import Any

from services.compressor.codec import pillow, vips
from services.compressor.strip import plain_png
from shared.outcomes import UnreadableError
from shared.pictures import PictureInfo, PictureSettings, check_size, cut_off

_PILLOW_FORMATS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "tiff": "TIFF",
    "gif": "GIF",
    "avif": "AVIF",
    "heic": "HEIF",
}
_PROFILE_BYTES = 4096
"""A phone's colour profile (548 bytes for Display P3) is cheaper to keep than to apply: applying one took 250 to 600 ms
for 3 megapixels, four times the rest of the decoding."""


_DARK = 40
"""Grey level laid under ink that is too light to be seen on white."""
_LIGHT, _INK, _CLEAR = 190, 0.9, 0.2
"""Grey level from which ink is light; share of the ink that is, and share of the picture that is clear, from which dark
is laid under it."""
_BLANK = 1.0
"""Deviation of a frame's grey levels up to which nothing is on it."""
_END = b"\xff\xd9"
"""Of a JPEG (ITU-T T.81, B.1.1.3)."""
_PADDING = 8
"""Zeros at a file's end, at least, that are none of its data."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture in memory."""

    image: Any
    """pyvips image: 8 bits, 1 or 3 bands, no alpha, upright, no metadata but a small RGB profile."""
    frames: int
    """Frames or pages in the file; `image` is one of them."""
    frame: int
    """Which, of an animation; from 0."""
    shrunk: bool
    """It was larger than the longest side allows."""
    turned: bool
    """It was stored sideways or mirrored."""
    plain: bool
    """8-bit grey or RGB without alpha: a copy of the file shows the same as `image`."""
    orientation: int
    """EXIF orientation of the file, 1 to 8."""


def decode(data: bytes, info: PictureInfo, longest: int, limits: PictureSettings, *, page: int = 0) -> Decoded:
    """Decode one page of a picture.

    Args:
        data: the whole file.
        info: what `shared.pictures.inspect` says of it.
        longest: longest side of the result in pixels.
        limits: checked again against what the codec says of the header, before any pixel is decoded.
        page: from 0; of a TIFF. Of animations the first frame that shows something is taken.

    Raises:
        UnreadableError: damaged, cut off or too large.
    """
    if info.kind == "png":
        data = plain_png(data)
    if info.kind != "heic":
        pyvips = vips()
        try:
            return _with_vips(data, info, longest, limits, page)
        except pyvips.Error:
            pass
        if info.kind == "jpeg" and not (scans := _without_padding(data)).endswith(_END):
            # Some programs leave the end marker out. At "warning" libvips still refuses a file that lacks pixels.
            try:
                return _with_vips(scans + _END, info, longest, limits, page, fail_on="warning")
            except pyvips.Error:
                pass
    try:
        return _with_pillow(data, info, longest, limits, page)
    except UnreadableError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's readers raise a dozen types on broken bytes; all mean the same here
        raise UnreadableError(cut_off(info.kind)) from None


def page_count(data: bytes, info: PictureInfo, limits: PictureSettings) -> list[int]:
    """The pages of a file that are worth reading: for a TIFF all but the reduced copies that scanners and pyramids add
    behind a page, for everything else the first.

    Raises:
        UnreadableError: more than `limits.max_pages`.
    """
    if info.kind != "tiff":
        return [0]
    pyvips = vips()
    try:
        first = pyvips.Image.new_from_buffer(data, "")
        count = first.get("n-pages") if first.get_typeof("n-pages") else 1
        check_size(replace(info, width=first.width, height=first.height, frames=count), limits)
        pages = [0]
        for number in range(1, count):
            other = pyvips.Image.new_from_buffer(data, "", page=number)
            if max(other.width, other.height) > max(first.width, first.height) / 2:
                pages.append(number)
    except pyvips.Error:
        return [0]
    return pages


def _with_vips(
    data: bytes, info: PictureInfo, longest: int, limits: PictureSettings, page: int, *, fail_on: str = "error"
) -> Decoded:
    pyvips = vips()
    # thumbnail_buffer ignores a fail_on argument; only the loader's option string reaches the loader. At "error" what
    # is cut off fails, while the warnings that many phones' files earn ("extraneous bytes") do not.
    options = f"fail_on={fail_on}" + (f",page={page}" if info.kind == "tiff" else "")
    header = pyvips.Image.new_from_buffer(data, f"[{options}]", access="sequential")
    check_size(replace(info, width=header.width, height=header.height, frames=None), limits)
    orientation = header.get("orientation") if header.get_typeof("orientation") else 1
    profile = header.get("icc-profile-data") if header.get_typeof("icc-profile-data") else b""
    keep_profile = _keeps(profile) and header.bands >= 3 and header.interpretation in ("srgb", "rgb16")
    convert = {"export_profile": "srgb"} if profile and not keep_profile and header.interpretation == "cmyk" else {}

    def frame_at(number: int) -> Any:
        asked = f"{options},page={number}" if number else options
        image = pyvips.Image.thumbnail_buffer(
            data, longest, height=longest, size="down", option_string=asked, **convert
        )
        return _eight_bit(image).copy_memory()

    frames = header.get("n-pages") if header.get_typeof("n-pages") else 1
    image, frame = frame_at(0), 0
    if info.kind in ("gif", "webp") and frames > 1 and _blank(image):
        # Many animations fade in. Three looks: reaching a late frame means decoding those before it.
        others = ((number, frame_at(number)) for number in sorted({1, frames // 2, frames - 1}))
        frame, image = next(((number, other) for number, other in others if not _blank(other)), (0, image))
    return Decoded(
        image=_only_profile(image, profile if keep_profile and image.bands == 3 else b""),
        frames=frames,
        frame=frame,
        shrunk=max(header.width, header.height) > longest,
        turned=orientation not in (0, 1),
        plain=header.bands in (1, 3) and header.format == "uchar" and header.interpretation in ("srgb", "b-w"),
        orientation=orientation if 1 <= orientation <= 8 else 1,
    )


def _eight_bit(image: Any) -> Any:
    """8 bits, grey or RGB, on white, or on a dark ground where its ink is light: what lies under transparent pixels is
    black as a rule, on which OCR finds nothing, and white ink on white is none."""
    grey = image.bands <= 2
    image = image.colourspace("b-w" if grey else "srgb")
    if image.format != "uchar":
        image = image.cast("uchar")
    if image.hasalpha():
        image = image.flatten(background=[_DARK if _light_ink(image) else 255] * (1 if grey else 3))
    return image if image.bands in (1, 3) else image.extract_band(0, n=1 if grey else 3)


def _without_padding(data: bytes) -> bytes:
    """A file without the zeros that filled its last block; a few may be a picture's own."""
    bare = data.rstrip(b"\0")
    return bare if len(data) - len(bare) >= _PADDING else data


def _light_ink(image: Any) -> bool:
    """Whether all that a picture with alpha shows is light, on much that is clear."""
    image = image.copy_memory()
    shown = image.extract_band(image.bands - 1) > 127
    share = shown.avg() / 255
    light = image.extract_band(image.bands // 2 - (image.bands == 2)) >= _LIGHT
    return bool(0 < share <= 1 - _CLEAR and (shown & light).avg() / 255 >= _INK * share)


def _blank(image: Any) -> bool:
    return bool(image.extract_band(image.bands // 2).deviate() <= _BLANK)


def _keeps(profile: bytes) -> bool:
    return 128 <= len(profile) <= _PROFILE_BYTES and profile[16:20] == b"RGB "


def _only_profile(image: Any, profile: bytes) -> Any:
    """The pixels without EXIF (which holds the place a photo was taken), XMP, comments and thumbnails."""
    pyvips = vips()
    interpretation = "b-w" if image.bands == 1 else "srgb"
    clean = pyvips.Image.new_from_memory(image.write_to_memory(), image.width, image.height, image.bands, "uchar")
    clean = clean.copy(interpretation=interpretation)
    if profile:
        clean.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return clean


def _with_pillow(data: bytes, info: PictureInfo, longest: int, limits: PictureSettings, page: int) -> Decoded:
    from PIL import ImageOps

    with pillow().open(io.BytesIO(data), formats=[_PILLOW_FORMATS[info.kind]]) as opened:
        check_size(replace(info, width=opened.width, height=opened.height, frames=None), limits)
        frames = getattr(opened, "n_frames", 1)
        if info.kind == "tiff":
            opened.seek(page)
        orientation = opened.getexif().get(0x0112, 1)
        plain = opened.mode in ("L", "RGB")
        shrunk = max(opened.size) > longest
        profile = opened.info.get("icc_profile") or b""
        opened.load()
        opened.thumbnail((longest, longest), reducing_gap=3.0)
        # libheif has already turned a HEIC, and its plugin then says orientation 1: it is never turned twice.
        upright = ImageOps.exif_transpose(opened)
    if upright.mode in ("I;16", "I;16B", "I"):
        upright = upright.point(lambda value: value / 257, "F").convert("L")
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
    elif upright.mode != "L":
        upright = upright.convert("RGB")
    bands = len(upright.getbands())
    image = vips().Image.new_from_memory(upright.tobytes(), upright.width, upright.height, bands, "uchar")
    image = _eight_bit(image.copy(interpretation="b-w" if bands == 1 else "srgb"))
    bands = image.bands
    return Decoded(
        image=_only_profile(image, profile if _keeps(profile) and bands == 3 else b""),
        frames=frames,
        frame=0,
        shrunk=shrunk,
        turned=orientation not in (0, 1),
        plain=plain,
        orientation=orientation if 1 <= orientation <= 8 else 1,
    )
