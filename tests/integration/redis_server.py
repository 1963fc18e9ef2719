"""A Redis beside the Valkey that the tests bring along, where one is installed."""

import os
import shutil
from pathlib import Path
from typing import ClassVar

from deploy.embedded import EmbeddedValkey


def redis_binary() -> str | None:
    """``TEST_REDIS_SERVER``, or the ``redis-server`` on the path."""
    return os.environ.get("TEST_REDIS_SERVER") or shutil.which("redis-server")


class EmbeddedRedis(EmbeddedValkey):
    """As `EmbeddedValkey`, of another binary.

    Args:
        binary: of the server.
        folder: for what it writes.
    """

    name: ClassVar[str] = "Redis"

    def __init__(self, binary: str, folder: Path) -> None:
        super().__init__(folder)
        self._binary = binary

    def _command(self) -> list[str]:
        return [self._binary, "valkey.conf"]
