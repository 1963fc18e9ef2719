"""What people see of a document while it is worked, for both carriers: the events' words, percentages and ids.

An event id is ``<ms>-<count * 128 + percentage>``, with 127 in place of a final event's percentage: a client that comes
back with one says how far it had come, even if Redis was emptied meanwhile. `publish.lua` makes the ids of what goes
over the streams, `EventIds` those of what does not.
"""

import time
from datetime import UTC, datetime
from typing import Any

from shared.messages import Event, Failure, Phase, Stage, Status

STEPS: dict[Phase, str] = {
    "compressing": "Compressing image",
    "preprocessing": "Preprocessing image",
    "ocr": "Running OCR",
    "ai": "Reading the week",
    "validation": "Validating",
}
"""Words for people. Of ``ai`` they do not say who reads: the message does, and most weeks are read by rules."""

FIRST_PHASES: dict[Stage, Phase] = {"compress": "compressing", "ocr": "preprocessing", "extract": "ai"}
"""With which phase each stage begins."""

GIVEN_UP = "Something went wrong on our side while reading this picture. Please try again later."
"""For the person whose document used up its tries."""


def now_rfc3339() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def progress_event(
    document_id: str,
    phase: Phase,
    percentage: int,
    message: str,
    details: dict[str, Any] | None = None,
    *,
    seconds_left: float | None = None,
) -> Event:
    """How far a document is."""
    return Event(
        type="progress",
        document_id=document_id,
        step=STEPS[phase],
        stage=phase,
        percentage=percentage,
        message=message,
        details=details,
        seconds_left=None if seconds_left is None else round(seconds_left, 1),
        at=now_rfc3339(),
    )


def known_phase(name: str | None) -> Phase | None:
    """A phase by its name; None for another one's, which a newer version may have recorded."""
    return next((each for each in STEPS if each == name), None)


def error_event(
    document_id: str,
    sentence: str,
    status: Status = Status.FAILED,
    *,
    phase: str | None = None,
    percentage: int | None = None,
    failure: Failure | None = None,
) -> Event:
    """A document's end without a week, with the sentence for its owner.

    Args:
        phase: in which it ended.
        failure: why, unless somebody wanted it.
    """
    known = known_phase(phase)
    return Event(
        type="error",
        document_id=document_id,
        step=STEPS[known] if known else None,
        stage=known,
        error=sentence,
        failure=failure,
        percentage=percentage,
        status=status,
        at=now_rfc3339(),
    )


EventId = tuple[int, int]
"""An id as numbers that compare in order: milliseconds, sequence."""

_STEP = 128
_FINAL = 127
_INVENTED = 2**63 - 1
"""A final sequence that no stream comes to."""


def event_id(text: str) -> EventId:
    """The numbers of an id. Raises `ValueError` on anything else."""
    milliseconds, _, sequence = text.partition("-")
    if not (milliseconds.isascii() and milliseconds.isdigit() and sequence.isascii() and sequence.isdigit()):
        raise ValueError("not an event id")
    return int(milliseconds), int(sequence)


def percentage_in(id_: EventId) -> int:
    """The percentage that an id carries; 0 if it is none of ours."""
    percentage = id_[1] % _STEP
    return percentage if percentage <= 100 else 0


def is_final(id_: EventId) -> bool:
    """Whether it is the id of a document's end."""
    return id_[1] % _STEP == _FINAL


def with_percentage(id_: EventId, percentage: int) -> str:
    """The id with another percentage."""
    return f"{id_[0]}-{id_[1] - id_[1] % _STEP + percentage}"


def invented_end(milliseconds: int) -> str:
    """An id for an end that was not read but made from the record. Who comes back with it has seen the end, whatever id
    the real one gets later."""
    return f"{milliseconds}-{_INVENTED}"


class EventIds:
    """Ids by a clock that all gateways share, each above the last: by their own, those of a document that one gateway
    takes over from another would fall, and its clients would take its end for something that they have seen."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()
        self._milliseconds = 0
        self._count = 0

    def set_clock(self, now: float) -> None:
        """What the shared clock says (Unix seconds)."""
        self._ahead = now - time.monotonic()

    def next(self, event: Event) -> str:
        """The id of an event that is published now."""
        now = int((time.monotonic() + self._ahead) * 1000)
        if now > self._milliseconds:
            self._milliseconds, self._count = now, 0
        else:
            self._count += 1
        return f"{self._milliseconds}-{self._count * _STEP + (_FINAL if event.final else event.percentage or 0)}"
