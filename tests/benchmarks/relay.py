"""`make bench-relay`: what finding the next documents costs, with up to 100,000 waiting.

Against a Postgres of its own. Each figure is the median of nine runs of `relay_take.sql` for a free window of 32, each
rolled back.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg

from deploy.embedded import EmbeddedPostgres
from shared.db.pool import Database, DatabaseSettings
from shared.db.statements import sql
from tests.benchmarks.report import show, write

TENANTS = (1, 50, 500)
WAITING = (1_000, 5_000, 20_000, 100_000)
_WINDOW = 32
_RUNS = 9


async def fill(connection: "asyncpg.Connection[Any]", tenants: int, waiting: int) -> None:
    """Let `waiting` documents wait, spread over `tenants`."""
    await connection.execute(
        "INSERT INTO documents (id, tenant, file_name, content_type, size, blob) "
        "SELECT gen_random_uuid(), 't' || n % $1::int, 'f', 'image/png', 1, 'b' "
        "FROM generate_series(1, $2::int - (SELECT count(*) FROM documents)) n",
        tenants,
        waiting,
    )
    await connection.execute(
        "INSERT INTO job_queue (document_id, tenant, stage, payload, priority) "
        "SELECT id, tenant, 'compress', '{}', (random() < 0.2)::int FROM documents ON CONFLICT DO NOTHING"
    )
    await connection.execute("VACUUM ANALYZE")


async def take(connection: "asyncpg.Connection[Any]") -> float:
    """Milliseconds of one run."""
    transaction = connection.transaction()
    await transaction.start()
    begun = time.perf_counter()
    found = await connection.fetch(sql("relay_take"), _WINDOW, [])
    seconds = time.perf_counter() - begun
    await transaction.rollback()
    if len(found) != _WINDOW:
        raise RuntimeError(f"{len(found)} documents instead of {_WINDOW}")
    return seconds * 1000


async def main() -> None:
    rows: list[tuple[int, int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres") as server:
            database = Database(DatabaseSettings.load(database_url=server.url))
            await database.open()
            connection = await asyncpg.connect(server.url)
            for tenants in TENANTS:
                await connection.execute("TRUNCATE documents CASCADE")
                for waiting in WAITING:
                    await fill(connection, tenants, waiting)
                    times = [await take(connection) for _ in range(_RUNS)]
                    rows.append((tenants, waiting, statistics.median(times)))
            await connection.close()
            await database.close()
    show("Finding the next 32 documents", ("tenants", "waiting", "ms"), rows)
    path = write("relay", {"rows": rows})
    sys.stdout.write(f"Figures in {path}.\n")


if __name__ == "__main__":
    asyncio.run(main())
