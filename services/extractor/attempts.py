"""What asking Claude cost: one record a try, the failed ones too."""

from dataclasses import dataclass
from typing import Any

from services.extractor.settings import ClaudeSettings


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them; zero where a try ended before it said."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request."""

    model: str
    outcome: str
    """The answer's stop reason (``end_turn`` is a good one), an HTTP status, or ``timeout``, ``unreachable``,
    ``overloaded``, ``no message``, ``cancelled``, ``client``."""
    usage: Usage
    cost: float
    """US dollars."""
    seconds: float

    def record(self) -> dict[str, Any]:
        """For logs and events."""
        return {
            "model": self.model,
            "outcome": self.outcome,
            "inputTokens": self.usage.input_tokens,
            "outputTokens": self.usage.output_tokens,
            "cost": self.cost,
            "seconds": self.seconds,
        }


def cost(usage: Usage, settings: ClaudeSettings) -> float:
    """US dollars, by the prices the settings give for a million tokens."""
    dollars = usage.input_tokens * settings.claude_input_price + usage.output_tokens * settings.claude_output_price
    return round(dollars / 1_000_000, 6)


def summary(attempts: list[Attempt]) -> dict[str, Any]:
    """All tries of one document, for a progress event's `details`."""
    return {
        "attempts": [each.record() for each in attempts],
        "inputTokens": sum(each.usage.input_tokens for each in attempts),
        "outputTokens": sum(each.usage.output_tokens for each in attempts),
        "cost": round(sum(each.cost for each in attempts), 6),
    }
