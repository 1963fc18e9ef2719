"""What clients may keep of an answer: tags, 304, gzip."""

import gzip
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from services.gateway.caching import caching

LONG = json.dumps({"name": "Mathematics " * 200}).encode()


async def answered(
    body: bytes = LONG, *, method: str = "GET", status: int = 200, kind: str = "application/json", **headers: str
) -> web.Response:
    """The answer to a request, of a handler that says only what it knows."""

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type=kind)

    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await caching(make_mocked_request(method, "/api/v1/documents", sent), handler)
    assert isinstance(answer, web.Response)
    return answer


async def test_an_answer_has_a_tag_and_who_has_it_gets_no_body() -> None:
    first = await answered()
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.etag is not None
    again = await answered(If_None_Match=f'"other", W/"{first.etag.value}"')
    assert (again.status, again.body, again.etag) == (304, None, first.etag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert (await answered(If_None_Match="*")).status == 304
    assert (await answered(LONG + b" ", If_None_Match=f'"{first.etag.value}"')).status == 200


async def test_text_is_compressed_for_who_takes_it_under_a_tag_of_its_own() -> None:
    plain, zipped = await answered(), await answered(Accept_Encoding="gzip, deflate, br")
    assert isinstance(zipped.body, bytes)
    assert gzip.decompress(zipped.body) == LONG
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert len(zipped.body) < len(LONG) / 5
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    assert plain.etag
    assert zipped.etag
    assert plain.etag.value != zipped.etag.value
    # Either tag is that of the week.
    for tag in (plain.etag.value, zipped.etag.value):
        assert (await answered(If_None_Match=f'"{tag}"')).status == 304
        assert (await answered(If_None_Match=f'"{tag}"', Accept_Encoding="gzip")).status == 304


@pytest.mark.parametrize(
    ("body", "kind", "accepts"),
    [
        (b"{}", "application/json", "gzip"),
        (LONG, "image/webp", "gzip"),
        (LONG, "application/json", "gzip;q=0"),
        (LONG, "application/json", "br"),
        (LONG, "application/json", "identity, gzip;q=0.5"),
    ],
)
async def test_what_gains_nothing_or_is_not_wanted_is_not_compressed(body: bytes, kind: str, accepts: str) -> None:
    answer = await answered(body, kind=kind, Accept_Encoding=accepts)
    assert "Content-Encoding" not in answer.headers
    assert answer.body == body


async def test_only_what_a_get_was_answered_is_kept() -> None:
    for answer in (await answered(method="POST"), await answered(status=201)):
        assert answer.etag is None
        assert "Cache-Control" not in answer.headers
