"""Every kind comes out upright, 8-bit, on white, bounded; what is damaged is called so."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms

from services.compressor import decode as decode_module
from services.compressor import strip as strip_module
from services.compressor.codec import vips
from services.compressor.decode import Decoded, decode, page_count
from services.compressor.strip import plain_png, strip
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, inspect
from tests.unit.compressor.bombs import chunks, grid
from tests.unit.compressor.made import photo, png_header, save

LIMITS = PictureSettings.load(max_upload_bytes=50_000_000, max_pixels=100_000_000, max_pages=20)


def read(data: bytes, longest: int = 2048, page: int = 0) -> Decoded:
    return decode(data, inspect(data, len(data), LIMITS), longest, LIMITS, page=page)


def pixel(decoded: Decoded, x: int, y: int) -> list[float]:
    return [round(value) for value in decoded.image(x, y)]


def halves(width: int = 200, height: int = 100) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), (220, 20, 20))
    picture.paste((20, 20, 220), (width // 2, 0, width, height))
    return picture


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "gif", "avif", "heic"])
def test_every_kind_is_decoded(kind: str) -> None:
    decoded = read(save(kind, halves()))
    assert (decoded.image.width, decoded.image.height, decoded.image.bands) == (200, 100, 3)
    assert decoded.image.format == "uchar"
    left, right = pixel(decoded, 20, 50), pixel(decoded, 180, 50)
    assert left[0] > 180 > 60 > left[2]
    assert right[2] > 180 > 60 > right[0]


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_picture_of_tiles_is_decoded(kind: str) -> None:
    decoded = read(grid(kind, 4, 4, 250, 64))
    assert (decoded.image.width, decoded.image.height) == (250, 250)
    assert pixel(decoded, 240, 240)[0] > 150


@pytest.mark.parametrize("kind", ["jpeg", "heic", "avif", "png", "webp", "tiff"])
def test_a_sideways_photo_is_turned_upright_once(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    # Given as bytes, the HEIC writer makes of it the rotation property that phones write.
    decoded = read(save(kind, halves(), exif=exif.tobytes()))
    assert (decoded.image.width, decoded.image.height) == (100, 200)
    # Orientation 6 is shown after a quarter turn clockwise: what was left is then on top.
    assert pixel(decoded, 50, 20)[0] > 180
    assert pixel(decoded, 50, 180)[2] > 180


def test_a_heic_is_turned_by_its_rotation_property_alone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = save("heic", halves(), exif=exif)
    assert b"irot" not in data
    assert read(data).image.width == 200


def test_the_longest_side_is_bounded_and_small_pictures_are_not_enlarged() -> None:
    wide = read(save("png", Image.new("RGB", (3000, 40), "white")), 1000)
    assert (wide.image.width, wide.shrunk) == (1000, True)
    small = read(save("png", Image.new("RGB", (48, 16), "white")), 1000)
    assert (small.image.width, small.image.height, small.shrunk) == (48, 16, False)


@pytest.mark.parametrize("kind", ["png", "webp", "gif", "heic", "avif", "tiff"])
def test_transparent_becomes_white(kind: str) -> None:
    picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    picture.paste((200, 0, 0, 255), (0, 0, 32, 64))
    decoded = read(save(kind, picture))
    assert pixel(decoded, 50, 30) == pytest.approx([255, 255, 255], abs=6)
    assert pixel(decoded, 10, 30)[1] < 40
    assert decoded.image.bands == 3


@pytest.mark.parametrize("kind", ["jpeg", "tiff"])
def test_cmyk_becomes_rgb(kind: str) -> None:
    decoded = read(save(kind, Image.new("CMYK", (64, 64), (0, 255, 255, 0))))
    red, green, blue = pixel(decoded, 30, 30)
    assert decoded.image.bands == 3
    assert red > 150 > 90 > max(green, blue)
    assert not decoded.plain


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_sixteen_bits_become_eight(kind: str) -> None:
    pyvips = vips()
    wide = (
        pyvips.Image.black(64, 48, bands=3)
        .linear(1, [60_000, 30_000, 1_000])
        .cast("ushort")
        .copy(interpretation="rgb16")
    )
    decoded = read(wide.pngsave_buffer() if kind == "png" else wide.tiffsave_buffer())
    assert pixel(decoded, 5, 5) == pytest.approx([60_000 / 257, 30_000 / 257, 1_000 / 257], abs=2)
    assert not decoded.plain


def test_grey_stays_one_band_and_bilevel_scans_are_read() -> None:
    assert read(save("jpeg", Image.new("L", (40, 40), 90))).image.bands == 1
    scan = Image.new("1", (400, 300), 1)
    scan.paste(0, (100, 100, 200, 200))
    decoded = read(save("tiff", scan, compression="group4"))
    assert (pixel(decoded, 150, 150), pixel(decoded, 10, 10)) == ([0], [255])


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "lime", "blue")]
    for form in ("GIF", "WEBP"):
        out = io.BytesIO()
        frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
        decoded = read(out.getvalue())
        assert (decoded.frames, decoded.image.height) == (3, 40)
        assert pixel(decoded, 30, 20)[0] > 200 > pixel(decoded, 30, 20)[1]


def test_pages_of_a_tiff_are_read_without_their_thumbnails() -> None:
    frames = [
        Image.new("RGB", (200, 100), "red"),
        Image.new("RGB", (40, 20), "red"),
        Image.new("RGB", (200, 100), "blue"),
    ]
    data = save("tiff", frames[0], save_all=True, append_images=frames[1:])
    pages = page_count(data, inspect(data, len(data)), LIMITS)
    assert pages == [0, 2]
    assert pixel(read(data, page=2), 20, 20) == [0, 0, 255]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "avif", "heic"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_cut_off_file_is_called_so(kind: str, share: float) -> None:
    data = save(kind, photo(640, 480))
    with pytest.raises(UnreadableError, match="cut off or damaged"):
        read(data[: int(len(data) * share)])


def test_a_progressive_jpeg_cut_off_is_called_so() -> None:
    data = save("jpeg", photo(640, 480), progressive=True)
    with pytest.raises(UnreadableError, match="cut off or damaged"):
        read(data[: int(len(data) * 0.7)])


def test_a_jpeg_with_stray_bytes_before_its_end_is_still_read() -> None:
    data = save("jpeg", halves())
    assert read(data[:-2] + b"\0\0\0" + data[-2:]).image.width == 200


def test_a_png_that_promises_more_than_it_holds_is_refused() -> None:
    with pytest.raises(UnreadableError, match="cut off or damaged"):
        read(png_header(500, 500))


def test_limits_hold_against_the_codecs_own_header() -> None:
    data = save("png", Image.new("L", (300, 200)))
    info = inspect(data, len(data))
    with pytest.raises(UnreadableError, match="300 × 200 pixels"):
        decode(data, info, 2048, PictureSettings.load(max_pixels=50_000))


def test_only_the_wanted_loaders_are_open() -> None:
    pyvips = vips()
    with pytest.raises(pyvips.Error):
        pyvips.Image.new_from_buffer(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "")


def test_a_fault_of_one_codec_does_not_turn_a_picture_away() -> None:
    pyvips = vips()
    data = save("jpeg", halves())
    pyvips.operation_block_set("VipsForeignLoadJpeg", True)
    try:
        decoded = read(data)
    finally:
        pyvips.operation_block_set("VipsForeignLoadJpeg", False)
    assert (decoded.image.width, decoded.image.height) == (200, 100)


def test_a_small_colour_profile_stays_and_all_else_goes() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010F] = "Camera maker"
    decoded = read(save("jpeg", halves(), icc_profile=profile, exif=exif))
    fields = set(decoded.image.get_fields())
    assert "icc-profile-data" in fields
    assert not [name for name in fields if name.startswith(("exif", "xmp", "iptc"))]


def with_chunks(data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with further chunks behind its header."""
    more = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return data[:33] + more + data[33:]


