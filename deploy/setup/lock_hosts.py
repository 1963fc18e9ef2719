"""Refuses lock files that name any host but the public registries.

A tool that is told of a mirror by its environment writes the mirror's address into the lock file, and the lock then
works nowhere else.
"""

import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {
    "uv.lock": {"pypi.org", "files.pythonhosted.org"},
    # A package lock needs no addresses at all; those it may carry for other reasons are people's funding pages.
    "services/gateway/web/package-lock.json": {"registry.npmjs.org"},
    "clients/react/package-lock.json": {"registry.npmjs.org"},
    "tests/benchmarks/compress/peers/package-lock.json": {"registry.npmjs.org"},
    "tests/benchmarks/gateway/peer/uv.lock": {"pypi.org", "files.pythonhosted.org"},
    "tests/benchmarks/queue/peers/uv.lock": {"pypi.org", "files.pythonhosted.org"},
    "tests/benchmarks/sse/peers/uv.lock": {"pypi.org", "files.pythonhosted.org"},
    "tests/benchmarks/queue/peers/package-lock.json": {"registry.npmjs.org"},
}
ADDRESS = re.compile(r"(?:https?|git\+\w+|git|ssh|ftp)://[^\s\"'<>]+")


def strangers(text: str, allowed: set[str]) -> list[str]:
    """Hosts in `text` that are not in `allowed`, each once, in order."""
    hosts = [urlsplit(address).hostname or address for address in ADDRESS.findall(text)]
    return list(dict.fromkeys(host for host in hosts if host not in allowed))


def without_funding(text: str) -> str:
    """A package lock without the `funding` addresses, which nothing is downloaded from."""
    return re.sub(r'"funding":\s*(?:\{[^{}]*\}|\[[^\[\]]*\]|"[^"]*")', "", text)


def main(root: Path = ROOT) -> int:
    status = 0
    for name, allowed in ALLOWED.items():
        path = root / name
        if path.exists() and (found := strangers(without_funding(path.read_text()), allowed)):
            print(f"{name} names {', '.join(found)}: lock again with the index variables unset.", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
