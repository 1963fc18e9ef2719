"""Other processes: which of them live, and how much they have computed."""

import contextlib
import os
from pathlib import Path

from tests.waiting import until


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
        # Threads and processes end while they are looked at.
        with contextlib.suppress(OSError):
            threads = list(Path(f"/proc/{pid}/task").iterdir())
            for thread in threads:
                with contextlib.suppress(OSError):
                    found += [int(word) for word in (thread / "children").read_text().split()]
    return [*found, *descendants(found)] if found else []


async def end(pids: list[int]) -> None:
    """Wait until all of `pids` are gone."""
    await until(lambda: all(gone(pid) for pid in pids))


def processor_time(pid: int) -> float:
    """Seconds that a process has computed, by /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
