"""Removes everything that make and the services wrote, the kept documents included. Refuses while servers run."""

import fcntl
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    ".local",
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "services/gateway/static",
    "services/gateway/web/node_modules",
    "clients/react/node_modules",
    "clients/react/dist",
)
CACHES_BELOW = ("deploy", "services", "shared", "tests")


def held(lock: Path) -> bool:
    """Whether a launcher or a server holds `lock`."""
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def main(root: Path = ROOT) -> int:
    for name in ("lock", "valkey/lock", "postgres/lock"):
        if held(root / ".local" / name):
            print("Timelift runs from .local: end it with Ctrl-C in its terminal, then make clean.", file=sys.stderr)
            return 1
    for name in FOLDERS:
        shutil.rmtree(root / name, ignore_errors=True)
        if (root / name).exists():
            print(f"{root / name} could not be removed: it belongs to somebody else.", file=sys.stderr)
            return 1
    # What building the stand-in package leaves in its source.
    for pattern in ("build", "*.egg-info"):
        for left in (root / "deploy/stubs").glob(f"*/{pattern}"):
            shutil.rmtree(left, ignore_errors=True)
    for name in CACHES_BELOW:
        for cache in (root / name).rglob("__pycache__"):
            shutil.rmtree(cache, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
