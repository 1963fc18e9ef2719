"""Tables as text, HTML and CSV: whether a file is one, and how its bytes are spelt.

Neither has a mark that says what it is. HTML is known by the tags it begins with; CSV by rows of which most have as
many cells as each other, or because its name or declared type says so: the only place where either is asked.
"""

import csv
import io
import re
from collections import Counter
from typing import Literal, TypeAlias

from shared.outcomes import UnreadableError

TextKind: TypeAlias = Literal["html", "csv"]

_LOOK = 65_536
"""Bytes that are looked at."""
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Nothing here may be taken in two ways: a search for the right one holds the interpreter, for ever if need be.
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*+=\s*+[\"']?\s*+([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_ENCODINGS = re.compile(
    r"utf-?8|iso-8859-\d+|latin1|windows-125\d|cp125\d|koi8-[ru]|macintosh|gbk|gb2312|big5|shift_jis"
)
"""Those that a page may declare; Python knows others that take minutes or are no text."""
_OPENING = re.compile(
    r"\s*+(?>(?:<!--.{0,2000}?-->|<\?xml[^>]{0,200}>)\s*+)*+"
    r"<(?:!doctype\s+html|html|head|body|meta|style|table|title|link|div|p|h[1-6]|center|google-sheets)\b",
    re.IGNORECASE | re.DOTALL,
)
_CLIPBOARD = re.compile(r"Version:[\d.]+\s+StartHTML:", re.IGNORECASE)
"""What Windows puts before HTML on its clipboard."""
_CONTROLS = re.compile("[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_HTML_NAMES, _CSV_NAMES = (".html", ".htm", ".xhtml"), (".csv", ".tsv", ".tab")
_HTML_TYPES, _CSV_TYPES = ("text/html", "application/xhtml+xml"), ("text/csv", "text/tab-separated-values")
_DELIMITERS = "\t;,|"
_ROWS = 200
"""Looked at."""
_ALIKE = 0.8
"""Share of a file's rows that have as many cells as each other, from which it is a table whatever its name is."""
_FEWEST_ROWS, _FEWEST_CELLS = 3, 3
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
"""A first line that Excel takes as saying the delimiter."""
_FIELD = 100_000
"""Characters of a cell."""


def text_kind(head: bytes, name: str = "", declared: str = "") -> TextKind | None:
    """Which of the two a file is, None for neither.

    Args:
        head: the file from its start.
        name: the uploader's, as `declared`; they only help where the bytes say no more than that it is text.
    """
    text = _text(head[:_LOOK], len(head) > _LOOK)
    if text is None or not text.strip():
        return None
    name, declared = name.lower(), declared.partition(";")[0].strip().lower()
    if _OPENING.match(text) or _CLIPBOARD.match(text):
        return "html"
    start = text.lstrip().lower()
    if start.startswith("<") and not start.startswith(("<?xml", "<svg")) and "<table" in start:
        return "html"
    if start[0] in "<{[" and not name.endswith(_CSV_NAMES):
        return "html" if name.endswith(_HTML_NAMES) or declared in _HTML_TYPES else None
    if name.endswith(_CSV_NAMES) or declared in _CSV_TYPES:
        return "csv"
    if name.endswith(_HTML_NAMES) or declared in _HTML_TYPES:
        return "html"
    rows, delimiter = rows_of(text, _ROWS)
    rows = [row for row in rows if row]
    width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    few = _FEWEST_CELLS if delimiter in ",|" else _FEWEST_CELLS - 1
    return "csv" if len(rows) >= _FEWEST_ROWS and width >= few and count >= _ALIKE * len(rows) else None


def decode(data: bytes) -> str:
    """A text file's characters: by its byte order mark, else as HTML declares them, else UTF-8, else Windows' own.

    Raises:
        UnreadableError: it is no text.
    """
    text = _text(data, cut=False)
    if text is None:
        raise UnreadableError("The file holds more than text. Save it anew as XLSX or PDF and upload that.")
    return text


def rows_of(text: str, most: int) -> tuple[list[list[str]], str]:
    """The rows of a CSV file, empty where they hold nothing, and its delimiter: the one that most rows agree on.

    Args:
        most: rows that are read.
    """
    said = _SEPARATOR.match(text)
    if said:
        return _rows(text[said.end() :], said[1], most), said[1]
    best: tuple[float, list[list[str]], str] = (-1.0, [], ",")
    for delimiter in _DELIMITERS:
        rows = _rows(text, delimiter, most)
        widths = [len(row) for row in rows if row]
        width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        worth = 0.0 if width < 2 else count / len(widths) + min(width, 8) / 100
        if worth > best[0]:
            best = worth, rows, delimiter
    return best[1], best[2]


def _rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) >= most:
                break
            rows.append(row if any(cell.strip() for cell in row) else [])
    except csv.Error:  # a cell longer than any; what came before it is told apart all the same
        pass
    return rows


def _text(data: bytes, cut: bool) -> str | None:
    """The characters, None where the bytes are no text.

    Args:
        cut: the last character may lack bytes.
    """
    encoding = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    if encoding is None and (said := _CHARSET.search(data[:4096])):
        name = said[1].decode().lower()
        encoding = name if _ENCODINGS.fullmatch(name) else None
    if encoding is not None:
        text = data.decode(encoding, "replace")
    else:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            ends = cut and error.start >= len(data) - 3
            text = data[: error.start].decode() if ends else data.decode("cp1252", "replace")
    return None if _CONTROLS.search(text) else text
