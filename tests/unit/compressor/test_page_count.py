"""The gateway tells a PDF of too many pages before it takes it in."""

import time
import zlib

import pytest

from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, inspect
from shared.pictures.pdf import page_count
from tests.unit.compressor.made import PDF_LOCKED, PDF_PLAIN, pdf

LIMITS = PictureSettings.load(max_pages=20)


def look(data: bytes) -> int | None:
    return inspect(data, len(data), LIMITS).frames


def stored_in_a_stream(objects: bytes) -> bytes:
    packed = zlib.compress(objects)
    head = b"<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return b"%PDF-1.5\n5 0 obj\n" + head + packed + b"\nendstream\nendobj"


def test_pages_are_counted() -> None:
    assert look(PDF_PLAIN) == 1
    assert look(pdf([b""] * 20)) == 20


@pytest.mark.parametrize("pages", [21, 400])
def test_too_many_are_told_of_at_once(pages: int) -> None:
    with pytest.raises(UnreadableError, match=f"has {pages} pages; at most 20"):
        look(pdf([b""] * pages))


@pytest.mark.parametrize(
    "root",
    [
        b"<</Type /Pages /Count 22 /Kids [3 0 R]>>",
        b"<< /Kids[3 0 R]/Resources<</Font<</F1 4 0 R>>>>/Count 22/Type/Pages/MediaBox[0 0 9 9] >>",
    ],
)
def test_the_root_may_be_packed_and_hold_others(root: bytes) -> None:
    assert page_count(root) == 22
    assert page_count(stored_in_a_stream(b"1 0 " + root + b"<</Type/Pages/Parent 1 0 R/Count 7>>")) == 22


def test_of_a_changed_file_the_least_root_counts() -> None:
    """Pages that were taken out still stand in it."""
    assert look(pdf([b""] * 22) + b"\n2 0 obj\n<</Type/Pages/Count 2/Kids[4 0 R]>>\nendobj") == 2


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\nnothing",
        b"%PDF-1.4\n/Type/Pages/Count 99",
        b"%PDF-1.4\n<</Type/Pages/Count 5 0 R>>",
        stored_in_a_stream(b"")[:-40],
        b"%PDF-1.5\n<</Type/ObjStm>>stream\nnot packed",
    ],
)
def test_what_does_not_say_it_is_left_to_the_compressor(data: bytes) -> None:
    assert look(data) is None


def test_a_locked_file_tells_its_pages() -> None:
    assert look(PDF_LOCKED) == 1


@pytest.mark.parametrize(
    "piece", [b"<<", b">>", b"<</Type/Pages", b"/Type/Pages<<>>", b"/Type" + b" " * 90, b"/Count 1" + b" " * 90]
)
def test_hostile_files_take_no_time(piece: bytes) -> None:
    data = b"%PDF-1.4\n<<" + piece * (4_000_000 // len(piece))
    begun = time.process_time()
    page_count(data + b"/Type/Pages/Count 9" + piece * 1000)
    assert time.process_time() - begun < 5  # seconds of processor time; 0.1 at most as measured
