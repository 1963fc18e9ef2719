"""The extract stage: OCR lines and pictures in, saved timetables out.

::

    blobs -> local reading -> sure enough? -- yes --------------------> validate -> save -> Done
                                   |                                       ^
                                   no, and a key is set -> Claude -> ground + (whichever is surer)
                                                              | fails
                                                              +-> the local reading, with a warning
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import msgspec

from services.extractor.attempts import Attempt, by_id, summary
from services.extractor.grounding import Answer, ClaudeError
from services.extractor.local_reader import Checked, LocalReader, LocalReading, Step, StoredPage
from services.extractor.metrics import CONFIDENCE, LAYOUTS, READER_FAILURES, TIMETABLES
from services.extractor.pictures import media_type_of
from services.extractor.prompt import MAX_PAGES, number_lines
from services.extractor.reading.evidence.textlayer import exact_page
from services.extractor.settings import ClaudeSettings, ExtractorSettings
from services.extractor.validation import Verdict
from shared.blobs import BlobMissingError, Blobs
from shared.children.protocol import ChildError, OverLimitError
from shared.estimate import Work
from shared.events import now_rfc3339
from shared.logs import get_logger
from shared.messages import (
    CompleteResult,
    Event,
    ExtractionAttempt,
    ExtractPayload,
    OcrResult,
    Reader,
    Status,
    TextLayer,
    Timetable,
    Warning_,
)
from shared.outcomes import Dead, Done, Job, Outcome, Progress, Retry

if TYPE_CHECKING:
    from services.extractor.claude import Claude

log = get_logger(__name__)

Attempts = Mapping[str, ExtractionAttempt]
"""Requests to Claude by their ids."""

NoteAttempts = Callable[[str, str, Attempts], Awaitable[None]]
"""``(document_id, tenant, attempts)``: takes them down, whatever becomes of the document; an `OSError` if the record
cannot be reached."""


class Save(Protocol):
    """Saves a document's timetables, by their ids, with who read them, and completes the document, in one
    transaction."""

    async def __call__(
        self,
        document_id: str,
        tenant: str,
        timetables: Mapping[str, Timetable],
        reader: Reader,
        attempts: Attempts,
    ) -> dict[str, Timetable] | None:
        """Returns what is stored, with the attempts of earlier deliveries; None if the document was deleted meanwhile.
        Attempts that are noted already count once."""


NOTE_SECONDS = 2.0
"""Longest wait for taking down an attempt; the reading goes on, and its end takes them all down once more."""

TOO_MUCH = "This document holds far more than can be read as a timetable. Upload only the page with the timetable."

_READING = "Reading the layout"
_LOCALLY = 0.3
"""Of the reading is done when Claude is asked."""

_NAMES: dict[Reader, str] = {"local": "the local reader", "claude": "Claude"}

_NAMESPACE = uuid.UUID("6f1c2f0a-9d0b-5d0e-8a43-4b6f1f0c7a11")


@dataclass(slots=True)
class _Read:
    """A document's weeks in its order, who read them, and what asking Claude about them cost."""

    timetables: list[Timetable]
    verdicts: list[Verdict]
    """Of each, whether it may be called validated."""
    reader: Reader
    attempts: list[Attempt] = field(default_factory=list)


