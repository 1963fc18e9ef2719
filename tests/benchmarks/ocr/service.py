"""Reads pages as the OCR service does, through its child process, and tells how that went, as one JSON object.

Arguments: a folder of pictures, how often to go through it. Memory is that of both processes together; what both hold
of files (programs, libraries) counts once, as in a container.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from services.ocr.reading import Read, read_page, reading_processes


def status(pid: int, key: str) -> float:
    """A line of the kernel's account of a process, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{key}:"))


def held(pid: int) -> dict[str, float]:
    """What a process holds of each part of a file unchanged, in MiB, where another process holds some of it, too."""
    found: dict[str, float] = {}
    part = ""
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):  # addresses, rights, offset, device, inode, path
            part = f"{words[2]} {words[5]}" if len(words) > 5 else ""
        elif part and words[0] == "Shared_Clean:":
            found[part] = found.get(part, 0.0) + int(words[1]) / 1024
    return found


def counted_twice(one: int, other: int) -> float:
    """How much of files both of two processes hold, in MiB."""
    first, second = held(one), held(other)
    return sum(min(size, second.get(part, 0.0)) for part, size in first.items())


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main(folder: Path, rounds: int) -> None:
    stall = 0.0
    loop = asyncio.get_running_loop()
    over = False

    def tick(before: float) -> None:
        # The longest only: a list of every tick would be measured as the reader's memory.
        nonlocal stall
        # Processor time of the loop's thread between two ticks: a wall clock would count other processes' turns.
        now = time.thread_time()
        stall = max(stall, now - before)
        if not over:
            loop.call_later(0.005, tick, now)

    children = reading_processes(1)
    begun = time.perf_counter()
    await children.start()
    load, pages, resident = time.perf_counter() - begun, [], []
    (pid,) = children.pids
    loop.call_later(0.005, tick, time.thread_time())
    paths = sorted(folder.iterdir())
    for number, path in enumerate(paths * rounds):
        data, used, begun = path.read_bytes(), cpu(pid), time.perf_counter()
        answer = await read_page(children, data)
        seconds = time.perf_counter() - begun
        # Of the first round only: the texts of a thousand pages would be measured as the reader's memory.
        texts = [line.text for line in answer.lines] if isinstance(answer, Read) and number < len(paths) else []
        pages.append({"seconds": seconds, "cpu": cpu(pid) - used, "texts": texts})
        resident.append(status(pid, "VmRSS") + status(os.getpid(), "VmRSS"))
    over = True
    twice = counted_twice(pid, os.getpid())
    peak = status(pid, "VmHWM") + status(os.getpid(), "VmHWM") - twice
    await children.end()
    resident = [each - twice for each in resident]
    figures = {"load": load, "pages": pages, "peak": peak, "resident": resident, "stall": stall}
    sys.stdout.write("\n" + json.dumps(figures) + "\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
