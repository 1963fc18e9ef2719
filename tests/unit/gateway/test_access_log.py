"""The access log: a line for each request of the API, without secrets."""

import secrets
from typing import Literal

import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.gateway.access_log import AccessLogSettings, access_log
from services.gateway.problems import problem_middleware

PICTURE = "/api/v1/documents/x/image"


async def requested(which: Literal["off", "api", "all"]) -> list[tuple[object, object]]:
    """Paths and statuses of the lines that some requests leave."""

    async def found(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("a bug")

    app = web.Application(middlewares=[access_log(AccessLogSettings.load(access_log=which)), problem_middleware])
    app.router.add_get("/api/v1/documents/{id}", found)
    app.router.add_get("/api/v1/documents/{id}/image", found)
    app.router.add_get("/api/v1/queue", broken)
    app.router.add_get("/", found)
    with structlog.testing.capture_logs() as lines:
        async with TestClient(TestServer(app)) as client:
            for path in ("/api/v1/documents/x?access_token=secret", PICTURE, "/", "/api/v1/queue", "/api/none"):
                await client.get(path, headers={"X-API-Key": "secret"})
    assert "secret" not in str([line for line in lines if line["event"] == "request"])
    return [(line["path"], line["status"]) for line in lines if line["event"] == "request"]


API = [("/api/v1/documents/x", 200), ("/api/v1/queue", 500), ("/api/none", 404)]


@pytest.mark.parametrize(
    ("which", "lines"),
    [("off", []), ("api", API), ("all", [API[0], (PICTURE, 200), ("/", 200), *API[1:]])],
)
async def test_what_is_wanted_is_logged(which: Literal["off", "api", "all"], lines: list[tuple[str, int]]) -> None:
    assert await requested(which) == lines


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PROPFIND", "OPTIONS"])
@pytest.mark.parametrize("address", ["/calendars/{}.ics", "/calendars/{}", "/calendars/{}.ics/", "/calendars//{}.ics"])
async def test_a_calendar_s_token_is_in_no_line(method: str, address: str) -> None:
    async def calendar(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application(middlewares=[access_log(AccessLogSettings.load(access_log="all")), problem_middleware])
    app.router.add_get("/api/v1/calendars/{token}.ics", calendar)
    app.router.add_delete("/api/v1/calendars/{id}", calendar)
    token = secrets.token_urlsafe(32)
    with structlog.testing.capture_logs() as lines:
        async with TestClient(TestServer(app)) as client:
            await client.request(method, "/api/v1" + address.format(token))
    (line,) = [each for each in lines if each["event"] == "request"]
    assert line["path"] == "/api/v1" + address.format("{token}")
