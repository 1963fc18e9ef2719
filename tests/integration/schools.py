"""Clients of the gateway that asks for keys."""

import io
import json
from typing import Any

import aiohttp

from tests.integration.png import png

NORTH, SOUTH = "north-key-0123456789", "south-key-0123456789"
WINDOW = 4
RATE = 30
"""Requests a minute."""


class School:
    """A client with a key, or without."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, key: str | None) -> None:
        self._session = session
        self._base = f"{base_url}/api/v1"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def __call__(self, method: str, path: str, **sent: Any) -> tuple[int, Any]:
        async with self._session.request(method, f"{self._base}/{path}", headers=self._headers, **sent) as answer:
            body = await answer.read()
            return answer.status, await answer.json(content_type=None) if body else None

    async def message(self, id_: str) -> str:
        """The first progress message of a document's event stream."""
        async with self._session.get(f"{self._base}/events/{id_}", headers=self._headers) as answer:
            async for raw in answer.content:
                if raw.startswith(b"data: ") and b'"progress"' in raw:
                    return str(json.loads(raw[6:])["message"])
        raise AssertionError("the stream ended without one")

    async def upload(self) -> str:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(png()), filename="week.png", content_type="image/png")
        status, body = await self("POST", "documents/upload", data=form)
        assert status == 202, body
        return str(body["documentId"])

    async def empty(self) -> None:
        """Delete all documents."""
        while documents := (await self("GET", "documents?limit=100"))[1]["documents"]:
            for each in documents:
                assert (await self("DELETE", f"documents/{each['documentId']}"))[0] == 204
