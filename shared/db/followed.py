"""What event streams ask of the record: for many documents at once, as thousands of streams open together."""

import uuid
from collections import defaultdict
from datetime import datetime

import msgspec

from shared.db.documents import Row, seconds_left
from shared.db.events import RecordedEvent
from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Event, Failure, Status

_UNDER_WAY = 1000
_ENDED = 1000
"""Documents of one answer at most."""


class FollowedDocument(msgspec.Struct):
    """A document as event streams need it."""

    id: str
    tenant: str
    status: Status
    step: str | None
    stage: str | None
    percentage: int
    seconds_left: float | None
    error: str | None
    failure: Failure | None
    timetable_ids: list[str]
    completed_at: datetime | None


_decode = msgspec.json.Decoder(Event).decode


class Followed:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def rows(self, asked: list[tuple[str, str]]) -> dict[tuple[str, str], FollowedDocument]:
        """How far documents are.

        Args:
            asked: ids and tenants.
        """
        ids, tenants = [uuid.UUID(id_) for id_, _ in asked], [tenant for _, tenant in asked]
        rows = await self._database.pool.fetch(sql("followed_rows"), ids, tenants)
        return {(found.id, found.tenant): found for found in map(_document, rows)}

    @outage
    async def events(self, ids: list[str]) -> dict[str, list[RecordedEvent]]:
        """The recorded events of documents, each one's in order."""
        rows = await self._database.pool.fetch(sql("followed_events"), [uuid.UUID(id_) for id_ in ids])
        found: defaultdict[str, list[RecordedEvent]] = defaultdict(list)
        for row in rows:
            found[str(row["document_id"])].append(_recorded(row))
        return found

    @outage
    async def missed(self, after: dict[str, tuple[int, int]]) -> list[tuple[str, RecordedEvent]]:
        """The recorded events of documents that follow an id of each, in order, with their tenants."""
        ids = [uuid.UUID(id_) for id_ in after]
        numbers = list(after.values())
        rows = await self._database.pool.fetch(
            sql("followed_missed"), ids, [ms for ms, _ in numbers], [sequence for _, sequence in numbers]
        )
        return [(row["tenant"], _recorded(row)) for row in rows]

    @outage
    async def over(self, ids: list[str]) -> dict[str, FollowedDocument | None]:
        """Of documents those that are not under way any more, as they are; None for one that was deleted."""
        rows = await self._database.pool.fetch(sql("followed_over"), [uuid.UUID(id_) for id_ in ids])
        return {str(row["asked"]): _document(row) if row["id"] else None for row in rows}

    @outage
    async def under_way(self, tenant: str) -> list[FollowedDocument]:
        """The newest 1,000 of a tenant's documents that have not ended."""
        return [*map(_document, await self._database.pool.fetch(sql("followed_under_way"), tenant, _UNDER_WAY))]

    @outage
    async def ended(self, tenants: list[str], since: int, until: int) -> list[FollowedDocument]:
        """The documents of tenants that ended within a time, in order; at most 1,000.

        Args:
            since: ms by Postgres' clock.
            until: likewise.
        """
        rows = await self._database.pool.fetch(sql("followed_ended"), tenants, since, until, _ENDED)
        return [*map(_document, rows)]

    @outage
    async def now(self) -> int:
        """Postgres' clock, in ms."""
        return int(await self._database.pool.fetchval(sql("now_ms")))


def _document(row: Row) -> FollowedDocument:
    return FollowedDocument(
        str(row["id"]),
        row["tenant"],
        Status(row["status"]),
        row["step"],
        row["stage"],
        row["percentage"],
        seconds_left(row),
        row["error"],
        row["failure"],
        [str(each) for each in row["timetable_ids"]],
        row["completed_at"],
    )


def _recorded(row: Row) -> RecordedEvent:
    return RecordedEvent(row["event_id"], _decode(row["data"]))
