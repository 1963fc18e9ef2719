"""A target for `services.ocr.process`: does what its request says, well or badly."""

import ctypes
import os
import time
from collections.abc import Callable


def load() -> tuple[bytes, Callable[[bytes, Callable[[bytes], None]], bytes]]:
    if os.environ.get("CHILD_TARGET_SLEEPS"):
        time.sleep(60)
    return b"hello", work


def work(body: bytes, news: Callable[[bytes], None]) -> bytes:
    news(b"at it")
    if body == b"raise":
        raise ZeroDivisionError
    if body == b"crash":
        ctypes.string_at(0)
    if body == b"hang":
        time.sleep(60)
    if body == b"hang in native code":
        ctypes.PyDLL(None).sleep(60)  # PyDLL keeps the interpreter's lock, so that no other thread of it runs
    while body == b"until stopped":
        news(b"")
        time.sleep(0.005)
    return str(os.getpid()).encode() if body == b"pid" else body.removeprefix(b"echo ")
