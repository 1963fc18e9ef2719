"""Both clients over a transport that the test answers for; each case holds for either."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from timelift_client import AsyncClient, Client, DocumentError, NoAnswerError, ProblemError

ID = "0b5b9f3e-5f0f-4a51-9a5c-0e3f7c1f8c11"
Answer = httpx.Response | Exception


class Scripted(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers requests in turn, and keeps them."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._next(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self._next(request)

    def _next(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces and may break off."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


def answer(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return httpx.Response(
        status, content=data, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def problem(status: int, name: str, **headers: str) -> httpx.Response:
    return answer({"type": f"/problems/{name}", "title": "T", "status": status, "detail": "D."}, status, **headers)


def stream(*chunks: bytes | Exception) -> httpx.Response:
    return httpx.Response(200, stream=Chunks(*chunks), headers={"content-type": "text/event-stream"})


def event(id_: str, kind: str, percentage: int, **more: Any) -> bytes:
    data = {"type": kind, "documentId": ID, "percentage": percentage, **more}
    return b"id: " + id_.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


class Either:
    """A client of either kind, of which the test sees no difference."""

    def __init__(self, kind: str, transport: Scripted, waits: list[float]) -> None:
        self.transport, self.waits, self._kind = transport, waits, kind
        make: Callable[..., Any] = Client if kind == "sync" else AsyncClient
        self._client = make("http://timelift", "the-key", transport=transport)

    def __call__(self, method: str, *args: Any, **kwargs: Any) -> Any:
        made = getattr(self._client, method)(*args, **kwargs)
        if self._kind == "sync":
            return list(made) if hasattr(made, "__next__") else made
        return asyncio.run(self._await(made))

    async def _await(self, made: Any) -> Any:
        return [each async for each in made] if hasattr(made, "__anext__") else await made


@pytest.fixture(params=["sync", "async"])
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Either]:
    waits: list[float] = []

    async def no_wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr("asyncio.sleep", no_wait)
    return lambda *answers: Either(request.param, Scripted(*answers), waits)


def test_an_upload_is_a_form_with_the_file_and_the_key(client: Callable[..., Either], tmp_path: Path) -> None:
    picture = tmp_path / "wéek.png"
    picture.write_bytes(b"picture")
    made = client(answer({"documentId": ID, "status": "uploaded"}, 202))
    assert made("upload", picture, priority="batch", webhook="https://school.example/hook") == ID
    (sent,) = made.transport.requests
    assert sent.headers["authorization"] == "Bearer the-key"
    assert dict(sent.url.params) == {"priority": "batch", "webhook": "https://school.example/hook"}
    assert b'name="file"' in sent.content
    assert "wéek.png".encode() in sent.content
    assert b"Content-Type: image/png" in sent.content
    assert sent.content.endswith(b"--\r\n")


def test_several_photos_of_one_plan_are_the_pages_of_one_document(
    client: Callable[..., Either], tmp_path: Path
) -> None:
    right = tmp_path / "right.png"
    right.write_bytes(b"the right half")
    made = client(answer({"documentId": ID, "status": "uploaded"}, 202))
    assert made("upload", [b"the left half", right], "wall.jpg", reuse=True) == ID
    (sent,) = made.transport.requests
    assert (sent.url.params["pages"], sent.url.params["reuse"]) == ("true", "true")
    assert sent.content.count(b'name="page"') == 2
    assert b'name="file"' not in sent.content
    parts = [b'filename="wall.jpg"', b"the left half", b'filename="right.png"', b"the right half"]
    places = [sent.content.index(each) for each in parts]
    assert places == sorted(places)


def test_what_passes_is_tried_again(client: Callable[..., Either]) -> None:
    made = client(
        problem(503, "queue-full", Retry_After="30"),
        problem(503, "busy"),
        httpx.ConnectError("refused"),
        answer({"documentId": ID, "status": "uploaded"}, 202),
    )
    assert made("upload", b"picture", "week.png") == ID
    assert len(made.transport.requests) == 4
    assert made.waits[0] == 30
    assert len({request.content.count(b"picture") for request in made.transport.requests}) == 1


def test_what_does_not_pass_is_told_at_once(client: Callable[..., Either]) -> None:
    made = client(problem(413, "file-too-large"))
    with pytest.raises(ProblemError, match=r"^D\.$") as caught:
        made("upload", b"picture")
    assert (caught.value.name, caught.value.status, made.waits) == ("file-too-large", 413, [])


def test_an_upload_whose_answer_was_lost_is_sent_under_the_same_key(client: Callable[..., Either]) -> None:
    made = client(
        httpx.ReadTimeout("no answer"),
        problem(409, "upload-under-way"),
        answer({"documentId": ID, "status": "uploaded"}, 202),
    )
    assert made("upload", b"picture") == ID
    assert len({request.headers["idempotency-key"] for request in made.transport.requests}) == 1


def test_a_question_is_asked_again_as_often_as_it_may(client: Callable[..., Either]) -> None:
    made = client(*(httpx.ReadTimeout("no answer") for _ in range(6)))
    with pytest.raises(NoAnswerError):
        made("document", ID)
    assert (len(made.transport.requests), len(made.waits)) == (6, 5)


def test_a_stream_is_taken_up_where_it_broke_off(client: Callable[..., Either]) -> None:
    half = event("3-40", "progress", 40)
    made = client(
        stream(b": hello\n\n", event("1-12", "progress", 12), half[:20], httpx.ReadError("cut")),
        httpx.ConnectError("refused"),
        problem(503, "too-many-streams"),
        stream(half),
        stream(
            event("4-127", "complete", 100, result={"timetableIds": ["t"], "validated": True}), b"more that is not read"
        ),
    )
    assert [each.percentage for each in made("follow", ID)] == [12, 40, 100]
    assert [request.headers.get("last-event-id") for request in made.transport.requests] == [
        None,
        "1-12",
        "1-12",
        "1-12",
        "3-40",
    ]


def test_a_stream_that_stays_away_is_given_up(client: Callable[..., Either]) -> None:
    made = client(*(httpx.ConnectError("refused") for _ in range(6)))
    with pytest.raises(NoAnswerError):
        made("follow", ID)
    made = client(problem(404, "not-found"))
    with pytest.raises(ProblemError):
        made("follow", ID)


def test_one_who_waits_is_told_how_it_ended(client: Callable[..., Either]) -> None:
    made = client(stream(event("4-127", "complete", 100, result={"timetableIds": ["t"], "validated": True})))
    assert made("wait", ID).result.timetable_ids == ["t"]
    made = client(stream(event("4-127", "error", 2, status="failed", error="It broke.")))
    with pytest.raises(DocumentError, match=r"^It broke\.$") as caught:
        made("wait", ID)
    assert (caught.value.status, caught.value.document_id) == ("failed", ID)
    # Who was told all there is asks the document itself.
    document = {"documentId": ID, "status": "validation_failed", "timetableIds": ["a", "b"]}
    made = client(httpx.Response(204), answer(document))
    assert made("wait", ID).result.timetable_ids == ["a", "b"]
    made = client(httpx.Response(204), answer({"documentId": ID, "status": "cancelled", "error": "Cancelled."}))
    with pytest.raises(DocumentError, match=r"^Cancelled\.$"):
        made("wait", ID)


def test_lists_are_read_page_by_page(client: Callable[..., Either]) -> None:
    pages = [
        {"documents": [{"documentId": name, "status": "completed"}], "next": then}
        for name, then in (("a", "c1"), ("b", None))
    ]
    made = client(*map(answer, pages))
    assert [each.document_id for each in made("documents")] == ["a", "b"]
    assert dict(made.transport.requests[1].url.params) == {"limit": "100", "after": "c1"}


def test_weeks_come_as_data_and_as_files(client: Callable[..., Either]) -> None:
    week = {"className": "4B", "timeblocks": [{"day": "monday", "name": "Maths", "startTime": "09:00", "new": 1}]}
    made = client(
        answer(week),
        answer(b"BEGIN", Content_Type="text/calendar", Content_Disposition="attachment; filename*=UTF-8''4B.ics"),
        answer({"documentId": ID, "status": "cancelled"}),
        httpx.Response(204),
    )
    assert made("timetable", "t").timeblocks[0].start_time == "09:00"
    assert made("export", "t", "ics") == ("4B.ics", "text/calendar", b"BEGIN")
    assert made("cancel", ID).status == "cancelled"
    made("delete", ID)
    assert [(each.method, each.url.path) for each in made.transport.requests[2:]] == [
        ("POST", f"/api/v1/documents/{ID}/cancel"),
        ("DELETE", f"/api/v1/documents/{ID}"),
    ]


def test_both_clients_offer_the_same() -> None:
    def offered(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert offered(Client) == offered(AsyncClient)
