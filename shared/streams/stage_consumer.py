"""One stage of one partition as one consumer sees it: every verb of the protocol, each a single command or script."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, cast

import msgspec
from redis.exceptions import ResponseError

from shared.estimate import Pace, believed
from shared.messages import Event, Stage
from shared.streams.batch import Batch
from shared.streams.client import RedisSettings, RefusalError
from shared.streams.entries import Delivery, event_data
from shared.streams.keys import GROUPS, STAGES, Keys
from shared.streams.last_hour import BOUNDS_MS, MINUTES
from shared.streams.scripts import Client, Scripts


class Promoted(NamedTuple):
    """What was moved from the retry set."""

    moved: int
    strange: int
    """Were no jobs and went to the dead."""
    next: float | None
    """Seconds until the next is due; None if nothing waits."""


class Ended(NamedTuple):
    """A job that ended, for the figures."""

    outcome: str
    """done, retry or dead."""
    ms: int
    """That it took."""
    expected_ms: int = 0
    """That `shared.estimate` said it would take on two idle cores."""
    waited_ms: int = -1
    """On its stream; -1 where that is not told."""


class StageConsumer:
    """One member of the consumer group of one stage and partition.

    Args:
        client: for scripts; never blocked.
        reader: a client of its own for blocking reads.
        consumer: this worker's name in the group, unlike any other's that was ever there (`QueueSettings.incarnation`).
    """

    def __init__(
        self, client: Client, reader: Client, keys: Keys, stage: Stage, consumer: str, settings: RedisSettings
    ) -> None:
        self.stage = stage
        self.keys = keys
        self.consumer = consumer
        self.jobs = keys.jobs(stage)
        self.group = GROUPS[stage]
        self._deaths = keys.deaths(stage)
        self._client = client
        self._reader = reader
        self._settings = settings
        self._scripts = Scripts(client)
        # The arguments that all acknowledgements share are the group and the consumer.
        self._batch = Batch(client, {"ack": 2})
        self.put_aside = asyncio.Event()
        """Set when this consumer has put a job into the retry set."""
        self.quiet_ms = 0
        """Longest that an entry was not renewed which the last `reclaim` left where it is."""
        self._cursor = "-"
        self._control = ""

    async def ensure_group(self) -> None:
        """Create the stream and its group. From 0, so that jobs added before the first worker came are seen."""
        try:
            await self._client.xgroup_create(self.jobs, self.group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        except RefusalError:
            # Nothing is made while memory is full; what is there already can be worked.
            if not await self._client.exists(self.jobs) or self.group not in {
                group["name"] for group in await self._client.xinfo_groups(self.jobs)
            }:
                raise

    async def fetch(self, count: int, block_ms: int | None) -> list[Delivery]:
        """New jobs, at most `count`, waiting up to `block_ms` for the first; None does not wait.

        Never cancel it: entries delivered to a read that nobody awaits any more are lost from sight.
        """
        answer = cast(
            "list[tuple[str, list[tuple[str, dict[str, str]]]]] | None",
            await self._reader.xreadgroup(self.group, self.consumer, {self.jobs: ">"}, count, block_ms),
        )
        return [
            Delivery(id_, 1, tuple(chain.from_iterable(fields.items())))
            for _, entries in answer or []
            for id_, fields in entries
        ]

    async def newest(self) -> str:
        """Id of the entry that was added last."""
        return str((await self._client.xinfo_stream(self.jobs))["last-generated-id"])

    async def wait_for_news(self, after: str, block_ms: int) -> None:
        """Wait, up to `block_ms`, until an entry was added after `after`. Takes none."""
        await self._reader.xread({self.jobs: after}, count=1, block=block_ms)

    async def now(self) -> float:
        """The server's clock, in Unix seconds."""
        return int(await self._scripts.call("now", [self.jobs])) / 1000

    async def reclaim(
        self, lease_ms: int, count: int, *, running: Iterable[Delivery] = (), deadly: int = 2, silence_ms: int = 60_000
    ) -> list[Delivery]:
        """Jobs whose owner went quiet for a lease, now this consumer's; scans on from where it stopped last.

        Args:
            running: what this consumer runs; if this process slept for a lease, these are renewed and not returned.
            deadly: deaths that end a job; one that has so many is returned only once they are certain.
            silence_ms: how long a worker is quiet until its death is certain.
        """
        self._cursor, entries, self.quiet_ms = await self._scripts.call(
            "reclaim",
            [self.jobs, self._deaths],
            self.group,
            self.consumer,
            lease_ms,
            self._cursor,
            count,
            deadly,
            silence_ms,
            *_pairs(running),
        )
        return [
            Delivery(id_, int(deliveries), tuple(fields), int(deaths)) for id_, deliveries, deaths, fields in entries
        ]

    async def renew(self, deliveries: Iterable[Delivery]) -> set[tuple[str, int]]:
        """Renew the leases of these; returns id and count of those deliveries that are no longer ours."""
        flat = await self._scripts.call("renew", [self.jobs], self.group, self.consumer, *_pairs(deliveries))
        return set(zip(flat[::2], flat[1::2], strict=True))

    async def finish(
        self,
        delivery: Delivery,
        *,
        document_id: str,
        next_stage: Stage | None = None,
        dead: bool = False,
        follow_up: list[str] | None = None,
        event: Event | None = None,
        before: Sequence[Event] = (),
    ) -> int:
        """End a delivery, hand `follow_up` to `next_stage` or the dead stream and publish `before` and `event`, all or
        nothing.

        Returns 0 when the job is somebody else's by now; then nothing was done. Else 1, and 1 more for each dead job
        that is no longer kept because this one is.
        """
        events = [*before, event] if event else before
        if not (events or follow_up):
            pair = (self.group, self.consumer, delivery.id, delivery.deliveries)
            return int(await self._batch.call("ack", [self.jobs], *pair))
        target = self.keys.dead(self.stage) if dead else self.keys.jobs(next_stage) if next_stage else self.jobs
        done = await self._batch.call(
            "finish",
            [self.jobs, target, self.keys.events, self.keys.progress(document_id)],
            *self._fence(delivery),
            document_id,
            delivery.tenant,
            self._settings.event_stream_length,
            self._settings.progress_ttl,
            self._settings.dead_stream_length if dead else 0,
            len(events),
            *_told(events),
            *(follow_up or []),
        )
        return int(done)

    async def retry(self, delivery: Delivery, wait_ms: int, fields: list[str]) -> bool:
        """Put a delivery aside for `wait_ms`; `fields` are those of the entry that it then becomes."""
        keys = [self.jobs, self.keys.retry(self.stage)]
        member = msgspec.json.encode(fields)
        done = bool(await self._scripts.call("retry", keys, *self._fence(delivery), wait_ms, member))
        self.put_aside.set()
        return done

    async def promote(self, count: int) -> Promoted:
        """Move what is due back to the stream, at most `count`."""
        keys = [self.keys.retry(self.stage), self.jobs, self.keys.dead(self.stage)]
        moved, strange, next_ms = await self._scripts.call("promote", keys, count)
        return Promoted(int(moved), int(strange), None if next_ms < 0 else int(next_ms) / 1000)

    async def release(self, delivery: Delivery) -> bool:
        """Hand a delivery back for another worker to start at once."""
        return bool(
            await self._scripts.call("release", [self.jobs, self._deaths], *self._fence(delivery), *delivery.fields)
        )

    async def publish(self, delivery: Delivery, *events: Event) -> None:
        """Publish a running job's progress, unless it is somebody else's by now."""
        document_id = events[0].document_id
        await self._scripts.call(
            "progress",
            [self.jobs, self.keys.events, self.keys.progress(document_id)],
            *self._fence(delivery),
            document_id,
            delivery.tenant,
            self._settings.event_stream_length,
            self._settings.progress_ttl,
            *_told(events),
        )

    async def note(self, *ended: Ended) -> dict[Stage, Pace]:
        """Count jobs that ended, for the figures of the last hour; returns how all stages went of late."""
        keys = [self.keys.minutes(self.stage), *(self.keys.pace(each) for each in STAGES)]
        own, each = STAGES.index(self.stage) + 1, [part for job in ended for part in job]
        found = await self._scripts.call("note", keys, MINUTES, len(BOUNDS_MS), *BOUNDS_MS, own, *each)
        return {stage: _pace(text) for stage, text in zip(STAGES, found, strict=True) if text}

    async def cancelled_documents(self, block_ms: int) -> dict[str, str]:
        """Documents whose jobs were cancelled since the last call, waiting up to `block_ms` for the first; each with
        the id of the entry that says so, which is a time as a job's id is."""
        if not self._control:
            newest = cast("list[tuple[str, dict[str, str]]]", await self._reader.xrevrange(self.keys.control, count=1))
            self._control = newest[0][0] if newest else "0-0"
        answer = cast(
            "list[tuple[str, list[tuple[str, dict[str, str]]]]] | None",
            await self._reader.xread({self.keys.control: self._control}, count=100, block=block_ms),
        )
        found: dict[str, str] = {}
        for _, entries in answer or []:
            for self._control, fields in entries:
                found[fields.get("document", "")] = self._control
        return found

    async def probe(self) -> None:
        """Raises while the server cannot be reached or takes no writes."""
        await self._client.set(self.keys.probe, "1", px=1000)

    async def sweep(self, idle_ms: int) -> int:
        """Remove consumers that have been gone for `idle_ms` with nothing pending, and have the group hear of this one;
        returns how many were removed."""
        keys = [self.jobs, self._deaths]
        return int(await self._scripts.call("sweep", keys, self.group, idle_ms, self.consumer))

    async def leave(self) -> None:
        """Remove this consumer from the group, if nothing is pending for it."""
        await self._scripts.call("leave", [self.jobs], self.group, self.consumer)

    def _fence(self, delivery: Delivery) -> tuple[str, str, str, int]:
        return self.group, delivery.id, self.consumer, delivery.deliveries


def _told(events: Sequence[Event]) -> list[str | int]:
    return [part for each in events for part in (each.type, each.percentage or 0, event_data(each))]


def _pace(text: str) -> Pace:
    spent, expected, waited, jobs = (float(each) for each in text.split())
    return believed(spent / 1000, expected / 1000, waited / 1000, jobs)


def _pairs(deliveries: Iterable[Delivery]) -> list[str | int]:
    return [part for each in deliveries for part in (each.id, each.deliveries)]
