"""Works documents through without Redis, stage by stage over the workers' internal HTTP.

While the relay says that Redis is away, committed jobs are claimed in Postgres, a few at a time, and carried by this
gateway: progress goes to its own subscribers and to the record, the outcome of a stage decides the next call. A claim
is renewed while its document is worked; a gateway that dies lets it lapse, and another one, or the relay once Redis is
back, takes the document up from its first stage. Doing a stage twice changes nothing.
"""

import asyncio
import contextlib
import random
from collections.abc import Iterator
from typing import ClassVar

from services.gateway.loops.hub import Hub
from services.gateway.loops.relay import Relay
from services.gateway.loops.worker_calls import WorkerAwayError, WorkerCalls
from shared.attempt import retry_wait_ms
from shared.db.documents import Documents
from shared.db.events import Events, RecordedEvent
from shared.db.jobs import Jobs, QueuedJob
from shared.db.pool import DatabaseAwayError, patiently
from shared.direct import PATH, DirectDone, DirectJob, DirectLine
from shared.estimate import Estimate
from shared.events import FIRST_PHASES, GIVEN_UP, EventIds, error_event, progress_event
from shared.logs import get_logger
from shared.messages import Event, Failure, Phase, Stage
from shared.metrics import JOBS_DEAD, JOBS_RETRIED
from shared.settings import Settings, setting
from shared.streams.loops import wait
from shared.streams.queue_settings import QueueSettings

log = get_logger(__name__)

_CLAIM_SECONDS = 30


class DirectSettings(Settings):
    group: ClassVar[str] = "Without Redis"
    direct_concurrency: int = setting(2, "Documents a gateway works through at once while Redis is away.", ge=0, le=64)
    direct_waiting: int = setting(
        4, "Uploads that may wait for that beyond those; the next is answered 503.", ge=0, le=1000
    )
    compressor_url: str = setting("http://127.0.0.1:4001", "Where the compressor takes internal calls.")
    ocr_url: str = setting("http://127.0.0.1:4002", "Where the OCR takes internal calls.")
    extractor_url: str = setting("http://127.0.0.1:4003", "Where the extractor takes internal calls.")

    def url(self, stage: Stage) -> str:
        """Where a stage takes internal calls."""
        urls = {"compress": self.compressor_url, "ocr": self.ocr_url, "extract": self.extractor_url}
        return urls[stage].rstrip("/") + PATH


class _ClaimLostError(Exception):
    """Another gateway or the relay has taken the document up: it is no longer ours to work, end or give back."""


