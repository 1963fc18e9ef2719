"""A service one of whose chores breaks some time after it was ready: SERVICE CHORE HOW.

HOW is `hangs` (waits for what never comes) or `dies`. It breaks once the file `BREAK` exists.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from services.gateway import __main__ as gateway
from services.gateway.loops.direct import Direct
from services.gateway.loops.hub import Hub
from services.gateway.loops.reconciler import Reconciler
from services.gateway.loops.recorder import Recorder
from services.gateway.loops.relay import Relay
from shared.outcomes import Done, Job, Outcome, Progress
from shared.service import Context, run, work
from shared.streams.worker import Worker
from shared.watchdog import _chore

CHORES: dict[str, tuple[type, str]] = {
    "relay": (Relay, "run_once"),
    "direct": (Direct, "run_once"),
    "reconciler": (Reconciler, "run_once"),
    "hub": (Hub, "run_once"),
    "recorder": (Recorder, "run_once"),
    "fetch": (Worker, "fetch_once"),
    "renew": (Worker, "renew_once"),
    "promote": (Worker, "promote_once"),
    "control": (Worker, "control_once"),
}


def spoil(chore: str, how: str) -> None:
    """Have a chore break."""
    owner, name = CHORES[chore]
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def broken(*args: Any) -> Any:
        if not Path(os.environ["BREAK"]).exists():
            return await real(*args)
        if how == "dies":
            raise LookupError("a bug")
        # What the watchdog allows from here on.
        print(f"allowed {_chore.get().due - time.monotonic():.3f}", flush=True)  # type: ignore[union-attr] # it is one
        return await asyncio.Event().wait()

    setattr(owner, name, broken)


class Nothing:
    """A stage that does nothing."""

    async def handle(self, _job: Job, _progress: Progress) -> Outcome:
        return Done()

    def close(self) -> None:
        pass


async def make(_: Context) -> Nothing:
    return Nothing()


if __name__ == "__main__":
    spoil(sys.argv[2], sys.argv[3])
    run(gateway.main if sys.argv[1] == "gateway" else lambda: work("compress", make), sys.argv[1])
