"""Installs sharp below .local/peers-compress, from its lock file."""

import os
import shutil
from pathlib import Path

from deploy.setup.environment import ROOT, VENV, run

HERE = Path(__file__).parent
PEERS = ROOT / ".local" / "peers-compress"


def main() -> None:
    PEERS.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, PEERS / name)
    env = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    # Not `ci`: it wants the native addon of every platform in the lock file, and not every registry carries them all.
    command = [str(VENV / "bin/npm"), "install", "--ignore-scripts", "--loglevel=error"]
    run("sharp (an image library to compare with)", command, cwd=PEERS, env=env)
    (PEERS / ".stamp").touch()


if __name__ == "__main__":
    main()
