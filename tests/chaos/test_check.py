"""The checker finds what it is there to find: each kind of fault, one by one."""

from collections.abc import Callable

import pytest

from tests.chaos.check import Answer, Evidence, Record, judge
from tests.chaos.clients import Accepted, Followed
from tests.chaos.stage import BAD, timetable_id
from tests.chaos.witness import Told, Witness

ONE = "11111111-1111-4111-8111-111111111111"


def fine() -> Evidence:
    """A run in which one document went through as it should."""
    return Evidence(
        accepted={ONE: Accepted(ONE, "digest", "week-1.png", 0.0)},
        answers={ONE: Answer(200, "completed", None, 100, timetable_id(ONE), "digest")},
        record=Record(
            status={ONE: "completed"},
            audit=[
                (ONE, "status", "uploaded", "processing"),
                (ONE, "timetable", None, "id md5"),
                (ONE, "status", "processing", "completed"),
            ],
            finals={ONE: 1},
        ),
        told=[
            Told(1.0, 0, "added", ONE, "compress"),
            Told(2.0, 0, "handed", ONE, "ocr"),
            Told(3.0, 0, "handed", ONE, "extract"),
            Told(4.0, 0, "complete", ONE),
        ],
        followed=[Followed(ONE, events=[("9-0", "progress", 2), ("10-0", "complete", 100)])],
    )


def test_a_good_run_is_good() -> None:
    verdict = judge(fine())
    assert verdict.good
    assert (verdict.accepted, verdict.completed, verdict.repeated) == (1, 1, 0)


def _unknown(e: Evidence) -> None:
    e.answers[ONE] = Answer(404)


def _gone(e: Evidence) -> None:
    del e.record.status[ONE]


def _open(e: Evidence) -> None:
    e.answers[ONE].status = "processing"
    e.record.status[ONE] = "processing"


def _never_asked(e: Evidence) -> None:
    e.answers.clear()


@pytest.mark.parametrize("spoil", [_unknown, _gone, _open, _never_asked])
def test_lost(spoil: Callable[[Evidence], None]) -> None:
    evidence = fine()
    spoil(evidence)
    verdict = judge(evidence)
    assert list(verdict.lost) == [ONE]
    assert not verdict.good


DOUBLES: dict[str, Callable[[Evidence], None]] = {
    "handed over": lambda e: e.told.append(Told(5.0, 0, "handed", ONE, "ocr")),
    "final told": lambda e: e.told.append(Told(5.0, 0, "complete", ONE)),
    "complete and error": lambda e: e.told.append(Told(5.0, 0, "error", ONE)),
    "dead": lambda e: e.told.extend([Told(5.0, 0, "dead", ONE, "ocr")] * 2),
    "second timetable": lambda e: e.record.audit.append((ONE, "timetable", None, "other md5")),
    "other body": lambda e: e.record.audit.append((ONE, "timetable", "id md5", "id other")),
    "left a final status": lambda e: e.record.audit.append((ONE, "status", "completed", "processing")),
    "final recorded": lambda e: e.record.finals.update({ONE: 2}),
    "same event": lambda e: e.record.same.append(ONE),
    "final seen": lambda e: e.followed[0].events.append(("11-0", "error", 100)),
    "final seen later": lambda e: e.followed[0].after.append("complete"),
    "id seen": lambda e: e.followed[0].events.insert(0, ("9-0", "progress", 2)),
}


@pytest.mark.parametrize("kind", DOUBLES)
def test_done_twice(kind: str) -> None:
    evidence = fine()
    DOUBLES[kind](evidence)
    verdict = judge(evidence)
    assert len(verdict.doubled) == 1
    assert not verdict.good


def test_saving_the_same_again_changes_nothing_and_is_no_double() -> None:
    evidence = fine()
    evidence.record.audit.append((ONE, "timetable", "id md5", "id md5"))
    assert judge(evidence).good


def test_handing_over_again_after_redis_forgot_is_no_double() -> None:
    evidence = fine()
    evidence.told.append(Told(5.0, 1, "handed", ONE, "ocr"))
    verdict = judge(evidence)
    assert verdict.good
    assert verdict.repeated == 1


def test_wrong_contents_are_found() -> None:
    evidence = fine()
    evidence.answers[ONE].saved_name = "another digest"
    assert judge(evidence).wrong
    evidence = fine()
    evidence.accepted[ONE].name = "bad-1.png"
    assert judge(evidence).wrong


