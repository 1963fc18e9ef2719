"""A thread that hangs does not keep its process."""

import subprocess
import sys
from pathlib import Path

from tests.waiting import PATIENCE


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    program = (
        "import threading; from shared.threads import end_process\n"
        "threading.Thread(target=threading.Event().wait, name='stuck').start()\n"
        "end_process(0)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=root, timeout=PATIENCE, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "stuck" in done.stdout + done.stderr
