"""What the streams cost one document: three stages that do nothing but tell what real ones tell."""

import asyncio
import resource
import statistics
import time
from dataclasses import dataclass
from typing import Any

from shared.messages import (
    CompleteResult,
    CompressPayload,
    Event,
    ExtractPayload,
    OcrPayload,
    PageImage,
    Stage,
    Status,
    TimeBlock,
    Timetable,
)
from shared.outcomes import Done, Job, Next, Outcome, Progress
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import job_fields
from shared.streams.keys import STAGES, Keys
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker

DOCUMENTS = 500
DOCUMENT_SECONDS = 2.5
"""What a document takes on two cores that do nothing else, by `make bench`."""
_LINES = 12
"""Events of lines read: one each 0.1 s of the 1.26 s that the OCR of a page takes."""
_KEYS = Keys(0)


@dataclass
class Handover:
    """Of one document."""

    wall: float
    """Median seconds from its first job's adding to the arrival of its final event."""
    cpu: float
    """Seconds of this process: three workers, the sender and a listener."""
    server: float
    """Seconds of the server's process."""
    left: float
    """Bytes that stay in the server until they expire."""


def _week(document_id: str) -> Event:
    """The end of a page of 30 lessons."""
    block = TimeBlock(day="wednesday", name="Mathematics", start_time="09:00", end_time="09:45", notes="room 12")
    week = Timetable(validated=True, timeblocks=[block] * 30)
    result = CompleteResult(
        document_id=document_id, timetable_id=document_id, timetable_ids=[document_id], validated=True
    )
    return Event(
        type="complete",
        document_id=document_id,
        percentage=100,
        status=Status.COMPLETED,
        result=result,
        timetable_data=week,
    )


async def _handle(job: Job, progress: Progress) -> Outcome:
    page = PageImage(page=0, image=f"{job.document_id}/page-0", content_type="image/webp", width=2000, height=1400)
    match job.stage:
        case "compress":
            await progress("compressing", 0, "Compressing image", details={"bytesBefore": 181_523})
            await progress("compressing", 1, "Image compressed, 59 % smaller", details={"bytesAfter": 74_006})
            return Done(next=Next("ocr", OcrPayload(pages=[page])))
        case "ocr":
            await progress("preprocessing", 0, "Preprocessing image")
            await progress("preprocessing", 1, "Page turned upright")
            # Events between begin and end would be left out here, where no time passes between them.
            for number in range(_LINES):
                await progress("ocr", number == _LINES - 1, f"{number * 15} of 182 lines read", details={"lines": 182})
            return Done(next=Next("extract", ExtractPayload(pages=[page], ocr=f"{job.document_id}/ocr.json")))
        case _:
            await progress("ai", 0, "Reading the layout")
            await progress("ai", 1, "30 lessons read")
            await progress("validation", 0, "Checking")
            await progress("validation", 1, "Checked")
            return Done(event=_week(job.document_id))


async def _on_dead(_job: Job, reason: str, _failure: str) -> bool:
    raise RuntimeError(reason)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def _server_cpu(raw: Any) -> float:
    info = await raw.info("cpu")
    return float(info["used_cpu_sys"]) + float(info["used_cpu_user"])


async def _used(raw: Any) -> int:
    """Bytes in use but for the shared stream of events, which is capped."""
    events = int(await raw.memory_usage(_KEYS.events, samples=0) or 0)
    return int((await raw.info("memory"))["used_memory"]) - events


async def handover(url: str, raw: Any) -> Handover:
    """Send documents one after another, each when the last has ended, with all settings at their defaults."""
    settings = RedisSettings.load(redis_url=url)
    client, listener = connect(settings), connect(settings, blocking_ms=5000, pool=2)
    readers = [connect(settings, blocking_ms=1000, pool=2) for _ in STAGES]
    workers = [
        Worker(
            StageConsumer(client, reader, _KEYS, stage, "handover", settings), _handle, _on_dead, QueueSettings.load()
        )
        for stage, reader in zip(STAGES, readers, strict=True)
    ]
    working = [asyncio.create_task(worker.run()) for worker in workers]
    producer = Producer(client, settings)
    try:
        for number in range(50):
            await _one(producer, listener, 900_000 + number)
        cpu, server, used = _cpu(), await _server_cpu(raw), await _used(raw)
        waits = [await _one(producer, listener, number) for number in range(DOCUMENTS)]
        return Handover(
            wall=statistics.median(waits),
            cpu=(_cpu() - cpu) / DOCUMENTS,
            server=(await _server_cpu(raw) - server) / DOCUMENTS,
            left=(await _used(raw) - used) / DOCUMENTS,
        )
    finally:
        await asyncio.gather(*(worker.stop() for worker in workers))
        await asyncio.gather(*working)
        for each in (client, listener, *readers):
            await each.aclose()


async def _one(producer: Producer, listener: Any, number: int) -> float:
    """Send a document and wait for its end; gives the seconds."""
    document_id = f"00000000-0000-4000-8000-{number:012d}"
    key = f"default/{document_id}/original"
    payload = CompressPayload(blob=key, content_type="image/png", file_name="week.png", size=181_523)
    begun, last = time.perf_counter(), "0"
    first: Stage = STAGES[0]
    await producer.enqueue(first, document_id, job_fields(document_id, "default", payload, deadline=0, trace=""))
    while True:
        for _, entries in await listener.xread({_KEYS.progress(document_id): last}, block=5000) or []:
            last = entries[-1][0]
            if entries[-1][1]["type"] == "complete":
                return time.perf_counter() - begun
