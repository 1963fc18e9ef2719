"""Sends to webhooks what has to be told: documents that have ended.

Postgres holds what is to be sent: a trigger writes it in the transaction that ends a document. Each gateway takes a few
messages that are due, sends them, and says what came of it; one that dies leaves its messages to be due again, so that
each is sent at least once, under the same id.

::

    waiting ── 2xx ──▶ delivered
       │ anything else, or nothing: due again after the next wait of `WAITS`
       └── 410, or no waits left ──▶ failed ── by hand ──▶ waiting
"""

import asyncio
import base64
import random
import secrets
from datetime import UTC, datetime
from functools import cached_property
from typing import ClassVar

import aiohttp
from aiohttp.abc import AbstractResolver
from prometheus_client import Counter
from standardwebhooks.webhooks import Webhook

from services.gateway.outgoing import ForbiddenAddressError, host_of, own_session, public_session
from shared.db.pool import DatabaseAwayError
from shared.db.webhooks import Delivery, Webhooks
from shared.logs import get_logger
from shared.settings import Settings, setting

log = get_logger(__name__)

SENT = Counter("timelift_webhook_attempts_total", "Messages sent to webhooks, by what came of it.", ["outcome"])

WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds after each attempt that failed until the next: three days in all."""
_JITTER = 0.1
"""Share of a wait by which it is longer or shorter, so that what failed together does not come back together."""
_LEASE_SECONDS = 60.0
"""Beyond the time that a call may take: when a message that nobody reported on is due again."""
_LONGEST_ASKED = 86_400
"""Seconds that a webhook may ask us to wait."""


class WebhookSettings(Settings):
    group: ClassVar[str] = "Webhooks"
    webhook_hosts: str = setting(
        "",
        "Hosts that webhooks may go to whatever their address, over http:// as well; names separated by commas. Others "
        "have to be https:// and public.",
    )
    webhook_timeout: int = setting(15_000, "Longest a call of a webhook may take.", unit="ms", ge=100, le=60_000)
    webhook_concurrency: int = setting(16, "Webhooks that a gateway calls at once.", ge=1, le=1000)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """`webhook_hosts` as a set, in lower case."""
        return frozenset(each.strip().lower() for each in self.webhook_hosts.split(",") if each.strip())


class WebhookSender:
    """Sends what is due.

    Args:
        store: what has to be sent.
        resolver: instead of the system's, for tests.
    """

    def __init__(self, store: Webhooks, settings: WebhookSettings, resolver: AbstractResolver | None = None) -> None:
        self.settings = settings
        self._store = store
        self._resolver = resolver
        self._nudged = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        # Made with the first call: a client session belongs to the event loop it is made in.
        self._sessions: tuple[aiohttp.ClientSession, aiohttp.ClientSession] | None = None

    def nudge(self) -> None:
        """Tell the sender that a document may have ended, so that it does not wait for its next look."""
        self._nudged.set()

    async def run_once(self) -> int:
        """Begin to send what is due, as far as there is room; returns how many. Then waits up to two seconds for a
        nudge."""
        self._nudged.clear()
        free = self.settings.webhook_concurrency - len(self._sending)
        taken: list[Delivery] = []
        if free:
            lease = self.settings.webhook_timeout / 1000 + _LEASE_SECONDS
            try:
                taken = await self._store.take(lease, free)
            except DatabaseAwayError as error:
                log.warning("webhooks wait for postgres", error=str(error))
        for delivery in taken:
            task = asyncio.create_task(self._send(delivery), name=f"webhook {delivery.id}")
            self._sending.add(task)
            task.add_done_callback(self._sent)
        try:
            async with asyncio.timeout(2):
                await self._nudged.wait()
        except TimeoutError:
            # Another gateway's documents, and messages whose wait is over, are found by looking.
            pass
        return len(taken)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._nudged.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a webhook could not be sent", exc_info=error)

    async def _send(self, delivery: Delivery) -> None:
        answer, error, asked = await self._call(delivery)
        again = None if error is None or answer == 410 else next_wait(delivery.attempt, asked)
        outcome = "delivered" if error is None else "failed" if again is None else "again"
        SENT.labels(outcome).inc()
        log.info("webhook called", id=delivery.id, attempt=delivery.attempt, outcome=outcome, error=error)
        try:
            await self._store.done(delivery, answer, error, again)
        except DatabaseAwayError as away:
            log.warning("what came of a webhook is not noted: it is called again", id=delivery.id, error=str(away))

    async def _call(self, delivery: Delivery) -> tuple[int | None, str | None, float]:
        """HTTP status, if an answer came; what was wrong, if anything; how long the webhook asks us to wait, in
        seconds."""
        headers = {"Content-Type": "application/json", "User-Agent": "Timelift", **signed(delivery, datetime.now(UTC))}
        try:
            session = self._session(delivery.url)
            async with session.post(delivery.url, data=delivery.body, headers=headers, allow_redirects=False) as answer:
                return answer.status, _fault(answer.status), _asked(answer.headers.get("Retry-After", ""))
        except TimeoutError:
            return None, "No answer in time.", 0
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, sentence(error), 0

    def _session(self, url: str) -> aiohttp.ClientSession:
        if self._sessions is None:
            seconds = self.settings.webhook_timeout / 1000
            self._sessions = public_session(seconds, self._resolver), own_session(seconds)
        public, own = self._sessions
        return own if host_of(url) in self.settings.hosts else public

    async def close(self) -> None:
        """Break off what is being sent; it is due again after a while, here or at another gateway."""
        sending = list(self._sending)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        for session in self._sessions or ():
            await session.close()


def new_secret() -> str:
    """A secret to sign with, in the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def signed(delivery: Delivery, now: datetime) -> dict[str, str]:
    """The headers that say whose a message is, with a signature for each secret that holds."""
    text = delivery.body.decode()
    signatures = [Webhook(secret).sign(delivery.id, now, text) for secret in delivery.secrets]
    return {
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def next_wait(attempt: int, asked: float = 0) -> float | None:
    """Seconds until the next attempt after this one failed; None where it was the last.

    Args:
        attempt: from 1.
        asked: seconds that the webhook wants to be left alone for at least.
    """
    if attempt > len(WAITS):
        return None
    return max(WAITS[attempt - 1] * random.uniform(1 - _JITTER, 1 + _JITTER), asked)


def _fault(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"The answer was {status}; redirects are not followed."
    return f"The answer was {status}."


def _asked(retry_after: str) -> float:
    """Seconds of a Retry-After field; its dates are passed over."""
    text = retry_after.strip()
    return min(int(text), _LONGEST_ASKED) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def sentence(error: Exception) -> str:
    """What a webhook's owner is told of a failed call: nothing of our network."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "Its certificate is not valid."
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "Its name does not resolve."
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, ForbiddenAddressError):
        return "Its address is that of a private network or of this machine."
    return "It could not be reached, or broke off."