def test_what_a_png_would_inflate_beside_its_pixels_never_reaches_a_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = zlib.compress(bytes(2 << 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = with_chunks(
        save("png", halves(), exif=exif),
        (b"iCCP", b"bomb\0\0" + packed),
        (b"iCCP", b"second\0\0" + zlib.compress(b"small")),
        *[(b"zTXt", b"note%d\0\0" % n + packed) for n in range(5)],
        *[(b"iTXt", b"word%d\0\1\0\0\0" % n + packed) for n in range(5)],
        (b"tEXt", b"Author\0someone"),
    )
    seen: list[bytes] = []
    real = decode_module._with_vips

    def watching(data: bytes, *rest: Any) -> Decoded:
        seen.append(data)
        return real(data, *rest)

    monkeypatch.setattr(decode_module, "_with_vips", watching)
    decoded = read(data)
    assert (decoded.image.width, decoded.image.height, decoded.orientation) == (100, 200, 6)
    (given,) = seen
    assert b"eXIf" in given
    for name in (b"zTXt", b"iTXt", b"tEXt", b"iCCP"):
        assert name in data
        assert name not in given
    assert b"iCCP" not in (strip("png", data) or b"iCCP")


def test_a_png_keeps_its_small_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert "icc-profile-data" in read(save("png", halves(), icc_profile=profile)).image.get_fields()


@pytest.mark.parametrize(
    ("name", "body"), [(b"gAMA", b"\0\0\xb1\x8f"), (b"pHYs", bytes(9)), (b"sBIT", b"\x08\x08\x08")]
)
def test_what_a_png_may_have_once_reaches_a_decoder_once(name: bytes, body: bytes) -> None:
    """libpng remembers the warning that each further one is: a million took it 50 s."""
    plain = plain_png(chunks(name, body, 1000))
    assert plain.count(name) == 1
    assert read(chunks(name, body, 1000)).image.width == 64


def test_further_profiles_of_a_png_are_not_even_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    inflated: list[bytes] = []
    monkeypatch.setattr(strip_module, "_small_profile", inflated.append)
    plain_png(chunks(b"iCCP", b"name\0\0" + zlib.compress(bytes(1000)), 1000))
    assert len(inflated) == 1


def on_clear(ink: tuple[int, int, int], share: float = 0.1) -> Image.Image:
    """A bar of ink on transparency, black beneath it as most programs leave it."""
    picture = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    picture.paste((*ink, 255), (0, 0, 200, round(100 * share)))
    return picture


@pytest.mark.parametrize("kind", ["png", "webp"])
@pytest.mark.parametrize(("ink", "ground"), [((255, 255, 255), 40), ((250, 240, 200), 40), ((0, 0, 0), 255)])
def test_ink_on_transparency_stands_out(kind: str, ink: tuple[int, int, int], ground: int) -> None:
    decoded = read(save(kind, on_clear(ink), lossless=True) if kind == "webp" else save(kind, on_clear(ink)))
    assert pixel(decoded, 100, 5) == list(ink)
    assert pixel(decoded, 100, 90) == [ground] * 3


def test_a_white_sheet_with_clear_corners_stays_on_white() -> None:
    assert pixel(read(save("png", on_clear((255, 255, 255), share=0.9))), 100, 95) == [255] * 3


def animated(kind: str, *greys: int) -> bytes:
    frames = [Image.new("RGB", (60, 40), "white") for _ in greys]
    for number, (frame, grey) in enumerate(zip(frames, greys, strict=True)):
        frame.paste((grey, grey, grey), (5, 5, 30 + number, 30))
    return save(kind, frames[0], save_all=True, append_images=frames[1:], duration=100, loop=0)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_of_an_animation_the_first_frame_that_shows_something_is_taken(kind: str) -> None:
    decoded = read(animated(kind, 255, 0, 120))
    assert (decoded.frames, decoded.frame) == (3, 1)
    assert pixel(decoded, 10, 10)[0] < 30
    first = read(animated(kind, 120, 0))
    assert first.frame == 0
    assert abs(pixel(first, 10, 10)[0] - 120) < 20


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_an_animation_of_nothing_is_its_first_frame(kind: str) -> None:
    assert read(animated(kind, 255, 254)).frame == 0


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_jpeg_without_its_end_marker_is_decoded(options: dict[str, bool]) -> None:
    whole = save("jpeg", photo(300, 200), **options)
    assert whole.endswith(b"\xff\xd9")
    for cut in (whole[:-2], whole[:-1], whole[:-2] + bytes(64)):
        decoded = read(cut)
        assert pixel(decoded, 290, 190) == pixel(read(whole), 290, 190)


@pytest.mark.parametrize("share", [0.98, 0.8, 0.4])
def test_a_jpeg_that_lacks_pixels_is_refused(share: float) -> None:
    whole = save("jpeg", photo(300, 200))
    with pytest.raises(UnreadableError, match="cut off"):
        read(whole[: int(len(whole) * share)])
