"""What the API says, typed. Fields that later versions add are passed over."""

from datetime import date
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

Format: TypeAlias = Literal["ics", "csv", "xlsx", "json"]
"""A form that a week leaves in."""

FINAL = frozenset(("completed", "validation_failed", "failed", "cancelled"))
"""The statuses that a document ends in."""


class Message(msgspec.Struct, rename="camel", kw_only=True):
    """Base: camelCase in JSON."""


class TimeBlock(Message):
    """One entry of a week."""

    name: str
    day: str | None = None
    """English weekday in lower case; None only where the page names nothing but the cycle's day."""
    start_time: str | None = None
    """"HH:MM", 24-hour."""
    end_time: str | None = None
    notes: str | None = None
    week: str | None = None
    """"A" to "D", or None for every week."""
    cycle_day: int | None = None
    room: str | None = None
    teacher: str | None = None
    confidence: float = 0.0
    """0 to 1."""


class Warned(Message):
    """Something a person should look at."""

    code: str
    message: str
    time_block: int | None = None
    """Index of the block that it is about."""


class Timetable(Message):
    """A week."""

    teacher: str | None = None
    class_name: str | None = None
    term: str | None = None
    year: int | None = None
    saved_name: str | None = None
    confidence: float = 0.0
    validated: bool = False
    warnings: list[Warned] = []
    timeblocks: list[TimeBlock] = []


class Document(Message):
    """An upload and what became of it."""

    document_id: str
    status: str
    file_name: str = ""
    step: str | None = None
    percentage: int = 0
    seconds_left: float | None = None
    """Until its end, as far as can be told."""
    before: int | None = None
    """How many documents come first, where nobody has begun with it."""
    error: str | None = None
    pages: int = 0
    timetable_ids: list[str] = []
    created_at: str = ""
    completed_at: str | None = None

    @property
    def final(self) -> bool:
        """Whether nothing more will become of it."""
        return self.status in FINAL


class Result(Message):
    """What a document was read as."""

    timetable_ids: list[str] = []
    validated: bool = False


class Event(Message):
    """One step of a document's way."""

    type: str
    """``connected``, ``progress``, ``complete`` or ``error``."""
    document_id: str
    step: str | None = None
    """Words for people."""
    stage: str | None = None
    percentage: int | None = None
    message: str | None = None
    details: dict[str, Any] | None = None
    status: str | None = None
    result: Result | None = None
    timetable_data: Timetable | None = None
    """The first week, with ``complete``."""
    error: str | None = None
    at: str | None = None
    before: int | None = None
    """How many documents come before one that waits."""
    seconds_left: float | None = None
    """Until the document's end, as far as can be told."""

    @property
    def final(self) -> bool:
        """Whether it is the document's last."""
        return self.type in ("complete", "error")


class Uploaded(Message):
    """What an upload is answered."""

    document_id: str
    status: str


class DocumentPage(Message):
    """A page of the list of documents."""

    documents: list[Document]
    next: str | None = None


class File(NamedTuple):
    """A week as a file."""

    name: str
    """As the API would have it saved."""
    content_type: str
    data: bytes


class TermDates(NamedTuple):
    """When a week holds, which a calendar has to know."""

    first_day: date
    last_day: date
    holidays: tuple[tuple[date, date], ...] = ()
    """First and last day of each."""
    time_zone: str | None = None
    """IANA name, such as Europe/Berlin."""
    first_week: str | None = None
    """"A" to "D": which week it is at the first day."""

    def query(self) -> dict[str, str]:
        """As the API takes it in an address."""
        found = {"from": self.first_day.isoformat(), "until": self.last_day.isoformat()}
        if self.holidays:
            found["holidays"] = ",".join(f"{first.isoformat()}/{last.isoformat()}" for first, last in self.holidays)
        if self.time_zone:
            found["timeZone"] = self.time_zone
        if self.first_week:
            found["firstWeek"] = self.first_week
        return found
