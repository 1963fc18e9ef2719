"""How commands are put into bytes."""

import pytest
from redis.asyncio.connection import Connection

from shared.streams.client import RedisSettings, connect


@pytest.mark.parametrize(
    "command",
    [
        ("PING",),
        ("CONFIG GET", "maxmemory"),
        (b"XADD", "{0}:events", "MAXLEN", "~", 1000, "*", b"\x00\xff", "Grüße €", 1.5, ""),
        ("EVALSHA", "0" * 40, 1, "k" * 100_000, b"v" * 100_000),
    ],
)
def test_a_command_is_packed_as_the_library_packs_it(command: tuple[str | bytes | int | float, ...]) -> None:
    client = connect(RedisSettings.load(redis_url="redis://127.0.0.1:1/0"))
    ours = client.connection_pool.make_connection()  # type: ignore[no-untyped-call] # redis-py leaves it untyped
    assert type(ours) is not Connection
    theirs = Connection(host="127.0.0.1", port=1)
    assert b"".join(ours.pack_command(*command)) == b"".join(theirs.pack_command(*command))


def test_a_connection_over_tls_stays_one() -> None:
    client = connect(RedisSettings.load(redis_url="rediss://127.0.0.1:1/0"))
    assert client.connection_pool.connection_class.__name__ == "_PackingTLS"
