"""Files made by the tests themselves: every kind, and the broken ones."""

import io
import random
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageChops, ImageDraw

pillow_heif.register_heif_opener()


def photo(width: int = 400, height: int = 300, *, noise: int = 24) -> Image.Image:
    """A gradient with sensor noise: nothing in it is flat, as in a photo."""
    rng = random.Random(7)
    base = Image.linear_gradient("L").resize((width, height))
    grain = Image.frombytes("L", (width, height), rng.randbytes(width * height)).point(lambda v: v * noise // 255)
    bands = [Image.blend(base, base.rotate(90 * n), 0.4) for n in range(3)]
    return Image.merge("RGB", [ImageChops.add(band, grain) for band in bands])


def drawing(width: int = 800, height: int = 560) -> Image.Image:
    """A timetable as a program draws it: flat cells, ruling lines, letters."""
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    columns, rows = 6, 8
    for row in range(rows):
        for column in range(columns):
            box = (
                column * width // columns,
                row * height // rows,
                (column + 1) * width // columns - 1,
                (row + 1) * height // rows - 1,
            )
            colour = ("white", "#dde8ff", "#ffe9c7", "#e0f5de")[(row * 5 + column) % 4]
            draw.rectangle(box, fill=colour, outline="black")
            draw.text((box[0] + 8, box[1] + 8), f"Lesson {row}{column}\n{8 + row}:00 room {column}", fill="black")
    return page


def save(kind: str, picture: Image.Image | None = None, *, width: int = 120, height: int = 90, **options: Any) -> bytes:
    """The bytes of `picture`, or of a small photo, in the format `kind`."""
    out = io.BytesIO()
    form = {"heic": "HEIF"}.get(kind, kind.upper())
    (picture or photo(width, height)).save(out, form, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header promises a picture that its few bytes do not hold."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    ihdr = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", ihdr) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def pdf(
    pages: list[bytes],
    *,
    size: tuple[float, float] = (595, 842),
    page_extra: bytes = b"",
    trailer_extra: bytes = b"",
    extra_objects: tuple[bytes, ...] = (),
) -> bytes:
    """A PDF of content streams, with Helvetica as ``/F1``.

    Args:
        pages: content stream of each.
        size: of every page, in points.
        page_extra: put into every page's dictionary.
        trailer_extra: put into the trailer's.
        extra_objects: bodies of further objects, numbered from 4 + 2 times the number of pages.
    """
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for n, content in enumerate(pages):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %g %g]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>%s>>"
            % (*size, 5 + 2 * n, page_extra)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    objects.extend(extra_objects)
    out = bytearray(b"%PDF-1.6\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer_extra, start)
    return bytes(out)


def words(*lines: tuple[float, float, str]) -> bytes:
    """A content stream that prints each ``(x, y, text)`` in 12 point type, in points from the lower left corner."""
    return b"".join(b"BT /F1 12 Tf %g %g Td (%s) Tj ET\n" % (x, y, text.encode("latin-1")) for x, y, text in lines)


PDF_PLAIN = pdf([words((72, 700, "Monday"))])

PDF_LOCKED = pdf(
    [words((72, 700, "Monday"))],
    # Standard security handler, revision 2: neither entry is that of the empty password.
    trailer_extra=b"/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]"
    b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"5a" * 32, b"c3" * 32),
)
