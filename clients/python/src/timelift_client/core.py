"""What both clients do, without doing it: the requests, what an answer means, when to try again. No I/O and no clock.

::

    call ──▶ I/O of a client ──▶ answer ──▶ read_*()      an answer of 400 or more is a ProblemError
                 ▲   error ──▶ Patience.after() ──▶ seconds to wait, or the error is raised
                 └──────────────────┘
"""

import mimetypes
import random
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote, unquote

import httpx
import msgspec

from timelift_client.errors import (
    DocumentError,
    NoAnswerError,
    ProblemError,
    StreamError,
    TimeliftError,
    problem_of,
)
from timelift_client.models import Document, Event, File, Format, Result, TermDates

T = TypeVar("T")
Source: TypeAlias = str | Path | bytes
"""What is uploaded: its path, or its content."""
Part: TypeAlias = tuple[str, tuple[str, bytes, str]]
"""A part of a form: its name; file name, content and content type."""

TIMEOUT = 60.0
"""Seconds that an answer may take; an upload while the queue is away takes longer, see `UPLOAD_TIMEOUT`."""
UPLOAD_TIMEOUT = 150.0
STREAM_TIMEOUT = 50.0
"""Seconds that an event stream may be silent: it sends a heartbeat every 15."""
_MAX_EVENT = 8_000_000
"""Bytes of one event."""
_LONGEST_WAIT = 60.0
"""Seconds between two attempts at most."""


class Call(NamedTuple):
    """A request. Every one may be sent again, whatever became of it."""

    method: str
    path: str
    params: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    form: Sequence[Part] = ()


def headers_of(api_key: str | None) -> dict[str, str]:
    """What every request carries."""
    return {"User-Agent": "timelift-client/0.1"} | ({"Authorization": f"Bearer {api_key}"} if api_key else {})


def read_sources(file: Source | Sequence[Source], name: str) -> list[tuple[str, bytes]]:
    """Names and contents of a file, or of several that are one document's pages; `name` is the first one's, unless it
    is empty."""
    sources = [file] if isinstance(file, (str, Path, bytes)) else list(file)
    read = [
        ("timetable", each) if isinstance(each, bytes) else (str(each), Path(each).read_bytes()) for each in sources
    ]
    return [(name or own if number == 0 else own, data) for number, (own, data) in enumerate(read)]


def upload(
    files: Sequence[tuple[str, bytes]], priority: str, webhook: str | None = None, *, reuse: bool = False
) -> Call:
    """Sends a file, or several as the pages of one document, under a key by which what is sent again because its answer
    was lost is the same document."""
    pages = len(files) > 1
    params = {"priority": priority} | ({"webhook": webhook} if webhook else {})
    params |= {name: "true" for name, wanted in (("pages", pages), ("reuse", reuse)) if wanted}
    form = [
        (
            "page" if pages else "file",
            (PurePath(name).name, data, mimetypes.guess_type(name)[0] or "application/octet-stream"),
        )
        for name, data in files
    ]
    return Call("POST", "/api/v1/documents/upload", params, {"Idempotency-Key": f'"{uuid.uuid4()}"'}, form)


def document(document_id: str, method: str = "GET", action: str = "") -> Call:
    """One document, or something done with it."""
    return Call(method, f"/api/v1/documents/{_segment(document_id)}{action}")


def documents(limit: int, after: str | None) -> Call:
    """A page of the list."""
    return Call("GET", "/api/v1/documents", {"limit": str(limit)} | ({"after": after} if after else {}))


def timetable(id_: str) -> Call:
    """A week, by its id or its document's."""
    return Call("GET", f"/api/v1/timetables/{_segment(id_)}")


def export(id_: str, form: Format, term: TermDates | None) -> Call:
    """A week as a file."""
    return Call("GET", f"/api/v1/timetables/{_segment(id_)}.{form}", term.query() if term else {})


def _segment(text: str) -> str:
    """A part of a path, whatever is in it."""
    return quote(text, safe="")


