"""How long a document took, phase by phase."""

import uuid
from datetime import datetime

from shared.db.documents import time_text
from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import Message, Status


class TimelinePhase(Message):
    """A phase of a document's way."""

    stage: str
    step: str | None
    started_at: str
    ended_at: str
    """When it was told of last."""
    seconds: float
    """Until the next phase began, or the document ended; of what runs, until it was told of last."""
    attempts: int
    events: int


class Timeline(Message):
    """Body of `GET /api/v1/operations/documents/{id}`."""

    document_id: str
    status: Status
    created_at: str
    retried_at: str | None
    """When it was put back to work after its end."""
    completed_at: str | None
    waited_seconds: float | None
    """Before its first phase; null before that."""
    seconds: float | None
    """From its upload, or retry, to its end."""
    generation: int
    """How often Redis forgot it, or it was put back to work."""
    phases: list[TimelinePhase]


class Timelines:
    """The statement, over a database. Raises `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def of(self, document_id: str) -> Timeline | None:
        """A document's timeline, whoever's it is; None if there is no such document."""
        rows = await self._database.pool.fetch(sql("document_timeline"), uuid.UUID(document_id))
        if not rows:
            return None
        first, told = rows[0], [row for row in rows if row["stage"]]
        begun: datetime = first["revived_at"] or first["created_at"]
        completed: datetime | None = first["completed_at"]
        phases: list[TimelinePhase] = []
        for at, row in enumerate(told):
            until = told[at + 1]["first_at"] if at + 1 < len(told) else completed or row["last_at"]
            phases.append(
                TimelinePhase(
                    stage=row["stage"],
                    step=row["step"],
                    started_at=time_text(row["first_at"]) or "",
                    ended_at=time_text(row["last_at"]) or "",
                    seconds=_between(row["first_at"], max(until, row["last_at"])),
                    attempts=row["attempts"],
                    events=row["events"],
                )
            )
        return Timeline(
            document_id=document_id,
            status=Status(first["status"]),
            created_at=time_text(first["created_at"]) or "",
            retried_at=time_text(first["revived_at"]),
            completed_at=time_text(completed),
            waited_seconds=_between(begun, told[0]["first_at"]) if told else None,
            seconds=_between(begun, completed) if completed else None,
            generation=first["generation"] or 0,
            phases=phases,
        )


def _between(since: datetime, until: datetime) -> float:
    return round(max((until - since).total_seconds(), 0.0), 3)
