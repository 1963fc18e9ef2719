"""Small files of every format, and what can be made of them."""

import gzip
import io
import itertools
import random
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

from tests.unit.compressor import bombs as decoded
from tests.unit.compressor import made, made_docx, made_sheets


@cache
def corpus() -> dict[str, bytes]:
    """A small valid file of each format."""
    small = {"width": 48, "height": 36}
    found = {kind: made.save(kind, **small) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "HEIF")}  # type: ignore[arg-type] # widths and heights, not pictures
    return {
        **found,
        "PDF": made.pdf([made.words((72, 72, "Monday"))]),
        "DOCX": made_docx.week(),
        "XLSX": made_sheets.xlsx(),
        "XLS": made_sheets.xls(),
        "ODS": made_sheets.ods(made_sheets.ods_week()),
        "CSV": made_sheets.delimited(";").encode("utf-16"),
        "HTML": made_sheets.html(before="<!doctype html><title>x</title>").encode(),
    }


def truncations(data: bytes, most: int) -> Iterator[bytes]:
    """The file cut off at every tenth byte, or at `most` places if there are more."""
    step = max(10, len(data) // most)
    for end in range(0, len(data), step):
        yield data[:end]


def mutations(data: bytes, count: int, rng: random.Random) -> Iterator[bytes]:
    """The file with some bytes changed, doubled, moved or left out."""
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(changed))
            match rng.randrange(4):
                case 0:
                    changed[at] = rng.choice((0, 0xFF, 0x7F, rng.randrange(256)))
                case 1:
                    changed[at:at] = changed[at : at + rng.randint(1, 64)]
                case 2:
                    del changed[at : at + rng.randint(1, 64)]
                case _:
                    changed[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff"))
            changed = changed or bytearray(b"x")
        yield bytes(changed)


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _laughs() -> bytes:
    """XML whose entities are ten of the one before, nine times."""
    names = [b"a", *(b"a%d" % number for number in range(9))]
    declared = [b'<!ENTITY a "aaaaaaaaaa">']
    declared += [b'<!ENTITY %s "%s">' % (name, b"&%s;" % before * 10) for before, name in itertools.pairwise(names)]
    return b"<!DOCTYPE x [" + b"".join(declared) + b"]><x>&a8;</x>"


@cache
def bombs() -> dict[str, bytes]:
    """Files that promise, or unpack to, far more than they are; and files that are two things at once."""
    good = corpus()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * 100_000_000)
    entities = made_docx.rewritten(good["DOCX"], lambda name, data: _laughs() if name == "word/document.xml" else data)
    return {
        "PNG of 60,000 x 60,000": made.png_header(60_000, 60_000),
        "PNG of 10,000 x 10,000 without data": made.png_header(10_000, 10_000),
        "DOCX of 100 MB of zeros": packed.getvalue(),
        "DOCX of entities": entities,
        "XLSX of 17 billion cells": made_sheets.sheet(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
        "XLSX of 20,000 cells": made_sheets.sheet(f"<row>{'<c><v>1</v></c>' * 10}</row>" * 2_000),
        "ODS of a million rows": made_sheets.ods(
            made_sheets.ods_week(more=made_sheets.ods_row(("x",) * 60, 'table:number-rows-repeated="1048576"'))
        ),
        "CSV of one line": b"x,y," * 250_000,
        "HTML of tables in each other": b"<table><tr><td>" * 100_000,
        "HTML of paragraphs": b"<p>a</p>" * 100_000 + b"<table><tr><td>x<td>y<tr><td>z<td>w</table>",
        "gzip of zeros": gzip.compress(b"\0" * 10_000_000),
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "HTML of a script": b"<html><script>alert(1)</script>",
        "PDF of nothing but its head": b"%PDF-1.7\n",
        "PDF that is its own page": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 9999>>endobj\n"
        b"trailer<</Root 1 0 R>>",
        "JPEG with HTML behind": good["JPEG"] + b"<script>alert(1)</script>",
        "GIF with PDF behind": good["GIF"] + good["PDF"],
        "PNG with ZIP behind": good["PNG"] + good["DOCX"],
        "PDF with PNG before": good["PNG"][:8] + good["PDF"],
        "TIFF whose directory is itself": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
        "20 MB of line ends": b"\n" * 20_000_000,
        "20 MB of PNG heads": b"\x89PNG\r\n\x1a\n" * 2_500_000,
        "20 MB of JPEG markers": b"\xff\xd8" + b"\xff\xe0\x00\x02" * 4_900_000,
        "18 MB of zeros in a TIFF": good["TIFF"] + b"\0" * 18_000_000,
        "JPEG of 3,000 scans": decoded.scans(4_000, 4_000, 3_000),
        "JPEG of 100 scans": decoded.scans(4_000, 4_000, 100),
        "JPEG of scans with rubbish between": decoded.scans(2_000, 2_000, 2_000, between=b"\xff\xff\0"),
        "WebP of 40,000 frames": decoded.frames(40_000),
        "TIFF of 30,000 directories": decoded.directories(30_000, 0),
        "HEIC of 961 tiles": decoded.grid("heic", 31, 31, 1_000, 2_048),
        "AVIF of 961 tiles": decoded.grid("avif", 31, 31, 1_000, 2_048),
        "HEIC of boxes that name 65,535 items each": decoded.references(9_000),
        "HEIC of items within items": decoded.references(3_000, within=True),
        "HEIC of properties": decoded.associations(9_000),
        "HTML of comments that are read in many ways": b"<!---->" * 60 + b"x",
        "HTML whose encoding is far": b"<html><meta charset=" + b" " * 4_000 + b"!",
        "20 MB of what is nearly a PDF's root": b"%PDF-1.7\n" + b"/Type" * 4_000_000,
        "20 MB of what is nearly a stream's name": _OLE + "WordDocumen".encode("utf-16-le") * 900_000,
        "PNG of profiles": decoded.chunks(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 50_000_000), 100),
    }
