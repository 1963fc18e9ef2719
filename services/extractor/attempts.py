"""What asking Claude cost: one record a try, the failed ones too."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from services.extractor.settings import ClaudeSettings
from shared.messages import ExtractionAttempt

_MAX_COUNT = 10**12


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them; zero where a try ended before it said."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request, from the moment it is sent."""

    model: str
    outcome: str = "sent"
    """As `ExtractionAttempt.outcome`."""
    usage: Usage = Usage()
    cost_usd: float = 0.0
    seconds: float = 0.0
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """The same from when it is sent until it has ended, so that it counts once."""
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def message(self) -> ExtractionAttempt:
        """For the record and the API."""
        return ExtractionAttempt(
            at=self.sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            model=_text(self.model),
            outcome=_text(self.outcome),
            input_tokens=self.usage.input_tokens,
            output_tokens=self.usage.output_tokens,
            cost_usd=self.cost_usd,
            seconds=self.seconds,
        )

    def record(self) -> dict[str, Any]:
        """For logs and events."""
        record: dict[str, Any] = msgspec.to_builtins(self.message())
        return record


Note: TypeAlias = Callable[[Attempt], Awaitable[None]]
"""Takes an attempt down, when it is sent and when it has ended; never fails the reading."""


def _text(value: str) -> str:
    """What another service calls something, bounded and without NUL, which Postgres cannot keep."""
    return value.replace("\x00", "")[:200]


def counted(value: object) -> int:
    """A token count as another service gave it; 0 for what is none, since its library does not check."""
    return value if isinstance(value, int) and 0 <= value <= _MAX_COUNT else 0


def cost(usage: Usage, settings: ClaudeSettings) -> float:
    """US dollars, by the prices the settings give for a million tokens."""
    dollars = usage.input_tokens * settings.claude_input_price + usage.output_tokens * settings.claude_output_price
    return round(dollars / 1_000_000, 6)


def by_id(attempts: list[Attempt]) -> dict[str, ExtractionAttempt]:
    """As the database takes them."""
    return {each.id: each.message() for each in attempts}


def summary(attempts: list[Attempt]) -> dict[str, Any]:
    """All tries of one delivery, for a progress event's `details`."""
    return {
        "attempts": [each.record() for each in attempts],
        "inputTokens": sum(each.usage.input_tokens for each in attempts),
        "outputTokens": sum(each.usage.output_tokens for each in attempts),
        "costUsd": round(sum(each.cost_usd for each in attempts), 6),
    }
