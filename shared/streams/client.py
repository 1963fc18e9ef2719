"""Connections to Redis."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any, ClassVar, Self, cast
from urllib.parse import quote

from hiredis import pack_command
from pydantic import model_validator
from redis._parsers import AsyncCommandsParser
from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, RedisClusterException, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shared.settings import SettingError, Settings, setting, url_of
from shared.streams.keys import Keys
from shared.streams.scripts import Client
from shared.watchdog import CALL_SECONDS, in_chore, turn


class RedisSettings(Settings):
    group: ClassVar[str] = "Redis"
    redis_url: Annotated[str, url_of("redis", "rediss", "unix")] = setting(
        "", "redis:// or rediss:// (TLS) URL; takes precedence over the five below.", secret=True
    )
    redis_host: str = setting("127.0.0.1", "Host of the server.")
    redis_port: int = setting(6379, "Port of the server.", ge=1, le=65535)
    redis_username: str = setting("", "User of the server's ACL; empty for its default user.")
    redis_password: str = setting("", "Password of the server or of that user.", secret=True)
    redis_tls: bool = setting(False, "Whether the server is reached over TLS.")
    redis_tls_ca: str = setting("", "File of the authority that signed the server's certificate; empty: the system's.")
    redis_tls_cert: str = setting("", "File of a client certificate, for servers that demand one.")
    redis_tls_key: str = setting("", "File of that certificate's key.")
    redis_sentinels: str = setting(
        "",
        "Sentinels as host:port, separated by commas; the server is then the master they name, also after a failover.",
    )
    redis_sentinel_master: str = setting("mymaster", "Name under which the sentinels know the master.")
    redis_sentinel_username: str = setting("", "User of the sentinels' own ACL.")
    redis_sentinel_password: str = setting("", "Password of the sentinels themselves.", secret=True)
    redis_cluster: bool = setting(
        False, "Whether the server is a node of a Redis Cluster; PARTITIONS spreads the documents over it."
    )
    redis_pool: int = setting(16, "Connections a process opens at most.", ge=4, le=1000)
    redis_prefix: str = setting(
        "",
        "Put before every key, so that several systems can share a server: school: makes school:{0}:jobs:ocr of "
        "{0}:jobs:ocr.",
        pattern=r"^[^{}\s]*$",
    )
    partitions: int = setting(1, "Into how many sets of streams the documents are spread.", ge=1, le=256)
    event_stream_length: int = setting(10_000, "Events kept in the shared stream, about.", ge=100)
    dead_stream_length: int = setting(
        10_000, "Dead jobs kept of each stage and partition; of more, the oldest go.", ge=1, le=10_000_000
    )
    progress_ttl: int = setting(86_400, "How long a document's events stay in Redis.", unit="s", ge=1)
    marker_ttl: int = setting(
        600, "How long Redis remembers that a document's first job was added, so that it is added once.", unit="s", ge=1
    )

    @property
    def keys(self) -> list[Keys]:
        """The keys of each partition."""
        return [Keys(number, self.redis_prefix) for number in range(self.partitions)]

    @property
    def url(self) -> str:
        """The address with its credentials."""
        if self.redis_url:
            return self.redis_url
        user, password = quote(self.redis_username, safe=""), quote(self.redis_password, safe="")
        secret = f"{user}:{password}@" if user or password else ""
        return f"redis{'s' if self.redis_tls else ''}://{secret}{self.redis_host}:{self.redis_port}/0"

    @property
    def tls(self) -> dict[str, Any]:
        """The client's options for TLS; empty where the address asks for none."""
        if not self.url.startswith("rediss://"):
            return {}
        files = {
            "ssl_ca_certs": self.redis_tls_ca,
            "ssl_certfile": self.redis_tls_cert,
            "ssl_keyfile": self.redis_tls_key,
        }
        return {name: file for name, file in files.items() if file}

    @model_validator(mode="after")
    def _tls_is_not_dropped(self) -> Self:
        asked = self.redis_tls or self.redis_tls_ca or self.redis_tls_cert or self.redis_tls_key
        if asked and not self.url.startswith("rediss://"):
            # Otherwise what was meant to be encrypted goes over the line in the clear.
            raise ValueError("REDIS_TLS, REDIS_TLS_CA, REDIS_TLS_CERT and REDIS_TLS_KEY need a REDIS_URL of rediss://")
        if self.redis_tls_key and not self.redis_tls_cert:
            raise ValueError("REDIS_TLS_KEY needs REDIS_TLS_CERT")
        return self

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


class RefusalError(RedisConnectionError):
    """Redis answers, but refuses: it is full, cannot write its files, has too few replicas, or runs a long script.

    That passes, as an outage does, and is waited for in the same way.
    """


_REFUSALS = ("OOM ", "MISCONF ", "NOREPLICAS ", "BUSY ")


def as_refusal(error: Exception) -> Exception:
    """The error as a `RefusalError` where it is one, else itself."""
    if isinstance(error, OutOfMemoryError) or (isinstance(error, ResponseError) and str(error).startswith(_REFUSALS)):
        return RefusalError(str(error))
    return error


