"""Requests that are wrong in their form: multipart, names, ids, addresses, raw bytes."""

import gzip
import itertools
import json
import re
from collections.abc import Iterator

from services.gateway.app import API

Request = tuple[str, str, dict[str, str], bytes]
"""Method, path, headers, body."""

UPLOAD = "/api/v1/documents/upload"
_PLACE = re.compile(r"\{[^}]*\}")
_BODIES = (b"", b'{"timeblocks": []}', b'{"savedName": "taken"}', b'{"from": "2026-09-01", "until": "2026-12-18"}')
"""What one or the other route takes."""
_PART = b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'


def forms(picture: bytes) -> Iterator[Request]:
    """Uploads whose form, or what is said of it, is not right."""
    types = [
        "multipart/form-data; boundary=b",
        'multipart/form-data; boundary="b"',
        "multipart/form-data; boundary=b; boundary=x",
        "multipart/form-data; boundary=x; boundary=b",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 71,
        'multipart/form-data; x="; boundary=b"',
        "multipart/form-data",
        "multipart/mixed; boundary=b",
        "text/plain; boundary=b",
        "",
    ]
    bodies = [
        b"--b\r\n" + _PART + picture + b"\r\n--b--\r\n",
        b"",
        b"--b",
        b"--b--\r\n",
        b"--bx\r\n" + b"\n" * 1_000_000,
        b"--b\r\n" + b"\n" * 1_000_000,
        b"\r\n" * 500_000,
        b"--b\r\n" + b"A: b\r\n" * 100_000 + b"\r\n",
        b"--b\r\nA: " + b"x" * 1_000_000,
        (b"--b\r\n" + _PART + b"\r\n") * 5_000 + b"--b--\r\n",
        b"--b\r\n" + b"\r" * 1_000_000,
        b"--b\r\n" + _PART + b"\r\n--" * 300_000,
        b"--b\r\n" + _PART + b"\r\n--b" * 200_000 + b"--\r\n",
        b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n" + _PART + b"--c\r\n" * 1_000,
        b"--b\r\nContent-Transfer-Encoding: base64\r\n" + _PART + b"=" * 500_000 + b"\r\n--b--\r\n",
        b"--b\r\nContent-Transfer-Encoding: base64\r\n" + _PART + b"AAAAA" + b"!" * 500_000 + b"\r\n--b--\r\n",
        b"--b\r\nContent-Length: 99999999999\r\n" + _PART + picture + b"\r\n--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n' + b"x" * 100_000 + b"\r\n--b--\r\n",
        b"--b\r\nContent-Disposition: " + b'form-data; a="' * 1_000 + b"\r\n\r\nx\r\n--b--\r\n",
    ]
    for content_type, body in itertools.product(types, bodies):
        yield "POST", UPLOAD, {"Content-Type": content_type}, body
    names = ["../../x.png", "a/b", "..", "x" * 10_000, "\u202e", "a\u200f.png", "\u202egnp.exe", "%00", "a\tb"]
    for name in names:
        part = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        yield "POST", UPLOAD, {"Content-Type": types[0]}, part + picture + b"\r\n--b--\r\n"
    for encoding in ("gzip", "deflate", "br", "nonsense"):
        for method, path in (("POST", UPLOAD), ("PUT", "/api/v1/timetables/00000000-0000-0000-0000-000000000000")):
            kind = types[0] if method == "POST" else "application/json"
            yield method, path, {"Content-Type": kind, "Content-Encoding": encoding}, b"garbage" * 100


def addresses(id_: str) -> Iterator[Request]:
    """Every route, with ids that are none and with `id_`, which is another's; bodies that are no JSON."""
    odd = ["..", ".", "%2e%2e", "%00", "x" * 5_000, "'; DROP TABLE documents", "{}", "ÿ", "-1"]
    ids = [id_, id_.upper(), id_ + "\n", *odd]
    routes = [(each.method, _PLACE.sub("{}", each.path)) for each in API if "{" in each.path]
    for (method, path), each in itertools.product((*routes, ("HEAD", "/api/v1/events/{}"), ("GET", "/assets/{}")), ids):
        bodies = _BODIES if method in ("PUT", "PATCH", "POST") else (b"",)
        for body in bodies:
            yield method, path.format(each), {"Content-Type": "application/json"} if body else {}, body
    for query in ("limit=1_0", "limit=-1", "limit=" + "9" * 5_000, "limit=%D9%A1", "after=x", "after=" + "A" * 6_000):
        yield "GET", f"/api/v1/documents?{query}", {}, b""
    for body in (
        b"",
        b"null",
        b"[" * 100_000,
        b'{"timeblocks":' + b"[" * 50_000,
        b"\xff",
        b"{}" * 9,
        b'{"a":1e999999}',
    ):
        yield "PUT", "/api/v1/timetables/" + id_, {"Content-Type": "application/json"}, body
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "127.0.0.1, " * 500},
        {"X-API-Key": "wrong-key-0123456789"},
        {"Authorization": "Bearer"},
        {"Last-Event-ID": "9" * 400 + "-1"},
        {"traceparent": "x" * 8_000},
        {"If-Match": '"' * 5_000},
    ):
        yield "GET", "/api/v1/documents/" + id_, headers, b""
        yield "POST", f"/api/v1/documents/{id_}/cancel", headers, b""


