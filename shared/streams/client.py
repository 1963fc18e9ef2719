"""Connections to Redis."""

from typing import Any, ClassVar
from urllib.parse import quote

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from shared.settings import Settings, setting
from shared.streams.scripts import Client


class RedisSettings(Settings):
    group: ClassVar[str] = "Redis"
    redis_url: str = setting("", "redis:// or rediss:// URL; takes precedence over the three below.", secret=True)
    redis_host: str = setting("127.0.0.1", "Host of the server.")
    redis_port: int = setting(6379, "Port of the server.", ge=1, le=65535)
    redis_password: str = setting("", "Password of the server.", secret=True)
    redis_pool: int = setting(16, "Connections a process opens at most.", ge=4, le=1000)
    partitions: int = setting(1, "Into how many sets of streams the documents are spread.", ge=1, le=256)
    event_stream_length: int = setting(10_000, "Events kept in the shared stream, about.", ge=100)
    progress_ttl: int = setting(86_400, "How long a document's events stay in Redis.", unit="s", ge=60)

    @property
    def url(self) -> str:
        """The address with its credentials."""
        if self.redis_url:
            return self.redis_url
        secret = f":{quote(self.redis_password, safe='')}@" if self.redis_password else ""
        return f"redis://{secret}{self.redis_host}:{self.redis_port}/0"


def connect(settings: RedisSettings, *, blocking_ms: int = 0, pool: int | None = None) -> Client:
    """A client of the server.

    Args:
        settings: where it is.
        blocking_ms: longest BLOCK that will be asked of it; the socket's time-out is set above that.
        pool: connections at most, instead of the settings'.

    A failed command is not sent again by the library: it would repeat an XADD that had arrived.
    """
    options: dict[str, Any] = {
        "decode_responses": True,
        "socket_connect_timeout": 3,
        "socket_timeout": blocking_ms / 1000 + 5,
        "retry": Retry(NoBackoff(), 0),
        "health_check_interval": 0,
        "protocol": 2,
    }
    # The plain pool raises when it is full; this one waits for a connection, but not for ever.
    connections = BlockingConnectionPool.from_url(
        settings.url, max_connections=pool or settings.redis_pool, timeout=5, **options
    )
    return Redis.from_pool(connections)
