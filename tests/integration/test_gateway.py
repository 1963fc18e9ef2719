"""The gateway over HTTP: uploads, refusals, documents, pictures, deletion."""

import asyncio
import gzip
import io
import uuid
from typing import Any

import aiohttp
import asyncpg
import pytest

from shared.bundle import unbundled
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.processes import processor_time
from tests.system import upload
from tests.waiting import patience


def form(*parts: tuple[str, bytes, str | None, str]) -> aiohttp.FormData:
    made = aiohttp.FormData(quote_fields=False)  # file names as browsers send them
    for name, data, file_name, content_type in parts:
        made.add_field(
            name, io.BytesIO(data) if file_name else data.decode(), filename=file_name, content_type=content_type
        )
    return made


async def stored(gateway: GatewayAlone) -> tuple[int, int]:
    """How many blobs and documents there are."""
    connection = await asyncpg.connect(gateway.database_url)
    documents = await connection.fetchval("SELECT count(*) FROM documents")
    await connection.close()
    return sum(1 for path in gateway.blobs.rglob("*") if path.is_file()), documents


REFUSED: dict[str, tuple[Any, int, str, str]] = {
    "empty": (form(("file", b"", "a.png", "image/png")), 422, "unreadable-file", "empty"),
    "not a picture": (form(("file", b"hello, world" * 50, "a.png", "image/png")), 422, "unreadable-file", "JPEG"),
    "a format that is not read": (
        form(("file", b"{\\rtf1 x}", "a.rtf", "text/rtf")),
        422,
        "other-format",
        "DOCX or PDF",
    ),
    "a bomb's header": (form(("file", png(60_000, 60_000), "a.png", "image/png")), 422, "unreadable-file", "60,000"),
    "cut off in its header": (form(("file", png()[:20], "a.png", "image/png")), 422, "unreadable-file", "cut off"),
    "too large": (form(("file", b"\0" * (1024 * 1024 + 1), "a.png", "image/png")), 413, "file-too-large", "1 MB"),
    "far too large": (form(("file", b"\0" * (30 * 1024 * 1024), "a.png", "image/png")), 413, "file-too-large", "1 MB"),
    "no file": (form(("picture", png(), "a.png", "image/png")), 400, "no-file", "“file”"),
    "two files": (
        form(("file", png(), "a.png", "image/png"), ("file", png(), "b.png", "image/png")),
        400,
        "two-files",
        "one file",
    ),
    "a path": (form(("file", png(), "../../etc/passwd.png", "image/png")), 400, "bad-file-name", "path"),
    "a long name": (form(("file", png(), "n" * 5000, "image/png")), 400, "bad-file-name", "255"),
    "seventeen parts": (
        form(*((f"field{n}", b"x", None, "text/plain") for n in range(17))),
        400,
        "too-many-parts",
        "parts",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_bad_upload_is_refused_and_leaves_nothing(
    case: str, gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    body, status, slug, says = REFUSED[case]
    before = await stored(gateway)
    async with session.post(f"{gateway.base_url}/api/v1/documents/upload", data=body) as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert (answer.status, problem["type"]) == (status, f"/problems/{slug}"), problem
    assert problem["status"] == status
    assert problem["title"]
    assert says in problem["detail"]
    assert await stored(gateway) == before


async def test_bodies_that_are_no_forms_are_refused(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    url = f"{gateway.base_url}/api/v1/documents/upload"
    before = await stored(gateway)

    async def send(data: Any, status: int, slug: str, **headers: str) -> None:
        async with session.post(url, data=data, headers=headers) as answer:
            problem = await answer.json(content_type="application/problem+json")
            assert (answer.status, problem["type"]) == (status, f"/problems/{slug}"), problem

    await send(png(), 415, "wrong-content-type", **{"Content-Type": "image/png"})
    await send(b"", 415, "wrong-content-type", **{"Content-Type": "multipart/form-data"})
    await send(b"no parts here", 400, "malformed-multipart", **{"Content-Type": "multipart/form-data; boundary=b"})
    cut = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + png()
    await send(cut, 400, "malformed-multipart", **{"Content-Type": "multipart/form-data; boundary=b"})

    async def chunks() -> Any:
        yield b"--b\r\n"

    await send(chunks(), 411, "length-required", **{"Content-Type": "multipart/form-data; boundary=b"})
    assert await stored(gateway) == before


async def test_several_photos_are_one_document_where_that_is_asked_for(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    photos = [png(40, 30), png(50, 30)]
    address = f"{gateway.base_url}/api/v1/documents/upload?pages=true"
    parts = [("page", photo, f"wall-{at}.png", "image/png") for at, photo in enumerate(photos)]
    async with session.post(address, data=form(*parts)) as answer:
        assert answer.status == 202, await answer.text()
        id_ = (await answer.json())["documentId"]
    assert unbundled((gateway.blobs / "default" / id_ / "original").read_bytes()) == photos
    async with session.get(f"{gateway.base_url}/api/v1/documents/{id_}") as answer:
        assert (await answer.json())["fileName"] == "wall-0.png"
    before = await stored(gateway)
    pdf = ("page", b"%PDF-1.4\n", "wall.pdf", "application/pdf")
    for refused, status in (([*parts, pdf], 422), (parts * 9, 400), ([("file", *parts[0][1:])], 400)):
        async with session.post(address, data=form(*refused)) as answer:
            assert answer.status == status
    assert await stored(gateway) == before


async def test_an_upload_is_committed_and_put_on_the_stream(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png(), "Woche 7 – Kopie.png")
    delivery = await player.take(id_)
    assert delivery.deliveries == 1
    async with session.get(f"{gateway.base_url}/api/v1/documents/{id_}") as answer:
        document = await answer.json()
    assert document["status"] == "uploaded"
    assert document["fileName"] == "Woche 7 – Kopie.png"
    assert document["contentType"] == "image/png"
    assert document["percentage"] == 0
    assert (gateway.blobs / "default" / id_ / "original").read_bytes() == png()
    async with session.get(f"{gateway.base_url}/api/v1/documents/{id_}/image") as answer:
        # The upload itself, which may say where a photo was taken, is not served.
        assert answer.status == 404
    async with session.get(f"{gateway.base_url}/api/v1/timetables/{id_}") as answer:
        assert answer.status == 404
        assert "uploaded" in (await answer.json(content_type=None))["detail"]


async def test_a_client_that_goes_away_leaves_nothing(gateway: GatewayAlone) -> None:
    before = await stored(gateway)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.ports["gateway"])
    request = (
        "POST /api/v1/documents/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    writer.write(request.encode() + head + png())
    writer.write_eof()
    # It hangs up in turn once it knows that no more is coming.
    async with patience():
        await reader.read()
    writer.close()
    assert await stored(gateway) == before


async def test_a_deleted_document_is_gone(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 20)
    url = f"{gateway.base_url}/api/v1/documents/{id_}"
    async with session.delete(url) as answer:
        assert answer.status == 204
    async with session.delete(url) as answer:
        assert answer.status == 404
    for path in (f"documents/{id_}", f"documents/{id_}/image", f"timetables/{id_}", f"events/{id_}"):
        async with session.get(f"{gateway.base_url}/api/v1/{path}") as answer:
            assert answer.status == 404, path
    assert not (gateway.blobs / "default" / id_).exists() or not list((gateway.blobs / "default" / id_).iterdir())
    # The job that still runs cannot bring it back.
    from shared.db.documents import Documents

    assert not await Documents(player.database).fail(id_, "default", "late")


async def test_documents_are_listed_newest_first_in_pages(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    ids = [await upload(session, gateway.base_url, png()) for _ in range(5)]
    found: list[str] = []
    after: str | None = None
    while len(found) < 5:
        params = {"limit": "2"} | ({"after": after} if after else {})
        async with session.get(f"{gateway.base_url}/api/v1/documents", params=params) as answer:
            body = await answer.json()
        found += [each["documentId"] for each in body["documents"]]
        after = body["next"]
    assert found[:5] == ids[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1_0",
        "limit=%D9%A1",
        "limit=%2B5",
        "limit= 5",
        "limit=" + "9" * 5000,
        "after=x",
        "after=%00",
        "after=MTIzfHg=",
        "after=MHx4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eA==",
    ],
)
async def test_a_bad_query_is_refused(gateway: GatewayAlone, session: aiohttp.ClientSession, query: str) -> None:
    async with session.get(f"{gateway.base_url}/api/v1/documents?{query}") as answer:
        assert answer.status == 400
        assert (await answer.json(content_type="application/problem+json"))["type"] == "/problems/bad-query"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/documents/not-an-id", 404),
        ("GET", "/api/v1/documents/00000000-0000-0000-0000-000000000000", 404),
        ("DELETE", "/api/v1/documents/00000000-0000-0000-0000-000000000000", 404),
        ("GET", "/api/v1/events/00000000-0000-0000-0000-000000000000", 404),
        ("GET", "/api/v1/timetables/00000000-0000-0000-0000-000000000000", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/documents/upload", 404),
        ("PATCH", "/api/v1/documents", 405),
        ("GET", "/assets/../../settings.py", 404),
        ("GET", "/assets/", 404),
        ("GET", "/assets/none.js", 404),
        ("GET", "/assets/" + "x" * 3000, 404),
    ],
)
async def test_what_is_not_there_is_a_problem(
    gateway: GatewayAlone, session: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with session.request(method, f"{gateway.base_url}{path}") as answer:
        assert answer.status == status
        assert answer.content_type == "application/problem+json"


async def test_other_origins_are_allowed_by_setting_only(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    url = f"{gateway.base_url}/api/v1/documents"
    for origin, allowed in (("https://school.example", True), ("https://evil.example", False)):
        async with session.get(url, headers={"Origin": origin}) as answer:
            assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is allowed
        async with session.options(
            f"{url}/upload", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        ) as answer:
            assert ("Access-Control-Allow-Origin" in answer.headers) is allowed


async def test_health_and_metrics(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{gateway.base_url}/livez") as answer:
        assert answer.status == 200
    async with session.get(f"{gateway.base_url}/readyz") as answer:
        assert await answer.json() == {"ready": True, "checks": {"postgres": "ok", "blobs": "ok", "chores": "ok"}}
    async with session.get(f"{gateway.base_url}/metrics") as answer:
        assert answer.status == 404, "not on the API's port"
    async with session.get(gateway.metrics_url) as answer:
        told = await answer.text()
    assert "timelift_sse_subscribers" in told
    async with session.get(gateway.metrics_url.replace("/metrics", "/version")) as answer:
        said = await answer.json()
    assert f'version="{said["version"]}"' in told


async def raw_post(gateway: GatewayAlone, headers: str, body: bytes) -> bytes:
    """Send bytes as they are; gives the answer's head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.ports["gateway"])
    head = f"POST /api/v1/documents/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    writer.write(head.encode("latin-1") + b"\r\n" + body)
    async with patience():
        answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


async def work_of(gateway: GatewayAlone, headers: str, body: bytes) -> tuple[bytes, float]:
    """The answer to an upload, and the processor time that ten of it take the gateway."""
    pid = gateway.processes["gateway"].pid
    begun = processor_time(pid)
    for _ in range(10):
        answer = await raw_post(gateway, headers, body)
    return answer, processor_time(pid) - begun


@pytest.fixture
async def usual_work(gateway: GatewayAlone) -> float:
    """Of a form with a megabyte that is no picture."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = head + b"a" * 1_000_000 + b"\r\n--b--\r\n"
    answer, work = await work_of(gateway, "Content-Type: multipart/form-data; boundary=b", body)
    assert answer.startswith(b"HTTP/1.1 422")
    return work


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        # Skipped line by line by the parser, megabytes of these stopped the whole gateway.
        ("Content-Type: multipart/form-data; boundary=b", b"\n" * 1_000_000, b"400"),
        (
            "Content-Type: multipart/form-data; boundary=b\r\nContent-Encoding: gzip",
            gzip.compress(b"\n" * 10**6),
            b"415",
        ),
        ("Content-Type: multipart/form-data; boundary=b", b"--b\r\n" + b"A: b\r\n" * 50_000 + b"\r\n", b"400"),
        ("Content-Type: multipart/form-data; boundary=b", b"--b\r\nA: " + b"x" * 200_000 + b"\r\n\r\n", b"400"),
        (
            "Content-Type: multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: text/\xff\r\n\r\nx\r\n--b--\r\n',
            b"400",
        ),
    ],
)
async def test_a_hostile_body_is_refused_for_no_more_work_than_another(
    gateway: GatewayAlone, usual_work: float, headers: str, body: bytes, status: bytes
) -> None:
    before = await stored(gateway)
    answer, work = await work_of(gateway, headers, body)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b"application/problem+json" in answer
    assert work < 5 * usual_work + 0.1  # processor time comes in hundredths
    assert await stored(gateway) == before


@pytest.mark.parametrize(
    ("content_type", "start"),
    [
        # A line that only begins like the boundary, a boundary that another reader takes from the header, and forms
        # that lines precede: what follows was skipped line by line, in one go.
        ("multipart/form-data; boundary=b", b"--bx\r\n"),
        ("multipart/form-data; boundary=b", b"--b x\r\n"),
        ("multipart/form-data; boundary=b", b"\r\n\r\n"),
        ("multipart/form-data; boundary=x; boundary=b", b"--x\r\n"),
        ("multipart/form-data; boundary=b; boundary=x", b"--b\r\n"),
        ('multipart/form-data; boundary="b"; x="; boundary=x"', b"--x\r\n"),
        ("multipart/form-data; xboundary=x; boundary=b", b"--x\r\n"),
    ],
)
async def test_a_body_that_only_seems_to_begin_with_its_boundary_stops_nobody(
    gateway: GatewayAlone, usual_work: float, content_type: str, start: bytes
) -> None:
    answer, work = await work_of(gateway, f"Content-Type: {content_type}", start + b"\n" * 1_000_000)
    assert answer.startswith(b"HTTP/1.1 400")
    assert work < 5 * usual_work + 0.1  # processor time comes in hundredths


@pytest.mark.parametrize("declared", ["application/x-pdf", "binary/octet-stream", "*/*", "text/html", "nonsense", None])
async def test_the_bytes_decide_what_a_file_is(
    gateway: GatewayAlone, session: aiohttp.ClientSession, declared: str | None
) -> None:
    said = f"Content-Type: {declared}\r\n" if declared else ""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n{said}\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    body = head.encode() + png() + b"\r\n--b--\r\n"
    async with session.post(f"{gateway.base_url}/api/v1/documents/upload", data=body, headers=headers) as answer:
        assert answer.status == 202, await answer.text()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("תוכנית\u200f.png", "תוכנית.png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("Woche\u0085\u2028 7.png", "Woche 7.png"),
        ("\u200f\u202a", "timetable"),
    ],
)
async def test_what_could_hide_or_turn_a_name_is_taken_out_of_it(
    gateway: GatewayAlone, session: aiohttp.ClientSession, name: str, kept: str
) -> None:
    id_ = await upload(session, gateway.base_url, png(), name)
    async with session.get(f"{gateway.base_url}/api/v1/documents/{id_}") as answer:
        assert (await answer.json())["fileName"] == kept


@pytest.mark.parametrize("name", ["Screenshot 9.41.00\u202fAM.png", "Emploi\u00a0du temps.png", "👩\u200d🏫.png"])
async def test_ordinary_names_are_taken(gateway: GatewayAlone, session: aiohttp.ClientSession, name: str) -> None:
    id_ = await upload(session, gateway.base_url, png(), name)
    async with session.get(f"{gateway.base_url}/api/v1/documents/{id_}") as answer:
        assert (await answer.json())["fileName"] == name


async def test_a_page_of_another_origin_cannot_write(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    url = f"{gateway.base_url}/api/v1/documents/upload"
    port = gateway.ports["gateway"]
    for headers, status in (
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": f"http://127.0.0.1:{port + 1}"}, 403),
        ({"Origin": f"http://127.0.0.1:{port}.evil.example"}, 403),
        ({"Origin": "https://school.example", "Sec-Fetch-Site": "cross-site"}, 202),
        ({"Origin": gateway.base_url}, 202),
        # For the browser another site; here it is this machine under its other name.
        ({"Origin": f"http://localhost:{port}", "Sec-Fetch-Site": "cross-site"}, 202),
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({}, 202),
    ):
        body = form(("file", png(), "a.png", "image/png"))
        async with session.post(url, data=body, headers=headers) as answer:
            assert answer.status == status, headers


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/api/v1/documents", "evil.example", 421),
        ("/api/v1/documents", "evil.example:{port}", 421),
        ("/api/v1/documents", "localhost.evil.example", 421),
        ("/api/v1/documents", "localhost@evil.example", 421),
        ("/api/v1/documents", "10.0.0.7", 421),
        ("/api/v1/documents", "", 421),
        ("/", "evil.example", 421),
        ("/nothing", "evil.example", 421),
        ("/api/v1/documents", "LOCALHOST.:{port}", 200),
        ("/api/v1/documents", "[::1]:{port}", 200),
        ("/livez", "10.0.0.7", 200),
        ("/readyz", "10.0.0.7:{port}", 200),
    ],
)
async def test_a_name_that_is_made_to_resolve_here_is_not_answered_to(
    gateway: GatewayAlone, session: aiohttp.ClientSession, path: str, host: str, status: int
) -> None:
    named = host.format(port=gateway.ports["gateway"])
    async with session.get(f"{gateway.base_url}{path}", headers={"Host": named}) as answer:
        assert answer.status == status
        if status == 421:
            assert (await answer.json(content_type="application/problem+json"))["type"] == "/problems/unknown-host"


async def test_a_trace_that_is_none_is_left_out(gateway: GatewayAlone) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + png() + b"\r\n--b--\r\n"
    answer = await raw_post(gateway, "Content-Type: multipart/form-data; boundary=b\r\ntraceparent: \xff", body)
    assert answer.startswith(b"HTTP/1.1 202")


async def test_a_burst_is_taken_in_turns_instead_of_being_shed(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    """Far more small uploads at once than are received at once (UPLOAD_CONCURRENCY, 16): all are accepted."""
    ids = await asyncio.gather(*(upload(session, gateway.base_url, png()) for _ in range(60)))
    assert len(set(ids)) == 60


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/v1/timetables/00000000-0000-0000-0000-000000000000"),
        ("POST", "/api/v1/documents/00000000-0000-0000-0000-000000000000/cancel"),
        ("POST", "/api/v1/documents/upload"),
    ],
)
async def test_no_compressed_body_is_taken(
    gateway: GatewayAlone, session: aiohttp.ClientSession, method: str, path: str, coding: str
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    before = len(gateway.log("gateway").read_text())  # other tests' share, in which a server may have been away
    async with session.request(method, f"{gateway.base_url}{path}", data=b"x" * 100, headers=headers) as answer:
        assert answer.status == 415
        assert answer.content_type == "application/problem+json"
    assert "Traceback" not in (log := gateway.log("gateway").read_text()[before:])
    assert '"exception"' not in log


async def test_a_head_of_an_event_stream_does_not_stay_open(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    async with session.head(f"{gateway.base_url}/api/v1/events/{id_}") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,OPTIONS")


async def test_every_answer_tells_browsers_to_keep_it_to_themselves(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    for path, resource in (("/", "same-origin"), ("/nothing", "same-origin"), ("/api/v1/documents", "cross-origin")):
        async with session.get(f"{gateway.base_url}{path}") as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            # This gateway's CORS_ORIGINS name a page that shows pictures.
            assert answer.headers["Cross-Origin-Resource-Policy"] == resource


async def test_what_is_stored_is_readable_by_its_owner_only(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    stored = gateway.blobs / "default" / id_ / "original"
    for path in (stored, stored.parent, stored.parent.parent, gateway.blobs):
        assert path.stat().st_mode & 0o077 == 0, path


async def test_everything_says_whether_it_may_be_kept(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    for path, kept in {
        "/api/v1/documents": "private, no-cache",
        f"/api/v1/documents/{uuid.uuid4()}": "no-store",
        "/api/v1/nothing": "no-store",
        "/api/v1/schemas/timetable.json": "public, max-age=3600",
        "/readyz": "private, no-cache",
        "/livez": "private, no-cache",
    }.items():
        async with session.get(gateway.base_url + path) as answer:
            assert answer.headers["Cache-Control"] == kept, path
