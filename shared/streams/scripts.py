"""The Lua scripts of ``lua/``, by name."""

from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

Client: TypeAlias = Redis
# What each script needs of the shared functions; they are put before it.
_NEEDS = {
    "ack": ("fence",),
    "announce": ("publish",),
    "dead": (),
    "enqueue": ("publish",),
    "finish": ("fence", "publish"),
    "inventory": (),
    "leave": (),
    "progress": ("fence", "publish"),
    "promote": (),
    "publish_event": ("publish",),
    "reclaim": (),
    "release": ("fence",),
    "remove": (),
    "renew": ("fence",),
    "replay": (),
    "retry": ("fence",),
    "sweep": (),
}


@cache
def source(name: str) -> str:
    """The text of a script with the shared functions it needs."""
    folder = resources.files("shared.streams") / "lua"
    return "\n".join((folder / f"{part}.lua").read_text() for part in (*_NEEDS[name], name))


class Scripts:
    """Calls scripts by their SHA-1; a server that lost them (restart, failover) is sent them again."""

    def __init__(self, client: Client) -> None:
        self._scripts: dict[str, AsyncScript] = {name: client.register_script(source(name)) for name in _NEEDS}

    def sha(self, name: str) -> str:
        """What the server knows a script by."""
        return str(self._scripts[name].sha)

    async def call(self, name: str, keys: list[str], *args: str | int | bytes) -> Any:
        return await self._scripts[name](keys=keys, args=list(args))
