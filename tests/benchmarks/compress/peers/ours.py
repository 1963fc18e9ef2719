"""The service's own way from an upload to what it stores, with its default settings: through a warm child process.

Time is from the file's bytes in the service's process to the result's, and includes crossing to the child and back;
processor time and memory are those of both processes together.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from services.compressor.pages import Made, MakePage, Processes, compressing_processes
from services.compressor.settings import CompressorSettings
from shared.pictures import PictureSettings
from tests.benchmarks.compress.peers.measure import cpu, peak


def child_cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def compress(children: Processes, name: str, data: bytes) -> bytes:
    made = await children.call(MakePage(name, data, 0))
    assert isinstance(made, Made), made
    return made.page.data


async def main(folder: Path, repeats: int, out: str) -> None:
    children = compressing_processes(CompressorSettings.load(compress_processes=1), PictureSettings.load())
    await children.start()
    (pid,) = children.pids
    times: list[dict[str, float]] = []
    sizes = []
    for number, path in enumerate(sorted(folder.iterdir())):
        data = path.read_bytes()
        result = await compress(children, path.name, data)
        sizes.append(len(result))
        for again in range(repeats if number == 0 else 0):
            used, begun = cpu() + child_cpu(pid), time.perf_counter()
            await compress(children, f"{path.name} {again}", data)
            times.append({"seconds": time.perf_counter() - begun, "cpu": cpu() + child_cpu(pid) - used})
        if out:
            (Path(out) / path.name).with_suffix(".webp").write_bytes(result)
    sys.stdout.write(json.dumps({"times": times, "sizes": sizes, "peak": peak() + peak(pid)}) + "\n")
    await children.end()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
