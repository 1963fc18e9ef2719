"""Installs FastAPI and what it needs below .local/peer-gateway."""

import os
import sys
from pathlib import Path

from deploy.setup.environment import ROOT, run, uv

PEER = ROOT / ".local" / "peer-gateway"


def main() -> None:
    env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    env |= {"UV_PROJECT_ENVIRONMENT": str(PEER), "UV_PYTHON_DOWNLOADS": "never"}
    command = [uv(), "sync", "--frozen", "--quiet", "--python", sys.executable]
    run("FastAPI (to compare with)", command, cwd=Path(__file__).parent, env=env)
    (PEER / ".stamp").touch()


if __name__ == "__main__":
    main()
