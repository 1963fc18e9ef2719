"""A `shared.outcomes.Progress` that keeps what it is told."""

import asyncio
from typing import Any

from shared.estimate import Work
from shared.messages import Phase


class KeptProgress:
    """Args:
    until: what the message begins with at which `reached` is set; '' for the first.
    """

    def __init__(self, until: str = "") -> None:
        self._until = until
        self.reached = asyncio.Event()
        self.events: list[tuple[Phase, float, str]] = []
        self.details: list[dict[str, Any]] = []
        """Of each of them."""

    async def __call__(
        self,
        phase: Phase,
        fraction: float,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        work: Work | None = None,
    ) -> None:
        """Keep it."""
        self.events.append((phase, fraction, message))
        self.details.append(details or {})
        if message.startswith(self._until):
            self.reached.set()
