"""Installs the other queues below .local/peers: an environment for each Python one, node modules for BullMQ."""

import os
import shutil
import sys
from pathlib import Path

from deploy.setup.environment import ROOT, VENV, run, uv

HERE = Path(__file__).parent
PEERS = ROOT / ".local" / "peers"
GROUPS = ("arq", "saq", "streaq", "taskiq")


def main() -> None:
    PEERS.mkdir(parents=True, exist_ok=True)
    program = uv()
    for group in GROUPS:
        env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
        env |= {"UV_PROJECT_ENVIRONMENT": str(PEERS / group), "UV_PYTHON_DOWNLOADS": "never"}
        command = [program, "sync", "--frozen", "--quiet", "--python", sys.executable, "--group", group]
        run(f"{group} (a queue to compare with)", command, cwd=HERE, env=env)
    modules = PEERS / "bullmq"
    modules.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, modules / name)
    env = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    # Not `ci`: it wants the native addon of every platform in the lock file, and not every registry carries them all.
    command = [str(VENV / "bin/npm"), "install", "--ignore-scripts", "--loglevel=error"]
    run("BullMQ (a queue to compare with)", command, cwd=modules, env=env)
    (PEERS / ".stamp").touch()


if __name__ == "__main__":
    main()
