"""The hub: one reader of the events streams per gateway, which hands what it reads to all who follow it.

A partition is read while somebody here follows something in it (`partition.py`). An event is encoded once, however many
follow its document. How far each document is that somebody follows is known here; what nobody follows is forgotten.
"""

import asyncio
import random
import time
from collections.abc import Iterable

import msgspec

from services.gateway.loops.partition import Partition
from services.gateway.metrics import EVENT_AGE, EVENTS_READ, STREAMS_OPEN
from services.gateway.sse.frames import Frame
from services.gateway.sse.watched import Follower, Watched
from shared.events import EventId, event_id
from shared.logs import get_logger
from shared.messages import Event
from shared.streams.entries import read_event
from shared.streams.keys import Keys, partition_of
from shared.streams.scripts import Client

log = get_logger(__name__)

BEATS = 16
"""Parts of the time between two heartbeats: each beats for a part of the streams, so that no instant does for all."""
_WRITES = 256
"""Writes after which the event loop turns: a batch for thousands would otherwise be one long stall."""
_PATIENCE = 1.0
"""Seconds that a stream which opens waits for Redis to say where its partitions stand."""
_ENDS = 10_000
_ENDS_A_SECOND = 2000
"""Streams that are ended in a second when the gateway stops: as many as another one opens."""


class Hub:
    """Reads the events of the partitions that are followed, and hands each to those who follow its document or its
    tenant.

    Args:
        readers: for each partition a client of its own, for blocking reads.
    """

    def __init__(self, readers: dict[Keys, Client]) -> None:
        self._partitions = {keys.partition: Partition(keys, reader) for keys, reader in readers.items()}
        self.watched: dict[str, Watched] = {}
        """The documents that somebody follows."""
        self.tenants: dict[str, set[Follower]] = {}
        """Who follows all documents of a tenant."""
        self._follows: dict[Follower, tuple[tuple[str, ...], str, set[Follower]]] = {}
        self._beats: list[set[Follower]] = [set() for _ in range(BEATS)]
        self._beat = 0
        self._written = 0
        self.ends: dict[str, None] = {}
        """Documents whose ends were handed to followers of their tenants, the newest."""
        self.looked = 0
        """Ends in the record up to here were handed out; ms, by Postgres' clock."""

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._follows)

    @property
    def positions(self) -> dict[int, EventId]:
        """The id that was read last, by partition; of those that are read."""
        return {number: event_id(each.last) for number, each in self._partitions.items() if each.last}

    def watch(self, document_id: str) -> Watched:
        """A document's state; kept as long as somebody follows it."""
        return self.watched.get(document_id) or Watched(document_id)

    def add(self, follower: Follower, *watched: Watched, tenant: str = "") -> None:
        """Hand on events from here on; read the history after this and `ready`, so that none falls between.

        Args:
            watched: the documents to follow.
            tenant: all of whose documents are followed.
        """
        for each in watched:
            self.watched.setdefault(each.document_id, each).followers.add(follower)
        if tenant:
            self.tenants.setdefault(tenant, set()).add(follower)
        beat = random.choice(self._beats)
        beat.add(follower)
        documents = tuple(each.document_id for each in watched)
        for partition in self._of(documents, tenant):
            partition.follow()
        self._follows[follower] = documents, tenant, beat
        STREAMS_OPEN.inc()

    async def ready(self, follower: Follower) -> None:
        """Wait until the partitions are read in which lies what somebody follows. Where Redis does not answer, that is
        not waited for."""
        documents, tenant, _ = self._follows.get(follower, ((), "", None))
        asleep = [each for each in self._of(documents, tenant) if not each.ready.is_set()]
        if not asleep:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                for each in asleep:
                    await each.ready.wait()
        except TimeoutError:
            for each in asleep:
                each.go_without()

    def _of(self, documents: tuple[str, ...], tenant: str) -> Iterable[Partition]:
        """The partitions in which documents lie; those of a tenant lie in any."""
        if tenant or len(self._partitions) < 2:
            return self._partitions.values()
        return [self._partitions[at] for at in {partition_of(id_, len(self._partitions)) for id_ in documents}]

    def remove(self, follower: Follower) -> None:
        """Hand nothing on any more. Twice is fine."""
        found = self._follows.pop(follower, None)
        if found is None:
            return
        documents, tenant, beat = found
        beat.discard(follower)
        for partition in self._of(documents, tenant):
            partition.unfollow()
        for id_ in documents:
            self.watched[id_].followers.discard(follower)
            if not self.watched[id_].followers:
                del self.watched[id_]
        if tenant:
            self.tenants[tenant].discard(follower)
            if not self.tenants[tenant]:
                del self.tenants[tenant]
        STREAMS_OPEN.dec()

    async def close(self, seconds: float = 0.0) -> None:
        """End all streams, because this gateway is stopping.

        Args:
            seconds: over at most which they are ended, no faster than another gateway can open them.
        """
        streams = list(self._follows)
        random.shuffle(streams)
        begun, slices = time.monotonic(), max(min(seconds, len(streams) / _ENDS_A_SECOND), 0.0)
        for at, each in enumerate(streams):
            due = begun + slices * at / len(streams)
            if due > time.monotonic():
                await asyncio.sleep(due - time.monotonic())
            each.close("stopping")

    async def beat_once(self) -> None:
        """Let the next part of the streams show that they live."""
        self._beat = (self._beat + 1) % BEATS
        for follower in list(self._beats[self._beat]):
            follower.beat()
            await self._turn()

    async def run_once(self, keys: Keys) -> None:
        """Read on in one partition's events and hand them out."""
        partition = self._partitions[keys.partition]
        for id_, fields in await partition.read():
            partition.last = id_
            tenant = fields.get("tenant", "")
            followed = fields.get("document", "") in self.watched or tenant in self.tenants
            EVENTS_READ.labels("yes" if followed else "no").inc()
            if followed:
                self._hand_out(keys.partition, id_, fields, tenant)
                await self._turn()

    def _hand_out(self, partition: int, id_: str, fields: dict[str, str], tenant: str) -> None:
        try:
            frame = Frame(id_, read_event(fields), partition)
        except (KeyError, ValueError, msgspec.DecodeError) as error:
            # One garbled entry must not end the reader that all streams hang on.
            log.warning("event cannot be read", event_id=id_, error=str(error))
            return
        self.deliver(frame, tenant)
        EVENT_AGE.observe(max(time.time() - frame.number[0] / 1000, 0.0))

    def deliver(self, frame: Frame, tenant: str) -> None:
        """Hand an event to those who follow its document or its tenant."""
        watched = self.watched.get(frame.event.document_id)
        if watched and (told := watched.take(frame)):
            for follower in list(watched.followers):
                follower.put(told)
            self._written += len(watched.followers)
        if tenant and (followers := self.tenants.get(tenant)):
            for follower in list(followers):
                follower.put(frame)
            self._written += len(followers)
            if frame.event.final:
                self.ends[frame.event.document_id] = None
                if len(self.ends) > _ENDS:
                    del self.ends[next(iter(self.ends))]
            else:
                self.ends.pop(frame.event.document_id, None)

    def publish(self, id_: str, event: Event, tenant: str) -> None:
        """Hand out an event that is on no stream: of the direct path."""
        self.deliver(Frame(id_, event), tenant)

    async def _turn(self) -> None:
        self._written += 1
        if self._written >= _WRITES:
            self._written = 0
            await asyncio.sleep(0)
