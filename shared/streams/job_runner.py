"""One job from its delivery to its end: what a handler makes of it, carried back to the streams."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from redis.exceptions import RedisError

from shared import metrics
from shared.attempt import attempt, retry_wait_ms
from shared.cancelling import end_if_cancelled
from shared.estimate import Pace
from shared.events import FIRST_PHASES, GIVEN_UP, error_event, now_rfc3339
from shared.logs import bind_to_task, get_logger
from shared.messages import VERSION, Failure, Phase, Stage
from shared.outcomes import Dead, Done, Handler, Job, Outcome, Retry
from shared.streams.entries import (
    LONG,
    NEWER_SINCE,
    NEWER_TRIES,
    Delivery,
    MalformedEntryError,
    NewerEntryError,
    follow_up_fields,
    owner_of,
    read_job,
    replaced,
    value_of,
    without,
)
from shared.streams.loops import AWAY, redis_outage
from shared.streams.progress import JobProgress
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import Ended, StageConsumer
from shared.traces import Span, span

log = get_logger(__name__)
T = TypeVar("T")

OnDead = Callable[[Job, str, Failure], Awaitable[bool]]
"""Records in the database that a document failed, with the sentence for its owner; False if it was deleted."""

_ENDED: dict[type[Outcome], str] = {Done: "done", Retry: "retry", Dead: "dead"}
"""What the metrics call an outcome."""
_NOTE_SECONDS = 5.0
"""A minute is the finest that the last hour is told in; what a killed process had not counted is lost to it."""
_NOTED = 1700
"""Jobs that ended, counted at once at most: a script takes so many arguments and not many more."""
_NEWER_SECONDS = 3600
"""How long a job of a newer version goes back for others, where it has no deadline: an upgrade takes minutes."""
_NEWER_FIRST_MS = 500
_NEWER_MOST_MS = 30_000
"""First and longest wait before it is looked at again."""
_ASIDE_MS = 4000
"""Longest wait before a job that takes long is looked at again."""


@dataclass(slots=True, eq=False)
class Run:
    """A delivery that is being worked."""

    delivery: Delivery
    settling: bool = False
    """The handler is through; only what follows from it is being recorded."""
    aside: bool = False
    """It is worked in overtime only, and there is no room."""
    turn: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))
    """Ends when it is put aside."""
    progress: JobProgress | None = None
    task: asyncio.Task[None] = field(init=False)


class JobRunner:
    """Works the deliveries of one stage and partition.

    Args:
        version: the newest version of entries that the handler understands.
    """

    def __init__(
        self,
        consumer: StageConsumer,
        handler: Handler,
        on_dead: OnDead,
        settings: QueueSettings,
        version: int = VERSION,
    ) -> None:
        self._consumer = consumer
        self._handler = handler
        self._on_dead = on_dead
        self._settings = settings
        self._version = version
        self._ended: list[Ended] = []
        self._noting: asyncio.Task[None] | None = None
        self._paces: dict[Stage, Pace] = {}
        self._stage = consumer.stage
        # Found once: finding them costs as much as using them, which is done for every job.
        self._info = log.bind().info
        self._waits = metrics.JOB_WAIT.labels(self._stage)
        self._attempts = metrics.JOB_ATTEMPTS.labels(self._stage)
        self._durations = {each: metrics.JOB_DURATION.labels(self._stage, "stream", each) for each in _ENDED.values()}
        for cause in metrics.CAUSES:
            # There from the start: of a counter that appears with its first death, Prometheus sees no increase.
            metrics.JOBS_DEAD.labels(self._stage, "stream", cause)

    @property
    def slowness(self) -> float:
        """How many times longer jobs of this stage took of late than they would on idle processors; at least 1."""
        return max(self._paces.get(self._stage, Pace()).speed, 1.0)

    async def run(self, running: Run) -> None:
        """Work one delivery to its end."""
        delivery = running.delivery
        if running.aside:
            await self._put_aside(delivery)
            return
        try:
            job = read_job(self._stage, delivery.fields, self._version)
        except NewerEntryError as error:
            await self._put_back(delivery, str(error))
            return
        except MalformedEntryError as error:
            running.settling = True
            await self._dead_letter(delivery, None, "This job could not be read.", str(error), "malformed")
            return
        # The task has a context of its own, which ends with it.
        bind_to_task(lambda: job.log_fields | {"consumer": self._consumer.consumer})
        if delivery.deaths >= self._settings.queue_max_deliveries:
            reason = "Reading this picture stopped its worker several times, so it was given up."
            detail = f"{delivery.deaths} workers ended while they had it"
            running.settling = True
            await self._dead_letter(delivery, job, reason, detail, "deadly")
            return
        # By the server's clock: this machine's may be another.
        if job.deadline and (late := await self._persist(self._consumer.now) - job.deadline) > 0:
            reason = "This picture waited too long to be read, so it was given up. Please upload it again."
            running.settling = True
            await self._dead_letter(delivery, job, reason, f"{late:.1f} s after its deadline", "late")
            return
        waited = delivery.waited
        if delivery.deliveries == 1:
            self._waits.observe(waited)
        if self._noting is None:
            self._noting = asyncio.create_task(self._note(), name="note")  # how the stages went before this worker came
        begun = time.monotonic()
        progress = running.progress = JobProgress(self._consumer, delivery, job, self._paces)
        with span(
            self._stage,
            "consumer",
            job.trace,
            sender=job.sender,
            document=job.document_id,
            tenant=job.tenant,
            attempt=job.attempt,
            consumer=self._consumer.consumer,
        ) as here:
            try:
                try:
                    async with running.turn:
                        outcome, detail = await attempt(
                            self._handler, job, progress, self._settings.queue_timeout / 1000
                        )
                    running.settling = True
                except TimeoutError:
                    await self._put_aside(delivery)
                    return
                if not isinstance(outcome, Done):
                    here.failed(outcome.reason)
                    await progress.flush()
                await self._settle(delivery, job, outcome, detail, progress, here)
            finally:
                progress.close()
        seconds = time.monotonic() - begun
        ended = _ENDED[type(outcome)]
        self._durations[ended].observe(seconds)
        self._info("job ended", outcome=ended, seconds=round(seconds, 3))
        waited_ms = round(waited * 1000) if delivery.deliveries == job.attempt == 1 else -1
        self._ended.append(Ended(ended, round(seconds * 1000), round(progress.expected * 1000), waited_ms))
        if self._noting.done():
            self._noting = asyncio.create_task(self._note(), name="note")

    async def _note(self) -> None:
        """Count what has ended, many jobs at once: a figure of an operator's page is worth no call for each job, and
        nothing to wait for Redis with."""
        if not self._paces:
            await self._count_ended()  # how the stages went before this worker came
        while self._ended:
            await asyncio.sleep(_NOTE_SECONDS)
            await self._count_ended()

    async def _count_ended(self) -> None:
        some, self._ended = self._ended[:_NOTED], self._ended[_NOTED:]
        with contextlib.suppress(RedisError, OSError):
            self._paces.update(await self._consumer.note(*some))

    async def close(self) -> None:
        """Count what has ended since it was last counted; after the last job."""
        if self._noting:
            self._noting.cancel()
        if self._ended:
            await self._count_ended()

    async def _settle(
        self, delivery: Delivery, job: Job, outcome: Outcome, detail: str, progress: JobProgress, here: Span
    ) -> None:
        untold, phase = await progress.rest(), progress.phase
        match outcome:
            case Done(next=following, event=event):
                self._attempts.observe(job.attempt)
                if event and event.final:
                    here.event("ended", type=event.type)
                await self._persist(
                    lambda: self._consumer.finish(
                        delivery,
                        document_id=job.document_id,
                        next_stage=following.stage if following else None,
                        follow_up=follow_up_fields(job, following.payload, here.sender) if following else None,
                        event=event,
                        before=untold,
                    )
                )
            case Retry(reason=reason) if job.attempt <= self._settings.queue_max_retries:
                wait_ms = int(retry_wait_ms(job.attempt, self._settings.queue_backoff))
                own = without(delivery.fields, NEWER_SINCE, NEWER_TRIES)
                fields = replaced(own, attempt=str(job.attempt + 1))
                log.warning("will be tried again", reason=reason, in_ms=wait_ms)
                here.event("retry", reason=reason, in_ms=wait_ms, attempt=job.attempt)
                if await self._persist(lambda: self._consumer.retry(delivery, wait_ms, fields)):
                    metrics.JOBS_RETRIED.labels(self._stage, "stream").inc()
            case Retry(reason=reason):
                await self._dead_letter(delivery, job, GIVEN_UP, f"{reason}\n{detail}", "exhausted", phase)
            case Dead(reason=reason):
                await self._dead_letter(delivery, job, reason, detail, "refused", phase)

    async def _dead_letter(
        self, delivery: Delivery, job: Job | None, person: str, detail: str, cause: str, phase: Phase | None = None
    ) -> None:
        """Record the failure, then move the job to the dead stream and tell the person.

        Args:
            phase: in which it failed; None: before its first.
        """
        failure: Failure = "unreadable" if cause == "refused" else "internal"
        log.error("job is dead", entry=delivery.id, reason=person, detail=detail[:2000])
        known = job is not None and bool(await self._persist(lambda: self._on_dead(job, person, failure)))
        document_id = job.document_id if job else "unknown"
        event = error_event(document_id, person, phase=phase or FIRST_PHASES[self._stage], failure=failure)
        follow_up = replaced(
            delivery.fields,
            reason=person,
            detail=detail[:8000],
            deliveries=str(delivery.deliveries),
            died=now_rfc3339(),
        )
        # A document that was deleted meanwhile is nobody's failure: its job just ends.
        keep = known or job is None
        done = await self._persist(
            lambda: self._consumer.finish(
                delivery,
                document_id=document_id,
                dead=keep,
                follow_up=follow_up if keep else None,
                event=event if known else None,
            )
        )
        if keep and done:
            metrics.JOBS_DEAD.labels(self._stage, "stream", cause).inc()
        if keep and done > 1:
            metrics.DEAD_DROPPED.labels(self._stage).inc(done - 1)
            log.warning("the dead jobs are as many as are kept: the oldest went", dropped=done - 1)

    async def _put_aside(self, delivery: Delivery) -> None:
        """Have a job that takes long come back for a place in overtime, which costs it no try."""
        wait_ms = int(_ASIDE_MS * random.uniform(0.5, 1.0))
        log.info("takes long and is put aside: as many are in overtime as may", in_ms=wait_ms)
        fields = replaced(delivery.fields, **{LONG: "1"})
        await self._persist(lambda: self._consumer.retry(delivery, wait_ms, fields))

    async def _put_back(self, delivery: Delivery, error: str) -> None:
        """Leave a job of a newer version to others: it is no failure until nobody could read it for long."""
        now = await self._persist(self._consumer.now)
        since = value_of(delivery.fields, NEWER_SINCE) or now
        tries = int(value_of(delivery.fields, NEWER_TRIES)) + 1
        if now > (value_of(delivery.fields, "deadline") or since + _NEWER_SECONDS):
            sentence = "This service was too old to read this picture. Please upload it again later."
            await self._dead_letter(delivery, owner_of(self._stage, delivery.fields), sentence, error, "newer")
            return
        wait_ms = int(min(_NEWER_FIRST_MS * 2 ** min(tries - 1, 10), _NEWER_MOST_MS) * random.uniform(0.5, 1.0))
        log.info("a job is of a newer version and goes back for others", reason=error, in_ms=wait_ms, tries=tries)
        fields = replaced(delivery.fields, **{NEWER_SINCE: f"{since:.3f}", NEWER_TRIES: str(tries)})
        await self._persist(lambda: self._consumer.retry(delivery, wait_ms, fields))

    async def _persist(self, effect: Callable[[], Awaitable[T]]) -> T:
        """Carry an idempotent effect out, waiting as long as its server is away and the job is ours."""
        try:
            return await effect()
        except AWAY:
            end_if_cancelled()
            return await self._persist_through_outage(effect)

    async def _persist_through_outage(self, effect: Callable[[], Awaitable[T]]) -> T:
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
