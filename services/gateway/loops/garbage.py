"""When Python looks for cycles of dead objects, which stops the event loop meanwhile.

By itself it looks at the newest objects only, a few milliseconds at a time. All there is takes 100 ms with 2,000 event
streams open: that is looked through here, while few connections are open, and whoever has many cannot bring it about.
"""

import gc
from collections.abc import Callable

from services.gateway.loops.hub import Hub
from shared.logs import get_logger

log = get_logger(__name__)

_NEW, _ROUNDS = 2_000, 10
"""New objects after which they are looked at, and such rounds after which the survivors are, once more."""
_NEVER = 1_000_000_000
_DUE = 4
"""Looks at survivors, each after some 20,000 objects have come, from which all there is may be looked through: what
has died meanwhile is let go in the same stop."""
_OVERDUE = 200
"""From which it is, however many connections are open: millions of objects may be dead by now."""
_FEW = 100
"""Open connections, those of event streams among them."""


class Garbage:
    """Args:
    connections: how many the HTTP server knows of; event streams have left it.
    hub: knows the event streams.
    """

    def __init__(self, connections: Callable[[], int], hub: Hub) -> None:
        self._connections = connections
        self._hub = hub

    def begin(self) -> None:
        """Keep what is there by now for good, so that it is not looked at again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(_NEW, _ROUNDS, _NEVER)

    async def run_once(self) -> None:
        """Look through everything if it is time."""
        looks = gc.get_count()[2]
        # With event streams left out, 6,000 of them stood still for 64 ms every ten seconds.
        if looks >= _OVERDUE or (looks >= _DUE and self._connections() + self._hub.streams <= _FEW):
            log.debug("looking for garbage", found=gc.collect())
