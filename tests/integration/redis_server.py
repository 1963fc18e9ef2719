"""A Redis beside the Valkey that the tests bring along, where one is installed."""

import itertools
import os
import shutil
from pathlib import Path
from typing import ClassVar

from deploy.embedded import EmbeddedValkey

_NUMBERS = itertools.count(2)
"""Database 0 of the run's Valkey is the system fixture's, 1 is emptied for each test."""


def own_database(valkey: EmbeddedValkey) -> str:
    """The address of a database that nobody else was given: two gateways with a record of their own each would take
    each other's jobs off the same streams, if files that happen to run in one process named the same number."""
    return valkey.url.removesuffix("/0") + f"/{next(_NUMBERS)}"


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
