"""The relay puts committed jobs on their streams.

A document and its `job_queue` row are committed together, before the upload is answered (transactional outbox). The
relay takes rows that are not enqueued yet, adds each to its stream with a script that adds a document once, and notes
them. If it dies in between, the next run repeats the script, which then adds nothing.
"""

import asyncio
import uuid

from shared.db.documents import read_relay_job
from shared.db.pool import Database, DatabaseAway, outage, sql
from shared.logs import get_logger
from shared.streams.client import RedisSettings
from shared.streams.entries import job_fields
from shared.streams.keys import Keys, partition_of
from shared.streams.scripts import Client, Scripts

log = get_logger(__name__)

_BATCH = 100
_MARKER_TTL = 7 * 86_400
"""Seconds. A job that the relay could not note in all this time is the reconciler's."""


class Relay:
    """Args:
    database: holds the rows.
    client: of the server that holds the streams.
    """

    def __init__(self, database: Database, client: Client, settings: RedisSettings) -> None:
        self._database = database
        self._scripts = Scripts(client)
        self._partitions = settings.partitions
        self._nudged = asyncio.Event()

    def nudge(self) -> None:
        """Tell the relay that a job was committed, so that it does not wait for its next look."""
        self._nudged.set()

    async def run_once(self) -> int:
        """Enqueue what is committed; gives how many. Waits up to a second for a nudge when there was nothing."""
        self._nudged.clear()
        try:
            moved = await self._move()
        except DatabaseAway as error:
            log.warning("relay waits for postgres", error=str(error))
            moved = 0
        if moved < _BATCH:
            try:
                async with asyncio.timeout(1):
                    await self._nudged.wait()
            except TimeoutError:
                # Another gateway's rows, or those of a Redis outage, are found by looking.
                return moved
        return moved

    @outage
    async def _move(self) -> int:
        async with self._database.pool.acquire() as connection, connection.transaction():
            jobs = [read_relay_job(row) for row in await connection.fetch(sql("relay_take"), _BATCH)]
            for job in jobs:
                keys = Keys(partition_of(job.document_id, self._partitions))
                fields = job_fields(job.document_id, job.tenant, job.payload, deadline=0, trace=job.trace)
                marked = [keys.jobs(job.stage), keys.queued(job.document_id)]
                await self._scripts.call("enqueue", marked, _MARKER_TTL, *fields)
            if jobs:
                await connection.execute(sql("relay_done"), [uuid.UUID(job.document_id) for job in jobs])
            return len(jobs)
