"""Presence: this gateway says every few seconds that it is there, and how many event streams it has open."""

from services.gateway.loops.hub import Hub
from shared.events import now_rfc3339
from shared.streams.queue_settings import QueueSettings
from shared.streams.roster import GatewayState, Roster


class Presence:
    """Args:
    roster: where it is said.
    hub: knows the streams.
    """

    def __init__(self, roster: Roster, hub: Hub) -> None:
        self._roster = roster
        self._hub = hub
        self._name = QueueSettings.load().incarnation
        self._since = now_rfc3339()

    async def announce_once(self) -> None:
        """Say so."""
        state = GatewayState(
            name=self._name, since=self._since, streams=self._hub.streams, documents=len(self._hub.watched)
        )
        await self._roster.announce(state)
