"""What the Python measuring processes share."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def peak(pid: int | str = "self") -> float:
    """Most memory a process has held, in MiB. Not ru_maxrss, which begins with what its parent held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def cpu() -> float:
    """Seconds of processor time, of all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure(compress: Callable[[bytes], bytes]) -> None:
    """Do what the package's docstring says, by this process's arguments."""
    folder, repeats, out = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    times: list[dict[str, float]] = []
    sizes = []
    for number, path in enumerate(sorted(folder.iterdir())):
        data = path.read_bytes()
        result = compress(data)
        sizes.append(len(result))
        for _ in range(repeats if number == 0 else 0):
            used, begun = cpu(), time.perf_counter()
            compress(data)
            times.append({"seconds": time.perf_counter() - begun, "cpu": cpu() - used})
        if out:
            (Path(out) / path.name).with_suffix(".webp").write_bytes(result)
    sys.stdout.write(json.dumps({"times": times, "sizes": sizes, "peak": peak()}) + "\n")
