"""Runs the launcher over fake services: FOLDER PORT BEHAVIOUR ..., one service for each behaviour."""

import asyncio
import sys
from pathlib import Path

from deploy.launch.launcher import Launcher
from deploy.launch.supervisor import Policy, Service

FAKE = Path(__file__).with_name("fake_service.py")


def make(first_port: int, behaviours: list[str]) -> list[Service]:
    return [
        Service(
            name=f"{behaviour}{index}",
            command=[sys.executable, str(FAKE), str(first_port + index), behaviour],
            env={},
            ready_url=f"http://127.0.0.1:{first_port + index}/readyz",
        )
        for index, behaviour in enumerate(behaviours)
    ]


def main() -> int:
    folder, port, *behaviours = sys.argv[1:]
    launcher = Launcher(
        local=Path(folder),
        port=port,
        upload=False,
        make_services=lambda port, _local, _env: make(port, behaviours),
        policy=Policy(first_delay=0.05, grace=0.5),
    )
    return asyncio.run(launcher.run())


if __name__ == "__main__":
    sys.exit(main())
