"""A small PDF writer: the sheets' boxes, lines and text as vectors, so that the file has a text layer.

Text is set in Helvetica, stretched to the width it was drawn with. A sheet with letters outside of Windows-1252
(Polish) is written as a picture with invisible text over it instead. See ISO 32000-1, 9.3 (text state) and 9.4.
"""

import io
import zlib

from PIL import ImageColor

from tests.pages.canvas import Canvas, Drawn, Shape

# Helvetica's advance widths for the characters 32 to 126, in thousandths of the size (Adobe's Core 14 metrics).
_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 556, 500, 278, 556, 500, 722, 500, 500, 500,
    334, 260, 334, 584,
)  # fmt: skip
_ACROSS = 842  # points; the width of a sheet on its side


def _width(text: str) -> int:
    return sum(_WIDTHS[ord(each) - 32] if 32 <= ord(each) < 127 else 556 for each in text)


def _colour(colour: str) -> str:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return f"{red / 255:.3f} {green / 255:.3f} {blue / 255:.3f}"


def _codes(sheets: list[Canvas]) -> dict[str, int]:
    """A code for every letter that Windows-1252 lacks, from 1 on: control codes are free."""
    letters = sorted({letter for sheet in sheets for text in sheet.texts for letter in text.text})
    return {letter: code for code, letter in enumerate((each for each in letters if not _in_latin(each)), 1)}


def _in_latin(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _to_unicode(codes: dict[str, int]) -> bytes:
    """The character map that gives text its letters back when it is taken out of the file (ISO 32000-1, 9.10.3)."""
    known = {code: bytes([code]).decode("cp1252", "replace") for code in range(32, 256)}
    known |= {code: letter for letter, code in codes.items()}
    lines = [f"<{code:02x}> <{letter.encode('utf-16-be').hex()}>" for code, letter in sorted(known.items())]
    parts = ["/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def"]
    parts.append("1 begincodespacerange <00> <ff> endcodespacerange")
    for at in range(0, len(lines), 100):  # a map may hold 100 entries in one go
        some = lines[at : at + 100]
        parts += [f"{len(some)} beginbfchar", *some, "endbfchar"]
    parts.append("endcmap end end")
    return "\n".join(parts).encode()


def _text(text: Drawn, height: int, codes: dict[str, int], *, hidden: bool) -> str:
    left, top, right, bottom = text.box
    long = bottom - top if text.angle in (90, 270) else right - left
    stretch = 100 * long / max(_width(text.text) * text.size / 1000, 1)
    matrix = {
        0: f"1 0 0 1 {left} {height - top - text.baseline}",
        90: f"0 1 -1 0 {left + text.baseline} {height - bottom}",
        270: f"0 -1 1 0 {right - text.baseline} {height - top}",
    }[text.angle]
    shown = "".join(f"{codes[each]:02x}" if each in codes else each.encode("cp1252").hex() for each in text.text)
    font = "F2" if text.bold else "F1"
    mode = "3 Tr " if hidden else "0 Tr "
    return f"BT {mode}{_colour(text.fill)} rg /{font} {text.size} Tf {stretch:.1f} Tz {matrix} Tm <{shown}> Tj ET"


def _shape(shape: Shape, height: int) -> str:
    left, top, right, bottom = shape.box
    if left == right or top == bottom:
        if shape.outline is None:
            return ""
        return f"{_colour(shape.outline)} RG {shape.width} w {left} {height - top} m {right} {height - bottom} l S"
    box = f"{left} {height - bottom} {right - left} {bottom - top} re"
    parts = [f"{_colour(shape.fill)} rg {box} f"] if shape.fill else []
    if shape.outline:
        parts.append(f"{_colour(shape.outline)} RG {shape.width} w {box} S")
    return "\n".join(parts)


def write_pdf(sheets: list[Canvas]) -> bytes:
    """A PDF of the sheets, one page each, with their text as text."""
    objects: list[bytes] = [b"", b""]  # the catalogue and the pages come last

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(data: bytes, more: str = "") -> int:
        packed = zlib.compress(data)
        head = f"<< /Length {len(packed)} /Filter /FlateDecode {more}>>\nstream\n"
        return add(head.encode() + packed + b"\nendstream")

    codes = _codes(sheets)
    letters = stream(_to_unicode(codes))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding /ToUnicode {} 0 R >>"
    fonts = [add(font.format(name, letters).encode()) for name in ("Helvetica", "Helvetica-Bold")]
    pages = []
    for sheet in sheets:
        wide, tall = sheet.image.size
        scale = _ACROSS / wide
        parts = [f"{scale:.5f} 0 0 {scale:.5f} 0 0 cm"]
        pictures = ""
        vector = all(_in_latin(text.text) for text in sheet.texts)
        if vector:
            parts.append(f"{_colour(sheet.paper)} rg 0 0 {wide} {tall} re f")
        else:
            raw = stream(
                sheet.image.tobytes(),
                "/Type /XObject /Subtype /Image "
                f"/Width {wide} /Height {tall} /ColorSpace /DeviceRGB /BitsPerComponent 8 ",
            )
            pictures = f"/XObject << /P {raw} 0 R >> "
            parts.append(f"q {wide} 0 0 {tall} 0 0 cm /P Do Q")
        for op in sheet.ops:
            if isinstance(op, Drawn):
                parts.append(_text(op, tall, codes, hidden=not vector))
            elif vector:
                parts.append(_shape(op, tall))
        content = stream("\n".join(parts).encode())
        resources = f"<< {pictures}/Font << /F1 {fonts[0]} 0 R /F2 {fonts[1]} 0 R >> >>"
        box = f"[0 0 {_ACROSS} {tall * scale:.2f}]"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources {resources} /Contents {content} 0 R >>"
        pages.append(add(page.encode()))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    kids = " ".join(f"{number} 0 R" for number in pages)
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    table = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write(b"".join(f"{place:010d} 00000 n \n".encode() for place in places))
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())
    return out.getvalue()
