"""What the memory of two processes is together: what both hold of a file is there once."""

import os
import subprocess
import sys

from tests.benchmarks.ocr.service import counted_twice, held, status


def test_what_two_processes_hold_of_one_file_is_counted_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "print('up', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin
        assert other.stdout
        assert other.stdout.readline() == "up\n"
        twice = counted_twice(os.getpid(), other.pid)
        # Both run Python's own library, and neither holds more of it than it holds at all.
        assert 0.5 < twice <= sum(held(other.pid).values()) <= status(other.pid, "VmRSS")
        other.stdin.write("\n")
