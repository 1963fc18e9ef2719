"""Connections to Redis."""

from typing import Any, ClassVar, cast
from urllib.parse import quote, unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException

from shared.settings import SettingError, Settings, setting
from shared.streams.scripts import Client


class RedisSettings(Settings):
    group: ClassVar[str] = "Redis"
    redis_url: str = setting("", "redis:// or rediss:// URL; takes precedence over the three below.", secret=True)
    redis_host: str = setting("127.0.0.1", "Host of the server.")
    redis_port: int = setting(6379, "Port of the server.", ge=1, le=65535)
    redis_password: str = setting("", "Password of the server.", secret=True)
    redis_sentinels: str = setting(
        "",
        "Sentinels as host:port, separated by commas; the server is then the master they name, also after a failover.",
    )
    redis_sentinel_master: str = setting("mymaster", "Name under which the sentinels know the master.")
    redis_cluster: bool = setting(
        False, "Whether the server is a node of a Redis Cluster; PARTITIONS spreads the documents over it."
    )
    redis_pool: int = setting(16, "Connections a process opens at most.", ge=4, le=1000)
    partitions: int = setting(1, "Into how many sets of streams the documents are spread.", ge=1, le=256)
    event_stream_length: int = setting(10_000, "Events kept in the shared stream, about.", ge=100)
    progress_ttl: int = setting(86_400, "How long a document's events stay in Redis.", unit="s", ge=1)
    marker_ttl: int = setting(
        600, "How long Redis remembers that a document's first job was added, so that it is added once.", unit="s", ge=1
    )

    @property
    def url(self) -> str:
        """The address with its credentials."""
        if self.redis_url:
            return self.redis_url
        secret = f":{quote(self.redis_password, safe='')}@" if self.redis_password else ""
        return f"redis://{secret}{self.redis_host}:{self.redis_port}/0"

    @property
    def sentinels(self) -> list[tuple[str, int]]:
        """`redis_sentinels` as pairs. Raises `SettingError`."""
        found: list[tuple[str, int]] = []
        for each in filter(None, (part.strip() for part in self.redis_sentinels.split(","))):
            host, _, port = each.rpartition(":")
            if not host or not port.isdigit():
                raise SettingError(f"REDIS_SENTINELS is not usable: {each} is not host:port.")
            found.append((host, int(port)))
        return found


_BEYOND = 64
"""Connections beyond the setting, for pools that raise when full; what is worked at once is bounded elsewhere."""


class _Cluster(RedisCluster):
    """A cluster client that fails like a single server's."""

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """As the parent's, but raises `ConnectionError` where the cluster cannot be reached or read."""
        try:
            # The parent picks the nodes before it knows the slots: at random, and all first commands were redirected.
            await self.initialize()
            if args[0] in ("XREAD", "XREADGROUP"):
                # For these the parent asks its default node where their keys stand, each time. Once that node is dead,
                # so is every read, for ever: this error alone does not make it learn the nodes anew.
                kwargs["target_nodes"] = self.get_node_from_key(args[args.index(b"STREAMS") + 1])
            return await super().execute_command(*args, **kwargs)
        except RedisClusterException as error:
            # It is no RedisError, so whoever expects one would not see that the server is away.
            raise RedisConnectionError(str(error)) from error


def connect(settings: RedisSettings, *, blocking_ms: int = 0, pool: int | None = None) -> Client:
    """A client of the server, of the master that sentinels name, or of a cluster.

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
    most = pool or settings.redis_pool
    if settings.redis_cluster:
        # At every n-th MOVED the library would cut all connections, those in use too; learning the one slot is enough.
        cluster = _Cluster.from_url(settings.url, max_connections=most + _BEYOND, reinitialize_steps=0, **options)
        # Its commands are those of a single server as long as the keys of each carry one hash tag, which ours do.
        return cast("Client", cluster)
    if settings.redis_sentinels:
        parts = urlsplit(settings.url)
        manager: Any = Sentinel(  # type: ignore[no-untyped-call] # redis-py leaves its constructor untyped
            settings.sentinels, sentinel_kwargs={"socket_timeout": 1, "decode_responses": True}
        )
        master: Client = manager.master_for(
            settings.redis_sentinel_master,
            max_connections=most + _BEYOND,
            db=int(parts.path.strip("/") or 0),
            username=parts.username,
            password=unquote(parts.password) if parts.password else None,
            **options,
        )
        return master
    # The plain pool raises when it is full; this one waits for a connection, but not for ever.
    connections = BlockingConnectionPool.from_url(settings.url, max_connections=most, timeout=5, **options)
    return Redis.from_pool(connections)
