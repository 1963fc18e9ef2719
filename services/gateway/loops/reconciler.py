"""The reconciler makes Redis hold exactly the jobs that Postgres says are under way.

One gateway at a time (advisory lock) compares the two. What Redis forgot (it was emptied, or failed over with writes
missing) goes back to the relay; what it holds twice or should not hold is taken off. Postgres is read before Redis,
and the end of a document is recorded before its last job is acknowledged, so that a document that is missing in Redis
and has not ended by now was forgotten, however it moved meanwhile.
"""

import re
from collections import defaultdict

from services.gateway.metrics import RECONCILED
from shared.db.jobs import Jobs, Reconciling
from shared.db.pool import DatabaseAwayError, outage
from shared.logs import get_logger
from shared.streams.keys import STAGES
from shared.streams.loops import AWAY
from shared.streams.producer import Held, Producer

log = get_logger(__name__)

_NAMED = 100
"""Documents that a line of the log names at most."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


_CALM_LOOKS = 4
"""While nothing is under way, and Redis held nothing the last time, it is asked in one look of so many."""


class Reconciler:
    """Makes Redis hold exactly the jobs that Postgres says are under way.

    Args:
        jobs: the record.
        producer: knows what Redis holds.
    """

    def __init__(self, jobs: Jobs, producer: Producer) -> None:
        self._jobs = jobs
        self._producer = producer
        self._calm = 0
        """Looks since Redis was asked, while it is known to hold nothing; 0 while it may hold something."""

    async def run_once(self) -> int:
        """Compare and mend; returns how many documents were given back to the relay."""
        try:
            return await self._reconcile()
        except DatabaseAwayError as error:
            log.warning("reconciler waits for postgres", error=str(error))
            return 0

    @outage
    async def _reconcile(self) -> int:
        if 0 < self._calm < _CALM_LOOKS and not await self._jobs.any_under_way():
            self._calm += 1
            return 0
        async with self._jobs.reconciling() as mine:
            if mine is None:
                return 0
            under_way = await mine.under_way()
            held: defaultdict[str, list[Held]] = defaultdict(list)
            away: dict[int, Exception] = {}
            for keys in self._producer.partitions:
                try:
                    for job in await self._producer.inventory(keys.partition):
                        held[job.document_id].append(job)
                except AWAY as error:
                    away[keys.partition] = error
            if len(away) == len(self._producer.partitions):
                raise next(iter(away.values()))
            self._calm = 0 if held or away or under_way else 1
            # What a partition that is away holds nobody knows.
            under_way = {
                id_: generation
                for id_, generation in under_way.items()
                if self._producer.keys_of(id_).partition not in away
            }
            again = await mine.again({id_: under_way[id_] for id_ in under_way.keys() - held.keys()})
            RECONCILED.labels("forgotten").inc(len(again))
            if again:
                log.warning("redis forgot jobs: enqueued again", documents=len(again), first=again[:3])
            await self._release(mine, under_way, held)
            return len(again)

    async def _release(self, mine: Reconciling, under_way: dict[str, int], held: dict[str, list[Held]]) -> None:
        unknown = [id_ for id_ in held if id_ not in under_way and _ID.fullmatch(id_)]
        surplus = await mine.surplus(unknown) if unknown else []
        for id_ in surplus:
            await self._producer.remove(id_)
        doubled = [jobs for id_, jobs in held.items() if len(jobs) > 1 and id_ in under_way]
        for jobs in doubled:
            # The one that is furthest stays.
            *others, last = sorted(jobs, key=lambda job: (STAGES.index(job.stage), job.entry))
            for stage in {job.stage for job in others}:
                # Ids of two streams can be the same, so the one to keep is named only on its own.
                keep = last.entry if stage == last.stage else ""
                await self._producer.remove(last.document_id, stage=stage, keep=keep)
        RECONCILED.labels("surplus").inc(len(surplus))
        RECONCILED.labels("doubled").inc(len(doubled))
        if surplus or doubled:
            # By name: what another system left under our keys would else vanish without a trace.
            log.warning(
                "redis held jobs it should not: taken off",
                surplus=surplus[:_NAMED],
                doubled=[jobs[0].document_id for jobs in doubled][:_NAMED],
            )