class Extractor:
    """The stage's handler. `start` before the first job, `close` after the last.

    Args:
        blobs: where pictures and OCR text are.
        save: see `Save`.
        note: see `NoteAttempts`.
        settings: instead of the environment's.
        claude: instead of the environment's.
        reader: instead of one by the settings.
    """

    def __init__(
        self,
        blobs: Blobs,
        save: Save,
        note: NoteAttempts,
        settings: ExtractorSettings | None = None,
        claude: ClaudeSettings | None = None,
        reader: LocalReader | None = None,
    ) -> None:
        self._blobs = blobs
        self._save = save
        self._note = note
        self._settings = settings or ExtractorSettings.load()
        claude = claude or ClaudeSettings.load()
        self._claude: Claude | None = None
        if claude.anthropic_api_key and self._settings.extraction != "local":
            # The SDK takes seconds to import: without a key a service is ready that much sooner.
            from services.extractor import claude as sdk

            self._claude = sdk.Claude(claude)
        self._reader = reader or LocalReader(self._settings)
        if self._settings.extraction == "claude" and self._claude is None:
            log.warning("EXTRACTION is claude but ANTHROPIC_API_KEY is not set; the local reader reads everything")

    async def start(self) -> None:
        """Start the child processes. Raises `shared.children.protocol.ChildStartError`."""
        await self._reader.start()

    def close(self) -> None:
        """End the child processes; no job may run."""
        self._reader.close()

    async def handle(self, job: Job, progress: Progress) -> Outcome:
        """Read, validate and save a document's timetables.

        Args:
            job: of stage ``extract``, with an `ExtractPayload`.
            progress: told at start and end of ``ai`` and ``validation``.

        Returns:
            `Done` with the ``complete`` event (without one if the document was deleted meanwhile), or `Dead` with a
            sentence for the person, or `Retry` where a child process was lost. A page without a timetable is no
            failure: one is saved empty and not validated.
        """
        try:
            payload = job.read(ExtractPayload)
        except msgspec.ValidationError as error:
            log.error("malformed payload", error=str(error))
            return Dead("The document could not be read because of an internal error.")
        pixels = sum(page.width * page.height for page in payload.pages)
        work = Work(pages=len(payload.pages), pixels=pixels, lines=payload.lines or None)
        await progress("ai", 0.0, _READING, work=work)
        try:
            material = await self._gather(payload)
        except BlobMissingError:
            return Dead("The stored picture is gone.")
        try:
            read = await self._read(job, material, progress)
        except OverLimitError as error:
            log.warning("a document took its process with it", error=str(error))
            return Dead(TOO_MUCH)
        except ChildError as error:
            log.error("layout not read", error=str(error))
            return Retry(f"the reading failed: {str(error).splitlines()[-1]}")
        reader = _NAMES[read.reader]
        spent = {"claude": summary(read.attempts)} if read.attempts else {}
        count = sum(len(each.timeblocks) for each in read.timetables)
        blocks = "1 block" if count == 1 else f"{count} blocks"
        if len(read.timetables) > 1:
            blocks += f" in {len(read.timetables)} timetables"
        confidence = min(each.confidence for each in read.timetables)
        await progress(
            "ai",
            1.0,
            f"{blocks} read by {reader}",
            details={"blocks": count, "reader": reader, "confidence": confidence, **spent},
        )
        await progress("validation", 0.0, f"Checking {blocks}")
        for timetable, verdict in zip(read.timetables, read.verdicts, strict=True):
            timetable.validated = verdict.validated
            # The rules' findings first: they are about single blocks, and a reader of a long list sees them.
            timetable.warnings = [*verdict.warnings, *timetable.warnings]
        found = sum(len(each.warnings) for each in read.timetables)
        words = (
            "No problems found" if not found else "1 thing to look at" if found == 1 else f"{found} things to look at"
        )
        validated = all(each.validated for each in read.timetables)
        await progress("validation", 1.0, words, details={"warnings": found, "validated": validated})
        return await self._finish(job, read)

    async def _finish(self, job: Job, read: _Read) -> Done:
        timetables = {_timetable_id(job.document_id, at): each for at, each in enumerate(read.timetables)}
        saved = await self._save(job.document_id, job.tenant, timetables, read.reader, by_id(read.attempts))
        if saved is None:
            log.info("document was deleted")
            return Done()
        validated = all(each.validated for each in saved.values())
        for each in saved.values():
            TIMETABLES.labels(read.reader, "no" if each.validated and not each.warnings else "yes").inc()
        log.info(
            "timetables saved",
            timetables=len(saved),
            reader=_NAMES[read.reader],
            blocks=[len(each.timeblocks) for each in saved.values()],
            confidence=[each.confidence for each in saved.values()],
            validated=validated,
        )
        ids = list(saved)
        return Done(
            event=Event(
                type="complete",
                document_id=job.document_id,
                step="Processing complete",
                percentage=100,
                status=Status.COMPLETED if validated else Status.VALIDATION_FAILED,
                result=CompleteResult(
                    document_id=job.document_id, timetable_id=ids[0], timetable_ids=ids, validated=validated
                ),
                timetable_data=saved[ids[0]],
                at=now_rfc3339(),
            )
        )

    async def _gather(self, payload: ExtractPayload) -> list[StoredPage]:
        """Fetch all that is known of the document. Raises `BlobMissingError`."""
        result = msgspec.json.decode(await self._blobs.get(payload.ocr), type=OcrResult)
        declared = {page.image: page.content_type for page in payload.pages}
        layers = {page.page: page.text_layer for page in payload.pages}
        pages: list[StoredPage] = []
        for page in result.pages:
            layer, data = await self._layer(layers.get(page.page)), await self._blobs.get(page.image)
            media_type = media_type_of(data, declared.get(page.image, ""))
            pages.append(StoredPage(exact_page(page, layer), data, media_type, layer))
        return pages

    async def _layer(self, key: str | None) -> TextLayer | None:
        """A page's text layer; null where it has none or it cannot be had, since the OCR's text does without."""
        if key is None:
            return None
        try:
            return msgspec.json.decode(await self._blobs.get(key), type=TextLayer)
        except (BlobMissingError, msgspec.DecodeError) as error:
            log.warning("no text layer", key=key, error=str(error))
            return None

    async def _read(self, job: Job, pages: list[StoredPage], progress: Progress) -> _Read:
        reading = await self._read_locally(pages, progress)
        for name in reading.raised:
            READER_FAILURES.labels(name).inc()
        timetables = [week.timetable for week in reading.weeks]
        verdicts = [week.verdict for week in reading.weeks]
        local = timetables[0]
        sure = min(each.confidence for each in timetables)
        found = [len(each.timeblocks) for each in timetables]
        LAYOUTS.labels(reading.weeks[0].layout).inc()
        CONFIDENCE.observe(sure)
        log.info("layout read", layout=reading.weeks[0].layout, blocks=found, confidence=sure)
        always = self._settings.extraction == "claude"
        # Claude is asked for one week: of several classes it would say the first, or run them together.
        asked = len(timetables) == 1 and (always or sure < self._settings.quality_gate)
        if self._claude is None or not asked:
            return _Read(timetables, verdicts, "local")
        await progress("ai", _LOCALLY, "Asking Claude about what is unclear", details={"confidence": sure})
        try:
            answered, attempts = await self._ask(self._claude, job, pages)
        except ClaudeError as failure:
            log.warning("claude failed", reason=str(failure))
            local.warnings.append(
                Warning_(code="claude_failed", message=f"Claude could not be asked: {failure}. Read locally instead.")
            )
            return _Read(timetables, verdicts, "local", failure.attempts)
        timetable = answered.timetable
        # A few blocks Claude is sure of are no better reading than a whole week with doubts.
        surer = timetable.confidence >= local.confidence and len(timetable.timeblocks) >= len(local.timeblocks) / 2
        if timetable.timeblocks and (always or surer):
            _fill(timetable, local)
            return _Read([timetable], [answered.verdict], "claude", attempts)
        return _Read(timetables, verdicts, "local", attempts)

    async def _read_locally(self, pages: list[StoredPage], progress: Progress) -> LocalReading:
        steps: asyncio.Queue[Step | None] = asyncio.Queue()

        async def tell() -> None:
            while step := await steps.get():
                await progress("ai", step.done * (1.0 if self._claude is None else _LOCALLY), _READING)

        telling = asyncio.create_task(tell())
        try:
            return await self._reader.read(pages, steps.put_nowait)
        finally:
            # Not cancelled: an event that is being sent is sent whole, and before the one that follows it.
            steps.put_nowait(None)
            await asyncio.wait([telling])

    async def _ask(self, claude: "Claude", job: Job, pages: list[StoredPage]) -> tuple[Checked, list[Attempt]]:
        pictures = [await self._reader.sendable(page) for page in pages[:MAX_PAGES]]
        ocr = [page.ocr for page in pages]

        async def check(answer: Answer) -> list[str]:
            return (await self._reader.check(answer, ocr)).faults

        async def note(attempt: Attempt) -> None:
            try:
                async with asyncio.timeout(NOTE_SECONDS):
                    await self._note(job.document_id, job.tenant, by_id([attempt]))
            except OSError as error:
                log.warning("attempt is taken down with the timetable", error=str(error) or type(error).__name__)

        asked = await claude.ask(pictures, number_lines(ocr), check, note)
        return await self._reader.check(asked.answer, ocr), asked.attempts


def _timetable_id(document_id: str, position: int) -> str:
    """The same for the same place in the same document, however often that is saved."""
    return str(uuid.uuid5(_NAMESPACE, f"{document_id}/{position}" if position else document_id))


def _fill(answered: Timetable, local: Timetable) -> None:
    """Keep what only the local reader found around the table."""
    answered.teacher = answered.teacher or local.teacher
    answered.class_name = answered.class_name or local.class_name
    answered.term = answered.term or local.term
    answered.year = answered.year or local.year
