"""Documents, their jobs and timetables: every statement that is not about events."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg
import msgspec

from shared.answers import Document, SavedTimetable
from shared.db.pool import Database, outage
from shared.db.statements import sql
from shared.messages import (
    CompressPayload,
    Extraction,
    ExtractionAttempt,
    Failure,
    PageImage,
    Reader,
    Status,
    Timetable,
)

Row: TypeAlias = asyncpg.Record


def time_text(value: datetime | None) -> str | None:
    """A time as the API tells it: RFC 3339, UTC, to the millisecond."""
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z") if value else None


def seconds_left(row: Row) -> float | None:
    """Until the end that is expected of a document under way."""
    expected: datetime | None = row["expected_at"]
    if expected is None or Status(row["status"]).final:
        return None
    return round(max((expected - datetime.now(UTC)).total_seconds(), 0.0), 1)


def read_document(row: Row) -> Document:
    """A row of `document_get`, `document_list` or `document_search` as the API tells it."""
    pages = msgspec.json.decode(row["pages"], type=list[PageImage])
    timetable_ids = [str(each) for each in row["timetable_ids"]]
    return Document(
        document_id=str(row["id"]),
        status=Status(row["status"]),
        step=row["step"],
        stage=row["stage"],
        percentage=row["percentage"],
        seconds_left=seconds_left(row),
        before=None,
        error=row["error"],
        failure=row["failure"],
        saved_name=row["saved_name"] or row["week_name"],
        class_name=row["class_name"],
        teacher=row["teacher"],
        file_name=row["file_name"],
        content_type=row["content_type"],
        size=row["size"],
        pages=len(pages),
        timetable_id=timetable_ids[0] if timetable_ids else None,
        timetable_ids=timetable_ids,
        created_at=time_text(row["created_at"]) or "",
        updated_at=time_text(row["updated_at"]) or "",
        completed_at=time_text(row["completed_at"]),
    )


def read_saved(row: Row) -> SavedTimetable:
    """A row of `timetable_list` or `document_timetables` as the API tells it."""
    body = msgspec.json.decode(row["body"], type=Timetable)
    return SavedTimetable(
        document_id=str(row["document_id"]),
        timetable_id=str(row["id"]),
        saved_name=body.saved_name,
        class_name=body.class_name,
        teacher=body.teacher,
        term=body.term,
        year=body.year,
        confidence=body.confidence,
        validated=body.validated,
        corrected=row["corrected"],
        blocks=row["blocks"],
        created_at=time_text(row["created_at"]) or "",
        updated_at=time_text(row["updated_at"]) or "",
    )


def _read_timetable(row: Row) -> Timetable:
    """The timetable of a row of `timetable_get` that has one."""
    timetable = msgspec.json.decode(row["body"], type=Timetable)
    timetable.extraction = msgspec.json.decode(row["extraction"], type=Extraction) if row["extraction"] else None
    return timetable


def _week(timetable: Timetable) -> Timetable:
    """What of a timetable is kept as its body."""
    return msgspec.structs.replace(timetable, extraction=None)


class Documents:
    """The statements, over a database. All raise `DatabaseAwayError` when it cannot be reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @outage
    async def add(
        self,
        document_id: str,
        tenant: str,
        payload: CompressPayload,
        trace: str,
        priority: int = 0,
        webhook: str | None = None,
        *,
        digest: bytes | None = None,
        key: str | None = None,
    ) -> str | None:
        """Record a new document and its first job, both or neither. Doing it twice changes nothing.

        Args:
            priority: 0 for a person who waits, 1 for a batch.
            webhook: called when it has ended, beside the tenant's own.
            digest: SHA-256 of the upload.
            key: Idempotency-Key of the upload, which `Uploads.begin` took.

        Returns:
            The id of the tenant's newest completed document of the same digest, if there is one.
        """
        same = await self._database.pool.fetchval(
            sql("document_insert"),
            uuid.UUID(document_id),
            tenant,
            payload.file_name,
            payload.content_type,
            payload.size,
            payload.blob,
            "compress",
            payload,
            trace,
            priority,
            webhook,
            digest,
            key,
        )
        return str(same) if same else None

    @outage
    async def row(self, document_id: str, tenant: str) -> Row | None:
        """The document's row, or None."""
        return await self._database.pool.fetchrow(sql("document_get"), uuid.UUID(document_id), tenant)

    @outage
    async def rename(self, document_id: str, tenant: str, name: str | None) -> bool:
        """Give a document a name of its own, or take it away; False if there is none."""
        arguments = uuid.UUID(document_id), tenant, name
        return await self._database.pool.fetchval(sql("document_rename"), *arguments) is not None

    @outage
    async def delete(self, document_id: str, tenant: str) -> bool:
        """Delete a document with all that hangs on it; False if there is none."""
        found = await self._database.pool.fetchval(sql("document_delete"), uuid.UUID(document_id), tenant)
        return found is not None

    @outage
    async def fail(
        self,
        document_id: str,
        tenant: str,
        error: str,
        claim: uuid.UUID | None = None,
        *,
        failure: Failure = "internal",
    ) -> bool:
        """Record that a document failed; False if it was deleted. Doing it twice changes nothing.

        Args:
            error: a sentence for its owner.
            claim: token of the claim on the direct path; if it is another's by now nothing is done, and False returned.
        """
        arguments = uuid.UUID(document_id), tenant, error, claim, failure
        found = await self._database.pool.fetchval(sql("document_fail"), *arguments)
        return found is not None

    @outage
    async def cancel(self, document_id: str, tenant: str) -> Status | None:
        """Cancel a document that has not ended; returns its status from before, or None if there is none."""
        before = await self._database.pool.fetchval(sql("document_cancel"), uuid.UUID(document_id), tenant)
        return Status(before) if before else None

    @outage
    async def revive(self, document_id: str) -> bool:
        """Put a failed document back to work; False if it is not failed or was deleted."""
        found = await self._database.pool.fetchval(sql("document_revive"), uuid.UUID(document_id))
        return found is not None

    @outage
    async def retry(self, document_id: str, tenant: str) -> Status | None:
        """Put a failed or cancelled document back to work from its beginning; returns its status from before, or None
        if there is none. One with another status stays as it is."""
        before = await self._database.pool.fetchval(sql("document_retry"), uuid.UUID(document_id), tenant)
        return Status(before) if before else None

    @outage
    async def set_pages(self, document_id: str, pages: list[PageImage]) -> None:
        """Record where a document's page pictures are kept."""
        await self._database.pool.execute(sql("document_pages"), uuid.UUID(document_id), pages)

    @outage
    async def note_attempts(self, document_id: str, tenant: str, attempts: Mapping[str, ExtractionAttempt]) -> None:
        """Record requests to Claude, whatever becomes of the document.

        Args:
            attempts: by an id of each; recorded as ``sent`` first, and as what they ended in then.
        """
        await self._database.pool.execute(sql("attempts_note"), uuid.UUID(document_id), tenant, attempts)

    @outage
    async def save_timetables(
        self,
        document_id: str,
        tenant: str,
        timetables: Mapping[str, Timetable],
        reader: Reader | None = None,
        attempts: Mapping[str, ExtractionAttempt] | None = None,
    ) -> dict[str, Timetable] | None:
        """Save a document's timetables, how they were read, and complete the document, in one transaction. One that a
        person has corrected stays as it is; one that the document does not hold any more goes.

        Args:
            timetables: by their ids, in the document's order; at least one.
            attempts: as of `note_attempts`; recorded even if the document was deleted.

        Returns:
            What is stored now, by id and in order, with the attempts of earlier deliveries too; None if the document
            was deleted.
        """
        if not timetables:
            raise ValueError("a document has at least one timetable")
        id_ = uuid.UUID(document_id)
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute(sql("documents_lock"), [id_])
            if attempts:
                await connection.execute(sql("attempts_note"), id_, tenant, attempts)
            found = await connection.fetchval(
                sql("timetable_save"),
                id_,
                tenant,
                [uuid.UUID(each) for each in timetables],
                [_week(each) for each in timetables.values()],
                reader,
            )
            rows = await connection.fetch(sql("timetable_get"), id_, tenant, None) if found else []
        return {str(row["id"]): _read_timetable(row) for row in rows} or None

    @outage
    async def correct(
        self,
        id_: str,
        tenant: str,
        change: Callable[[Status, Timetable | None], Timetable],
        key_name: str | None = None,
    ) -> Timetable | None:
        """Save what a person says a week is; from then on no reading overwrites it. The document counts as completed
        when all its weeks are validated.

        Args:
            id_: of a timetable, or of a document, whose first one is meant.
            change: gets the document's status and the timetable of this moment, gives the new one or raises to change
                nothing; nobody else changes either meanwhile.
            key_name: of the key that it came with.

        Returns:
            The new timetable, or None if there is neither such a timetable nor such a document. Saving the same again
            changes nothing.
        """
        named = (uuid.UUID(id_), tenant, 1)
        async with self._database.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(sql("timetable_get"), *named)
            if row is None:
                return None
            # A statement of its own: one that waited for the lock would still see the timetable of before.
            await connection.execute(sql("documents_lock"), [row["document_id"]])
            row = await connection.fetchrow(sql("timetable_get"), *named)
            if row is None:
                return None
            before = _read_timetable(row) if row["id"] else None
            after = change(Status(row["status"]), before)
            if after != before or not row["corrected"]:
                await connection.execute(sql("timetable_correct"), row["id"], _week(after), after.validated, key_name)
            return after

    @outage
    async def timetables(self, tenant: str, limit: int, after: tuple[datetime, str] | None) -> list[Row]:
        """A page of a tenant's timetables without their blocks, newest first.

        Args:
            after: creation time and id of the last timetable of the page before.
        """
        created, id_ = (after[0], uuid.UUID(after[1])) if after else (None, None)
        rows: list[Row] = await self._database.pool.fetch(sql("timetable_list"), tenant, limit, created, id_)
        return rows

    @outage
    async def timetables_of(self, document_id: str, tenant: str) -> list[Row]:
        """A document's timetables without their blocks, in its order."""
        rows: list[Row] = await self._database.pool.fetch(sql("document_timetables"), uuid.UUID(document_id), tenant)
        return rows

    @outage
    async def timetable(self, id_: str, tenant: str) -> tuple[str, Timetable] | None:
        """A timetable and its id, or None.

        Args:
            id_: of the timetable, or of a document, whose first one is meant.
        """
        row = await self._database.pool.fetchrow(sql("timetable_get"), uuid.UUID(id_), tenant, 1)
        return (str(row["id"]), _read_timetable(row)) if row and row["id"] else None
