"""What a parent and its child agree on: frames on a Unix socket, the types in them, and what a child may take.

A frame is 4 bytes of length, 1 of kind, then the body, which is MessagePack but for FAILED's text.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

Request = TypeVar("Request")
News = TypeVar("News")
Answer = TypeVar("Answer")

HEAD = struct.Struct("!Ic")
CPU = struct.Struct("!I")
"""Begins the body of WORK: seconds of processor time that it may take; 0 for no limit."""
WORK, STOP = b"W", b"S"
READY, BEGUN, NEWS, DONE, FAILED, TOO_LARGE = b"R", b"B", b"N", b"D", b"F", b"M"
"""BEGUN says that the child has the whole request: only from then on may its death be the fault of that."""

Tell: TypeAlias = Callable[[News | None], None]
"""Called by the work between its steps, with a message for the parent or None; raises where the call was given up."""
Work: TypeAlias = Callable[[Request, Tell[News]], Answer]
Loaded: TypeAlias = tuple[str, Work[Request, News, Answer]]


@dataclass(frozen=True, slots=True)
class Target(Generic[Request, News, Answer]):
    """What children of one kind do.

    Its module, which only the child needs to be able to load, holds it as ``TARGET`` beside ``load() -> Loaded``: a
    greeting for the parent, and the function from request to answer. That is called for one request at a time, always
    on the main thread. ``load`` raises a RuntimeError, ImportError or SettingError of one sentence where it cannot.

    Args:
        module: its name.
        request: what msgspec decodes a request as, and likewise the others.
    """

    module: str
    request: Any
    news: Any
    answer: Any


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may take; None is no limit."""

    seconds: float | None = None
    """Wall-clock time of a call. A guard against hangs: on a busy machine innocent work is slow, too."""
    cpu_seconds: int | None = None
    """Processor time of a call, in whole seconds."""
    memory: int | None = None
    """Bytes of address space above those it has when loaded. Linux only."""
    kept_memory: int | None = None
    """Resident bytes above those it has when loaded, with which an idle child is replaced. Linux only."""
    nice: int = 5
    """Steps of priority below the service's: what anybody can have computed goes behind what answers people. Five leave
    it a quarter of a core beside a program that keeps it busy, ten would leave a tenth."""


class ChildError(RuntimeError):
    """A call has no answer. The text is for operators."""


class ChildStartError(ChildError):
    """No child can be started. The text is one sentence for operators."""


class ChildGoneError(ChildError):
    """The child died or was killed for taking too long, which need not be the fault of its request."""


class NotTakenError(ChildGoneError):
    """The child was gone before it began with the request: another one may take it."""


class OverLimitError(ChildError):
    """The request asks for more processor time or memory than a child may take, and would again."""


class WorkError(ChildError):
    """The work raised; the text is its traceback."""
