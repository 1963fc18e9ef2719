"""The header reader: every kind by its bytes alone, bombs refused unseen by any codec, only ever `UnreadableError`."""

import contextlib
import io
import random
import struct
import zipfile

import pillow_heif
import pytest
from PIL import Image

from shared.outcomes import OtherFormatError, UnreadableError
from shared.pictures import PictureSettings, inspect
from tests.costs import lines_run
from tests.unit.compressor.bombs import directories, frames, grid, scans, segment
from tests.unit.compressor.made import PDF_PLAIN, png_header, save


def zipped(*names: str, first: bytes = b"") -> bytes:
    """An archive of empty parts.

    Args:
        first: what it says it is, as OpenDocument files do.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, b"")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "gif", "avif", "heic"])
def test_kind_and_size_come_from_the_bytes(kind: str) -> None:
    data = save(kind, width=322, height=124)
    info = inspect(data, len(data))
    assert (info.kind, info.width, info.height) == (kind, 322, 124)
    assert info.content_type == f"image/{kind}"


def test_pdf_is_known_also_behind_rubbish() -> None:
    data = b"\r\nmail header\r\n" + PDF_PLAIN
    assert inspect(data, len(data)).kind == "pdf"


def test_part_of_a_file_is_enough_to_know_it() -> None:
    data = save("jpeg", width=640, height=480)
    info = inspect(data[:20], len(data))
    assert (info.kind, info.width) == ("jpeg", None)


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("alpha", [True, False])
def test_each_webp_layout_is_read(lossless: bool, alpha: bool) -> None:
    out = io.BytesIO()
    Image.new("RGBA" if alpha else "RGB", (77, 55), (1, 2, 3, 99) if alpha else (1, 2, 3)).save(
        out, "WEBP", lossless=lossless
    )
    info = inspect(out.getvalue(), len(out.getvalue()))
    assert (info.width, info.height, info.frames) == (77, 55, 1)


def test_frames_and_pages_are_counted() -> None:
    frames = [Image.new("RGB", (40, 30), (n * 40, 0, 0)) for n in range(4)]
    for form, kind in (("WEBP", "webp"), ("TIFF", "tiff"), ("PNG", "png")):
        out = io.BytesIO()
        frames[0].save(out, form, save_all=True, append_images=frames[1:])
        info = inspect(out.getvalue(), len(out.getvalue()))
        assert (info.kind, info.frames) == (kind, 4)


def test_a_tiff_of_too_many_pages_is_refused() -> None:
    frames = [Image.new("L", (20, 20)) for _ in range(4)]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    with pytest.raises(UnreadableError, match="4 pages; at most 3"):
        inspect(out.getvalue(), len(out.getvalue()), PictureSettings.load(max_pages=3))


def test_a_tiff_whose_directories_go_round_has_only_those_pages() -> None:
    entries = struct.pack("<HHIIHHII", 256, 4, 1, 30, 257, 4, 1, 20)
    data = b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + entries + struct.pack("<I", 8)
    info = inspect(data, len(data))
    assert (info.width, info.height, info.frames) == (30, 20, 1)


def test_huge_png_is_refused_from_its_header_at_once() -> None:
    data, limits = png_header(60_000, 60_000), PictureSettings.load()
    with pytest.raises(UnreadableError, match="60,000 × 60,000 pixels; at most 100 million"), lines_run() as lines:
        inspect(data, len(data), limits)
    assert lines() < 200


def test_huge_pictures_of_other_kinds_are_refused() -> None:
    jpeg = bytearray(save("jpeg"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    gif = bytearray(save("gif"))
    gif[6:10] = struct.pack("<HH", 60_000, 60_000)
    heic = bytearray(save("heic"))
    at = heic.index(b"ispe")
    heic[at + 8 : at + 16] = struct.pack(">II", 60_000, 60_000)
    for data in (jpeg, gif, heic):
        with pytest.raises(UnreadableError, match="60,000"):
            inspect(bytes(data), len(data))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"BM" + b"\0" * 60, "a BMP picture"),
        (b"<?xml version='1.0'?>\n<svg xmlns='x'/>", "an SVG drawing"),
        (b"PK\3\4" + b"\0" * 60, "a ZIP archive"),
        (b"{\\rtf1 Monday}", "an RTF document. Save it as DOCX or PDF"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument\0".encode("utf-16-le"), "old Word document"),
        (b"<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?><Workbook/>", "Save it as XLSX"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook", "a web page with its pictures"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isomavc1", "a video"),
        (b"Monday 8:00 Maths", "not a picture and no table"),
        (b"BM is how a text may begin, too", "not a picture and no table"),
        (b'{"monday": ["Maths", "Art"]}', "not a picture and no table"),
        (b"\xff\xd8\xff", "cut off"),
        (save("jpeg")[:30], "cut off"),
        (save("webp")[:60], "cut off"),
        (png_header(0, 10), "damaged"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        inspect(data, len(data))


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (zipped("word.txt"), "zip"),
        (zipped("Index/Document.iwa", "preview.jpg"), "iwork"),
        (zipped("ppt/presentation.xml"), "pptx"),
        (zipped("content.xml", first=b"application/vnd.oasis.opendocument.text"), "odt"),
        (zipped("content.xml", first=b"application/vnd.oasis.opendocument.presentation"), "odp"),
        (b"{\\rtf1 Monday}", "rtf"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument\0".encode("utf-16-le"), "doc"),
        (b"\xd0\xcf\x11\xe0" + "PowerPoint Document\0".encode("utf-16-le"), "ppt"),
        (b"\xd0\xcf\x11\xe0" + "VisioDocument\0".encode("utf-16-le"), "office"),
        (zipped("xl/workbook.bin"), "xlsb"),
        (zipped("index.apxl"), "iwork"),
        (b"<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?><Workbook/>", "xml"),
        (b"<svg xmlns='x'/>", "svg"),
        (b"%!PS-Adobe-3.0", "ps"),
        (b"\xc5\xd0\xd3\xc6" + bytes(28), "ps"),
        (b"BEGIN:VCALENDAR\r\n", "ics"),
        (b"MIME-Version: 1.0\r\n", "mhtml"),
        (b"BM" + bytes(60), "bmp"),
        (b"8BPS" + bytes(22), "psd"),
        (b"\xff\x0a" + bytes(60), "jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
        (b"\0\0\1\0" + bytes(60), "ico"),
    ],
)
def test_a_format_that_is_not_read_is_told_how_to_be_saved(data: bytes, format_: str) -> None:
    with pytest.raises(OtherFormatError, match="upload") as other:
        inspect(data, len(data))
    assert other.value.format == format_
    assert "not a picture" not in str(other.value)


def test_a_file_too_long_is_refused_by_its_length_alone() -> None:
    with pytest.raises(UnreadableError, match=r"30\.0 MB; at most 20\.0 MB"):
        inspect(save("jpeg")[:100], 30 * 2**20)


def test_no_bytes_raise_anything_else() -> None:
    rng = random.Random(20)
    seeds = [save(kind) for kind in ("jpeg", "png", "webp", "tiff", "gif", "avif", "heic")]
    frames = [Image.new("RGB", (20, 20), (n, 0, 0)) for n in range(3)]
    for form in ("TIFF", "WEBP"):
        out = io.BytesIO()
        frames[0].save(
            out, form, save_all=True, append_images=frames[1:], **({"big_tiff": True} if form == "TIFF" else {})
        )
        seeds.append(out.getvalue())
    for _ in range(6_000):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, 12)):
            data[rng.randrange(min(len(data), 400))] = rng.choice([0, 1, 255, 128, rng.randrange(256)])
        head = bytes(data[: rng.choice([len(data), rng.randrange(1, len(data))])])
        with contextlib.suppress(UnreadableError):
            inspect(head, rng.choice([len(data), len(head), 1]))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 3_000_000,
        b"RIFF\xf8\xff\x2d\0WEBPVP8X\x0a\0\0\0\2" + b"\0" * 3_000_000,
        b"\0\0\0\x10ftypheic\0\0\0\0" + b"\0\0\0\x08free" * 400_000,
        b"II*\0\x08\0\0\0\xff\xff" + b"\0" * 3_000_000,
    ],
)
def test_rubbish_that_never_ends_is_walked_only_so_far(data: bytes) -> None:
    limits = PictureSettings.load()
    with pytest.raises(UnreadableError), lines_run() as lines:
        inspect(data, len(data), limits)
    assert lines() < 250_000  # all of it takes millions


def test_the_largest_item_of_a_heic_counts_not_its_thumbnail() -> None:
    out = io.BytesIO()
    heif = pillow_heif.from_pillow(Image.new("RGB", (640, 480), (9, 9, 9)))
    heif.info["thumbnails"] = [128]
    heif.save(out, quality=50)
    info = inspect(out.getvalue(), len(out.getvalue()))
    assert (info.width, info.height) == (640, 480)


FEW = [scans(64, 64, 100), frames(1000), grid("heic", 4, 4, 256, 64), grid("avif", 4, 4, 250, 64)]
MANY = [
    scans(64, 64, 101),
    scans(64, 64, 3000),
    frames(1001),
    directories(400, entries=10_001),
    grid("heic", 31, 31, 1000, 2048),
    grid("avif", 20, 20, 1000, 1024),
]


@pytest.mark.parametrize("data", FEW, ids=["scans", "frames", "heic", "avif"])
def test_as_many_parts_as_programs_write_pass(data: bytes) -> None:
    assert inspect(data, len(data)).width


@pytest.mark.parametrize("data", MANY, ids=["scans", "more scans", "frames", "directories", "heic", "avif"])
def test_files_of_far_too_many_parts_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="far more parts"):
        inspect(data, len(data))


@pytest.mark.parametrize(
    "between", [b"rubbish", segment(0xFE, b"\xff\xd9"), b"\xff\xff\xff", segment(0xC4, b"\x10\1" + bytes(16))]
)
def test_scans_are_counted_whatever_stands_between_them(between: bytes) -> None:
    data = scans(64, 64, 101, between=between)
    with pytest.raises(UnreadableError, match="far more parts"):
        inspect(data, len(data))


def test_only_the_picture_s_own_scans_are_counted() -> None:
    """A preview in its metadata and what a phone appends, a film or a second picture, are not decoded."""
    picture, more = save("jpeg", width=64, height=48, progressive=True), scans(64, 64, 101)
    data = picture[:2] + segment(0xE1, b"Exif\0\0" + more[:60_000]) + picture[2:] + more
    assert inspect(data, len(data)).width == 64


@pytest.mark.parametrize("scan", [b"\xff\0", b"\xff\xff", b"\xff\xd0", b"\0\0"])
def test_a_scan_is_gone_through_by_the_search_of_bytes(scan: bytes) -> None:
    """Not by Python: this data alone would be two million rounds."""
    picture = scans(64, 64, 1)
    data = picture[:-2] + scan * 2_000_000 + picture[-2:]
    limits = PictureSettings.load()
    with lines_run() as lines:
        assert inspect(data, len(data), limits).width == 64
    assert lines() < 1000


@pytest.mark.parametrize(("width", "height"), [(2000, 1), (1, 2000), (7, 400), (3, 3)])
def test_pictures_too_thin_for_a_line_of_text_are_refused(width: int, height: int) -> None:
    data = save("png", Image.new("L", (width, height)))
    with pytest.raises(UnreadableError, match=f"{width:,} × {height:,} pixels, too few for a timetable"):
        inspect(data, len(data))
