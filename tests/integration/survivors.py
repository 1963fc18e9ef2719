"""Which processes live, for the tests that nothing outlives its parent."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path


async def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether `condition` becomes true within `seconds`: for what happens in other processes and tells nobody."""
    for _ in range(int(seconds * 50)):
        if condition():
            return True
        await asyncio.sleep(0.02)
    return condition()


def gone(pid: int) -> bool:
    """Whether no process runs as `pid` any more; a zombie whose parent has not collected it counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return Path("/proc/self/stat").exists()


def descendants(pids: list[int]) -> list[int]:
    """The children of `pids`, theirs and so on, by /proc."""
    found: list[int] = []
    for pid in pids:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(word) for word in children.read_text().split()]
    return [*found, *descendants(found)] if found else []


async def survivors(pids: list[int], seconds: float = 8) -> list[int]:
    """Those of `pids` that still live after `seconds`."""
    await until(lambda: all(gone(pid) for pid in pids), seconds)
    return [pid for pid in pids if not gone(pid)]
