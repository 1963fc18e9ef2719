"""How long a job lay still whose worker was killed, stopped, drained or cut off: from that to its start elsewhere."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.fleet import Disturbance, Fault
from tests.chaos.plan import POSTGRES, WORKERS
from tests.chaos.witness import Told

_BEFORE = {"ocr": "compress", "extract": "ocr"}
_SERVER_KINDS = ("restart-redis", "failover", "refuse", "away", "flush", "restart-postgres")

Step = tuple[str, str]
"""Document and stage."""


@dataclass(frozen=True)
class Recovery:
    """A job that was held up and started elsewhere."""

    seconds: float
    """From the moment from which somebody could have taken it."""
    document: str
    stage: str
    cause: str
    calm: bool
    """Redis and Postgres were up all the time in between."""


def read_records(folder: Path) -> list[dict[str, Any]]:
    """All that the stages noted, in the order of time."""
    lines = (line for path in folder.glob("*.jsonl") for line in path.read_bytes().splitlines())
    return sorted(map(json.loads, lines), key=lambda each: float(each["at"]))


def recoveries(
    done: list[Disturbance],
    records: list[dict[str, Any]],
    told: list[Told],
    workers: Sequence[str],
    upgraded: Sequence[Fault] = (),
) -> list[Recovery]:
    """The jobs that each disturbed worker held, and how long they took to start elsewhere, counted from the moment from
    which somebody could have taken them: the disturbance itself, or the end of what kept all of the stage's workers.

    Args:
        upgraded: when each process was replaced by an upgrade, which is one disturbance of all.
    """
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
    faults = [*map(_fault_of, done), *upgraded]
    away = [(each.begun, each.over) for each in done if each.action.kind == "away"]
    outages = [(each.begun, each.over + 1) for each in done if each.action.kind in _SERVER_KINDS]
    found = []
    for disturbance in done:
        if not disturbance.pid or disturbance.action.server == POSTGRES:
            continue
        for step, begun in starts.items():
            end = _started_elsewhere(disturbance, begun, settled[step])
            if end is not None:
                calm = not any(first < end and disturbance.begun < last for first, last in outages)
                able = [name for name in workers if name.startswith(f"{step[1]}-")]
                if any(first < end and disturbance.begun < last for first, last in away):
                    # The gateways know the address of one of them.
                    able = able[:1]
                # Who waits for its store keeps its job: that it is begun elsewhere later has another cause.
                held = disturbance.over if disturbance.action.kind == "blobs" else disturbance.begun
                if held > end:
                    continue
                since = _possible_since(held, end, faults, able)
                found.append(Recovery(end - since, *step, cause=str(disturbance.action).strip(), calm=calm))
    return sorted(found, key=lambda each: -each.seconds)


def _fault_of(disturbance: Disturbance) -> Fault:
    action = disturbance.action
    everybody = action.kind in _SERVER_KINDS or action.target == WORKERS
    return Fault(disturbance.begun, disturbance.over, "" if everybody else action.target)


def _possible_since(begun: float, end: float, faults: list[Fault], able: list[str]) -> float:
    """The last moment before `end` at which one of the workers of a stage could work again, where none could before;
    `begun` if one could all the time."""
    since = begun
    for fault in faults:
        if since < fault.over < end and all(
            any(f.begun < fault.over <= f.over for f in faults if f.who in ("", name)) for name in able
        ):
            since = fault.over
    return since


def resumed(done: list[Disturbance], told: list[Told], until: float) -> list[tuple[float, str]]:
    """How long it took after each fault of a server until the streams went on, and which fault it was.

    Args:
        until: when there was nothing new to be done any more (Unix seconds).
    """
    outages = [each for each in done if each.action.kind in _SERVER_KINDS]
    at = [event.at for event in told]
    found = []
    for each in outages:
        following = bisect_right(at, each.over)
        first = at[following] if following < len(at) else float("inf")
        if first < until and not any(o.begun < first and o.over > each.over for o in outages if o is not each):
            found.append((first - each.over, str(each.action).strip()))
    return sorted(found, reverse=True)


def _settles(event: Told) -> tuple[str, ...]:
    if event.what == "handed":
        return (_BEFORE[event.stage],)
    if event.what == "dead":
        return (event.stage,)
    return ("extract",) if event.what == "complete" else ()


def _started_elsewhere(disturbance: Disturbance, starts: list[tuple[float, str]], settled: list[float]) -> float | None:
    """When this step started elsewhere next, if it was running in the disturbed process."""
    before = [start for start in starts if start[0] < disturbance.begun]
    if not before or not before[-1][1].endswith(f".{disturbance.pid}"):
        return None
    following = bisect_right(settled, before[-1][0])
    over = settled[following] if following < len(settled) else float("inf")
    elsewhere = [at for at, who in starts if at >= disturbance.begun and not who.endswith(f".{disturbance.pid}")]
    # Settled by the process itself, before it or after it went on: then it was not held up.
    if not elsewhere or over < elsewhere[0]:
        return None
    return elsewhere[0]
