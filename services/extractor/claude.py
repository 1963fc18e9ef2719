"""Asks Claude to read what the local reader is unsure of.

::

    ask ─▶ try ─┬─ overload, rate limit, broken connection ─▶ wait, try again (at most MAX_TRIES)
                ├─ refused, cut off, too large, key ─────────▶ ClaudeError
                └─ an answer ─▶ check ─┬─ no faults ─────────▶ Asked
                                       └─ faults ─▶ one repair round ─▶ the better of the two

Structured output, bounded in time, tokens and size. Every try is on record with its tokens and cost, the failed ones
too. Every way it can fail ends in `ClaudeError` with a reason; the caller keeps the local reading then. Nothing of
the answer is believed before `grounding` has checked it.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import anthropic
import msgspec

from services.extractor import metrics
from services.extractor.attempts import Attempt, Note, Usage, cost, counted
from services.extractor.grounding import Answer, ClaudeError
from services.extractor.prompt import SYSTEM, Numbered, content, repair, schema
from services.extractor.settings import ClaudeSettings
from shared.logs import get_logger

log = get_logger(__name__)

MAX_TRIES = 3
"""Of one question, where the service was busy or could not be reached."""
MAX_WAIT = 20.0
"""Seconds between two tries at most; a service that asks for more is not waited for."""
FIRST_WAIT = 0.5
MAX_FAULTS = 40
"""Faults named in a repair request; more of them are one bad reading and cost tokens each."""

Check = Callable[[Answer], Awaitable[list[str]]]
"""What is wrong with an answer, in sentences; nothing if it can be taken as it is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer and what it cost."""

    answer: Answer
    attempts: list[Attempt]


@dataclass(slots=True)
class _Talk:
    """A document's questions so far."""

    messages: list[dict[str, Any]]
    note: Note
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        return sum(each.usage.input_tokens + each.usage.output_tokens for each in self.attempts)


