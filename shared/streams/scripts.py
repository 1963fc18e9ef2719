"""The Lua scripts of ``lua/``, by name."""

from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

Client: TypeAlias = Redis
_LUA = resources.files("shared.streams") / "lua"
_FUNCTIONS = ("alive", "entry_fields", "fence", "publish")
"""Shared functions: a script that calls them names them in the NEEDS line of its head."""
_NAMES = sorted(
    name for file in _LUA.iterdir() if (name := file.name.removesuffix(".lua")) not in (*_FUNCTIONS, file.name)
)


@cache
def source(name: str) -> str:
    """The text of a script with the shared functions it needs before it."""
    text = (_LUA / f"{name}.lua").read_text()
    needs = [line.removeprefix("-- NEEDS ").split() for line in text.splitlines() if line.startswith("-- NEEDS ")]
    return "\n".join([*((_LUA / f"{part}.lua").read_text() for parts in needs for part in parts), text])


class Scripts:
    """Calls scripts by their SHA-1; a server that lost them (restart, failover) is sent them again."""

    def __init__(self, client: Client) -> None:
        self._scripts: dict[str, AsyncScript] = {name: client.register_script(source(name)) for name in _NAMES}

    def sha(self, name: str) -> str:
        """What the server knows a script by."""
        return str(self._scripts[name].sha)

    async def call(self, name: str, keys: list[str], *args: str | int | bytes) -> Any:
        return await self._scripts[name](keys=keys, args=list(args))
