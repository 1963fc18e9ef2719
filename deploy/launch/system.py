"""What one machine runs: two servers, embedded unless the environment names others, and the four services."""

import asyncio
import collections
import os
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey, ServerError, free_port
from deploy.embedded.server import EmbeddedServer
from deploy.launch.checks import StopError
from deploy.launch.supervisor import Service

WORKERS = ("compressor", "ocr", "extractor")
SERVER_TRIES = 5
"""Deaths of a server, soon after each other, that end the run."""


@dataclass
class Servers:
    """Valkey and Postgres below `local`, each only if the environment does not name one to use instead."""

    local: Path
    running: list[EmbeddedServer] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    """What the services must be told about them."""
    window: float = 600.0
    """Seconds within which `SERVER_TRIES` deaths of a server are too many; it may live for months."""

    async def start(self) -> None:
        """Start what is needed, together. Raises `StopError`."""
        valkey, postgres = EmbeddedValkey(self.local / "valkey"), EmbeddedPostgres(self.local / "postgres")
        if not (os.environ.get("REDIS_URL") or os.environ.get("REDIS_HOST")):
            self.running.append(valkey)
        if not os.environ.get("DATABASE_URL"):
            self.running.append(postgres)
        try:
            async with asyncio.TaskGroup() as group:
                for server in self.running:
                    group.create_task(server.start())
        except* ServerError as errors:
            raise StopError(str(errors.exceptions[0])) from None
        self.env = {server.instead: server.url for server in self.running}

    async def keep(self, server: EmbeddedServer, tell: Callable[[str], None]) -> None:
        """Start `server` again on its port when it ends, as the services are. `StopError` if that does not help."""
        deaths: collections.deque[float] = collections.deque(maxlen=SERVER_TRIES)
        while True:
            await server.died()
            deaths.append(time.monotonic())
            if len(deaths) == SERVER_TRIES and deaths[-1] - deaths[0] < self.window:
                raise StopError(
                    f"{server.name} ended {SERVER_TRIES} times within {self.window / 60:g} minutes; "
                    f"its log is {server.log}."
                )
            tell(f"{server.name} ended and is started again.")
            await server.stop()
            try:
                await server.start()
            except ServerError as error:
                raise StopError(str(error)) from None
            if self.env[server.instead] != server.url:
                raise StopError(f"{server.name} lost its port to another program: run again.")
            tell(f"{server.name} is back.")

    async def stop(self) -> None:
        await asyncio.gather(*(server.stop() for server in self.running))


def gateway_host() -> str:
    """The address that the gateway listens on: ``HOST``, else loopback."""
    return os.environ.get("HOST") or "127.0.0.1"


def gateway_url(port: int) -> str:
    """Where this machine reaches the gateway; a host that stands for all addresses is reached at loopback."""
    host = gateway_host()
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared with, not bound to
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def the_four(port: int, local: Path, env: dict[str, str]) -> list[Service]:
    """The services, the gateway on `port`.

    Args:
        local: folder of the blob store.
        env: what they must know about the servers.
    """
    host = gateway_host()
    common = {
        "BLOB_URL": os.environ.get("BLOB_URL") or (local / "blobs").absolute().as_uri(),
        "LOG_FORMAT": "json",  # read by the launcher, which shows the warnings
        "PYTHONUNBUFFERED": "1",
        # Another user of this machine reaches the loopback ports, too.
        "INTERNAL_TOKEN": os.environ.get("INTERNAL_TOKEN") or secrets.token_urlsafe(),
        # Less than the launcher's grace: a worker that is killed while it drains hands nothing back.
        "QUEUE_DRAIN": os.environ.get("QUEUE_DRAIN") or "8000",
        **env,
    }
    services = []
    addresses: dict[str, str] = {}
    for name in WORKERS:
        own = free_port()
        addresses[f"{name.upper()}_URL"] = f"http://127.0.0.1:{own}"
        services.append(
            Service(
                name=name,
                command=[sys.executable, "-m", f"services.{name}"],
                env={**common, "SERVICE_HOST": "127.0.0.1", "SERVICE_PORT": str(own), "CONSUMER_NAME": f"{name}-1"},
                ready_url=f"http://127.0.0.1:{own}/readyz",
            )
        )
    gateway = Service(
        name="gateway",
        command=[sys.executable, "-m", "services.gateway"],
        env={**common, **addresses, "HOST": host, "PORT": str(port), "CONSUMER_NAME": "gateway-1"},
        ready_url=f"{gateway_url(port)}/readyz",
    )
    return [*services, gateway]
