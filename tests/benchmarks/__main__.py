"""`make bench`: how long people wait, with every part real.

First one picture at a time, then uploads while the OCR is busy with others. Times are the client's, on one machine
that also runs the servers; percentiles are nearest rank.
"""

import asyncio
import time
from typing import Any

import aiohttp

from tests.benchmarks.page import draw
from tests.benchmarks.report import percentile, running, show, tell, write
from tests.system import System, follow, upload

ALONE = 20
BACKLOG = 12
BUSY = 100
_STAGES = ("compressing", "preprocessing", "ocr", "ai", "validation")


class Watch:
    """What one document's client saw, in seconds after it began to send."""

    def __init__(self) -> None:
        self.answered = 0.0
        self.first = 0.0
        self.complete = 0.0
        self.stages: dict[str, list[float]] = {}
        self.details: dict[str, Any] = {}
        self.end: dict[str, Any] = {}


async def send(session: aiohttp.ClientSession, base_url: str, data: bytes, *, until_first: bool = False) -> Watch:
    """Upload and follow to the end, or to the first progress event."""
    seen, begun = Watch(), time.perf_counter()
    id_ = await upload(session, base_url, data)
    seen.answered = time.perf_counter() - begun
    async for _, event in follow(session, base_url, id_):
        now = time.perf_counter() - begun
        if event["type"] == "progress":
            seen.first = seen.first or now
            seen.stages.setdefault(event["stage"], []).append(now)
            seen.details |= event.get("details") or {}
            if until_first:
                break
        elif event["type"] in ("complete", "error"):
            seen.complete, seen.end = now, event
    return seen


async def alone(system: System) -> list[Watch]:
    """One document after another."""
    async with aiohttp.ClientSession() as session:
        await send(session, system.base_url, draw(0))
        return [await send(session, system.base_url, draw(1 + number)) for number in range(ALONE)]


async def busy(system: System) -> list[Watch]:
    """Uploads while the OCR works through a backlog."""
    async with aiohttp.ClientSession() as session:
        for number in range(BACKLOG):
            await upload(session, system.base_url, draw(1000 + number))
        # The OCR is at work once the first of them tells so.
        return [await send(session, system.base_url, draw(2000 + number), until_first=True) for number in range(BUSY)]


def line(name: str, values: list[float]) -> tuple[str, int, float, float]:
    return name, len(values), percentile(values, 0.5), percentile(values, 0.99)


async def main() -> None:
    tell("Starting the services ...")
    async with running() as system:
        tell(f"{ALONE} pictures, one after another ...")
        one = await alone(system)
        tell(f"{BUSY} uploads while the OCR is busy with {BACKLOG} pictures ...")
        many = await busy(system)
    failed = [each.end for each in one if each.end.get("type") != "complete"]
    if failed:
        raise SystemExit(f"{len(failed)} documents did not complete: {failed[0]}")
    reduction = [1 - each.details["bytesAfter"] / each.details["bytesBefore"] for each in one]
    rows = [
        line("upload response", [each.answered for each in one]),
        line("upload to first progress", [each.first for each in one]),
        *(line(stage, [each.stages[stage][-1] - each.stages[stage][0] for each in one]) for stage in _STAGES),
        line("upload to complete", [each.complete for each in one]),
        line("OCR busy: upload response", [each.answered for each in many]),
        line("OCR busy: upload to first progress", [each.first for each in many]),
    ]
    show("2000 x 1400 timetable, seconds", ("", "runs", "p50", "p99"), rows)
    show(
        "Stored picture",
        ("", "p50"),
        [("lines read", str(one[0].details.get("lines"))), ("smaller by", f"{percentile(reduction, 0.5):.0%}")],
    )
    figures: dict[str, dict[str, float]] = {
        name: {"runs": runs, "p50": round(p50, 4), "p99": round(p99, 4)} for name, runs, p50, p99 in rows
    }
    figures["size reduction"] = {"p50": round(percentile(reduction, 0.5), 4)}
    write("bench", {"seconds": figures})


if __name__ == "__main__":
    asyncio.run(main())
