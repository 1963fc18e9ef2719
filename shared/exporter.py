"""The exporter: what only Redis and Postgres know, as Prometheus metrics: ``python -m shared.exporter``.

How much waits, for how long, who is dead and how many workers live is the same whoever asks, so one small process asks
for all of them, when it is scraped. It is no chore of a gateway: what alerts hang on must be there while every gateway
is down, a store that hangs must not hold up a gateway's own metrics, and a right to export that moves from gateway to
gateway would break the series each time. Two of them do no harm: they say the same.

It reads and changes nothing: a Postgres role that sees counts and ages, a Redis user without a writing command
(`deploy/postgres/roles.sql`, `deploy/redis/users.acl`).
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, ClassVar, cast

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.blobs import BlobSettings, local_folder
from shared.db.jobs import PRIORITIES, priority_name
from shared.db.pool import Database, DatabaseSettings, outage
from shared.db.statements import sql
from shared.http_server import serve
from shared.logs import get_logger
from shared.service import open_database, run, stop_signals, warn_of_slips
from shared.settings import Settings, setting
from shared.streams.client import RedisSettings, connect
from shared.streams.queue_stats import QueueStats
from shared.streams.scripts import Client

log = get_logger(__name__)

_SECONDS = 5.0
"""Longest that one store may take: Prometheus waits 10 s for all."""


class ExporterSettings(Settings):
    group: ClassVar[str] = "Exporter"
    exporter_host: str = setting("127.0.0.1", "Address that the exporter serves its metrics on.")
    exporter_port: int = setting(9464, "Port of these; 0 takes a free one and logs it.", ge=0, le=65535)


FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "timelift_store_up": ("Whether a store answered the exporter.", ("store",)),
    "timelift_queue_jobs": (
        "Jobs in Redis by state: waiting, running, retrying (wait for their next try), dead.",
        ("stage", "state"),
    ),
    "timelift_queue_oldest_seconds": ("Age of the job that waits longest on its stream.", ("stage",)),
    "timelift_queue_workers": ("Workers heard of in the last 30 s.", ("stage",)),
    "timelift_events_unrecorded": ("Published events that are not in Postgres yet.", ()),
    "timelift_events_set_aside": ("Events that Postgres refused, set aside in Redis.", ()),
    "timelift_redis_memory_bytes": ("Memory that the data takes.", ("node",)),
    "timelift_redis_memory_max_bytes": ("The server's maxmemory; 0 for no bound.", ("node",)),
    "timelift_unfinished_documents": (
        "Accepted documents that have not ended: waiting (in Postgres, for a slot on the streams) and under_way.",
        ("state", "priority"),
    ),
    "timelift_unfinished_oldest_seconds": ("Age of the oldest of these.", ("state", "priority")),
    "timelift_waiting_tenants": ("Tenants with a document that waits for a slot.", ("priority",)),
    "timelift_database_bytes": ("Size of the database.", ()),
    "timelift_blob_store_free_bytes": ("Free space on the disk of the pictures, where they are in a folder.", ()),
    "timelift_blob_store_size_bytes": ("Size of that disk.", ()),
}
"""What is exported: help and labels by name."""


def _family(name: str) -> GaugeMetricFamily:
    text, labels = FAMILIES[name]
    return GaugeMetricFamily(name, text, labels=labels)


def _gauge(name: str, value: float) -> Metric:
    """A family of one value."""
    return GaugeMetricFamily(name, FAMILIES[name][0], value=value)


class _Ready(Collector):
    """Families that were made before."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


