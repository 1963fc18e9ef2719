"""The stream worker: carries jobs from a stage's stream to a handler and their outcomes back.

Its chores run side by side: fetch new jobs while a slot is free, renew the leases of the running ones, reclaim what
other workers left behind, promote retries that are due, stop jobs that were cancelled, sweep out old names. If any of
them dies, the worker stops fetching and ends, so that its jobs are taken up by others.
"""

import asyncio
import json
import os
import random
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

import structlog
from redis.exceptions import RedisError

from shared import metrics
from shared.attempt import attempt, retry_wait_ms
from shared.cancelling import end_if_cancelled
from shared.events import GIVEN_UP, error_event, now_rfc3339
from shared.logs import get_logger
from shared.outcomes import Dead, Done, Handler, Job, Outcome, Retry
from shared.settings import Settings, setting
from shared.streams.entries import Delivery, MalformedEntryError, follow_up_fields, read_job, replaced
from shared.streams.loops import AWAY, group_lost, redis_outage, retry_until_done, run_periodically, wait
from shared.streams.progress import UNPUBLISHED, JobProgress
from shared.streams.stage_consumer import StageConsumer

log = get_logger(__name__)

_GONE_MS = 600_000
"""A consumer that was idle for this long with nothing pending is no longer there: a living one reads every second."""

_STARTED = time.time_ns() // 1_000_000
"""Of this process, in ms."""

OnDead = Callable[[Job, str], Awaitable[bool]]
"""Records in the database that a document failed, with the sentence for its owner; False if it was deleted."""


class QueueSettings(Settings):
    group: ClassVar[str] = "Queue"
    queue_concurrency: int = setting(2, "Jobs a worker process runs at once.", ge=1, le=64)
    queue_max_retries: int = setting(3, "How often a failed job is tried again before it is dead.", ge=0, le=20)
    queue_timeout: int = setting(300_000, "Longest a job may take.", unit="ms", ge=1000)
    queue_lease: int = setting(
        6000, "How long a worker may be silent before its job is taken up elsewhere.", unit="ms", ge=500
    )
    queue_backoff: int = setting(
        1000, "First wait before a retry; doubles each time, with full jitter.", unit="ms", ge=1
    )
    queue_max_deliveries: int = setting(
        2, "How many workers a job may end before it is dead; a worker that returns was not ended.", ge=1, le=20
    )
    queue_silence: int = setting(
        60_000,
        "How long the last of these must be silent to count as ended: longer than a machine of the fleet may pause.",
        unit="ms",
        ge=500,
    )
    queue_drain: int = setting(20_000, "How long a stopping worker lets its running jobs finish.", unit="ms", ge=0)
    consumer_name: str = setting(
        "", "This worker's name in its consumer group; unlike any other's. Empty: host name and process id."
    )

    @property
    def consumer(self) -> str:
        return self.consumer_name or f"{socket.gethostname()}-{os.getpid()}"

    @property
    def incarnation(self) -> str:
        """The name with this process's start: whoever was called so before is another, and does not come back."""
        return f"{self.consumer}.{_STARTED:x}"


@dataclass(slots=True)
class _Running:
    delivery: Delivery
    task: asyncio.Task[None]
    settling: bool = False
    """The handler is through; only what follows from it is being recorded."""


