"""A parent to be killed by a test: starts a child on a call, prints the child's process id, and waits."""

import asyncio
import sys

from shared.children.child import Child
from tests.unit.children.target import TARGET, Do


async def main(what: str) -> None:
    child = Child(TARGET, environment={})
    await child.start()
    await child.call(Do(what), lambda _: print(child.pid, flush=True))


asyncio.run(main(*sys.argv[1:]))
