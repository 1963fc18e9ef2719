"""What a stage's handler answers: a small closed set of types.

A handler is ``async def handle(job, progress) -> Outcome``. It knows nothing of Redis or HTTP; the stream worker (or
another carrier) turns its outcome into the entries and events that follow from it. What it raises becomes an outcome as
well (`shared.attempt`). All errors of our own, and who answers them:

::

    Exception
    ├── UnreadableError           the upload is at fault: dead, its text goes to the person
    │   └── OtherFormatError      it is of a format that is not read: refused, with how to save it anew
    ├── EncodeError               no encoder works: the original goes on to OCR
    ├── ClaudeError               an answer that is none: the local reading stands
    ├── ProblemError              the request is at fault or cannot be served: RFC 9457 problem
    ├── RefusedError              the launcher's upload was refused: told on the terminal
    ├── ServerError, StopError    an embedded server, or the whole launch, cannot go on: one sentence, exit status 1
    ├── RuntimeError
    │   ├── ChoreError            a loop of a service ended or stands still: the service ends itself
    │   ├── ModelError            models that cannot be loaded: the service does not start
    │   ├── SchemaError           the database's schema is none of ours: one sentence, the service does not start
    │   └── ChildError            a call of a child process that has no answer: tried again
    │       ├── ChildStartError   no child can be started
    │       ├── WorkError         what the child does raised
    │       ├── OverLimitError    the call asked for more than a child may take, and would again
    │       └── ChildGoneError    the child died, or was killed for taking too long
    │           └── NotTakenError it was gone before the call: another one takes it
    ├── ConnectionError
    │   ├── DatabaseAwayError     Postgres is away: waited for, 503 to clients
    │   └── BlobAwayError         the blob store is away or full: waited for, 503 to clients
    ├── LookupError
    │   └── BlobMissingError      a stored picture is gone: dead
    └── ValueError
        ├── SettingError          a setting is wrong: one sentence, the service does not start
        ├── MalformedEntryError   a stream entry that cannot be read: dead
        ├── UndecodableError      a stored picture that cannot be decoded: dead
        └── GraphError            a model of an unknown shape: kept as it is
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

import msgspec

from shared.estimate import Work
from shared.messages import Event, Phase, Stage

T = TypeVar("T")


class Job(msgspec.Struct, frozen=True, gc=False):
    """A delivery of one stage's work on one document."""

    document_id: str
    tenant: str
    stage: Stage
    attempt: int
    """From 1; counts the tries that failed and came back from the retry set."""
    payload: dict[str, Any]
    deadline: float = 0.0
    """Unix seconds after which the work is of no use; 0 for none."""
    trace: str = ""
    """W3C traceparent of the upload, carried along."""
    sender: str = ""
    """That of who put the job on its stream, where traces are made."""
    begun: float = 0.0
    """Unix seconds when the document's first stage was begun; 0 where that is not known."""

    @property
    def log_fields(self) -> dict[str, str | int]:
        """What every line of the log about it carries: with the trace's id it is found among those of other systems."""
        trace = self.trace.split("-")
        found = {"trace": trace[1]} if len(trace) == 4 else {}
        return {
            "document_id": self.document_id,
            "tenant": self.tenant,
            "stage": self.stage,
            "attempt": self.attempt,
            **found,
        }

    def read(self, type_: type[T]) -> T:
        """The payload as its struct. Raises `msgspec.ValidationError` if it is malformed."""
        return msgspec.convert(self.payload, type_)


@dataclass(frozen=True, slots=True)
class Next:
    """A job for the stage after this one."""

    stage: Stage
    payload: msgspec.Struct


@dataclass(frozen=True, slots=True)
class Done:
    """The work is finished and its effects are saved.

    `next` is the job that follows, in the same atomic step as the acknowledgement; `event` is published in it.
    """

    next: Next | None = None
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """The work failed for a reason that may pass. `reason` is for operators."""

    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """The work can never succeed. `reason` is a sentence for the person who uploaded the picture."""

    reason: str


Outcome: TypeAlias = Done | Retry | Dead


class UnreadableError(Exception):
    """The upload itself is at fault. Its text is a sentence for the person who uploaded it; never retried."""


class OtherFormatError(UnreadableError):
    """The upload is a file of a known format that is not read; the sentence says how to save it anew."""

    def __init__(self, format_: str, sentence: str) -> None:
        """Args:
        format_: stable name ("odt"), by which clients may say the same in another language.
        """
        super().__init__(sentence)
        self.format = format_


class Progress(Protocol):
    """Tells how far a job is; safe to await at any time, and never fails the work."""

    async def __call__(
        self,
        phase: Phase,
        fraction: float,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        work: Work | None = None,
    ) -> None:
        """Args:
        phase: the step this is about.
        fraction: share of that step that is done, 0 to 1.
        message: words for people ("184 lines read").
        details: the numbers in it.
        work: what the document needs, where more is known of it than before.
        """


Handler: TypeAlias = Callable[[Job, Progress], Awaitable[Outcome]]
