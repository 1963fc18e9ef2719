"""How often a client may ask: a share for each key and address, counted in Redis for all gateways together.

Nobody waits for that or is refused for it: while Redis is away, or slow, each gateway counts for itself.
"""

import asyncio
import hashlib
import math
import time
from typing import ClassVar

from aiohttp import web
from redis.exceptions import RedisError

from services.gateway.clients import client_of, is_local
from services.gateway.context import GATEWAY
from services.gateway.problems import Handler, ProblemError
from services.gateway.tenants import IDENTITY
from shared.logs import get_logger
from shared.settings import Settings, setting

log = get_logger(__name__)

WINDOW = 60
"""Seconds."""
_PATIENCE = 0.1
"""Seconds that a request waits for being counted."""
_REMEMBERED = 10_000
"""Clients that a gateway counts by itself."""


class RateSettings(Settings):
    group: ClassVar[str] = "Gateway"
    rate_limit: int = setting(
        6000,
        "Requests to the API that a key at an address may make in a minute, over all gateways; one more is 429. 0: any "
        "number. Requests from the gateway's own machine are not counted.",
        ge=0,
        le=1_000_000,
    )


class Local:
    """What this gateway counts by itself, as `rate.lua` does."""

    def __init__(self) -> None:
        self._full: dict[str, float] = {}

    def count(self, client: str, limit: int) -> tuple[bool, int, int]:
        """Whether a request may pass, how many more may at once, and in how many seconds there is room."""
        now = time.monotonic()
        after = max(self._full.get(client, now), now) + WINDOW / limit
        spare = WINDOW - (after - now)
        if spare < -1e-7:
            return False, 0, math.ceil(-spare)
        if len(self._full) >= _REMEMBERED:
            self._full.clear()
        self._full[client] = after
        return True, math.floor(spare * limit / WINDOW + 1e-6), math.ceil(after - now)


class RateLimits:
    """Args:
    settings: how many.
    """

    def __init__(self, settings: RateSettings) -> None:
        self._limit = settings.rate_limit
        self._local = Local()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count a request of who is known, and refuse it (429) when it is one too many."""
        gateway = request.app[GATEWAY]
        if not self._limit or IDENTITY not in request or is_local(request, gateway.settings.proxies):
            return await handler(request)
        client = f"{request[IDENTITY].key_id or ''} {client_of(request, gateway.settings.proxies)}"
        passes, left, seconds = await self._count(request, client)
        fields = {
            "RateLimit-Policy": f'"requests";q={self._limit};w={WINDOW}',
            "RateLimit": f'"requests";r={left};t={seconds}',
        }
        if not passes:
            raise ProblemError(
                429,
                "rate-limited",
                "Too many requests",
                f"A key may ask {self._limit:,} times a minute. Please wait a moment.",
                retry_after=seconds,
                headers=fields,
            )
        answer = await handler(request)
        if not answer.prepared:
            answer.headers.update(fields)
        return answer

    async def _count(self, request: web.Request, client: str) -> tuple[bool, int, int]:
        gateway = request.app[GATEWAY]
        if gateway.relay.away:
            return self._local.count(client, self._limit)
        # An address and a tenant's name are nobody's to read in Redis.
        digest = hashlib.sha256(client.encode()).hexdigest()[:32]
        try:
            async with asyncio.timeout(_PATIENCE):
                passes, left, seconds = await gateway.producer.count_request(digest, self._limit, WINDOW)
        except (RedisError, OSError, TimeoutError) as error:
            log.debug("requests are counted by this gateway alone", error=str(error))
            return self._local.count(client, self._limit)
        return bool(passes), int(left), int(seconds)
