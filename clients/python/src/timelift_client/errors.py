"""What goes wrong.

::

    TimeliftError
    ├── ProblemError     the API refused; its problem says why
    ├── NoAnswerError    it could not be reached, or broke off, as often as it was tried
    ├── StreamError      an event stream sends what is none
    └── DocumentError    the document failed or was cancelled
"""

import msgspec


class TimeliftError(Exception):
    """Base of all errors of this package. The text is a sentence for people."""


class ProblemError(TimeliftError):
    """The API refused (RFC 9457).

    Args:
        status: of the answer.
        name: the problem's stable name, such as ``file-too-large``; empty where the answer was none of the API's.
        field: the part of the body that is wrong.
        retry_after: seconds that the API asks to wait.
    """

    def __init__(
        self, status: int, name: str, detail: str, *, field: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.name = name
        self.detail = detail
        self.field = field
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Whether the same request may be taken later: by the problem's name, or where a proxy answered, its status."""
        return self.name in _PASSING or (not self.name and self.status in _PASSING_STATUS)


class NoAnswerError(TimeliftError):
    """The API could not be reached, or broke off."""


class StreamError(TimeliftError):
    """An event stream sends what is none."""


class DocumentError(TimeliftError):
    """A document failed or was cancelled; the text says why.

    Args:
        status: ``failed`` or ``cancelled``.
    """

    def __init__(self, document_id: str, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.document_id = document_id
        self.status = status


_PASSING = frozenset(
    (
        "busy",
        "database-away",
        "queue-away",
        "queue-full",
        "rate-limited",
        "redis-away",
        "storage-away",
        "too-many-streams",
        "upload-under-way",
    )
)
_PASSING_STATUS = frozenset((429, 502, 503, 504))


class _Problem(msgspec.Struct):
    type: str = ""
    title: str = ""
    detail: str | None = None
    field: str | None = None


def problem_of(status: int, body: bytes, retry_after: str | None) -> ProblemError:
    """The error that an answer of 400 or more is, whoever wrote it."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem = _Problem()
    _, known, name = problem.type.rpartition("/problems/")
    said = problem.detail or problem.title or f"The answer was {status}."
    seconds = float(retry_after) if retry_after and retry_after.strip().isdecimal() else None
    return ProblemError(status, name if known else "", said, field=problem.field, retry_after=seconds)
