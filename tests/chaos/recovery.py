"""How long a job lay still whose worker was killed, stopped, drained or cut off: from that to its start elsewhere."""

import json
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.fleet import Disturbance
from tests.chaos.plan import POSTGRES
from tests.chaos.witness import Told

_BEFORE = {"ocr": "compress", "extract": "ocr"}
_SERVER_KINDS = ("restart-redis", "refuse", "away", "flush", "restart-postgres")

Step = tuple[str, str]
"""Document and stage."""


@dataclass(frozen=True)
class Recovery:
    """A job that was held up and started elsewhere."""

    seconds: float
    document: str
    stage: str
    cause: str
    calm: bool
    """Redis and Postgres were up all the time in between."""


def read_records(folder: Path) -> list[dict[str, Any]]:
    """All that the stages noted, in the order of time."""
    lines = (line for path in folder.glob("*.jsonl") for line in path.read_bytes().splitlines())
    return sorted(map(json.loads, lines), key=lambda each: float(each["at"]))


def recoveries(done: list[Disturbance], records: list[dict[str, Any]], told: list[Told]) -> list[Recovery]:
    """The jobs that each disturbed worker held, and how long they took to start elsewhere."""
    starts: defaultdict[Step, list[tuple[float, str]]] = defaultdict(list)
    settled: defaultdict[Step, list[float]] = defaultdict(list)
    for each in records:
        step = (each["document"], each["stage"])
        if each["what"] == "start":
            starts[step].append((each["at"], each["who"]))
        elif each["how"] in ("raised", "retry"):
            settled[step].append(each["at"])
    for event in told:
        for stage in _settles(event):
            settled[event.document, stage].append(event.at)
    for times in settled.values():
        times.sort()
    outages = [(each.begun, each.over + 1) for each in done if each.action.kind in _SERVER_KINDS]
    found = []
    for disturbance in done:
        if not disturbance.pid or disturbance.action.server == POSTGRES:
            continue
        for step, begun in starts.items():
            seconds = _held_up(disturbance, begun, settled[step])
            if seconds is not None:
                end = disturbance.begun + seconds
                calm = not any(first < end and disturbance.begun < last for first, last in outages)
                found.append(Recovery(seconds, *step, cause=str(disturbance.action).strip(), calm=calm))
    return sorted(found, key=lambda each: -each.seconds)


def _settles(event: Told) -> tuple[str, ...]:
    if event.what == "handed":
        return (_BEFORE[event.stage],)
    if event.what == "dead":
        return (event.stage,)
    return ("extract",) if event.what == "complete" else ()


def _held_up(disturbance: Disturbance, starts: list[tuple[float, str]], settled: list[float]) -> float | None:
    """Seconds from the disturbance to the next start elsewhere, if this step was running in the disturbed process."""
    before = [start for start in starts if start[0] < disturbance.begun]
    if not before or not before[-1][1].endswith(f".{disturbance.pid}"):
        return None
    following = bisect_right(settled, before[-1][0])
    over = settled[following] if following < len(settled) else float("inf")
    elsewhere = [at for at, who in starts if at >= disturbance.begun and not who.endswith(f".{disturbance.pid}")]
    # Settled by the process itself, before it or after it went on: then it was not held up.
    if not elsewhere or over < elsewhere[0]:
        return None
    return elsewhere[0] - disturbance.begun
