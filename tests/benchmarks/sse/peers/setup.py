"""Installs aiohttp-sse into an environment of its own below .local/peers-sse. nchan is Debian's: libnginx-mod-nchan."""

import os
import sys
from pathlib import Path

from deploy.setup.environment import ROOT, run, uv

HERE = Path(__file__).parent
PEERS = ROOT / ".local" / "peers-sse"


def main() -> None:
    PEERS.mkdir(parents=True, exist_ok=True)
    env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    env |= {"UV_PROJECT_ENVIRONMENT": str(PEERS / "aiohttp-sse"), "UV_PYTHON_DOWNLOADS": "never"}
    command = [uv(), "sync", "--frozen", "--quiet", "--python", sys.executable]
    run("aiohttp-sse (to compare with)", command, cwd=HERE, env=env)
    (PEERS / ".stamp").touch()


if __name__ == "__main__":
    main()
