"""Runs a command that never outlives the process that asked for it, not even when that one is killed with SIGKILL.

    python -I -S parent_death.py --parent PID [--death SIGNAL] [--watch] [--nobody FOLDER] -- COMMAND ...

On Linux it asks the kernel for SIGNAL at its parent's death and then *becomes* the command. Elsewhere (or with
``--watch``) it stays between the two, holding a pipe on standard input whose other end only the parent has: end of
file means that the parent is gone.

``--nobody FOLDER`` is for Postgres, which refuses to run as root: the command runs as an unprivileged user, in a user
namespace where the kernel allows one (nothing changes its owner then), else as uid 65534, to whom FOLDER is given.

The kernel sends the signal when the *thread* that started it ends: start it from a thread that lives on.
Standard library only: it starts in about 15 ms and runs before anything is known to work. Exit status 97 means that
the command could not be started; the sentence is on standard error.
"""

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import NoReturn

FAILED = 97
NOBODY = 65534
CLONE_NEWUSER = 0x10000000
GRACE_SECONDS = 5.0


def fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)
    sys.exit(FAILED)


def enter_user_namespace() -> bool:
    """Become uid 65534 of a new user namespace, still root's uid to the outside. False where that is not permitted."""
    user, group = os.getuid(), os.getgid()
    try:
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
            return False
        # The kernel wants this before a process without CAP_SETGID may write its gid_map.
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")
    except (AttributeError, OSError):  # no such call: not Linux; or a policy that refuses the maps
        return False
    return True


def may_enter_user_namespace() -> bool:
    """Whether it works, tried in a child: there is no way back out of a namespace that was entered halfway."""
    child = os.fork()
    if child == 0:
        os._exit(0 if enter_user_namespace() else 1)
    return os.waitpid(child, 0)[1] == 0


def become_nobody(folder: Path) -> None:
    """Leave root behind for good. `folder`'s owner says which way was taken when its data were made."""
    if folder.stat().st_uid != NOBODY and may_enter_user_namespace() and enter_user_namespace():
        return
    try:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    except OSError as error:
        fail(
            f"Postgres does not run as root, and this machine lets nobody else run it ({error.strerror}): "
            "start as another user, or set DATABASE_URL."
        )


def become(command: list[str]) -> NoReturn:
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is the point
    except PermissionError:
        fail(
            f"{command[0]} may not be run by an unprivileged user, and Postgres refuses root: move the checkout to a "
            "folder that every user may enter, start as another user, or set DATABASE_URL."
        )
    except OSError as error:
        fail(f"{command[0]} could not be started: {error.strerror}.")


def watch(command: list[str], death: int) -> int:
    """Run `command` and end it when standard input ends. Gives its exit status."""
    try:
        # The servers' lock is a file descriptor that the command must inherit.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)
    except OSError as error:
        fail(f"{command[0]} could not be started: {error.strerror}.")

    def forward(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, forward)

    def end_with_pipe() -> None:
        while os.read(0, 4096):
            pass
        child.send_signal(death)
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()

    threading.Thread(target=end_with_pipe, daemon=True).start()
    status = child.wait()
    return 128 - status if status < 0 else status


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a command that dies with its parent.")
    parser.add_argument("--parent", type=int, required=True, help="pid that the command must not outlive")
    parser.add_argument("--death", type=int, default=signal.SIGKILL, help="signal sent at the parent's death")
    parser.add_argument("--watch", action="store_true", help="stay and watch standard input instead")
    parser.add_argument("--nobody", type=Path, help="leave root; the folder is the command's data")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    # Now, as who may read the checkout; -I leaves it out of the path.
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from shared.parent_death import die_with_parent

    if options.nobody is not None and os.getuid() == 0:
        become_nobody(options.nobody)
    # After any change of user: the kernel clears the wish then.
    if options.watch or not die_with_parent(options.parent, options.death):
        return watch(options.command, options.death)
    become(options.command)


if __name__ == "__main__":
    sys.exit(main())
