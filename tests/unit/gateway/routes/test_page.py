"""The page and its parts, sent from memory."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from services.gateway.answers import Answers
from services.gateway.context import GATEWAY
from services.gateway.routes import page
from services.gateway.settings import GatewaySettings
from shared.http_server import serve

LARGE = os.urandom(4_000_000)


@pytest.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Of a server of a page with one large part."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets" / "large.js").write_bytes(LARGE)
    (tmp_path / "assets" / "text.css").write_bytes(b"whole")
    (tmp_path / "assets" / "text.css.gz").write_bytes(gzip.compress(b"packed"))
    monkeypatch.setattr(page, "STATIC", tmp_path)
    app = web.Application()
    gateway: Any = SimpleNamespace(answers=Answers(GatewaySettings.load()), tenants=SimpleNamespace(keyed=False))
    app[GATEWAY] = gateway
    app.add_routes(page.ROUTES)
    runner, port = await serve(app, "127.0.0.1", 0)
    yield port
    await runner.cleanup()


async def test_a_part_is_sent_whole_and_only_once_to_who_has_it(port: int, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{port}/assets/large.js"
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as answer:
            assert await answer.read() == LARGE
            assert answer.content_type == "text/javascript"
            tag = answer.headers["ETag"]
        async with session.get(url, headers={"If-None-Match": tag}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        async with session.head(url) as answer:
            assert (answer.status, answer.headers["Content-Length"]) == (200, "4000000")
        (tmp_path / "assets" / "large.js").write_bytes(b"new")
        async with session.get(url, headers={"If-None-Match": tag}) as answer:
            assert (answer.status, await answer.read()) == (200, b"new")
        async with session.get(f"http://127.0.0.1:{port}/assets/none.js") as answer:
            assert answer.status == 404
        async with session.get(f"http://127.0.0.1:{port}/") as answer:
            assert await answer.text() == "<!doctype html>"
            assert answer.headers["Content-Security-Policy"] == page.CSP


async def test_a_text_is_sent_as_the_build_packed_it(port: int) -> None:
    url = f"http://127.0.0.1:{port}/assets/text.css"
    async with aiohttp.ClientSession() as session:
        for accepted, got in (("gzip", "packed"), ("br", "whole"), ("identity", "whole")):
            async with session.get(url, headers={"Accept-Encoding": accepted}) as answer:
                assert await answer.text() == got
                assert (answer.content_type, answer.headers["Vary"]) == ("text/css", "Accept-Encoding")


async def test_who_reads_nothing_keeps_no_file_open(port: int, tmp_path: Path) -> None:
    """A descriptor for each such client would leave none for anybody else's connection."""
    connections = [await asyncio.open_connection("127.0.0.1", port, limit=1024) for _ in range(20)]
    for _, writer in connections:
        writer.write(b"GET /assets/large.js HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for reader, _ in connections:
        await reader.readexactly(1)
    kept = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.exists()]
    assert str(tmp_path / "assets" / "large.js") not in kept
    for _, writer in connections:
        writer.transport.abort()
