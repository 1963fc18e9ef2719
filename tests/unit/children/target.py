"""A target for `shared.children`: does what its request says, well or badly."""

import ctypes
import os
import time
from typing import Any

import msgspec

from shared.children.protocol import Loaded, Target, Tell


class Do(msgspec.Struct):
    """A request: what to do, and something to do it with."""

    what: str
    data: bytes = b""


class Did(msgspec.Struct):
    """The answer."""

    data: bytes
    pid: int


TARGET: Target[Do, str, Did] = Target(__name__, Do, str, Did)

_kept: list[bytearray] = []


def load() -> Loaded[Do, str, Did]:
    if os.environ.get("CHILD_TARGET_SLEEPS"):
        time.sleep(60)
    return "hello", work


def work(request: Do, tell: Tell[str]) -> Did:
    tell("at it")
    match request.what:
        case "say how nice it is":
            return Did(str(os.nice(0)).encode(), os.getpid())
        case "raise":
            raise ZeroDivisionError
        case "crash":
            ctypes.string_at(0)
        case "hang":
            time.sleep(60)
        case "hang in native code":
            ctypes.PyDLL(None).sleep(60)  # PyDLL keeps the interpreter's lock, so that no other thread of it runs
        case "compute":
            while True:
                pass
        case "take memory":
            bytearray(1 << 30)
        case "abort":
            os.abort()  # as libraries in C do that get no memory
        case "keep memory":
            _kept.append(bytearray(b"x") * (64 << 20))
        case "rubbish":
            answer: Any = "no answer"
            return answer  # type: ignore[no-any-return]  # what a child taken over by its bytes might say
        case "environment":
            return Did(os.environ.get(request.data.decode(), "").encode(), os.getpid())
    while request.what == "until stopped":
        tell(None)
        time.sleep(0.005)
    return Did(request.data, os.getpid())
