"""The parser of uploads: what it takes, and that it reads in proportion to what comes."""

import base64
import warnings

import pytest
from multipart import MultipartError

from services.gateway.multipart import Form, UploadedFile
from services.gateway.problems import ProblemError
from tests.costs import lines_run

PICTURE = bytes(range(256)) * 40


def body(data: bytes, disposition: str = 'form-data; name="file"; filename="a.png"', *headers: str) -> bytes:
    head = "\r\n".join(("--b", f"Content-Disposition: {disposition}", *headers, "", ""))
    return head.encode() + data + b"\r\n--b--\r\n"


def parse(data: bytes, step: int = 65_536, max_bytes: int = 2**20) -> UploadedFile:
    form = Form(b"b", max_bytes)
    for at in range(0, len(data), step):
        form.feed(data[at : at + step])
    (file,) = form.close()
    return file


def parse_pages(*parts: tuple[str, bytes], max_bytes: int = 2**20) -> list[UploadedFile]:
    form = Form(b"b", max_bytes, pages=True)
    bodies = [body(data, f'form-data; name="{name}"; filename="{at}.png"') for at, (name, data) in enumerate(parts)]
    form.feed(b"".join(each.removesuffix(b"--b--\r\n") for each in bodies) + b"--b--\r\n")
    return form.close()


@pytest.mark.parametrize("step", [1, 7, 1000, 65_536])
def test_a_file_is_the_same_however_it_is_cut_into_chunks(step: int) -> None:
    assert parse(body(PICTURE), step) == UploadedFile("a.png", PICTURE)
    assert parse(body(PICTURE, 'form-data; name="file"', "Content-Type: text/csv"), step).declared == "text/csv"


@pytest.mark.parametrize("step", [1, 61, 65_536])
def test_base64_is_decoded_as_it_comes(step: int) -> None:
    sent = body(base64.encodebytes(PICTURE), 'form-data; name="file"', "Content-Transfer-Encoding: base64")
    assert parse(sent, step).data == PICTURE


@pytest.mark.parametrize("text", [b"AAA", b"AA=A", b"A" * 9, b"\xff\xff\xff\xff"])
def test_what_is_no_base64_is_refused(text: bytes) -> None:
    with pytest.raises(ProblemError):
        parse(body(text, 'form-data; name="file"', "Content-Transfer-Encoding: base64"))


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; name="file"; filename="a%22b.png"', 'a"b.png'),
        ('form-data; name="file"; filename="x.png"; filename*=utf-8\'\'W%C3%B6che.png', "Wöche.png"),
        ("form-data; name=file; filename=plain.png", "plain.png"),
        ('form-data; name="file"', "timetable"),
    ],
)
def test_names_are_read_as_clients_write_them(disposition: str, name: str) -> None:
    assert parse(body(b"x", disposition)).name == name


@pytest.mark.parametrize(
    "data",
    [
        body(PICTURE)[:-20],
        body(PICTURE).replace(b"\r\n", b"\n"),
        b"--b\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
        b"--b\r\nA: " + b"x" * 200_000 + b"\r\n\r\n",
        b"--b\r\n" + b"\r" * 200_000,
        b"--b\r\n\r\n\r\n" * 1000,
        b"--b--\r\n" + b"\r\n" * 10**6,
    ],
)
def test_what_is_no_form_is_refused_at_once(data: bytes) -> None:
    with pytest.raises((ProblemError, MultipartError)), lines_run() as lines:
        parse(data)
    assert lines() < 2000  # a picture of a megabyte takes 900


def test_pages_come_in_their_order() -> None:
    files = parse_pages(("page", b"one"), ("other", b"field"), ("page", PICTURE))
    assert [(file.name, file.data) for file in files] == [("0.png", b"one"), ("2.png", PICTURE)]


def test_all_pages_together_are_no_larger_than_a_file() -> None:
    assert len(parse_pages(("page", bytes(500)), ("page", bytes(500)), max_bytes=1000)) == 2
    with pytest.raises(ProblemError) as error:
        parse_pages(("page", bytes(500)), ("page", bytes(501)), max_bytes=1000)
    assert error.value.problem.status == 413


def test_pages_are_taken_where_they_are_asked_for_alone() -> None:
    with pytest.raises(ProblemError, match="part named “page”"):
        parse_pages(("file", PICTURE[:100]))
    with pytest.raises(ProblemError, match="part named “file”"):
        parse(body(PICTURE[:100], 'form-data; name="page"'))


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("form-data; name=\"file\"; filename*=UTF-8'de'W%C3%B6che.png", "W\u00f6che.png"),
        ('form-data; name="file"; filename="x.png"; filename* = iso-8859-1\'\'W%F6che.png; size=3', "W\u00f6che.png"),
        ('form-data; name="file"; filename*=klingon\'\'x.png; filename="a.png"', "a.png"),
        ('form-data; name="file"; filename="a.png"; filename*=' + "%" * 9_000, "a.png"),
        ('form-data; name="file"; filename="a.png"' + "; filename*0*=x" * 900, "a.png"),
    ],
)
def test_names_in_the_form_of_rfc_8187_are_read_and_others_are_not_repeated(disposition: str, name: str) -> None:
    """A warning would stand in the log, and stay in memory for each header that is unlike the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse(body(PICTURE, disposition)).name == name
