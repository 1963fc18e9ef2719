"""A stand-in of the Messages API on loopback: checks each request's form and answers what the test tells it to."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "test-key"


@dataclass
class MessagesApi:
    """Answers in turn; the last one is repeated."""

    answers: list[web.Response | dict[str, Any]] = field(default_factory=list)
    hang: bool = False
    cut: int = 0
    """How many of the first answers break off in the middle of their body."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What was wrong with the requests; a test ends by asserting that there is nothing."""
    url: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.asked.set()
        self._check(request, body)
        if self.hang:
            await asyncio.Event().wait()
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if len(self.requests) <= self.cut:
            broken = web.StreamResponse(headers={"content-type": "application/json", "content-length": "5000"})
            await broken.prepare(request)
            await broken.write(b'{"id": "msg_1", "type": "mess')
            assert request.transport is not None
            request.transport.close()
            return broken
        if isinstance(answer, dict):
            return web.json_response(answer)
        # A response object serves one request only.
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    def _check(self, request: web.Request, body: dict[str, Any]) -> None:
        key = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        self._require(key == KEY, "key")
        self._require("anthropic-version" in request.headers, "version")
        self._require(body.get("max_tokens", 0) > 0 and isinstance(body.get("model"), str), "model and max_tokens")
        self._require(not {"temperature", "top_p", "top_k"} & set(body), "sampling parameters are refused")
        output = body.get("output_config", {}).get("format", {})
        self._require(output.get("type") == "json_schema", "output format")
        self._require(output.get("schema", {}).get("additionalProperties") is False, "closed schema")
        content = body["messages"][0]["content"]
        roles = [each["role"] for each in body["messages"]]
        self._require(roles in (["user"], ["user", "assistant", "user"]), "one question, and one repair round at most")
        self._require(all(each["content"] for each in body["messages"]), "no empty message")
        self._require([block["type"] for block in content] == ["image"] * (len(content) - 1) + ["text"], "blocks")
        for block in content[:-1]:
            source = block["source"]
            self._require(source["type"] == "base64" and source["media_type"] == "image/webp", "picture")
            self._require(base64.b64decode(source["data"])[8:12] == b"WEBP", "picture data")

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            self.faults.append(what)


@asynccontextmanager
async def messages_api(
    *answers: web.Response | dict[str, Any], hang: bool = False, cut: int = 0
) -> AsyncIterator[MessagesApi]:
    """Serve a stand-in for as long as the block lasts."""
    api = MessagesApi(list(answers), hang, cut)
    app = web.Application(client_max_size=20_000_000)
    app.router.add_post("/v1/messages", api.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()


def message(answer: Any, stop_reason: str = "end_turn") -> dict[str, Any]:
    """A message body; `answer` is its text, as JSON if it is no string."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 1200, "output_tokens": 340},
    }


def fault(status: int, kind: str) -> web.Response:
    """An error body; told not to be tried again, so that a test does not wait out the back-off."""
    body = {"type": "error", "error": {"type": kind, "message": kind}}
    return web.json_response(body, status=status, headers={"x-should-retry": "false"})
