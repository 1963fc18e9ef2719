"""The command line: files in, weeks out, and what the exit status says."""

import functools
from pathlib import Path
from typing import Any

import httpx
import pytest
from timelift_client import AsyncClient, cli

from tests.unit.client.test_clients import answer, event, problem, stream

DONE = {"timetableIds": ["t1", "t2"], "validated": True}


class Service(httpx.AsyncBaseTransport):
    """Reads every picture as two weeks, but for those that it cannot."""

    def __init__(self) -> None:
        self.asked: list[httpx.URL] = []
        self.keys: set[str | None] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        self.keys.add(request.headers.get("authorization"))
        path = request.url.path
        if path.endswith("/upload"):
            body = await request.aread()
            if b"empty.png" in body:  # by names: a form's random boundary spells some words, too
                return problem(422, "unreadable-file")
            return answer({"documentId": "bad" if b"bad.png" in body else "good", "status": "uploaded"}, 202)
        if path.endswith("/events/bad"):
            return stream(event("1-127", "error", 2, status="failed", error="It broke."))
        if path.endswith("/events/good"):
            return stream(
                event("1-40", "progress", 40, step="Running OCR", message="12 lines"),
                event("2-127", "complete", 100, result=DONE),
            )
        return answer(path.encode())


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service()
    monkeypatch.setattr(cli, "AsyncClient", functools.partial(AsyncClient, transport=made))
    monkeypatch.setenv("TIMELIFT_API_KEY", "the-key")
    return made


def run(*arguments: Any) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main([str(each) for each in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name in ("one", "two", "bad", "empty"):
        (tmp_path / f"{name}.png").write_bytes(name.encode())
    return tmp_path


def test_files_are_sent_and_their_documents_named(service: Service, pictures: Path, capsys: Any) -> None:
    assert run("upload", pictures / "one.png", pictures / "two.png", "--batch") == 0
    assert capsys.readouterr().out.count("good  ") == 2
    assert {str(url.query, "ascii") for url in service.asked} == {"priority=batch"}
    assert service.keys == {"Bearer the-key"}


def test_files_that_are_pages_are_one_document(service: Service, pictures: Path, capsys: Any) -> None:
    assert run("upload", pictures / "one.png", pictures / "two.png", "--pages") == 0
    assert capsys.readouterr().out.splitlines() == [f"good  {pictures / 'one.png'}"]
    assert {str(url.query, "ascii") for url in service.asked} == {"priority=interactive&pages=true"}


def test_what_was_read_before_is_taken_again_where_that_is_asked_for(service: Service, pictures: Path) -> None:
    assert run("upload", pictures / "one.png", pictures / "two.png", "--pages", "--reuse") == 0
    assert {str(url.query, "ascii") for url in service.asked} == {"priority=interactive&pages=true&reuse=true"}


def test_weeks_are_saved_beside_their_pictures(service: Service, pictures: Path, capsys: Any) -> None:
    assert run("upload", pictures / "one.png", "--format", "csv") == 0
    assert (pictures / "one-1.csv").read_text() == "/api/v1/timetables/t1.csv"
    assert (pictures / "one-2.csv").read_text() == "/api/v1/timetables/t2.csv"
    assert "\n 40 %  Running OCR           12 lines\n" in "\n" + capsys.readouterr().out

    term = ("--from", "2026-09-02", "--until", "2026-12-18", "--holidays", "2026-10-12/2026-10-23,2026-12-04")
    assert run("upload", pictures / "two.png", "--format", "ics", "--output", pictures / "out" / "x", *term) == 0
    assert (pictures / "out" / "x" / "two-1.ics").exists()
    assert dict(service.asked[-1].params)["holidays"] == "2026-10-12/2026-10-23,2026-12-04/2026-12-04"


def test_no_week_is_saved_over_another(service: Service, pictures: Path) -> None:
    other = pictures / "other"
    other.mkdir()
    files = [pictures / "one.png", other / "one.png", other / "one.jpg"]
    for file in files:
        file.write_bytes(b"one")
    assert run("upload", *files, "--format", "csv", "--output", pictures / "out") == 0
    assert {each.name for each in (pictures / "out").iterdir()} == {
        f"one-{week}{more}.csv" for week in (1, 2) for more in ("", " (2)", " (3)")
    }


def test_one_that_comes_to_nothing_costs_the_others_nothing(service: Service, pictures: Path, capsys: Any) -> None:
    names = ("bad", "one", "empty", "two")
    assert run("upload", *(pictures / f"{name}.png" for name in names), "--watch", "--format", "json") == 1
    said, told = capsys.readouterr()
    assert "one.png   40 %  Running OCR           12 lines" in said
    assert f"{pictures / 'bad.png'}: It broke." in told
    assert f"{pictures / 'empty.png'}: D." in told
    assert (pictures / "one-1.json").exists()
    assert (pictures / "two-2.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("upload",),
        ("upload", "/no/such/file.png"),
        ("upload", __file__, "--format", "pdf"),
        ("upload", __file__, "--format", "ics"),
        ("upload", __file__, "--from", "2026-09-02"),
        ("upload", __file__, "--from", "soon", "--until", "2026-12-18"),
    ],
)
def test_mistakes_are_told_before_anything_is_sent(service: Service, arguments: tuple[str, ...], capsys: Any) -> None:
    assert run(*arguments) == 2
    assert "usage: timelift" in capsys.readouterr().err
    assert service.asked == []
