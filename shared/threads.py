"""The end of a process in which a thread hangs."""

import os
import sys
import threading

from shared.logs import get_logger

log = get_logger(__name__)

_PATIENCE = 1.0
"""Seconds that threads get to end with the process."""


def end_process(status: int) -> None:
    """Return, or end the process at once if a thread that hangs would keep it alive for ever."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(_PATIENCE)
            if thread.is_alive():
                log.warning("a thread hangs and is ended with the process", thread=thread.name)
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
