"""What both clients share: events out of bytes, errors, patience, files."""

from datetime import date

import pytest
from timelift_client import NoAnswerError, ProblemError, StreamError, TermDates, core
from timelift_client.errors import problem_of

STREAM = (
    b'retry: 1000\n\n: heartbeat\n\nid: 1-0\ndata: {"a":1}\n\nid: 2-0\r\ndata: {"b":\r\ndata: 2}\r\n\r\ndata: {}\n\n'
    b"id: 3-0\rdata: x\r\r"
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_come_out_the_same_however_they_are_cut(size: int) -> None:
    decoder = core.Decoder()
    found = []
    for begin in range(0, len(STREAM), size):
        found += decoder.take(STREAM[begin : begin + size])
    # A last line that ends with CR alone is only known to be over when the next byte comes.
    found += decoder.take(b":")
    assert found == [("1-0", b'{"a":1}'), ("2-0", b'{"b":\n2}'), ("", b"{}"), ("3-0", b"x")]


def test_an_event_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_MAX_EVENT", 100)
    for chunk in (b"data: xxxxxxx", b"data: xxxxxxx\n"):
        decoder = core.Decoder()
        decoder.take(chunk * 5)
        with pytest.raises(StreamError):
            decoder.take(chunk * 5)


def test_a_feed_goes_on_where_it_broke_off_and_passes_over_what_is_new() -> None:
    feed = core.Feed("a/b")
    assert feed.call().path == "/api/v1/events/a%2Fb"
    assert "Last-Event-ID" not in feed.call().headers
    events = feed.take(
        b'id: 5-1\ndata: {"type":"progress","documentId":"a","percentage":5,"new":[1]}\n\ndata: nonsense\n\n'
    )
    assert [(event.type, event.percentage) for event in events] == [("progress", 5)]
    feed.take(b"id: 6-1\ndata: {")
    assert feed.call().headers["Last-Event-ID"] == "5-1", "half an event was not seen"
    (last,) = feed.take(b'id: 7-1\ndata: {"type":"error","documentId":"a","status":"failed","error":"It broke."}\n\n')
    assert (last.final, feed.ended, last.error) == (True, True, "It broke.")


def test_no_more_to_come_is_an_end() -> None:
    feed = core.Feed("a", after="9-127")
    feed.opened(200)
    assert not feed.ended
    feed.opened(204)
    assert feed.ended


def test_a_problem_says_what_is_wrong() -> None:
    body = b'{"type":"/problems/bad-timetable","title":"T","status":422,"detail":"D","field":"x[1]"}'
    problem = problem_of(422, body, None)
    assert (str(problem), problem.name, problem.field, problem.passing) == ("D", "bad-timetable", "x[1]", False)
    assert str(problem_of(400, b'{"type":"/problems/x","title":"T"}', None)) == "T"
    for body in (b"<html>", b"\xff", b"[]", b""):
        assert str(problem_of(502, body, None)) == "The answer was 502."


@pytest.mark.parametrize(
    ("status", "body", "passing"),
    [
        (503, b'{"type":"/problems/queue-full"}', True),
        (503, b'{"type":"/problems/busy"}', True),
        (503, b'{"type":"/problems/something-new"}', False),
        (500, b'{"type":"/problems/internal"}', False),
        (409, b'{"type":"/problems/not-completed"}', False),
        (503, b"<html>a proxy's own page</html>", True),
        (502, b"", True),
        (404, b"", False),
    ],
)
def test_what_passes_is_told_by_the_problem_s_type(status: int, body: bytes, passing: bool) -> None:
    assert problem_of(status, body, None).passing is passing


def test_patience_grows_and_ends() -> None:
    patience = core.Patience(4)
    error = NoAnswerError("away")
    waits = [patience.after(error) for _ in range(3)]
    assert [0.7 * each <= wait <= 1.3 * each for each, wait in zip((0.5, 1.0, 2.0), waits, strict=True)] == [True] * 3
    with pytest.raises(NoAnswerError):
        patience.after(error)
    patience.went_well()
    assert patience.after(error) < 1


def test_patience_heeds_what_is_asked_for_within_reason() -> None:
    assert core.Patience(9).after(problem_of(503, b'{"type":"/problems/queue-full"}', "30")) == 30
    assert core.Patience(9).after(problem_of(503, b'{"type":"/problems/queue-full"}', "99999")) == 60
    assert core.Patience(9).after(problem_of(503, b'{"type":"/problems/queue-full"}', "soon")) < 1


def test_what_was_refused_is_told_at_once() -> None:
    with pytest.raises(ProblemError):
        core.Patience(9).after(problem_of(413, b'{"type":"/problems/file-too-large"}', None))


def test_every_upload_has_a_key_of_its_own() -> None:
    keys = {core.upload([("week.png", b"")], "interactive", None).headers["Idempotency-Key"] for _ in range(2)}
    assert len(keys) == 2
    assert all(key.startswith('"') and key.endswith('"') for key in keys)


def test_a_file_has_the_name_it_is_given_and_no_folder() -> None:
    def name(disposition: str) -> str:
        return core.read_file({"content-disposition": disposition}, b"", "x.ics").name

    assert name("attachment; filename=\"a.ics\"; filename*=UTF-8''Plan%204%C3%A4.ics") == "Plan 4ä.ics"
    assert name("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd") == "passwd"
    assert name("attachment; filename*=UTF-8''..%5C..%5Cboot.ini") == "boot.ini"
    assert name("attachment") == "x.ics"


def test_term_dates_are_asked_for_as_the_api_takes_them() -> None:
    term = TermDates(
        date(2026, 9, 2), date(2026, 12, 18), ((date(2026, 10, 12), date(2026, 10, 23)),), "Europe/Berlin", "B"
    )
    assert core.export("a/b", "ics", term) == core.Call(
        "GET",
        "/api/v1/timetables/a%2Fb.ics",
        {
            "from": "2026-09-02",
            "until": "2026-12-18",
            "holidays": "2026-10-12/2026-10-23",
            "timeZone": "Europe/Berlin",
            "firstWeek": "B",
        },
    )
