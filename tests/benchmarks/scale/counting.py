"""What the servers were asked to do: every statement of Postgres, every command of Redis, those of scripts as well."""

from collections import Counter
from typing import Any

import asyncpg
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres
from shared.messages import Stage
from shared.streams.keys import Keys


class CountingPostgres(EmbeddedPostgres):
    """An embedded Postgres that counts statements."""

    def _command(self) -> list[str]:
        return [*super()._command(), "-c", "shared_preload_libraries=pg_stat_statements"]


class Counts:
    """Counts since the last `reset`.

    Args:
        redis_url: a server that nobody else uses.
        database_url: on a `CountingPostgres`.
    """

    def __init__(self, redis_url: str, database_url: str) -> None:
        self._redis: Any = Redis.from_url(redis_url, decode_responses=True)
        self._database_url = database_url
        self._postgres: asyncpg.Connection[Any] | None = None

    async def reset(self) -> None:
        """Count from here on."""
        if self._postgres is None:
            self._postgres = await asyncpg.connect(self._database_url)
            await self._postgres.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        await self._postgres.execute("SELECT pg_stat_statements_reset()")
        await self._redis.config_resetstat()

    async def commands(self) -> Counter[str]:
        """Commands that Redis carried out, by name, those inside scripts as well, without those of this counter."""
        stats = await self._redis.info("commandstats")
        calls = Counter({name.removeprefix("cmdstat_"): int(each["calls"]) for name, each in stats.items()})
        for own in ("config|resetstat", "info"):
            calls.pop(own, None)
        return calls

    async def statements(self) -> Counter[str]:
        """Statements of Postgres by the first line that is no comment, without those of this counter."""
        if self._postgres is None:
            raise RuntimeError("nothing is counted before `reset`")
        rows = await self._postgres.fetch("SELECT query, calls FROM pg_stat_statements")
        found: Counter[str] = Counter()
        for row in rows:
            if "pg_stat_statements" not in row["query"]:
                lines = [line for line in row["query"].splitlines() if line and not line.startswith("--")]
                found[" ".join(lines)[:90]] += row["calls"]
        return found

    async def memory(self) -> int:
        """Bytes that Redis holds."""
        return int((await self._redis.info("memory"))["used_memory"])

    async def on_stream(self, stage: Stage) -> int:
        """Jobs that wait or run, of one partition."""
        return int(await self._redis.xlen(Keys().jobs(stage)))

    async def close(self) -> None:
        await self._redis.aclose()
        if self._postgres is not None:
            await self._postgres.close()
