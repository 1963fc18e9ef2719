"""What a Redis is not set up for, told once when a service starts."""

from typing import Any

from redis.exceptions import NoPermissionError, ResponseError

from shared.logs import get_logger
from shared.streams.scripts import Client

log = get_logger(__name__)

_OLDEST = (7, 0)


def complaints(info: dict[str, Any]) -> list[str]:
    """A sentence for each setting of a server that can cost jobs.

    Args:
        info: the server's INFO.
    """
    found = []
    version = str(info.get("redis_version", ""))
    if version and tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _OLDEST:
        found.append(f"Redis is version {version}; 7.0 or later is needed.")
    if (policy := info.get("maxmemory_policy", "noeviction")) != "noeviction" and info.get("maxmemory"):
        found.append(f"Redis evicts keys when it is full ({policy}), jobs among them: set maxmemory-policy noeviction.")
    if info.get("aof_enabled") == 0:
        found.append(
            "Redis keeps no append-only file: all documents start again after its restart. Set appendonly yes."
        )
    return found


async def check_server(client: Client) -> None:
    """Log what the server is not set up for. Raises what `AWAY` holds while it cannot be reached."""
    try:
        info = await client.info()
    except (NoPermissionError, ResponseError) as error:
        log.warning("redis could not be checked: its settings are not told to this user", error=str(error))
        return
    # A cluster answers for each node.
    nodes = list(info.values()) if info and all(isinstance(each, dict) for each in info.values()) else [info]
    for sentence in dict.fromkeys(sentence for node in nodes for sentence in complaints(node)):
        log.warning(sentence)
