"""The same service by aiohttp-sse: one reader of the events stream, a queue for each open stream.

Run by its own environment; prints the port when it serves.
"""

import asyncio
import json
import sys
from collections import defaultdict
from typing import Any, cast

import uvloop
from aiohttp import web
from aiohttp_sse import sse_response
from redis.asyncio import Redis

STREAMS: "defaultdict[str, set[asyncio.Queue[tuple[str, str]]]]" = defaultdict(set)


async def events(request: web.Request) -> web.StreamResponse:
    id_ = request.match_info["id"]
    queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(256)
    STREAMS[id_].add(queue)
    try:
        async with sse_response(request) as response:
            # Its head is sent with the first event, and a client counts as open then.
            await response.send(json.dumps({"type": "connected"}))
            while response.is_connected():
                event_id, data = await queue.get()
                await response.send(data, id=event_id)
    except ConnectionError:
        pass
    finally:
        STREAMS[id_].discard(queue)
    return cast("web.StreamResponse", response)


async def read(url: str) -> None:
    client: Any = Redis.from_url(url, decode_responses=True)
    last = "$"
    while True:
        for _, entries in await client.xread({"{0}:events": last}, count=500, block=1000) or []:
            for last, fields in entries:
                for queue in STREAMS.get(fields["document"], ()):
                    if not queue.full():
                        queue.put_nowait((last, fields["data"]))


async def main() -> None:
    app = web.Application()
    app.router.add_get("/api/v1/events/{id}", events)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await read(sys.argv[1])


if __name__ == "__main__":
    uvloop.run(main())