class _TryAgainError(Exception):
    """Worth another try after `wait` seconds (null for the usual back-off)."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Claude:
    """The Messages API, as the settings reach it."""

    def __init__(self, settings: ClaudeSettings) -> None:
        self._settings = settings

    async def ask(self, pictures: list[tuple[bytes, str]], numbered: list[Numbered], check: Check, note: Note) -> Asked:
        """Have a document read.

        Args:
            pictures: each page's picture and its media type.
            numbered: the pages' lines under the numbers Claude names them by.
            check: finds what is wrong with an answer; asked about each.
            note: told of each try before it is sent and after it has ended, however it does.

        Raises:
            ClaudeError: for whatever reason there is no usable answer; its `attempts` say what was paid.
        """
        talk = _Talk([{"role": "user", "content": content(pictures, numbered)}], note)
        best: Answer | None = None
        try:
            async with asyncio.timeout(self._settings.claude_timeout):
                text, answer, faults = await self._answered(talk, check)
                best = answer
                if not faults or not self._affordable(talk):
                    return self._asked(answer, talk)
                talk.messages += [
                    {"role": "assistant", "content": text or "{}"},
                    {"role": "user", "content": repair(faults[:MAX_FAULTS])},
                ]
                _, second, left = await self._answered(talk, check)
                return self._asked(second if second is not None and len(left) < len(faults) else answer, talk)
        except TimeoutError:
            reason = f"no answer within {self._settings.claude_timeout:g} s"
        except ClaudeError as failure:
            reason = str(failure)
        # A repair that fails takes nothing away from the answer before it.
        if best is not None:
            return Asked(best, talk.attempts)
        raise ClaudeError(reason, talk.attempts) from None

    def _asked(self, answer: Answer | None, talk: _Talk) -> Asked:
        if answer is None:
            raise ClaudeError("the answer was not in the agreed form")
        return Asked(answer, talk.attempts)

    def _affordable(self, talk: _Talk) -> bool:
        """Whether another round like the dearest so far fits the token budget."""
        spent = [each.usage.input_tokens + each.usage.output_tokens for each in talk.attempts]
        return talk.tokens + 1.5 * max(spent, default=0) <= self._settings.claude_token_budget

    async def _answered(self, talk: _Talk, check: Check) -> tuple[str, Answer | None, list[str]]:
        """One question: the answer's text, the answer if it has the agreed form, and its faults."""
        message = await self._tried(talk)
        text = "".join(block.text for block in message.content or [] if block.type == "text")
        try:
            answer = msgspec.json.decode(text, type=Answer)
        except msgspec.DecodeError as error:
            return text, None, [f"The answer does not follow the schema: {error}"]
        return text, answer, await check(answer)

    async def _tried(self, talk: _Talk) -> anthropic.types.Message:
        """Send the talk until it is answered; each try is put on record."""
        wait = FIRST_WAIT
        for number in range(1, MAX_TRIES + 1):
            try:
                return await self._once(talk)
            except _TryAgainError as again:
                pause = wait if again.wait is None else again.wait
                if number == MAX_TRIES or pause > MAX_WAIT:
                    raise ClaudeError(str(again)) from None
                wait *= 2
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _once(self, talk: _Talk) -> anthropic.types.Message:
        started = time.monotonic()
        attempt = Attempt(self._settings.claude_model)
        outcome, usage, model = "cancelled", Usage(), attempt.model
        try:
            # On record before it is sent: a process that dies in the middle has paid for it as well.
            await talk.note(attempt)
            message = await self._create(talk)
            # The library builds whatever comes with status 200: a proxy's page arrives as a string, an overload that
            # came after the headers as a message without its fields.
            if not isinstance(message, anthropic.types.Message) or not isinstance(message.usage, anthropic.types.Usage):
                outcome = "no message"
                if "overloaded" in str(getattr(message, "error", "")):
                    outcome = "overloaded"
                    raise _TryAgainError("the service is overloaded")
                raise ClaudeError("the answer was not a message")
            usage = Usage(counted(message.usage.input_tokens), counted(message.usage.output_tokens))
            model, outcome = str(message.model), str(message.stop_reason)
        except anthropic.APITimeoutError:
            outcome = "timeout"
            raise ClaudeError(f"no answer within {self._settings.claude_timeout:g} s") from None
        except anthropic.APIStatusError as error:
            outcome = str(error.status_code)
            raise _fault(error) from None
        except anthropic.APIConnectionError:
            outcome = "unreachable"
            raise _TryAgainError("the service could not be reached") from None
        except (anthropic.AnthropicError, json.JSONDecodeError) as error:
            outcome = "client"
            raise ClaudeError(f"the client refused ({type(error).__name__})") from None
        else:
            if message.stop_reason == "refusal":
                raise ClaudeError("the request was refused")
            if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
                raise ClaudeError("the answer was cut off")
            return message
        finally:
            # RefusedError, cut-off and cancelled tries are paid for too: the record is written whatever happened.
            attempt = replace(
                attempt,
                model=model,
                outcome=outcome,
                usage=usage,
                cost_usd=cost(usage, self._settings),
                seconds=round(time.monotonic() - started, 3),
            )
            talk.attempts.append(attempt)
            metrics.CLAUDE_REQUESTS.labels(outcome[:40]).inc()
            metrics.CLAUDE_TOKENS.labels("input").inc(usage.input_tokens)
            metrics.CLAUDE_TOKENS.labels("output").inc(usage.output_tokens)
            metrics.CLAUDE_COST.inc(attempt.cost_usd)
            metrics.CLAUDE_DURATION.observe(attempt.seconds)
            log.info("claude asked", number=len(talk.attempts), **attempt.record())
            await talk.note(attempt)

    async def _create(self, talk: _Talk) -> anthropic.types.Message:
        body: Any = talk.messages
        # A client a call: calls are rare, and nothing stays open between them or has to be closed at the end. Its own
        # retries are off, because they honour retry-after without a limit and leave no record.
        async with anthropic.AsyncAnthropic(
            api_key=self._settings.anthropic_api_key,
            base_url=self._settings.anthropic_base_url or None,
            timeout=self._settings.claude_timeout,
            max_retries=0,
        ) as client:
            return await client.messages.create(
                model=self._settings.claude_model,
                max_tokens=self._settings.claude_max_tokens,
                system=SYSTEM,
                messages=body,
                output_config={"format": {"type": "json_schema", "schema": schema()}},
            )


def _fault(error: anthropic.APIStatusError) -> Exception:
    """What a status means: another try, or the end."""
    status = error.status_code
    overloaded = status == 529 or "overloaded_error" in str(error.body)
    reason = "the service is overloaded" if overloaded else _REASONS.get(status, f"the service answered {status}")
    told = error.response.headers.get("x-should-retry")
    if told == "false" or not (overloaded or status in (408, 409, 429) or status >= 500):
        return ClaudeError(reason)
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return _TryAgainError(reason, max(0.0, float(error.response.headers[name]) / unit))
        except (KeyError, ValueError):
            continue
    return _TryAgainError(reason)


_REASONS = {
    401: "the key was not accepted",
    403: "the key was not accepted",
    413: "the page is too large for it",
    429: "the rate limit is reached",
}