class Direct:
    """Works documents through over HTTP while Redis is away.

    Args:
        relay: says whether Redis is away.
    """

    def __init__(
        self,
        relay: Relay,
        jobs: Jobs,
        documents: Documents,
        events: Events,
        hub: Hub,
        settings: DirectSettings,
        queue: QueueSettings,
    ) -> None:
        self._relay = relay
        self._jobs = jobs
        self._documents = documents
        self._events = events
        self._hub = hub
        self._settings = settings
        self._queue = queue
        self._workers = WorkerCalls(settings.url, queue.queue_timeout / 1000)
        self._running: dict[asyncio.Task[None], QueuedJob] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self._slots = 0
        self._changed = asyncio.Event()
        self._ids = EventIds()

    @contextlib.contextmanager
    def slot(self) -> Iterator[bool]:
        """One of the slots for uploads while Redis is away, held until the context ends; False if all are taken."""
        free = self._slots < self._settings.direct_concurrency + self._settings.direct_waiting
        self._slots += free
        try:
            yield free
        finally:
            self._slots -= free

    async def ended(self, document_id: str, seconds: float) -> bool:
        """Wait until a document that was just committed has been worked through; False if it was not in time."""
        event = self._ended.setdefault(document_id, asyncio.Event())
        self._changed.set()
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            del self._ended[document_id]
        return True

    def works(self, document_id: str) -> bool:
        """Whether this gateway is working a document through."""
        return any(job.document_id == document_id for job in self._running.values())

    async def run_once(self) -> None:
        """Claim as many as slots are free while Redis is away."""
        self._changed.clear()
        claimed = True
        while self._relay.partly_away and claimed and len(self._running) < self._settings.direct_concurrency:
            try:
                job = await self._jobs.claim(_CLAIM_SECONDS)
            except DatabaseAwayError as error:
                log.warning("postgres is away as well", error=str(error))
                break
            claimed = job is not None
            if job:
                self._ids.set_clock(job.now)
                task = asyncio.create_task(self._carry(job), name=f"direct {job.document_id}")
                self._running[task] = job
                task.add_done_callback(self._left)
        await wait(self._changed, 0.5)

    async def close(self) -> None:
        """Give back what is being worked."""
        running = dict(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for job in running.values():
            await self._give_back(job)
        await self._workers.close()

    def _left(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._changed.set()

    async def _carry(self, job: QueuedJob) -> None:
        try:
            async with asyncio.TaskGroup() as both:
                renewing = both.create_task(self._renew(job))
                await self._work(job)
                renewing.cancel()
        except* WorkerAwayError as errors:
            log.warning("a document waits for its worker", document_id=job.document_id, error=str(errors.exceptions[0]))
            # Not at once: the worker that is away is likely to be away still.
            await asyncio.sleep(random.uniform(0.5, 1.0))
            await self._give_back(job)
        except* _ClaimLostError:
            log.warning("a document is worked elsewhere by now", document_id=job.document_id)
        except* DatabaseAwayError as errors:
            log.warning("a document waits for postgres", document_id=job.document_id, error=str(errors.exceptions[0]))

    async def _give_back(self, job: QueuedJob) -> None:
        with contextlib.suppress(DatabaseAwayError):
            await self._jobs.renew_claim(job, 0)

    async def _renew(self, job: QueuedJob) -> None:
        while True:
            await asyncio.sleep(_CLAIM_SECONDS / 3)
            with contextlib.suppress(DatabaseAwayError):
                if not await self._jobs.renew_claim(job, _CLAIM_SECONDS):
                    raise _ClaimLostError

    async def _work(self, job: QueuedJob) -> None:
        stage: Stage | None = job.stage
        payload, percentage, estimate = job.payload, job.percentage, Estimate()
        while stage:
            phase = FIRST_PHASES[stage]
            # A process that was stopped for a while wakes up anywhere; it begins no stage of what is another's.
            if not await patiently(lambda: self._jobs.renew_claim(job, _CLAIM_SECONDS)):
                raise _ClaimLostError
            done: DirectDone | None = None
            for attempt in range(1, self._queue.queue_max_retries + 2):
                asked = DirectJob(
                    document_id=job.document_id,
                    tenant=job.tenant,
                    stage=stage,
                    payload=payload,
                    attempt=attempt,
                    trace=job.trace,
                )
                line = DirectLine()
                async for line in self._workers.call(asked):
                    if line.progress:
                        progress, phase = line.progress, line.progress.phase
                        estimate.tell(phase, progress.fraction, progress.work)
                        percentage = max(percentage, estimate.percentage)
                        event = progress_event(
                            job.document_id,
                            phase,
                            percentage,
                            progress.message,
                            progress.details,
                            seconds_left=estimate.seconds_left,
                        )
                        await self._publish(event, job.tenant)
                if line.dead is not None:
                    await self._fail(job, line.dead, "unreadable", phase, percentage)
                    JOBS_DEAD.labels(stage, "direct", "refused").inc()
                    return
                if line.done:
                    done = line.done
                    break
                if attempt <= self._queue.queue_max_retries:
                    JOBS_RETRIED.labels(stage, "direct").inc()
                log.warning("will be tried again", document_id=job.document_id, reason=line.retry)
                await asyncio.sleep(retry_wait_ms(attempt, self._queue.queue_backoff) / 1000)
            if done is None:
                await self._fail(job, GIVEN_UP, "internal", phase, percentage)
                JOBS_DEAD.labels(stage, "direct", "exhausted").inc()
                return
            if done.event:
                await self._publish(done.event, job.tenant)
            if done.next_stage is None:
                break
            stage, payload = done.next_stage, done.payload or {}
        self._end(job.document_id)

    async def _fail(self, job: QueuedJob, sentence: str, failure: Failure, phase: Phase, percentage: int) -> None:
        if not await patiently(
            lambda: self._documents.fail(job.document_id, job.tenant, sentence, job.token, failure=failure)
        ):
            raise _ClaimLostError
        event = error_event(job.document_id, sentence, phase=phase, percentage=percentage, failure=failure)
        await self._publish(event, job.tenant)
        self._end(job.document_id)

    async def _publish(self, event: Event, tenant: str) -> None:
        id_ = self._ids.next(event)
        self._hub.publish(id_, event, tenant)
        await patiently(lambda: self._events.record([RecordedEvent(id_, event)]))

    def _end(self, document_id: str) -> None:
        if waiting := self._ended.get(document_id):
            waiting.set()
