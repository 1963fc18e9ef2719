"""Ends this process when the one that started it dies. Standard library only: it runs before anything else works."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, death: int = signal.SIGKILL) -> bool:
    """Ask the kernel for a signal at the parent's death, which arrives whatever this process is doing then.

    It is sent when the *thread* that started this process ends, and must be asked for again after a change of user.

    Args:
        parent: process id of the parent, as it knows it.
        death: the signal.

    Returns:
        False where the kernel cannot be asked (anywhere but on Linux). Does not return if the parent is already dead.
    """
    try:
        if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death, 0, 0, 0) != 0:
            return False
    except (AttributeError, OSError):
        return False
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    return True
