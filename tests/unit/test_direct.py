"""Who may call a worker's internal route."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from shared.direct import PATH, InternalSettings, run_route
from shared.slots import Slots


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 503),  # let in; nothing is loaded here
        ({"Origin": "http://rebound.example:4001"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
async def test_no_page_can_have_a_worker_run_a_job(headers: dict[str, str], status: int) -> None:
    app = web.Application()
    app.router.add_post(PATH, run_route(lambda: None, "ocr", Slots(1), 1.0, InternalSettings.load()))
    async with TestClient(TestServer(app)) as client:
        sent = {"Content-Type": "application/json"} | headers
        async with client.post(PATH, data=b"{}", headers=sent) as answer:
            assert answer.status == status
