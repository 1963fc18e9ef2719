"""Asks Claude to read what the local reader is unsure of.

One call with structured output, bounded in time, tokens and size. Every way it can fail ends in `ClaudeFailed` with a
reason; the caller keeps the local reading then. Nothing of the answer is believed before `grounding` has checked it.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import anthropic
import msgspec

from services.extractor.grounding import Answer, ClaudeFailed
from services.extractor.prompt import SYSTEM, Numbered, content, schema
from services.extractor.settings import ClaudeSettings
from shared.logs import get_logger

log = get_logger(__name__)

MAX_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer and what it cost."""

    answer: Answer
    model: str
    input_tokens: int
    output_tokens: int
    seconds: float


class Claude:
    """The Messages API, as the settings reach it."""

    def __init__(self, settings: ClaudeSettings) -> None:
        self._settings = settings

    async def ask(self, pictures: list[tuple[bytes, str]], numbered: list[Numbered]) -> Asked:
        """Have a document read.

        Args:
            pictures: each page's picture and its media type.
            numbered: the pages' lines under the numbers Claude names them by.

        Raises:
            ClaudeFailed: for whatever reason there is no usable answer.
        """
        started = time.monotonic()
        try:
            # The library honours retry-after without a limit and counts its own timeout anew for every try.
            async with asyncio.timeout(self._settings.claude_timeout):
                message = await self._create(pictures, numbered)
        except (TimeoutError, anthropic.APITimeoutError):
            raise ClaudeFailed(f"no answer within {self._settings.claude_timeout:g} s") from None
        except anthropic.APIStatusError as error:
            raise ClaudeFailed(_reason(error.status_code)) from None
        except anthropic.APIConnectionError:
            raise ClaudeFailed("the service could not be reached") from None
        except anthropic.AnthropicError as error:
            raise ClaudeFailed(f"the client refused ({type(error).__name__})") from None
        seconds = round(time.monotonic() - started, 3)
        # The library builds whatever comes with status 200: a proxy's page arrives as a string.
        if not isinstance(message, anthropic.types.Message) or not isinstance(message.usage, anthropic.types.Usage):
            raise ClaudeFailed("the answer was not a message")
        usage = message.usage
        # Refused and cut-off answers are paid for too, so the record is written before they are looked at.
        log.info(
            "claude answered",
            model=message.model,
            stop_reason=message.stop_reason,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            seconds=seconds,
        )
        if message.stop_reason == "refusal":
            raise ClaudeFailed("the request was refused")
        if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
            raise ClaudeFailed("the answer was cut off")
        text = "".join(block.text for block in message.content or [] if block.type == "text")
        try:
            answer = msgspec.json.decode(text, type=Answer)
        except msgspec.DecodeError:
            raise ClaudeFailed("the answer was not in the agreed form") from None
        return Asked(answer, message.model, usage.input_tokens, usage.output_tokens, seconds)

    async def _create(self, pictures: list[tuple[bytes, str]], numbered: list[Numbered]) -> anthropic.types.Message:
        body: Any = content(pictures, numbered)
        # A client a call: calls are rare, and nothing stays open between them or has to be closed at the end.
        async with anthropic.AsyncAnthropic(
            api_key=self._settings.anthropic_api_key,
            base_url=self._settings.anthropic_base_url or None,
            timeout=self._settings.claude_timeout,
            max_retries=MAX_RETRIES,
        ) as client:
            return await client.messages.create(
                model=self._settings.claude_model,
                max_tokens=self._settings.claude_max_tokens,
                system=SYSTEM,
                messages=[{"role": "user", "content": body}],
                output_config={"format": {"type": "json_schema", "schema": schema()}},
            )


def _reason(status: int) -> str:
    if status == 529:
        return "the service is overloaded"
    if status == 429:
        return "the rate limit is reached"
    if status == 413:
        return "the page is too large for it"
    if status in (401, 403):
        return "the key was not accepted"
    return f"the service answered {status}"
