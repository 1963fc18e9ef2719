"""The record of progress events."""

import uuid
from typing import Any

import msgspec

from shared.db.jobs import priority_name
from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Event
from shared.metrics import DOCUMENT_DURATION


class RecordedEvent(msgspec.Struct):
    """An event with the id it has on the stream."""

    id: str
    event: Event


class Events:
    """The statements about events, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def record(self, batch: list[RecordedEvent]) -> None:
        """Write events and move their documents on, in one statement; writing them again changes nothing."""
        newest: dict[str, RecordedEvent] = {}
        columns: list[list[Any]] = [[], [], [], [], [], []]
        for each in batch:
            event = each.event
            try:
                document_id = uuid.UUID(event.document_id)
            except ValueError:
                # The final event of a job that could not be read belongs to no document.
                continue
            # The timetable is in its own table; a copy in every record of `complete` would only grow this one.
            data = msgspec.json.encode(msgspec.structs.replace(event, timetable_data=None)).decode()
            row = (document_id, each.id, event.type, event.stage, event.percentage or 0, data)
            for column, value in zip(columns, row, strict=True):
                column.append(value)
            if event.type == "progress":
                newest[event.document_id] = each
        ends = await self._database.pool.fetch(
            sql("events_record"),
            *columns,
            [uuid.UUID(id_) for id_ in newest],
            [each.event.step for each in newest.values()],
            [each.event.stage for each in newest.values()],
            [each.event.percentage or 0 for each in newest.values()],
            [each.id for each in newest.values()],
            [each.event.seconds_left for each in newest.values()],
        )
        for row in ends:
            DOCUMENT_DURATION.labels(row["status"], priority_name(row["priority"])).observe(row["seconds"])
