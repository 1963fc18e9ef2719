"""The `job_queue` table: which accepted documents must be worked, and what Redis should hold of them."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec

from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Stage

_RECONCILE_LOCK = 7_405_219_337
_ALL = 2**31 - 1
_ENDING_SECONDS = 60
"""A document's end is recorded before its job is acknowledged; this long after, the job is surplus."""


PRIORITIES = {"interactive": 0, "batch": 1}
"""As an upload names them; the lower is relayed first."""


def priority_name(number: int) -> str:
    """As an upload would name it."""
    return next((name for name, each in PRIORITIES.items() if each == number), "other")


class QueuedJob(msgspec.Struct):
    """A committed job."""

    document_id: str
    tenant: str
    stage: Stage
    payload: dict[str, Any]
    trace: str
    generation: int
    """How often Redis forgot it."""
    percentage: int
    """How far its owner was told it is."""
    age: float
    """Seconds since it was uploaded, or put back to work by a person, as Postgres counts."""
    token: uuid.UUID | None = None
    """Of the claim under which it is worked without Redis."""
    now: float = 0.0
    """Postgres' clock when it was claimed (Unix seconds)."""


def _read(row: "asyncpg.Record") -> QueuedJob:
    payload = msgspec.json.decode(row["payload"])
    return QueuedJob(
        document_id=str(row["document_id"]),
        tenant=row["tenant"],
        stage=row["stage"],
        payload=payload,
        trace=row["trace"],
        generation=row["generation"],
        percentage=row["percentage"],
        age=float(row["age"]),
        token=row["token"],
    )


class Jobs:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def look(self, window: int) -> tuple[bool, bool]:
        """Whether a job waits for its stream, and whether fewer than `window` are under way."""
        (row,) = await self._database.pool.fetch(sql("relay_waiting"), window)
        return row["waiting"], row["room"]

    @contextlib.asynccontextmanager
    async def take(self, window: int, passed: list[str]) -> AsyncIterator[list[QueuedJob]]:
        """Jobs that may go on a stream now; leaving the context without an error notes of those still listed that
        they are.

        Args:
            window: jobs that may be under way.
            passed: documents to pass over.
        """
        async with self._database.pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(sql("relay_take"), window, [uuid.UUID(each) for each in passed])
            jobs = [_read(row) for row in rows]
            yield jobs
            if jobs:
                await connection.execute(sql("relay_done"), [uuid.UUID(job.document_id) for job in jobs])

    @outage
    async def claim(self, seconds: float) -> QueuedJob | None:
        """Take a job to work it through without Redis; None if there is none that is free."""
        row = await self._database.pool.fetchrow(sql("direct_claim"), seconds, uuid.uuid4())
        return msgspec.structs.replace(_read(row), now=float(row["now"])) if row else None

    @outage
    async def renew_claim(self, job: QueuedJob, seconds: float) -> bool:
        """Extend a claim; 0 seconds give it up. False if it is no longer this one, or its document has ended."""
        arguments = uuid.UUID(job.document_id), job.token, seconds
        return await self._database.pool.fetchval(sql("direct_renew"), *arguments) is not None

    @outage
    async def unfinished(self, tenant: str, own: int = _ALL, everyone: int = _ALL) -> tuple[int, int]:
        """How many accepted documents have not ended: the tenant's own, and everyone's.

        Args:
            own: count no further than to this.
            everyone: likewise.
        """
        (row,) = await self._database.pool.fetch(sql("jobs_unfinished"), tenant, own, everyone)
        return row["own"], row["everyone"]

    @outage
    async def waiting(self, tenant: str) -> tuple[int, float]:
        """How many of a tenant's accepted documents are not on a stream yet, and the age of the oldest in seconds."""
        (row,) = await self._database.pool.fetch(sql("jobs_waiting"), tenant)
        return row["jobs"], row["oldest"]

    @outage
    async def before(self, ids: list[str]) -> dict[str, int]:
        """How many documents come before each of some that nobody has begun; those that have ended are left out."""
        rows = await self._database.pool.fetch(sql("jobs_before"), [uuid.UUID(each) for each in ids])
        return {str(row["document_id"]): row["before"] for row in rows}

    @outage
    async def any_under_way(self) -> bool:
        """Whether Redis should hold any job."""
        return bool(await self._database.pool.fetchval(sql("reconcile_any")))

    @contextlib.asynccontextmanager
    async def reconciling(self) -> AsyncIterator["Reconciling | None"]:
        """The right to reconcile, held by one gateway at a time; None if another one holds it."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            mine = await connection.fetchval(sql("lock_try"), _RECONCILE_LOCK)
            yield Reconciling(connection) if mine else None


class Reconciling:
    """The statements of the one who reconciles."""

    def __init__(self, connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> None:
        self._connection = connection

    async def under_way(self) -> dict[str, int]:
        """The documents whose jobs Redis should hold, with their generations."""
        rows = await self._connection.fetch(sql("reconcile_under_way"))
        return {str(row["document_id"]): row["generation"] for row in rows}

    async def again(self, forgotten: dict[str, int]) -> list[str]:
        """Give jobs back to the relay; returns those that have not ended meanwhile."""
        if not forgotten:
            return []
        ids, generations = [uuid.UUID(each) for each in forgotten], list(forgotten.values())
        rows = await self._connection.fetch(sql("reconcile_again"), ids, generations)
        return [str(row["document_id"]) for row in rows]

    async def surplus(self, held: list[str]) -> list[str]:
        """Of the documents that Redis holds jobs of, those it should not."""
        rows = await self._connection.fetch(
            sql("reconcile_surplus"), [uuid.UUID(each) for each in held], _ENDING_SECONDS
        )
        return [str(row["id"]) for row in rows]
