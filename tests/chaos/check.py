"""What counts as lost and as done twice. Pure: from the evidence to the verdict.

Lost: a document that was answered 202 and that the API or Postgres does not know, or that is not final when the time
is up.

Done twice, for one document:

- the next stage's job added twice by acknowledging scripts, within one life of Redis's data (see `witness`)
- dead-lettered or told as final twice, likewise
- a timetable saved under two ids, or saved again with another body
- a final status that was left or changed
- two final events recorded, or one progress event recorded under two ids
- two final events, or one event id twice, seen by one client of the event stream

Running a stage's handler twice is not among them: delivery is at least once, effects are once. After Redis forgot what
it had, a stage is done again and handed over again; that is counted as `repeated`, and its effects must be the same.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.chaos.clients import Accepted, Followed
from tests.chaos.stage import BAD, timetable_id
from tests.chaos.witness import Told

FINAL = ("completed", "validation_failed", "failed", "cancelled")


@dataclass
class Answer:
    """What the API says of a document in the end."""

    http: int
    status: str = ""
    error: str | None = None
    percentage: int = 0
    timetable_id: str | None = None
    saved_name: str | None = None
    """Of its timetable: the digest that came through."""


@dataclass
class Record:
    """What Postgres holds in the end."""

    status: dict[str, str] = field(default_factory=dict)
    """By document, also those whose upload was never answered."""
    audit: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)
    """Document, what (``timetable``, ``status``), before and after; in order."""
    finals: dict[str, int] = field(default_factory=dict)
    """How many final events are recorded, by document."""
    same: list[str] = field(default_factory=list)
    """Documents of which one progress event is recorded under several ids."""


@dataclass
class Evidence:
    accepted: dict[str, Accepted]
    answers: dict[str, Answer]
    record: Record
    told: list[Told]
    followed: list[Followed]


@dataclass
class Verdict:
    accepted: int = 0
    completed: int = 0
    cancelled: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """By reason."""
    lost: dict[str, str] = field(default_factory=dict)
    """Why, by document."""
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Other than what was sent: another picture's timetable, a bad picture completed, records that disagree."""
    streams: list[str] = field(default_factory=list)
    """What clients of the event stream must not see, other than doubles: disorder, no end."""
    repeated: int = 0
    """Steps done again in a later life of Redis's data."""
    unanswered: int = 0
    """Documents in Postgres whose client never got the answer."""
    unanswered_open: int = 0
    """Those of them that are not final."""

    @property
    def problems(self) -> list[str]:
        """Everything that may not be, one line each."""
        lost = [f"{id_}: lost, {why}" for id_, why in self.lost.items()]
        return [*lost, *self.doubled, *self.wrong, *self.streams]

    @property
    def good(self) -> bool:
        return not self.problems


def judge(evidence: Evidence) -> Verdict:
    """The verdict on a run that is over."""
    verdict = Verdict(accepted=len(evidence.accepted))
    for document in evidence.accepted.values():
        _end_of(document, evidence, verdict)
    _told_twice(evidence.told, verdict)
    _recorded_twice(evidence.record, verdict)
    for followed in evidence.followed:
        _seen(followed, verdict)
    others = [status for id_, status in evidence.record.status.items() if id_ not in evidence.accepted]
    verdict.unanswered = len(others)
    verdict.unanswered_open = sum(status not in FINAL for status in others)
    return verdict


def _end_of(document: Accepted, evidence: Evidence, verdict: Verdict) -> None:
    id_ = document.document
    answer = evidence.answers.get(id_, Answer(0))
    recorded = evidence.record.status.get(id_)
    if answer.http != 200 or recorded is None:
        verdict.lost[id_] = f"unknown: HTTP {answer.http}, in Postgres {recorded}"
    elif answer.status not in FINAL or recorded not in FINAL:
        verdict.lost[id_] = f"not final: HTTP {answer.status}, in Postgres {recorded}"
    elif answer.status != recorded:
        verdict.wrong.append(f"{id_}: HTTP says {answer.status}, Postgres {recorded}")
    elif answer.status == "completed":
        verdict.completed += 1
        if answer.saved_name != document.digest:
            verdict.wrong.append(f"{id_}: its timetable is {answer.saved_name}, not {document.digest}")
        if answer.timetable_id != timetable_id(id_):
            verdict.wrong.append(f"{id_}: its timetable's id is {answer.timetable_id}")
        if document.name.startswith("bad-"):
            verdict.wrong.append(f"{id_}: a bad picture was completed")
        if document.cancelled == 200:
            verdict.wrong.append(f"{id_}: it was completed after its cancelling was answered 200")
    elif answer.status == "cancelled":
        verdict.cancelled += 1
        if not document.cancelled:
            verdict.wrong.append(f"{id_}: it was cancelled, and nobody asked for it")
    else:
        verdict.failed[answer.error or f"{answer.status} without a reason"] += 1
        if not answer.error:
            verdict.wrong.append(f"{id_}: {answer.status} without a reason")
        elif answer.error == BAD and not document.name.startswith("bad-"):
            verdict.wrong.append(f"{id_}: a good picture was called bad")


def _told_twice(told: list[Told], verdict: Verdict) -> None:
    lives: defaultdict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
    for each in told:
        what = "told as final" if each.what in ("complete", "error") else each.what
        if what in ("told as final", "handed", "dead"):
            lives[each.document, what, each.stage][each.life] += 1
    for (document, what, stage), times in lives.items():
        for life, count in times.items():
            if count > 1:
                verdict.doubled.append(f"{document}: {what} {stage} {count} times in life {life} of Redis")
        verdict.repeated += len(times) - 1


def _recorded_twice(record: Record, verdict: Verdict) -> None:
    saved: set[str] = set()
    for document, what, before, after in record.audit:
        if what == "timetable":
            if before is None and document in saved:
                verdict.doubled.append(f"{document}: a second timetable was saved")
            elif before is not None and before != after:
                verdict.doubled.append(f"{document}: timetable {before} became {after}")
            saved.add(document)
        elif before in FINAL:
            verdict.doubled.append(f"{document}: status {before} became {after}")
    for document, count in record.finals.items():
        if count > 1:
            verdict.doubled.append(f"{document}: {count} final events are recorded")
    verdict.doubled += [f"{document}: an event is recorded under two ids" for document in record.same]


def _seen(followed: Followed, verdict: Verdict) -> None:
    id_ = followed.document
    ids = [tuple(map(int, event[0].split("-"))) for event in followed.events]
    finals = sum(event[1] in ("complete", "error") for event in followed.events)
    if len(set(ids)) < len(ids):
        verdict.doubled.append(f"{id_}: a client saw an event id twice")
    if finals + sum(each in ("complete", "error") for each in followed.after) > 1:
        last = [f"{event[0]} {event[1]}" for event in followed.events[-2:]]
        verdict.doubled.append(f"{id_}: a client saw two final events: {last}, coming back {followed.after}")
    elif followed.after:
        verdict.streams.append(f"{id_}: {followed.after} came after the final event")
    if ids != sorted(ids):
        verdict.streams.append(f"{id_}: event ids out of order")
    percentages = [event[2] for event in followed.events if event[1] != "error"]
    if percentages != sorted(percentages):
        verdict.streams.append(f"{id_}: percentage fell: {percentages}")
    if not followed.ended:
        why = f"HTTP {followed.refused}" if followed.refused else "still waiting"
        verdict.streams.append(f"{id_}: no final event seen after {followed.connects} connects ({why})")
