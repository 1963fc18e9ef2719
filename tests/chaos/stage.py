"""A worker process with a cheap stage: the real runtime, a handler of 0 to 50 ms, or now and then of many seconds.

    python -m tests.chaos.stage compress|ocr|extract

Environment: CHAOS_RECORDS, the folder where each process notes what it began and ended, one line each, written with a
single append so that a kill -9 in the next instant leaves it standing; CHAOS_SEED, of the times;
CHAOS_LONGEST, seconds of the longest job (15); CHAOS_FLAKY, one of so many documents fails its first attempt at a stage
(97; 0 for none); and those of `disguise`.

The upload's digest travels through the blobs of all three stages into the timetable, so that what arrives can be
compared with what was sent. A file named ``bad-...`` is refused by the first stage, ``stuck-...`` never ends, and some
documents fail their first attempt at a stage.
"""

import asyncio
import functools
import hashlib
import json
import os
import sys
import uuid
import zlib
from pathlib import Path
from typing import cast

from shared.blobs import blob_key
from shared.db.pool import patiently
from shared.messages import (
    CompleteResult,
    CompressPayload,
    Event,
    ExtractPayload,
    OcrPayload,
    PageImage,
    Phase,
    Stage,
    Status,
    TimeBlock,
    Timetable,
)
from shared.outcomes import Dead, Done, Job, Next, Outcome, Progress
from shared.service import Context, run, work
from tests.chaos.disguise import put_on, real_time

BAD = "This is a bad picture."
_NAMESPACE = uuid.UUID("3e0f9f0e-6f6b-5c53-9b87-9b8f1f0c7a11")
_PHASES: dict[Stage, tuple[Phase, ...]] = {
    "compress": ("compressing",),
    "ocr": ("preprocessing", "ocr"),
    "extract": ("ai", "validation"),
}


_LONG_EVERY = 40
"""One of so many jobs takes 0.5 s to CHAOS_LONGEST: longer than a lease, so that disturbances meet it running."""


class FlakyError(Exception):
    """The first attempt at some documents."""


def week_of(digest: str) -> Timetable:
    """The timetable that a picture of this digest must end as."""
    block = TimeBlock(day="monday", name=digest, start_time="09:00", end_time="10:00")
    return Timetable(saved_name=digest, confidence=1.0, validated=True, timeblocks=[block])


def timetable_id(document_id: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, document_id))


class Cheap:
    """The handler of all three stages."""

    def __init__(self, context: Context, records: Path, seed: int) -> None:
        self._blobs = context.blobs
        self._documents = context.documents
        self._seed = seed
        self._longest = float(os.environ.get("CHAOS_LONGEST") or 15)
        self._flaky = int(os.environ.get("CHAOS_FLAKY") or 97)
        name = os.environ.get("CONSUMER_NAME", "worker")
        self._who = f"{name}.{os.getpid()}"
        records.mkdir(parents=True, exist_ok=True)
        self._file = os.open(records / f"{self._who}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        os.close(self._file)

    def _note(self, what: str, job: Job, **more: object) -> None:
        line = {"at": real_time(), "what": what, "who": self._who, "document": job.document_id, "stage": job.stage}
        os.write(self._file, json.dumps({**line, "attempt": job.attempt, **more}).encode() + b"\n")

    async def handle(self, job: Job, progress: Progress) -> Outcome:
        self._note("start", job)
        how = "raised"
        try:
            outcome = await self._work(job, progress)
            how = type(outcome).__name__.lower()
        except asyncio.CancelledError:
            how = "cancelled"
            raise
        finally:
            self._note("end", job, how=how)
        return outcome

    async def _work(self, job: Job, progress: Progress) -> Outcome:
        draw = zlib.crc32(f"{self._seed} {job.document_id} {job.stage}".encode())
        # What is said carries a nonce: an event that is recorded twice can be told from one that was told twice.
        nonce = uuid.uuid4().hex[:12]
        phases = _PHASES[job.stage]
        for phase in phases:
            await progress(phase, 0.0, f"{phase} begins {nonce}")
            await asyncio.sleep(self._seconds(draw) / len(phases))
            if phase != phases[-1]:
                await progress(phase, 1.0, f"{phase} ends {nonce}")
        if self._flaky and draw % self._flaky == 0 and job.attempt == 1:
            raise FlakyError("the first attempt at this document fails")
        outcome = await {"compress": self._compress, "ocr": self._ocr, "extract": self._extract}[job.stage](job)
        await progress(phases[-1], 1.0, f"{phases[-1]} ends {nonce}")
        return outcome

    def _seconds(self, draw: int) -> float:
        if draw % _LONG_EVERY:
            return draw % 51 / 1000
        return 0.5 + (draw // _LONG_EVERY) % 1000 / 1000 * (self._longest - 0.5)

    async def _compress(self, job: Job) -> Outcome:
        upload = job.read(CompressPayload)
        if upload.file_name.startswith("bad-"):
            return Dead(BAD)
        if upload.file_name.startswith("stuck-"):
            await asyncio.Event().wait()
        digest = hashlib.sha256(await self._blobs.get(upload.blob)).hexdigest()
        key = blob_key(job.tenant, job.document_id, "page-0.png")
        await self._blobs.put(key, digest.encode())
        page = PageImage(page=0, image=key, content_type="image/png", width=8, height=8)
        return Done(next=Next("ocr", OcrPayload(pages=[page])))

    async def _ocr(self, job: Job) -> Outcome:
        pages = job.read(OcrPayload).pages
        key = blob_key(job.tenant, job.document_id, "ocr.json")
        await self._blobs.put(key, await self._blobs.get(pages[0].image))
        return Done(next=Next("extract", ExtractPayload(pages=pages, ocr=key)))

    async def _extract(self, job: Job) -> Outcome:
        week = week_of((await self._blobs.get(job.read(ExtractPayload).ocr)).decode())
        id_ = timetable_id(job.document_id)
        # As the extractor does: Postgres away is waited for.
        save = functools.partial(self._documents.save_timetables, job.document_id, job.tenant, {id_: week})
        if not await patiently(save):
            return Done()
        event = Event(
            type="complete",
            document_id=job.document_id,
            step="Processing complete",
            percentage=100,
            status=Status.COMPLETED,
            result=CompleteResult(document_id=job.document_id, timetable_id=id_, timetable_ids=[id_], validated=True),
            timetable_data=week,
        )
        return Done(event=event)


def main() -> None:
    put_on()
    stage = cast("Stage", sys.argv[1])
    records, seed = Path(os.environ["CHAOS_RECORDS"]), int(os.environ["CHAOS_SEED"])

    async def make(context: Context) -> Cheap:
        return Cheap(context, records, seed)

    run(lambda: work(stage, make), stage)


if __name__ == "__main__":
    main()
