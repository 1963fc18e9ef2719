"""Makes a real server answer and refuse, and relent: full, unable to write its file, short of replicas, busy."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, RedisError, ResponseError

from tests.waiting import PATIENCE, patience, until

Refusal: TypeAlias = Literal["oom", "misconf", "noreplicas", "busy"]
REFUSALS: tuple[Refusal, ...] = get_args(Refusal)
_FILLING = 65_536


class Refuser:
    """One server that can be made to refuse.

    Args:
        url: of the server, past any proxy.
        folder: where it writes its files.
    """

    def __init__(self, url: str, folder: Path) -> None:
        # Longer than the script below may run: redis-py gives up after five seconds by default.
        self._client: Any = Redis.from_url(url, decode_responses=True, socket_timeout=PATIENCE)
        self._dump = folder / "dump.rdb"
        self._script: asyncio.Task[Any] | None = None

    async def begin(self, how: Refusal) -> None:
        """Have the server refuse from now on."""
        match how:
            case "oom":
                used = int((await self._client.info("memory"))["used_memory"])
                await self._client.config_set("maxmemory", used + 16 * _FILLING)
                await self.fill()
                # What clients have in their buffers counts, and comes and goes: full shall stay full.
                await self._client.config_set("maxmemory", used + 8 * _FILLING)
            case "misconf":
                # What is saved cannot be moved to where a folder stands.
                self._dump.unlink(missing_ok=True)
                self._dump.mkdir()
                await self._client.config_set("save", "86400 1000000")
                await self._save("err")
            case "noreplicas":
                await self._client.config_set("min-replicas-to-write", 1)
            case "busy":
                await self._client.config_set("busy-reply-threshold", 20)
                await self._client.config_set("lua-time-limit", 20)
                self._script = asyncio.create_task(self._client.eval("while true do end", 0))
                await self._until_busy()

    async def fill(self) -> None:
        """Fill what memory is left."""
        with contextlib.suppress(OutOfMemoryError):
            for number in range(100_000):
                await self._client.set(f"filling:{number}:{id(object())}", "x" * _FILLING)

    async def end(self, how: Refusal) -> None:
        """Have it take everything again."""
        match how:
            case "oom":
                await self._client.config_set("maxmemory", 0)
                async for key in self._client.scan_iter("filling:*", count=1000):
                    await self._client.delete(key)
            case "misconf":
                self._dump.rmdir()
                await self._save("ok")
            case "noreplicas":
                await self._client.config_set("min-replicas-to-write", 0)
            case "busy":
                await self._client.script_kill()
                if self._script is not None:
                    with contextlib.suppress(ResponseError):
                        await self._script

    @contextlib.asynccontextmanager
    async def refusing(self, how: Refusal) -> AsyncIterator[None]:
        """Refuse while within."""
        await self.begin(how)
        try:
            yield
        finally:
            await self.end(how)

    async def close(self) -> None:
        await self._client.aclose()

    async def _save(self, wanted: str) -> None:
        """Have it save until that ends as `wanted`."""
        async with patience():
            while True:
                with contextlib.suppress(ResponseError):  # one is under way
                    await self._client.bgsave()
                # Each to its end: where the next was begun as soon as the last was through, one was always under way.
                info = await self._client.info("persistence")
                while info["rdb_bgsave_in_progress"]:
                    await asyncio.sleep(0.05)
                    info = await self._client.info("persistence")
                if info["rdb_last_bgsave_status"] == wanted:
                    return
                await asyncio.sleep(0.05)  # it is put off while the log is rewritten

    async def _until_busy(self) -> None:
        async def busy() -> bool:
            try:
                await self._client.exists("x")
            except RedisError as error:
                return "BUSY" in str(error)
            return False

        await until(busy)
