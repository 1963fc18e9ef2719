"""What a request is called, and where it stands in a trace."""

import re

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from services.gateway.request_ids import REQUEST_ID, TRACE, add_names, named, trace_of

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FORM = r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"


async def name_of(said: str) -> str:
    async def handler(_: web.Request) -> web.Response:
        return web.Response()

    request = make_mocked_request("GET", "/", {"X-Request-Id": said})
    await named(request, handler)
    assert re.fullmatch(FORM, request[TRACE])
    return request[REQUEST_ID]


async def test_a_request_is_called_what_it_says_if_that_is_a_name() -> None:
    assert await name_of("support-4711.a_B") == "support-4711.a_B"
    for bad in ("", "a b", "x" * 129, "a\tb", "-", "ä", '"a"'):
        assert re.fullmatch(r"[0-9a-f]{32}", await name_of(bad)), bad
    assert await name_of("") != await name_of("")


async def test_an_answer_says_what_its_request_is_called() -> None:
    async def handler(request: web.Request) -> web.Response:
        answer = web.Response()
        add_names(request, answer)
        return answer

    request = make_mocked_request("GET", "/", {"X-Request-Id": "support-4711", "traceparent": TRACEPARENT})
    said = (await named(request, handler)).headers
    assert said["X-Request-Id"] == "support-4711"
    assert said["traceresponse"] == request[TRACE]
    assert said["traceresponse"][3:35] == TRACEPARENT[3:35]
    # What no middleware has named yet is answered all the same.
    bare = web.Response()
    add_names(make_mocked_request("GET", "/"), bare)
    assert "X-Request-Id" not in bare.headers


def test_a_trace_is_gone_on_with_under_a_parent_of_our_own() -> None:
    ours = trace_of(TRACEPARENT)
    assert re.fullmatch(FORM, ours)
    assert (ours[:36], ours[-2:]) == (TRACEPARENT[:36], "01")
    assert ours[36:52] != TRACEPARENT[36:52]
    # Of a newer version what is known of it holds.
    assert trace_of(TRACEPARENT.replace("00-", "cc-", 1) + "-what-is-new")[3:35] == TRACEPARENT[3:35]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x" * 8000,
        TRACEPARENT + "-more",
        TRACEPARENT.upper(),
        TRACEPARENT.replace("00-", "ff-", 1),
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_what_is_no_trace_begins_one(bad: str) -> None:
    assert re.fullmatch(FORM, trace_of(bad))
    assert trace_of(bad) != trace_of(bad)
