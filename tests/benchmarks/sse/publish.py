"""The publishing process: puts events of many documents on a stream of Redis, or into nchan, at a steady rate.

Every few milliseconds it publishes what is due, in one write. Each event says when that was.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop
from redis.asyncio import Redis

_EVERY = 0.01
_TEXT = "x" * 120
"""As much as a progress event says beside its mark."""


def event(document: str, number: int) -> str:
    """An event's JSON, as the stages publish it."""
    mark = f"t={time.time_ns() // 1000} n={number};"
    return (
        f'{{"type":"progress","documentId":"{document}","step":"Running OCR","stage":"ocr",'
        f'"message":"Reading text, {mark}","details":{{"text":"{_TEXT}"}},"at":"2026-11-23T18:43:39.392Z"}}'
    )


async def to_redis(url: str, due: list[tuple[str, int]], client: dict[str, Any]) -> None:
    redis = client.setdefault("redis", Redis.from_url(url))
    pipeline = redis.pipeline(transaction=False)
    now = max(time.time_ns() // 1_000_000, client.get("now", 0) + 1)
    client["now"] = now
    for at, (document, number) in enumerate(due):
        # Onto both streams under one id, as `publish.lua` does.
        id_ = f"{now}-{at * 128 + 50}"
        fields = {"type": "progress", "percentage": "50", "data": event(document, number)}
        named = {"document": document, "tenant": "default", **fields}
        pipeline.xadd("{0}:events", named, id=id_, maxlen=10_000, approximate=True)
        pipeline.xadd(f"{{0}}:progress:{document}", fields, id=id_, maxlen=20, approximate=True)
    await pipeline.execute()


async def to_nchan(url: str, due: list[tuple[str, int]], client: dict[str, Any]) -> None:
    if "writer" not in client:
        host, _, port = url.removeprefix("http://").partition(":")
        reader, client["writer"] = await asyncio.open_connection(host, int(port))
        # What it answers says nothing that is needed here, but has to be taken.
        client["draining"] = asyncio.create_task(_drain(reader))
    for document, number in due:
        body = event(document, number).encode()
        head = f"POST /pub?id={document} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
        client["writer"].write(head.encode() + body)
    await client["writer"].drain()


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass


async def main() -> None:
    order = json.loads(sys.stdin.readline())
    publish = to_nchan if order["url"].startswith("http") else to_redis
    documents, rate = order["documents"], order["rate"]
    numbers = dict.fromkeys(documents, order.get("first", 0))
    client: dict[str, Any] = {}
    begun, sent, cpu = time.monotonic(), 0, time.process_time()
    while (passed := time.monotonic() - begun) < order["seconds"]:
        due: list[tuple[str, int]] = []
        while sent < passed * rate:
            document = documents[sent % len(documents)]
            numbers[document] += 1
            due.append((document, numbers[document]))
            sent += 1
        if due:
            await publish(order["url"], due, client)
        await asyncio.sleep(_EVERY)
    sys.stdout.write(json.dumps({"sent": sent, "cpu": time.process_time() - cpu}) + "\n")


if __name__ == "__main__":
    uvloop.run(main())
