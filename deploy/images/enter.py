"""Runs a command in an image's root file system as a container engine would.

    unshare --mount python -I -S enter.py --root FOLDER --user 10001 --bind FOLDER:/data NAME=VALUE ... -- COMMAND ...

Becomes the command: as the numeric user, without capabilities or a way to new ones, on a read-only root, with these
variables alone, and /tmp and what is given being all that it can write to. Wants root and a mount namespace of its own.
Standard library only, as it runs without .venv.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


def seal(root: Path, binds: list[str]) -> None:
    """Make `root` read-only, but for /tmp and ``FOLDER:PLACE`` of `binds`."""
    mount("--make-rprivate", "/")
    mount("--bind", root, root)
    mount("-o", "remount,bind,ro", root)
    mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "tmp")
    mount("-t", "proc", "proc", root / "proc")
    mount("--rbind", "/dev", root / "dev")
    for each in binds:
        folder, _, place = each.partition(":")
        mount("--bind", folder, root / place.lstrip("/"))


def give_up(user: int) -> None:
    """Become `user` for good. Dies with its parent, whose wish a change of user would have cleared."""
    control = ctypes.CDLL(None, use_errno=True).prctl
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        control(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    control(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    control(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def main() -> None:
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--user", type=int, required=True)
    parser.add_argument("--folder", default="/")
    parser.add_argument("--bind", action="append", default=[])
    parser.add_argument("variables", nargs="*")
    chosen = parser.parse_args(sys.argv[1:split])
    variables = dict(each.split("=", 1) for each in chosen.variables)
    seal(chosen.root, chosen.bind)
    os.chroot(chosen.root)
    os.chdir(chosen.folder)
    give_up(chosen.user)
    os.execvpe(sys.argv[split + 1], sys.argv[split + 1 :], variables)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main()
