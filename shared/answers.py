"""What the HTTP API answers about documents and timetables, and when it cannot: bodies that no service reads."""

from typing import Any

from shared.messages import Failure, Message, Status


class Uploaded(Message, omit_defaults=True):
    document_id: str
    status: Status
    same_as: str | None = None
    """A completed document of the same bytes; absent where there is none."""


class Document(Message):
    """A document as `GET /api/v1/documents/{id}` tells it."""

    document_id: str
    status: Status
    step: str | None
    stage: str | None
    percentage: int
    seconds_left: float | None
    """Until its end, as far as can be told; null when it has ended."""
    before: int | None
    """How many documents come first, where nobody has begun with it."""
    error: str | None
    failure: Failure | None
    """Why it failed: the file is at fault, and reading it again ends the same, or we are. Null where it did not, or did
    before this was kept."""
    saved_name: str | None
    """What a person called it; else its first timetable."""
    class_name: str | None
    """The first timetable's, as `teacher`."""
    teacher: str | None
    file_name: str
    content_type: str
    size: int
    pages: int
    timetable_id: str | None
    """The first one's."""
    timetable_ids: list[str]
    """All, in the document's order; empty until it was read."""
    created_at: str
    updated_at: str
    completed_at: str | None


class DocumentList(Message):
    documents: list[Document]
    next: str | None
    """Cursor for the page after this one; null at the end."""


class SavedTimetable(Message):
    """A timetable as `GET /api/v1/timetables` lists it: without its blocks."""

    document_id: str
    timetable_id: str
    saved_name: str | None
    class_name: str | None
    teacher: str | None
    term: str | None
    year: int | None
    confidence: float
    validated: bool
    corrected: bool
    """Whether a person has said what is right."""
    blocks: int
    """How many."""
    created_at: str
    updated_at: str


class TimetableList(Message):
    timetables: list[SavedTimetable]
    next: str | None
    """Cursor for the page after this one; null at the end."""


class Problem(Message, omit_defaults=True):
    """RFC 9457 problem details, served as ``application/problem+json``."""

    type: str
    """Stable URI reference, ``/problems/<slug>``."""
    title: str
    status: int
    detail: str | None = None
    allowed: dict[str, Any] | None = None
    """What would have been accepted, such as ``{"maxBytes": 20971520}``."""
    field: str | None = None
    """The part of the body that is wrong, such as ``timeblocks[3].endTime``."""
    format: str | None = None
    """What an upload is, such as ``odt``, where it is of a format that is known and not read."""
    document_id: str | None = None