def corrections(id_: str) -> Iterator[Request]:
    """What may be said of one's own week: as much as is taken, and what only looks like it; then asked for again."""
    block = {"name": "Maths", "day": "monday", "startTime": "08:00", "endTime": "08:45", "notes": "n" * 850}
    largest = json.dumps({"timeblocks": [block] * 1_000}).encode()
    bodies = [
        largest,
        largest[:-2] + b"x]}",
        b'{"timeblocks":' + b"[" * 500_000,
        b'{"timeblocks":[],"warnings":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
        b'{"timeblocks":[],"warnings":[' + b"{}," * 325_000 + b"{}]}",
        b'{"timeblocks":[],"year":' + b"9" * 1_000_000 + b"}",
        b'{"timeblocks":[{"name":"' + b"\\u0041" * 160_000 + b'"}]}',
        b'{"timeblocks":[' + b"{}," * 325_000 + b"{}]}",
        b'{"timeblocks":[' + b'{"name":"x","day":"monday"},' * 999 + b'{"name":" ","day":"monday"}]}',
        b'{"' + b"x" * 1_000_000 + b'":1}',
    ]
    for body in bodies:
        yield "PUT", "/api/v1/timetables/" + id_, {"Content-Type": "application/json"}, body
        yield "PUT", "/api/v1/timetables/" + id_, {"Content-Type": "application/json"}, largest
        for method, path in (("GET", f"timetables/{id_}"), ("GET", f"events/{id_}"), ("HEAD", f"timetables/{id_}")):
            yield method, "/api/v1/" + path, {}, b""
    packed = gzip.compress(b"[" * 200_000_000)
    for coding in ("gzip", "GZIP", "deflate", "gzip, gzip", "br", "zstd", "identity, gzip"):
        headers = {"Content-Type": "application/json", "Content-Encoding": coding}
        yield "PUT", "/api/v1/timetables/" + id_, headers, packed
        yield "POST", f"/api/v1/documents/{id_}/cancel", headers, packed
        yield "POST", UPLOAD, {"Content-Type": "multipart/form-data; boundary=b", "Content-Encoding": coding}, packed


def exports(id_: str) -> Iterator[Request]:
    """One's own week as every kind of file, with dates as odd and as many as they come."""
    holidays = ",".join(f"2026-{1 + day // 28:02}-{1 + day % 28:02}" for day in range(300))
    queries = [
        "from=2026-09-01&until=2026-12-18&timeZone=Europe/Berlin",
        "from=0001-01-01&until=9999-12-31&timeZone=Pacific/Apia&firstWeek=B",
        "from=2026-01-01&until=2036-01-01&holidays=" + holidays,
        "from=2026-12-18&until=2026-09-01",
        "from=2026-09-01&until=2026-12-18&timeZone=../../etc/passwd",
        "from=2026-09-01&until=2026-12-18&timeZone=" + "A/" * 30,
        "from=2026-09-01&until=2026-12-18&holidays=2026-01-01/9999-12-31",
        "from=%D9%A2&until=x&holidays=" + "," * 9_000,
        "",
    ]
    for suffix, query in itertools.product(("ics", "csv", "xlsx", "json"), queries):
        yield "GET", f"/api/v1/timetables/{id_}.{suffix}?{query}", {}, b""
    for accept in ("text/calendar", "text/csv", "*/*;q=0", "a/b," * 1_500, "text/calendar;q=" + "0" * 5_000):
        yield "GET", f"/api/v1/timetables/{id_}", {"Accept": accept}, b""
    for body in (
        b'{"from":"2026-09-01","until":"2026-12-18","holidays":[' + b'"2026-10-01",' * 5_000 + b"]}",
        b"[" * 60_000,
    ):
        yield "PUT", f"/api/v1/timetables/{id_}/term-dates", {"Content-Type": "application/json"}, body


def webhooks() -> Iterator[Request]:
    """Addresses that a stranger would like this machine to call."""
    hosts = [
        *("127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f.1", "127.1", "017700000001", "[::1]", "[::]"),
        *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1%25lo]", "169.254.169.254", "10.0.0.1", "100.64.0.1"),
        *("localhost.", "LOCALHOST", "127.0.0.1.", "a@127.0.0.1", "example.com@127.0.0.1", "127.0.0.1#@example.com"),
        *("\u2460\u2461\u2466.0.0.1", "evil\r\nX: y", "[" * 500, "a" * 2_100, ""),
    ]
    for scheme, host in itertools.product(("http", "https", "file", "gopher", "redis"), hosts):
        body = json.dumps({"url": f"{scheme}://{host}:6379/"}).encode()
        yield "POST", "/api/v1/webhooks", {"Content-Type": "application/json"}, body


def logins() -> Iterator[Request]:
    """Keys that are guessed, and forms that are none."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for number in range(300):
        yield "POST", "/login", form, b"key=guess-%d" % number
    for body in (
        b"",
        b"key=" + b"x" * 200_000,
        b"&" * 200_000,
        b"key=%00%ff%",
        b"key=a&key=b",
        b"key=" + b"%41" * 60_000,
    ):
        yield "POST", "/login", form, body
        yield "POST", "/login", {"Content-Type": "application/json"}, body
    for cookie in ("session=" + "x" * 7_000, "session=%00", ";" * 7_000, "session=a; session=b"):
        for method, path in (("GET", "/login"), ("POST", "/logout"), ("GET", "/api/v1/documents")):
            yield method, path, {"Cookie": cookie, "X-API-Key": ""}, b""


RAW = [
    b"\x00" * 1_000,
    b"\r\n" * 10_000,
    b"GET\r\n\r\n",
    b"GET / HTTP/0.9\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nA: \x00\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n A: folded\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"CONNECT evil:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /\xff?access_token=x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2_000,
]
