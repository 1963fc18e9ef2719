"""The stream worker: fetches the jobs of one stage and partition, and keeps them while they are run.

Its chores run side by side: fetch new jobs and take over what other workers left behind while a slot is free, renew the
leases of the running ones, promote retries that are due, stop jobs that were cancelled, sweep out old names. If any of
them dies, the worker stops fetching and ends, so that its jobs are taken up by others.
"""

import asyncio
import contextlib
import contextvars
import time
from collections.abc import Awaitable

from redis.exceptions import RedisError

from shared import metrics
from shared.events import event_id
from shared.logs import get_logger
from shared.messages import VERSION
from shared.outcomes import Handler
from shared.slots import TURNS, Slot, Slots
from shared.streams.entries import LONG, Delivery, text_of
from shared.streams.job_runner import JobRunner, OnDead, Run
from shared.streams.loops import group_lost, redis_outage, retry_until_done, run_periodically, wait
from shared.streams.progress import UNPUBLISHED
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import StageConsumer
from shared.watchdog import allowing

log = get_logger(__name__)

_GONE_MS = 600_000
"""A consumer that was idle for this long with nothing pending is no longer there: a living one sweeps every 20 s."""
_BLOCK_MS = 2000
"""Longest that a read waits for a job, and a stopping worker for the read."""
_CONTROL_BLOCK_MS = 4000
"""Longest that a read waits for what was cancelled. It takes nothing, so a stopping worker breaks it off."""
_PROMOTE_SECONDS = 5.0
"""Longest between two looks for retries that are due. A worker knows when those are that it put aside itself, and those
that it saw at its last look: this is for the ones of workers that ended meanwhile."""
_LOOK_SECONDS = 1.0
"""Between two looks whether a job's turn is over."""
_SLOWEST = 5.0
"""Times longer that a turn becomes at most, where the processors have much else to do."""
_PATIENCE = 3
"""Looks at which a job whose turn is over finds no room in overtime before it is put aside; one if much is to come."""
_UNPUBLISHED_SECONDS = 0.25
"""The same while progress cannot be published, which the look finds over."""


