"""What can be known to be wrong before anything is started, and what a dying service's last words mean."""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import socket
from pathlib import Path

MINIMUM_FREE = 200_000_000
"""Bytes: the first run writes about 60 MB of database files, each picture a few MB."""

DEBIAN_PACKAGES = {"libGL.so.1": "libgl1", "libgthread-2.0.so.0": "libglib2.0-0", "libgomp.so.1": "libgomp1"}


class StopError(Exception):
    """The launcher cannot go on. The text is for the person who started it: what is wrong, and the cure."""


def check_port(value: str) -> int:
    """The port that `PORT` names, if it can be listened on. Raises `StopError` if not."""
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise StopError(f"PORT={value} is no port: give a number from 1 to 65535, as in PORT=4001 make run.")
    port = int(value)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise StopError(f"Port {port} is for root only: take another with PORT=4001 make run.") from None
        except OSError:
            raise StopError(busy(port)) from None
    # Browsers try localhost's IPv6 address first: a listener there would get the page's visitors.
    with contextlib.suppress(OSError), socket.create_connection(("::1", port), timeout=0.5):
        raise StopError(busy(port))
    return port


def busy(port: int) -> str:
    other = 4001 if port != 4001 else 4002
    return f"Port {port} is in use{owner_of(port)}: end that, or take another with PORT={other} make run."


def owner_of(port: int) -> str:
    """` by NAME (process N)` for the listener on `port`, where /proc tells; else nothing."""
    sockets: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            words = row.split()
            # The local address ends in the port in hexadecimal; state 0A is LISTEN; word 9 is the socket's inode.
            if words[1].endswith(f":{port:04X}") and words[3] == "0A":
                sockets.add(f"socket:[{words[9]}]")
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(str(entry.readlink()) in sockets for entry in (process / "fd").iterdir()):
                return f" by {(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # it ended, or belongs to somebody else
            continue
    return ""


def check_folder(local: Path) -> None:
    """Make sure that `local` exists, can be written to and has room. Raises `StopError` if not."""
    try:
        local.mkdir(parents=True, exist_ok=True)
        probe = local / ".writable"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
        for name in ("blobs", "logs"):
            # Also what an earlier version left open to every user of the machine.
            (local / name).mkdir(mode=0o700, exist_ok=True)
            (local / name).chmod(0o700)
    except OSError as error:
        raise StopError(explain_os_error(error, local)) from None
    free = shutil.disk_usage(local).free
    if free < MINIMUM_FREE:
        raise StopError(
            f"The disk of {local} is nearly full ({free // 1_000_000} MB left): "
            f"free at least {MINIMUM_FREE // 1_000_000} MB."
        )


def explain_os_error(error: OSError, path: Path) -> str:
    """One sentence for a failed write below `path`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk of {path} is full: free at least {MINIMUM_FREE // 1_000_000} MB."
    return f"{path} cannot be written to ({error.strerror}): give yourself the folder, or run from another checkout."


def take_launcher_lock(local: Path) -> int:
    """Become the one launcher of this checkout. Returns the file descriptor that holds the lock. Raises `StopError`."""
    descriptor = os.open(local / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.pread(descriptor, 64, 0).decode(errors="replace").strip()
        os.close(descriptor)
        raise StopError(
            f"Timelift already runs in this checkout (process {other or 'unknown'}): "
            "end that one with Ctrl-C, or run from another checkout."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def check_picture(name: str) -> Path:
    """The file to upload. Raises `StopError` if it cannot be read."""
    path = Path(name)
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise StopError(
            f"{name} cannot be read ({error.strerror}): give a picture or a PDF, as in FILE=my.jpg."
        ) from None
    if empty:
        raise StopError(f"{name} is empty: give a picture or a PDF, as in FILE=my.jpg.")
    return path


def explain(service: str, lines: list[str]) -> str | None:
    """One sentence with the cure if `lines`, a service's last words, show what starting it again cannot mend."""
    text = "\n".join(lines)
    if found := re.search(r"(lib[\w.+-]+\.(?:so[\w.]*|dylib)): cannot open shared object file", text):
        library = found[1]
        cure = f"apt install {package}" if (package := DEBIAN_PACKAGES.get(library)) else "install the package with it"
        return f"{service} misses the shared library {library}: {cure}, then run again."
    if "No space left on device" in text:
        return f"{service} found the disk full: free some space, then run again."
    if found := re.search(r"ModuleNotFoundError: No module named '([\w.]+)'", text):
        if found[1].split(".")[0] in ("services", "shared", "deploy"):
            return None
        return f"{service} misses the Python package {found[1]}: run make clean, then make run."
    # What shared.service.run says of a setting or a library before it exits.
    if lines and lines[-1].startswith(f"{service}: "):
        return lines[-1]
    return None