def check(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises the `ProblemError` that an answer is, if it is one."""
    if status >= 400:
        raise problem_of(status, body, headers.get("retry-after"))


def read(body: bytes, kind: type[T]) -> T:
    """An answer's body. Raises `TimeliftError` where it is none of the API's."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TimeliftError("The answer is not one of Timelift's. Is the address right?") from error


def read_file(headers: Mapping[str, str], body: bytes, fallback: str) -> File:
    """A file with the name that the API gives it, or `fallback`; never with a folder."""
    told = re.search(r"filename\*=UTF-8''([^;\s]+)", headers.get("content-disposition", ""))
    name = PurePath(unquote(told[1]).replace("\\", "/")).name if told else ""
    return File(name or fallback, headers.get("content-type", ""), body)


def arguments(call: Call) -> dict[str, Any]:
    """What httpx is told of a call beside its method and path."""
    found: dict[str, Any] = {"params": dict(call.params), "headers": dict(call.headers)}
    if call.form:
        found |= {"files": list(call.form), "timeout": UPLOAD_TIMEOUT}
    return found


def no_answer(error: httpx.TransportError) -> NoAnswerError:
    """What a failed connection is to our callers."""
    said = str(error) or type(error).__name__
    return NoAnswerError(f"Timelift could not be reached, or broke off ({said}).")


PASSING = (ProblemError, NoAnswerError)
"""Errors that `Patience` looks at; it raises again those that do not pass."""


class Patience:
    """How often and when a call is repeated.

    Args:
        attempts: in a row that may fail; what comes through starts the count anew.
    """

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts
        self._failed = 0

    def after(self, error: TimeliftError) -> float:
        """Seconds to wait before the next attempt. Raises `error` where there is none."""
        self._failed += 1
        passing = error.passing if isinstance(error, ProblemError) else isinstance(error, NoAnswerError)
        if not passing or self._failed >= self._attempts:
            raise error
        wait = min(0.5 * 2.0 ** (self._failed - 1), _LONGEST_WAIT) * random.uniform(0.7, 1.3)
        asked = error.retry_after if isinstance(error, ProblemError) else None
        return max(wait, min(asked or 0.0, _LONGEST_WAIT))

    def went_well(self) -> None:
        """Something came through."""
        self._failed = 0


class Feed:
    """A document's event stream over as many connections as it takes.

    Args:
        after: id of the last event that was seen, to go on from there.
    """

    def __init__(self, document_id: str, after: str = "") -> None:
        self._document_id = document_id
        self.last_id = after
        self.ended = False
        self._decoder = Decoder()

    def call(self) -> Call:
        """The request of the next connection, which goes on where the last one broke off."""
        self._decoder = Decoder()
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": self.last_id} if self.last_id else {})
        return Call("GET", f"/api/v1/events/{_segment(self._document_id)}", {}, headers)

    def opened(self, status: int) -> None:
        """A connection was answered: with 204 there is nothing more to come."""
        self.ended = self.ended or status == 204

    def take(self, chunk: bytes) -> list[Event]:
        """The events that end with `chunk`. Raises `StreamError`."""
        events = []
        for id_, data in self._decoder.take(chunk):
            self.last_id = id_ or self.last_id
            try:
                event = msgspec.json.decode(data, type=Event)
            except msgspec.DecodeError:
                # Something that a later version adds.
                continue
            events.append(event)
            if event.final:
                self.ended = True
                break
        return events


class Decoder:
    """Server-sent events out of the bytes of one connection."""

    def __init__(self) -> None:
        self._rest = b""
        self._id = ""
        self._data: list[bytes] = []
        self._size = 0

    def take(self, chunk: bytes) -> list[tuple[str, bytes]]:
        """(id, data) of each event that ends with `chunk`; the id is empty for an event without one. Raises
        `StreamError` on an event without end."""
        found: list[tuple[str, bytes]] = []
        *lines, self._rest = re.split(rb"\r\n|\n|\r(?!\n|\Z)", self._rest + chunk)
        for line in lines:
            self._size += len(line)
            if not line:
                if self._data:
                    found.append((self._id, b"\n".join(self._data)))
                self._id, self._data, self._size = "", [], 0
            elif line.startswith(b"id:"):
                self._id = line[3:].strip().decode(errors="replace")
            elif line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
        if self._size + len(self._rest) > _MAX_EVENT:
            raise StreamError("The event stream sends an event without end.")
        return found


def ended_well(final: Event | None, document: Document | None) -> Event:
    """A document's last event. Raises `DocumentError` if it did not end well.

    Args:
        final: None where the stream had nothing more to tell.
        document: in that case.
    """
    if final is None:
        if document is None:
            raise StreamError("The event stream ended before the document did.")
        final = Event(
            type="complete" if document.status in ("completed", "validation_failed") else "error",
            document_id=document.document_id,
            status=document.status,
            error=document.error,
            result=Result(timetable_ids=document.timetable_ids, validated=document.status == "completed"),
        )
    if final.type == "error":
        raise DocumentError(final.document_id, final.status or "failed", final.error or "The document failed.")
    return final
