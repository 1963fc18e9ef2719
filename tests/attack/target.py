"""What is attacked: a gateway and a compressor, watched from outside."""

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.system import System

NORTH, SOUTH = "north-key-0123456789", "south-key-0123456789"
"""Keys of the attacked tenant and of the attacker's."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Where it is, for who attacks it."""

    port: int
    blobs: str
    """Folder that the store's files are in."""
    database_url: str

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Target(System):
    """The services that take what strangers send. A document ends with the compressor here."""

    def __init__(self, folder: Path, redis_url: str, database_url: str, **env: str) -> None:
        self.stalls = folder / "stalls"
        self.stalls.touch()
        super().__init__(
            folder,
            redis_url,
            database_url,
            **{
                "API_KEYS": f"north:{NORTH},south:{SOUTH}",
                "STALLS": str(self.stalls),
                "QUEUE_WINDOW": "100000",
                "QUEUE_LIMIT": "1000000",
            }
            | env,
        )

    @property
    def aim(self) -> Aim:
        return Aim(self.ports["gateway"], str(self.blobs), self.database_url)

    async def start(self) -> None:
        for name in ("gateway", "compressor"):
            self.spawn(name)
        await asyncio.gather(*(self.ready(name) for name in ("gateway", "compressor")))

    def command_of(self, service: str) -> list[str]:
        if service == "gateway":
            return [sys.executable, "-m", "tests.attack.watched_gateway"]
        return super().command_of(service)

    @property
    def deaths(self) -> list[str]:
        """Services that ended."""
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def memory(self, what: str = "VmRSS") -> int:
        """Bytes of the gateway's memory; ``VmHWM`` for the most it ever had."""
        status = Path(f"/proc/{self.processes['gateway'].pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(what))

    def longest_stall(self, since: float) -> tuple[float, float, str]:
        """Seconds that the gateway's loop computed in one go, and that passed beside it, the longest since `since`; and
        what it did then, where that was seen."""
        found = (0.0, 0.0, "")
        for line in self.stalls.read_text().splitlines():
            at, computed, passed, *doing = line.split(" ", 3)
            if float(at) >= since and float(computed) > found[0]:
                found = (float(computed), float(passed), " ".join(doing))
        return found


async def innocent(aim: Aim, picture: bytes) -> float:
    """Seconds of an upload by somebody who means no harm, from another address; endless if it is refused."""
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0), force_close=True)
    async with aiohttp.ClientSession(connector=connector, headers={"X-API-Key": NORTH}) as session:
        form = aiohttp.FormData()
        form.add_field("file", picture, filename="week.png", content_type="image/png")
        begun = time.monotonic()
        try:
            async with session.post(f"{aim.base_url}/api/v1/documents/upload", data=form) as answer:
                return time.monotonic() - begun if answer.status == 202 else float("inf")
        except aiohttp.ClientError:
            return float("inf")
