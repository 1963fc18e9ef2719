"""The gateway with a watch on its event loop: `python -m tests.attack.watched_gateway`, STALLS naming the file.

A task wakes every 5 ms. What the loop's thread computed since it last woke was computed in one go, or while it should
have been awake; so was what other threads computed while it was late, as they may hold the interpreter. That is a stall
of the gateway's own making, whatever else the machine does. The time that passed is noted beside it; on a busy machine
it is mostly others'.
"""

import asyncio
import gc
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from services.gateway.__main__ import main
from shared.service import run

_EVERY = 0.005
_NOTED = 0.01
"""Seconds of computing from which a stall is noted."""


class _Collections:
    """Adds up the processor time that looking for garbage takes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.rounds = [0, 0, 0]
        self._begun = 0.0
        gc.callbacks.append(self._note)

    def _note(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._begun = time.thread_time()
        else:
            self.seconds += time.thread_time() - self._begun
            self.rounds[info["generation"]] += 1


class _Sampler(threading.Thread):
    """Says what the loop's thread was doing while it did not turn."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.turned = time.monotonic()
        self.seen = ""
        self._thread = threading.get_ident()

    def run(self) -> None:
        while True:
            time.sleep(0.01)
            if time.monotonic() - self.turned > 4 * _EVERY:
                frame = sys._current_frames().get(self._thread)
                stack = traceback.extract_stack(frame)[-6:] if frame else []
                self.seen = " < ".join(f"{Path(each.filename).name}:{each.name}" for each in reversed(stack))


async def _watch(path: Path) -> None:
    sampler = _Sampler()
    sampler.start()
    collections = _Collections()
    with path.open("a", buffering=1) as file:
        computed, everyone, passed = time.thread_time(), time.process_time(), time.monotonic()
        while True:
            await asyncio.sleep(_EVERY)
            now, all_now, at = time.thread_time(), time.process_time(), time.monotonic()
            late = at - passed - _EVERY
            stall = max(now - computed, min(late, all_now - everyone))
            if stall > _NOTED:
                garbage = f"garbage {collections.seconds * 1000:.0f} ms in {collections.rounds} rounds; "
                file.write(f"{at} {stall} {late} {garbage}{sampler.seen}\n")
            computed, everyone, passed = now, all_now, at
            collections.seconds, collections.rounds = 0.0, [0, 0, 0]
            sampler.turned, sampler.seen = at, ""


async def _watched() -> None:
    watching = asyncio.create_task(_watch(Path(os.environ["STALLS"])))
    try:
        await main()
    finally:
        watching.cancel()


if __name__ == "__main__":
    run(_watched, "gateway")