class Worker:
    """Runs the jobs of one stage and partition through `handler`.

    Args:
        slots: shared with all else that runs jobs in this process; of its own by default.
        version: the newest version of entries that the handler understands.
    """

    def __init__(
        self,
        consumer: StageConsumer,
        handler: Handler,
        on_dead: OnDead,
        settings: QueueSettings,
        slots: Slots | None = None,
        version: int = VERSION,
    ) -> None:
        self._consumer = consumer
        self._settings = settings
        self._runner = JobRunner(consumer, handler, on_dead, settings, version)
        self._slots = slots or Slots(settings.queue_concurrency)
        self._slots.fetchers += 1
        self._running: dict[str, Run] = {}
        stage = consumer.stage
        metrics.running.setdefault(stage, 0)
        metrics.JOBS_RUNNING.labels(stage).set_function(lambda: metrics.running[stage])
        self._lease = settings.queue_lease / 1000
        self._looked = time.monotonic()  # for what other workers left behind
        self._look_in = self._lease / 6  # after that
        self._patient_until = 0.0
        self._after = ""  # where several share the slots: the last entry there was when nothing was there to fetch
        self._closing = asyncio.Event()  # set: fetch no more
        self._fetched = asyncio.Event()  # set: the last read has returned
        self._stop = asyncio.Event()  # set: stop everything

    async def run(self) -> None:
        """Work until `stop`. Raises what a chore died of."""
        self._looked = time.monotonic()
        regroup = self._consumer.ensure_group
        await retry_until_done(regroup, self._closing)
        if self._closing.is_set():
            self._fetched.set()
            return
        try:
            async with asyncio.TaskGroup() as chores:
                fetch = chores.create_task(run_periodically("fetch", self.fetch_once, self._closing, regroup=regroup))
                fetch.add_done_callback(lambda _: self._fetched.set())
                chores.create_task(run_periodically("renew", self.renew_once, self._stop, every=self._lease / 3))
                chores.create_task(run_periodically("promote", self.promote_once, self._closing))
                chores.create_task(run_periodically("control", self.control_once, self._closing, breaking_off=True))
                chores.create_task(run_periodically("sweep", self.sweep_once, self._closing, every=20))
        finally:
            # A chore that died must not leave jobs running that nobody renews.
            for running in self._running.values():
                running.task.cancel()

    async def stop(self) -> None:
        """Stop fetching, let running jobs finish for the drain time, hand the rest back, leave the group."""
        self._closing.set()
        self._consumer.put_aside.set()
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
        await self._runner.close()
        self._stop.set()

    async def leave(self) -> None:
        """Remove this consumer's name; after `run` has ended."""
        await self._quietly(self._consumer.leave())

    # --- chores -----------------------------------------------------------------------------------------------

    async def fetch_once(self) -> None:
        """Take jobs, as many as slots are free: those that other workers left behind, once some may be ripe, or new
        ones. A slot is taken first and goes with the job, so that no more run than may."""
        with allowing(1.0):
            free = await self._slots.take(self._settings.queue_concurrency, 1.0)
        try:
            if not free or self._closing.is_set():
                # With every slot taken there is nothing to look for, and that is no pause.
                self._looked = max(self._looked, time.monotonic() - self._look_in)
                return
            found = await self._reclaim(free) if self._until_look() <= 0 else []
            if not found:
                block_ms = self._block_ms()
                found = await self._consumer.fetch(free, block_ms if self._slots.fetchers == 1 else None)
            for delivery in found:
                free -= 1
                self._start(delivery)
        finally:
            self._slots.give(free)
        if self._slots.fetchers > 1:
            await self._wait_for_news(found=bool(found))

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

    async def promote_once(self) -> None:
        """Put due retries back on the stream, and wait until the next may be due; tell when progress can be told
        again."""
        if UNPUBLISHED in redis_outage:
            await self._consumer.probe()
            redis_outage.ends(UNPUBLISHED)
        self._consumer.put_aside.clear()
        promoted = await self._consumer.promote(100)
        if promoted.strange:
            log.error("the retry set held what is no job: moved to the dead", members=promoted.strange)
            metrics.JOBS_DEAD.labels(self._consumer.stage, "stream", "malformed").inc(promoted.strange)
        most = _UNPUBLISHED_SECONDS if UNPUBLISHED in redis_outage else _PROMOTE_SECONDS
        if not self._closing.is_set():
            await wait(self._consumer.put_aside, most if promoted.next is None else min(promoted.next, most))

    async def control_once(self) -> None:
        """Stop the jobs of documents that were cancelled or deleted."""
        cancelled = await self._consumer.cancelled_documents(block_ms=_CONTROL_BLOCK_MS)
        for id_, running in list(self._running.items()):
            at = cancelled.get(running.delivery.document_id)
            # Not what came later: a document that was cancelled may have been put back to work before this was read.
            if at and event_id(id_)[0] <= event_id(at)[0]:
                self._give_up(id_)

    async def sweep_once(self) -> None:
        """Remove the names of workers that are gone for good; this one shows that it is not."""
        await self._consumer.sweep(_GONE_MS)

    # --- jobs ---------------------------------------------------------------------------------------------------

    async def _reclaim(self, free: int) -> list[Delivery]:
        """Take over what other workers left behind. None of it is ripe before the longest quiet one is: the next look
        waits for that, but not for a whole lease, which would be taken for a pause."""
        now = time.monotonic()
        if now - self._looked > self._lease:
            # Either this process slept, or Redis was away for all: the others are about to renew what they run.
            self._patient_until = now + self._lease / 2
        if now < self._patient_until:
            self._looked = now
            return []
        found = await self._consumer.reclaim(
            self._settings.queue_lease,
            free,
            running=[each.delivery for each in self._running.values()],
            deadly=self._settings.queue_max_deliveries,
            silence_ms=self._settings.queue_silence,
        )
        self._looked = now
        ripe_in = self._lease - self._consumer.quiet_ms / 1000 + 0.01
        self._look_in = min(max(ripe_in, self._lease / 6), self._lease * 2 / 3)
        for delivery in found:
            log.warning("took up a job whose worker went quiet", entry=delivery.id, deaths=delivery.deaths)
            metrics.JOBS_RECLAIMED.labels(self._consumer.stage).inc()
            # If an earlier delivery still runs here, another worker had the job in between: that run no longer counts.
            self._give_up(delivery.id)
        return found

    def _until_look(self) -> float:
        """Seconds until what other workers left behind is looked for."""
        return self._looked + self._look_in - time.monotonic()

    def _block_ms(self) -> int:
        """How long a read may wait for a job."""
        return int(min(max(self._until_look() * 1000, 1), _BLOCK_MS))

    async def _wait_for_news(self, *, found: bool) -> None:
        """Wait for an entry without a slot in hand, which the other partitions' workers may need: first look how far
        the stream goes, then whether something came before that look, then wait for what comes after it."""
        if found:
            self._after = ""
        elif not self._after:
            self._after = await self._consumer.newest()
        else:
            await self._consumer.wait_for_news(self._after, self._block_ms())
            self._after = ""

    def _start(self, delivery: Delivery) -> None:
        running = Run(delivery)
        context = contextvars.copy_context()
        slot = context.run(self._slots.begin)
        if self._slots.overtime and text_of(delivery.fields, LONG):
            running.aside = not slot.outlast()
        running.task = asyncio.create_task(self._runner.run(running), name=f"job {delivery.id}", context=context)
        self._running[delivery.id] = running
        metrics.running[self._consumer.stage] += 1

        def ended(task: asyncio.Task[None]) -> None:
            if self._running.get(delivery.id) is running:
                del self._running[delivery.id]
            metrics.running[self._consumer.stage] -= 1
            slot.end()
            if not task.cancelled() and (error := task.exception()):
                # Not acknowledged: the lease runs out and the job is taken up again.
                log.error("job could not be settled", entry=delivery.id, error=repr(error))

        running.task.add_done_callback(ended)
        if self._slots.overtime:
            self._look_at(running, slot, time.monotonic(), 0)

    def _look_at(self, running: Run, slot: Slot, begun: float, wanted: int) -> None:
        """See whether a job's turn is over, again and again.

        Args:
            wanted: how often it was, without room for it in overtime.
        """
        if running.task.done() or running.settling or slot.over:
            return
        turn, expected = TURNS[self._consumer.stage], running.progress.expected if running.progress else 0.0
        # Where all jobs are slow, none is long: each would be put aside once, and its work done twice.
        slowness = min(self._runner.slowness, _SLOWEST)
        if time.monotonic() - begun >= turn * slowness or expected >= turn:
            if slot.outlast():
                return
            wanted += 1
            # Not at once, unless much is to come: one that is about to end would have done its work for nothing. One
            # that a worker ended with keeps its entry, by which that is known.
            if (wanted >= _PATIENCE or expected >= turn) and not running.delivery.deaths:
                with contextlib.suppress(RuntimeError):  # it has not begun, or has just ended
                    running.turn.reschedule(0)
        asyncio.get_running_loop().call_later(_LOOK_SECONDS, self._look_at, running, slot, begun, wanted)

    def _give_up(self, id_: str) -> None:
        if found := self._running.pop(id_, None):
            log.warning("a job is no longer ours", entry=id_, document_id=found.delivery.document_id)
            found.task.cancel()
            metrics.JOBS_LOST.labels(self._consumer.stage).inc()

    async def _quietly(self, last: Awaitable[object]) -> None:
        try:
            await last
        except (RedisError, OSError, TimeoutError) as error:
            # On the way out: what could not be handed back is taken up when its lease runs out.
            log.warning("could not reach redis while stopping", error=str(error))