async def _answer(call: Awaitable[Any]) -> Any:
    """What a command answers. Its end is a turn of the chore that called it, which waits for it so long and no longer:
    the library's time-outs are for each step, of which there may be many."""
    turn()
    try:
        if not in_chore():
            return await call
        async with asyncio.timeout(CALL_SECONDS):
            return await call
    except TimeoutError as error:
        raise RedisTimeoutError("no answer in time") from error
    except ResponseError as error:
        raise as_refusal(error) from error
    finally:
        turn()


class _Packing(Connection):
    """A connection that packs commands by hiredis, in C, as the library's blocking ones do."""

    def pack_command(self, *args: Any) -> list[bytes]:
        """The bytes of a command, in one piece. A name of several words is several arguments."""
        name, rest = args[0], args[1:]
        return [pack_command((*(name.encode() if isinstance(name, str) else name).split(), *rest))]


class _PackingTLS(_Packing, SSLConnection): ...


class _Server(Redis):
    """A single server's client."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await _answer(super().execute_command(*args, **options))  # type: ignore[no-untyped-call] # redis-py's


class _Commands(AsyncCommandsParser):
    """Where the keys stand in each command, as any node of a cluster tells it.

    The parent asks one node, the same each time. While that one is dead, no client that comes would ever know its
    cluster, and no partition of the living nodes would be worked.
    """

    def __init__(self, cluster: RedisCluster) -> None:
        super().__init__()
        self._cluster = cluster

    async def initialize(self, node: ClusterNode | None = None) -> None:
        """Ask `node`, or whichever answers. Once: what is known is the same after the nodes were learnt anew."""
        nodes = sorted(self._cluster.get_nodes(), key=lambda each: each is not node)
        for each in nodes:
            self.node = each
            if self.commands:
                return
            try:
                await super().initialize(each)
            except (RedisConnectionError, RedisTimeoutError):
                if each is nodes[-1]:
                    raise


class _Cluster(RedisCluster):
    """A cluster client that fails like a single server's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands_parser = _Commands(self)

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """As the parent's, but raises `ConnectionError` where the cluster cannot be reached or read."""
        try:
            # Learning the nodes is part of the call: of them, too, several may not answer.
            return await _answer(self._routed(*args, **kwargs))
        except RedisClusterException as error:
            # It is no RedisError, so whoever expects one would not see that the server is away.
            raise RedisConnectionError(str(error)) from error

    async def _routed(self, *args: Any, **kwargs: Any) -> Any:
        # The parent picks the nodes before it knows the slots: at random, and all first commands were redirected.
        await self.initialize()
        if args[0] in ("XREAD", "XREADGROUP"):
            # For these the parent asks its default node where their keys stand, each time. Once that node is dead,
            # so is every read, for ever: this error alone does not make it learn the nodes anew.
            kwargs["target_nodes"] = self.get_node_from_key(args[args.index(b"STREAMS") + 1])
        return await super().execute_command(*args, **kwargs)


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
        **settings.tls,
    }
    most = pool or settings.redis_pool
    if settings.redis_cluster:
        # At every n-th MOVED the library would cut all connections, those in use too; learning the one slot is enough.
        cluster = _Cluster.from_url(settings.url, max_connections=most + _BEYOND, reinitialize_steps=0, **options)
        # Its commands are those of a single server as long as the keys of each carry one hash tag, which ours do.
        return cast("Client", cluster)
    if settings.redis_sentinels:
        return _master(settings, options, most + _BEYOND)
    # The plain pool raises when it is full; this one waits for a connection, but not for ever.
    connections = BlockingConnectionPool.from_url(settings.url, max_connections=most, timeout=5, **options)
    classes: dict[type[AbstractConnection], type[AbstractConnection]] = {
        Connection: _Packing,
        SSLConnection: _PackingTLS,
    }
    connections.connection_class = classes.get(connections.connection_class, connections.connection_class)
    return _Server.from_pool(connections)


def _master(settings: RedisSettings, options: dict[str, Any], most: int) -> Client:
    """A client of the master that the sentinels name. User, password, database and TLS are those of the URL, whose host
    nobody asks; the sentinels are reached over TLS when the master is."""
    ours: dict[str, Any] = dict(parse_url(settings.url))
    encrypted = ours.pop("connection_class", None) is SSLConnection
    sentinel: dict[str, Any] = {
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
        "decode_responses": True,
        "username": settings.redis_sentinel_username or None,
        "password": settings.redis_sentinel_password or None,
        "ssl": encrypted,
        **settings.tls,
    }
    manager: Any = Sentinel(settings.sentinels, sentinel_kwargs=sentinel)  # type: ignore[no-untyped-call] # redis-py leaves its constructor untyped
    for name in ("host", "port"):
        ours.pop(name, None)
    # Without `ssl` the library would reach a rediss:// master in the clear, and say nothing.
    master: Client = manager.master_for(
        settings.redis_sentinel_master, redis_class=_Server, max_connections=most, ssl=encrypted, **ours, **options
    )
    return master
