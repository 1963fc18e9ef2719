"""A parent to be killed by a test: starts a child on a call, prints the child's process id, and waits."""

import asyncio
import sys

from services.ocr.process import Child


async def main(target: str, body: str) -> None:
    child = Child(target)
    await child.start()
    await child.call(body.encode(), lambda _: print(child.pid, flush=True))


asyncio.run(main(*sys.argv[1:]))
