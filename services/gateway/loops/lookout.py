"""The lookout finds what never came over the streams: once for the gateway, not once for each open stream.

Every heartbeat it asks the record about those documents that somebody follows here and of which nothing was heard since
it asked last: events that another gateway recorded while Redis was away, and ends that nobody could publish, because a
worker died or Redis was emptied at that moment.
"""

from services.gateway.loops.hub import Hub
from services.gateway.sse.frames import Frame
from services.gateway.sse.history import History, gone
from services.gateway.sse.watched import Watched
from services.gateway.waiting import Waiting
from shared.db.followed import Followed
from shared.db.pool import DatabaseAwayError
from shared.logs import get_logger

log = get_logger(__name__)

_AT_ONCE = 1000
"""Documents that one statement asks about."""
SETTLED_MS = 5_000
"""An end is recorded before it is published: this long after, it will not come over the streams any more."""
MARGIN_MS = 60_000
"""How far back ends are looked for again: transactions take their time when they begin and are seen when they end."""


class Lookout:
    """Args:
    hub: knows who follows what, and tells them.
    waiting: knows the places of documents that nobody has begun.
    """

    def __init__(self, hub: Hub, history: History, followed: Followed, waiting: Waiting) -> None:
        self._hub = hub
        self._waiting = waiting
        self._history = history
        self._followed = followed

    async def look_once(self) -> None:
        """Ask about what is quiet, and hand out what is found."""
        try:
            await self._look_at_documents()
            await self._look_at_tenants()
        except DatabaseAwayError as error:
            log.warning("what streams missed is looked for later", error=str(error))

    async def _look_at_documents(self) -> None:
        quiet = [each for each in self._hub.watched.values() if each.quiet and not each.ended]
        for each in self._hub.watched.values():
            each.quiet = True
        for at in range(0, len(quiet), _AT_ONCE):
            await self._look_at({each.document_id: each for each in quiet[at : at + _AT_ONCE]})
        await self._look_at_waiting(quiet)

    async def _look_at(self, quiet: dict[str, Watched]) -> None:
        for tenant, recorded in await self._followed.missed({id_: each.known for id_, each in quiet.items()}):
            self._hub.deliver(Frame(recorded.id, recorded.event), tenant)
        for id_, document in (await self._followed.over(list(quiet))).items():
            if not quiet[id_].ended:
                frame = await self._history.end(document) if document else gone(id_)
                self._hub.deliver(frame, document.tenant if document else "")

    async def _look_at_waiting(self, quiet: list[Watched]) -> None:
        """Places in the queue, of all in one statement: it reads all that wait, however few are asked for."""
        waiting = {each.document_id: each for each in quiet if each.waits}
        for id_, place in (await self._waiting.places([*waiting])).items():
            if waiting[id_].waits:
                waiting[id_].wait(*place)

    async def _look_at_tenants(self) -> None:
        """Ends of documents that only streams of all of a tenant's follow."""
        if not self._hub.tenants:
            self._hub.looked = 0
            return
        until = await self._followed.now() - SETTLED_MS
        since = (self._hub.looked or until) - MARGIN_MS
        for document in await self._followed.ended(list(self._hub.tenants), since, until):
            if document.id in self._hub.ends:
                continue
            told = await self._history.of(document)
            # One that is on a partition's stream comes, or came, from there.
            if told and told[-1].partition is None:
                self._hub.deliver(told[-1], document.tenant)
        self._hub.looked = until