def test_cancelling_is_kept_to() -> None:
    evidence = fine()
    evidence.accepted[ONE].cancelled = 200
    assert judge(evidence).wrong
    evidence.accepted[ONE].cancelled = 409
    assert judge(evidence).good
    evidence.accepted[ONE].cancelled = 0
    evidence.record.status[ONE] = evidence.answers[ONE].status = "cancelled"
    assert judge(evidence).wrong
    evidence.accepted[ONE].cancelled = 200
    assert judge(evidence).good


def test_a_failure_needs_a_reason_and_the_right_one() -> None:
    evidence = fine()
    evidence.record.status[ONE] = "failed"
    evidence.answers[ONE] = Answer(200, "failed", "Its worker was stopped too often.")
    verdict = judge(evidence)
    assert (verdict.completed, verdict.failed.total()) == (0, 1)
    assert not verdict.wrong
    for reason in (None, BAD):
        evidence.answers[ONE].error = reason
        assert judge(evidence).wrong


@pytest.mark.parametrize(
    "events",
    [
        [("10-0", "progress", 2), ("9-0", "complete", 100)],
        [("9-0", "progress", 50), ("10-0", "progress", 20), ("11-0", "complete", 100)],
        [("9-0", "progress", 2)],
    ],
    ids=["ids fall", "percentage falls", "no end"],
)
def test_disorder_on_the_event_stream(events: list[tuple[str, str, int]]) -> None:
    evidence = fine()
    evidence.followed[0].events = events
    assert judge(evidence).streams


# --- what the witness makes of Redis's own account --------------------------------------------------------------

SCRIPT = b'+1.5 [0 127.0.0.1:1] "EVALSHA" "abc" "4" "{0}:jobs:ocr"\r\n'
ACK = b'+1.5 [0 lua] "XACK" "{0}:jobs:ocr" "ocr" "1-0"\r\n'
FIELDS = b'"v" "1" "document" "' + ONE.encode() + b'" "payload" "{\\"a\\":\\"\\xc3\\xa9\\"}"\r\n'


def see(*lines: bytes) -> list[Told]:
    witness = Witness()
    for line in (*lines, b'+2.0 [0 127.0.0.1:1] "PING"\r\n'):
        witness.see(line)
    return witness.told


def add(key: bytes) -> bytes:
    return b'+1.5 [0 lua] "XADD" "' + key + b'" "*" ' + FIELDS


def test_a_finish_is_a_handing_over() -> None:
    assert see(SCRIPT, ACK, add(b"{0}:jobs:extract")) == [Told(1.5, 0, "handed", ONE, "extract")]


def test_a_refused_finish_is_nothing() -> None:
    assert see(SCRIPT, b'+1.5 [0 lua] "XPENDING" "{0}:jobs:ocr" "ocr"\r\n') == []


def test_a_release_a_promotion_and_a_burial_are_told_apart() -> None:
    assert see(SCRIPT, add(b"{0}:jobs:ocr"), ACK)[0].what == "back"
    assert see(SCRIPT, add(b"{0}:jobs:ocr"))[0].what == "added"
    assert see(SCRIPT, ACK, add(b"{0}:jobs:ocr:dead"))[0].what == "dead"


def test_two_scripts_are_not_one() -> None:
    assert [each.what for each in see(SCRIPT, ACK, SCRIPT, add(b"{0}:jobs:extract"))] == ["added"]


def test_the_final_event_is_seen_in_its_capped_stream() -> None:
    event = b'+1.5 [0 lua] "XADD" "{0}:events" "MAXLEN" "~" "10000" "*" "document" "' + ONE.encode()
    assert see(SCRIPT, ACK, event + b'" "type" "complete" "percentage" "100" "data" "{}"\r\n') == [
        Told(1.5, 0, "complete", ONE)
    ]
    assert see(SCRIPT, ACK, event + b'" "type" "progress" "percentage" "2" "data" "{}"\r\n') == []


def test_a_flush_begins_a_new_life() -> None:
    told = see(
        SCRIPT,
        ACK,
        add(b"{0}:jobs:extract"),
        b'+1.6 [0 127.0.0.1:1] "FLUSHALL"\r\n',
        SCRIPT,
        ACK,
        add(b"{0}:jobs:extract"),
    )
    assert [each.life for each in told] == [0, 1]
