"""What a process of a run pretends to be: one with another clock, of a later version, with a blob store that hangs.

Environment: CHAOS_CLOCK, seconds that its clock is ahead; CHAOS_VERSION, the version of entries that it writes and
understands; CHAOS_HANG, a file: while it exists, the blob store takes calls and answers none; CHAOS_CLAIM, seconds
for which a gateway claims a document that it works directly.

    python -m tests.chaos.disguise services.gateway
"""

import asyncio
import functools
import os
import runpy
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from shared import service
from shared.blobs import BlobStore
from shared.messages import VERSION
from shared.streams import entries
from shared.streams.worker import Worker

real_time = time.time
"""The machine's clock, which all records go by."""


def put_on() -> None:
    """Pretend from now on."""
    ahead = float(os.environ.get("CHAOS_CLOCK") or 0)
    if ahead:
        time.time = lambda: real_time() + ahead
    version = int(os.environ.get("CHAOS_VERSION") or VERSION)
    vars(entries)["VERSION"] = version
    vars(service)["Worker"] = functools.partial(Worker, version=version)
    if flag := os.environ.get("CHAOS_HANG"):
        _hang_by(Path(flag))


def _hang_by(flag: Path) -> None:
    bounded = BlobStore._bounded

    @asynccontextmanager
    async def hanging(store: BlobStore) -> AsyncIterator[None]:
        async with bounded(store):
            while flag.exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.05)
            yield

    # Within the call's own time-out.
    setattr(BlobStore, "_bounded", hanging)  # noqa: B010 - its type is one of a method that is decorated


if __name__ == "__main__":
    put_on()
    if claim := os.environ.get("CHAOS_CLAIM"):
        vars(import_module("services.gateway.loops.direct"))["_CLAIM_SECONDS"] = float(claim)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