class Exporter:
    """Asks the stores.

    Args:
        client: of the server that holds the streams.
        database: that holds the record.
    """

    def __init__(self, client: Client, settings: RedisSettings, database: Database) -> None:
        self._client = client
        self._settings = settings
        self._database = database
        self._stats = QueueStats(client, settings)
        self._away: set[str] = set()

    async def text(self) -> bytes:
        """All metrics in Prometheus's text format. Of a store that is away there are none but `timelift_store_up`."""
        found: list[Metric] = []
        up = _family("timelift_store_up")
        for store, ask in (("redis", self._redis), ("postgres", self._postgres), ("blobs", _blobs)):
            try:
                async with asyncio.timeout(_SECONDS):
                    families = [family async for family in ask()]
            except Exception as error:  # noqa: BLE001 - one store's fault, whatever it is, must not hide the others
                if store not in self._away:
                    log.warning("a store cannot be asked", store=store, error=str(error) or type(error).__name__)
                self._away.add(store)
                up.add_metric([store], 0)
            else:
                self._away.discard(store)
                up.add_metric([store], 1)
                found += families
        registry = CollectorRegistry()
        registry.register(_Ready([up, *found]))
        return generate_latest(registry)

    async def _redis(self) -> AsyncIterator[Metric]:
        jobs = _family("timelift_queue_jobs")
        oldest = _family("timelift_queue_oldest_seconds")
        workers = _family("timelift_queue_workers")
        for stats in await self._stats.stages():
            for state in ("waiting", "running", "retrying", "dead"):
                jobs.add_metric([stats.stage, state], getattr(stats, state))
            oldest.add_metric([stats.stage], stats.oldest_waiting_seconds)
            workers.add_metric([stats.stage], stats.workers)
        yield jobs
        yield oldest
        yield workers
        lag, refused = await self._events()
        yield _gauge("timelift_events_unrecorded", lag)
        yield _gauge("timelift_events_set_aside", refused)
        for family in _memory(await self._client.info("memory")):
            yield family

    async def _events(self) -> tuple[int, int]:
        lag = refused = 0
        for keys in self._settings.keys:
            refused += int(await self._client.xlen(keys.refused_events))
            if await self._client.exists(keys.events):
                for group in await self._client.xinfo_groups(keys.events):
                    lag += int(group["pending"]) + int(group.get("lag") or 0)
        return lag, refused

    @outage
    async def _backlog(self) -> tuple[list[Any], int]:
        pool = self._database.pool
        return await pool.fetch(sql("exporter_backlog")), await pool.fetchval(sql("exporter_size"))

    async def _postgres(self) -> AsyncIterator[Metric]:
        documents = _family("timelift_unfinished_documents")
        oldest = _family("timelift_unfinished_oldest_seconds")
        tenants = _family("timelift_waiting_tenants")
        rows, size = await self._backlog()
        found = {(row["waits"], priority_name(row["priority"])): row for row in rows}
        for priority in PRIORITIES:
            for waits, state in ((True, "waiting"), (False, "under_way")):
                # Nothing is told as 0: a series that goes and comes breaks every rule that compares it with before.
                row = found.get((waits, priority))
                documents.add_metric([state, priority], row["documents"] if row else 0)
                oldest.add_metric([state, priority], row["oldest"] if row else 0)
                if waits:
                    tenants.add_metric([priority], row["tenants"] if row else 0)
        yield documents
        yield oldest
        yield tenants
        yield _gauge("timelift_database_bytes", size)


async def _blobs() -> AsyncIterator[Metric]:
    """The disk of a blob store that is a folder; an object store has no end that one could ask for."""
    folder = local_folder(BlobSettings.load().blob_url)
    if folder and folder.is_dir():
        usage = await asyncio.to_thread(shutil.disk_usage, folder)
        yield _gauge("timelift_blob_store_free_bytes", usage.free)
        yield _gauge("timelift_blob_store_size_bytes", usage.total)


def _memory(info: dict[str, Any]) -> Iterator[Metric]:
    """Of one server, or of each node of a cluster."""
    nodes = cast("dict[str, dict[str, Any]]", {"": info} if "used_memory" in info else info)
    used = _family("timelift_redis_memory_bytes")
    bound = _family("timelift_redis_memory_max_bytes")
    for node, each in nodes.items():
        used.add_metric([node], each["used_memory"])
        bound.add_metric([node], each.get("maxmemory", 0))
    yield used
    yield bound


def build_app(exporter: Exporter) -> web.Application:
    """The exporter's two addresses: `/metrics` and `/livez`."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=await exporter.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def livez(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics), web.get("/livez", livez)])
    return app


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    stop, settings, redis_settings = stop_signals(), ExporterSettings.load(), RedisSettings.load()
    # It owns nothing and must never change a table.
    database = Database(DatabaseSettings.load(database_migrate=False))
    client = connect(redis_settings)
    runner, port = await serve(
        build_app(Exporter(client, redis_settings, database)), settings.exporter_host, settings.exporter_port
    )
    log.info("ready", port=port)
    warn_of_slips()
    try:
        await open_database(database, stop)
        await stop.wait()
    finally:
        await runner.cleanup()
        await client.aclose()
        await database.close()


if __name__ == "__main__":
    run(main, "exporter")