class Worker:
    """Runs the jobs of one stage and partition through `handler`."""

    def __init__(self, consumer: StageConsumer, handler: Handler, on_dead: OnDead, settings: QueueSettings) -> None:
        self._consumer = consumer
        self._handler = handler
        self._on_dead = on_dead
        self._settings = settings
        self._running: dict[str, _Running] = {}
        self._gauge = metrics.RUNNING.labels(consumer.stage)
        self._seconds = {
            kind: metrics.JOB_SECONDS.labels(consumer.stage, kind.__name__.lower()) for kind in (Done, Retry, Dead)
        }
        self._looked = time.monotonic()  # for what other workers left behind
        self._patient_until = 0.0
        self._slot_free = asyncio.Event()
        self._slot_free.set()
        self._closing = asyncio.Event()  # set: fetch no more
        self._fetched = asyncio.Event()  # set: the last read has returned
        self._stop = asyncio.Event()  # set: stop everything

    async def run(self) -> None:
        """Work until `stop`. Raises what a chore died of."""
        self._looked = time.monotonic()
        lease = self._settings.queue_lease / 1000
        regroup = self._consumer.ensure_group
        await retry_until_done(regroup, self._closing)
        if self._closing.is_set():
            self._fetched.set()
            return
        try:
            async with asyncio.TaskGroup() as chores:
                fetch = chores.create_task(run_periodically("fetch", self.fetch_once, self._closing, regroup=regroup))
                fetch.add_done_callback(lambda _: self._fetched.set())
                chores.create_task(run_periodically("renew", self.renew_once, self._stop, every=lease / 3))
                chores.create_task(
                    run_periodically("reclaim", self.reclaim_once, self._closing, every=lease / 6, regroup=regroup)
                )
                chores.create_task(run_periodically("promote", self.promote_once, self._closing, every=0.25))
                chores.create_task(run_periodically("control", self.control_once, self._closing))
                chores.create_task(run_periodically("sweep", self.sweep_once, self._closing, every=60))
        finally:
            # A chore that died must not leave jobs running that nobody renews.
            for running in self._running.values():
                running.task.cancel()

    async def stop(self) -> None:
        """Stop fetching, let running jobs finish for the drain time, hand the rest back, leave the group."""
        self._closing.set()
        self._slot_free.set()
        # The read that is under way may still bring jobs; they must be drained or handed back too.
        await self._fetched.wait()
        tasks = [running.task for running in self._running.values()]
        if tasks:
            log.info("draining", jobs=len(tasks))
            await asyncio.wait(tasks, timeout=self._settings.queue_drain / 1000)
        for running in list(self._running.values()):
            running.task.cancel()
            # Not for ever: a cancellation can be swallowed.
            await asyncio.wait([running.task], timeout=2)
            await self._quietly(self._consumer.release(running.delivery))
        self._stop.set()

    async def leave(self) -> None:
        """Remove this consumer's name; after `run` has ended."""
        await self._quietly(self._consumer.leave())

    # --- chores -----------------------------------------------------------------------------------------------

    async def fetch_once(self) -> None:
        """Take new jobs, as many as slots are free."""
        while not await wait(self._slot_free, 1.0):
            end_if_cancelled()
        free = self._settings.queue_concurrency - len(self._running)
        if self._closing.is_set() or free <= 0:
            return
        for delivery in await self._consumer.fetch(free, block_ms=1000):
            self._start(delivery)

    async def renew_once(self) -> None:
        """Renew every running job's lease; cancel those that were taken over."""
        asked = [running.delivery for running in self._running.values()]
        if not asked:
            return
        try:
            lost = await self._consumer.renew(asked)
        except RedisError as error:
            if not group_lost(error):
                raise
            lost = {(each.id, each.deliveries) for each in asked}
        for id_, deliveries in lost:
            running = self._running.get(id_)
            # Only the run that was asked about: meanwhile it may have ended, and the job have come back to us.
            # One that was ending is gone because we ended it; if not, its script will be refused.
            if running and running.delivery.deliveries == deliveries and not running.settling:
                self._give_up(id_)

    async def reclaim_once(self) -> None:
        """Take over what other workers left behind, as many as slots are free."""
        free = self._settings.queue_concurrency - len(self._running)
        lease, now = self._settings.queue_lease / 1000, time.monotonic()
        if now - self._looked > lease:
            # Either this process slept, or Redis was away for all: the others are about to renew what they run.
            self._patient_until = now + lease / 2
        if free <= 0 or now < self._patient_until:
            self._looked = now
            return
        for delivery in await self._consumer.reclaim(
            self._settings.queue_lease,
            free,
            running=[each.delivery for each in self._running.values()],
            deadly=self._settings.queue_max_deliveries,
            silence_ms=self._settings.queue_silence,
        ):
            log.warning("took up a job whose worker went quiet", entry=delivery.id, deaths=delivery.deaths)
            metrics.RECLAIMED.labels(self._consumer.stage).inc()
            # If an earlier delivery still runs here, another worker had the job in between: that run no longer counts.
            self._give_up(delivery.id)
            self._start(delivery)
        self._looked = now

    async def promote_once(self) -> None:
        """Put due retries back on the stream; tell when progress can be told again."""
        if UNPUBLISHED in redis_outage:
            await self._consumer.probe()
            redis_outage.ends(UNPUBLISHED)
        await self._consumer.promote(int(time.time() * 1000), 100)

    async def control_once(self) -> None:
        """Stop the jobs of documents that were cancelled or deleted."""
        cancelled = set(await self._consumer.cancelled_documents(block_ms=1000))
        if cancelled:
            for id_ in [id_ for id_, each in self._running.items() if each.delivery.document_id in cancelled]:
                self._give_up(id_)

    async def sweep_once(self) -> None:
        """Remove the names of workers that are gone for good."""
        await self._consumer.sweep(_GONE_MS)

    # --- one job ----------------------------------------------------------------------------------------------

    def _start(self, delivery: Delivery) -> None:
        task = asyncio.create_task(self._work(delivery), name=f"job {delivery.id}")
        self._running[delivery.id] = _Running(delivery, task)
        self._update_slots()

        def ended(ended_task: asyncio.Task[None]) -> None:
            current = self._running.get(delivery.id)
            if current and current.task is ended_task:
                del self._running[delivery.id]
            self._update_slots()
            if not ended_task.cancelled() and (error := ended_task.exception()):
                # Not acknowledged: the lease runs out and the job is taken up again.
                log.error("job could not be settled", entry=delivery.id, error=repr(error))

        task.add_done_callback(ended)

    def _give_up(self, id_: str) -> None:
        if found := self._running.pop(id_, None):
            log.warning("a job is no longer ours", entry=id_, document_id=found.delivery.document_id)
            found.task.cancel()
            self._update_slots()

    def _update_slots(self) -> None:
        self._gauge.set(len(self._running))
        if len(self._running) < self._settings.queue_concurrency or self._closing.is_set():
            self._slot_free.set()
        else:
            self._slot_free.clear()

    async def _work(self, delivery: Delivery) -> None:
        try:
            job = read_job(self._consumer.stage, delivery.fields)
        except (MalformedEntryError, ValueError) as error:
            await self._dead_letter(delivery, None, "This job could not be read.", str(error))
            return
        # The task has a context of its own, which ends with it.
        structlog.contextvars.bind_contextvars(document_id=job.document_id, stage=job.stage, attempt=job.attempt)
        if delivery.deaths >= self._settings.queue_max_deliveries:
            reason = "Reading this picture stopped its worker several times, so it was given up."
            await self._dead_letter(delivery, job, reason, f"{delivery.deaths} workers ended while they had it")
            return
        if 0 < job.deadline < time.time():
            reason = "This picture waited too long to be read, so it was given up. Please upload it again."
            await self._dead_letter(delivery, job, reason, f"{time.time() - job.deadline:.1f} s after its deadline")
            return
        begun = time.monotonic()
        progress = JobProgress(self._consumer, delivery, job)
        outcome, detail = await attempt(self._handler, job, progress, self._settings.queue_timeout / 1000)
        if running := self._running.get(delivery.id):
            running.settling = True
        await self._settle(delivery, job, outcome, detail)
        seconds = time.monotonic() - begun
        self._seconds[type(outcome)].observe(seconds)
        log.info("job ended", outcome=type(outcome).__name__.lower(), seconds=round(seconds, 3))

    async def _settle(self, delivery: Delivery, job: Job, outcome: Outcome, detail: str) -> None:
        match outcome:
            case Done(next=following, event=event):
                await self._persist(
                    lambda: self._consumer.finish(
                        delivery,
                        document_id=job.document_id,
                        next_stage=following.stage if following else None,
                        follow_up=follow_up_fields(job, following.payload) if following else None,
                        event=event,
                    )
                )
            case Retry(reason=reason) if job.attempt <= self._settings.queue_max_retries:
                due = int(time.time() * 1000 + retry_wait_ms(job.attempt, self._settings.queue_backoff))
                member = json.dumps(replaced(delivery.fields, attempt=str(job.attempt + 1)))
                log.warning("will be tried again", reason=reason, in_ms=due - int(time.time() * 1000))
                await self._persist(lambda: self._consumer.retry(delivery, due, member))
            case Retry(reason=reason):
                await self._dead_letter(delivery, job, GIVEN_UP, f"{reason}\n{detail}")
            case Dead(reason=reason):
                await self._dead_letter(delivery, job, reason, detail)

    async def _dead_letter(self, delivery: Delivery, job: Job | None, person: str, detail: str) -> None:
        """Record the failure, then move the job to the dead stream and tell the person."""
        log.error("job is dead", entry=delivery.id, reason=person, detail=detail[:2000])
        known = job is not None and bool(await self._persist(lambda: self._on_dead(job, person)))
        document_id = job.document_id if job else "unknown"
        event = error_event(document_id, person)
        follow_up = replaced(
            delivery.fields,
            reason=person,
            detail=detail[:8000],
            deliveries=str(delivery.deliveries),
            died=now_rfc3339(),
        )
        # A document that was deleted meanwhile is nobody's failure: its job just ends.
        keep = known or job is None
        await self._persist(
            lambda: self._consumer.finish(
                delivery,
                document_id=document_id,
                dead=keep,
                follow_up=follow_up if keep else None,
                event=event if known else None,
            )
        )

    async def _persist(self, effect: Callable[[], Awaitable[bool]]) -> bool:
        """Carry an idempotent effect out, waiting as long as its server is away and the job is ours."""
        wait_seconds, me = 0.1, object()
        try:
            while True:
                try:
                    done = await effect()
                except AWAY as error:
                    if isinstance(error, RedisError):
                        redis_outage.begins(me, error)
                    else:
                        log.warning("postgres is away, what became of a job is kept", error=str(error))
                else:
                    redis_outage.ends(me)
                    return done
                end_if_cancelled()
                await asyncio.sleep(wait_seconds * random.uniform(0.5, 1.0))
                wait_seconds = min(wait_seconds * 2, 2.0)
        finally:
            redis_outage.forget(me)

    async def _quietly(self, last: Awaitable[object]) -> None:
        try:
            await last
        except (RedisError, OSError, TimeoutError) as error:
            # On the way out: what could not be handed back is taken up when its lease runs out.
            log.warning("could not reach redis while stopping", error=str(error))
