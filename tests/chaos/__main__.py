"""`make chaos`: thousands of documents through real processes while everything is killed, stopped, emptied and cut.

Environment: SEED (a new one each run, printed), DOCUMENTS=3000, SECONDS=150, ACTIONS=kill,stop,... (all), SETTLE=120
seconds for everything to become final afterwards, LONGEST=15 seconds of the longest jobs, CLOCKS=3600 seconds by which
the processes' clocks are apart, PACE=3 seconds from one disturbance to the next, FOLDER to keep the logs in. Ends with
1 if anything was lost, done twice or came out wrong, or took longer than promised to go on.
"""

import asyncio
import os
import random
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import cast

from tests.benchmarks.report import show, write
from tests.chaos.plan import KINDS, Kind
from tests.chaos.run import Options, Result, run

_SHOWN = 15
PROMISED = 10.0
"""Seconds from the end of a fault until all goes on."""


def options_of(env: dict[str, str]) -> Options:
    """Raises `SystemExit` with a sentence if a variable does not fit."""
    kinds = [each.strip() for each in (env.get("ACTIONS") or ",".join(KINDS)).split(",") if each.strip()]
    if unknown := set(kinds) - set(KINDS):
        raise SystemExit(f"ACTIONS has {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}.")
    try:
        return Options(
            seed=int(env.get("SEED") or random.randrange(1_000_000)),
            documents=int(env.get("DOCUMENTS") or 3000),
            seconds=float(env.get("SECONDS") or 150),
            settle=float(env.get("SETTLE") or 120),
            kinds=cast("list[Kind]", kinds),
            longest=float(env.get("LONGEST") or 15),
            clocks=float(env.get("CLOCKS") or 3600),
            pace=float(env.get("PACE") or 3),
        )
    except ValueError as error:
        raise SystemExit(f"SEED, DOCUMENTS, SECONDS, SETTLE, LONGEST, CLOCKS and PACE are numbers: {error}.") from None


def report(options: Options, result: Result) -> None:
    """Print what came out, and keep the figures."""
    verdict = result.verdict
    calm = [each.seconds for each in result.recovered if each.calm]
    every = [each.seconds for each in result.recovered]
    resumed = [seconds for seconds, _ in result.resumed]
    figures: dict[str, float | int] = {
        "accepted": verdict.accepted,
        "completed": verdict.completed,
        "failed": verdict.failed.total(),
        "cancelled by their clients": verdict.cancelled,
        "lost": len(verdict.lost),
        "effects done twice": len(verdict.doubled),
        "wrong": len(verdict.wrong),
        "event streams in disorder": len(verdict.streams),
        "process faults": len(result.faults),
        "steps repeated after Redis forgot": verdict.repeated,
        "handler runs": result.starts,
        "upload tries": result.tries,
        "stored without an answer": verdict.unanswered,
        "stored without an answer, not final": verdict.unanswered_open,
        "jobs taken up elsewhere": len(every),
        "worst time to recover, s": round(max(every, default=0.0), 2),
        "worst time to recover with both servers up, s": round(max(calm, default=0.0), 2),
        "faults of a server that the streams went on after": len(resumed),
        "worst time until they went on, s": round(max(resumed, default=0.0), 2),
        "seconds in all": round(result.seconds, 1),
    }
    show(f"Chaos, seed {options.seed}", ("", "count"), list(figures.items()))
    done = Counter(f"{each.action.kind} {each.action.how}" for each in result.done)
    show("Done to it", ("", "times"), sorted(done.items()))
    if verdict.failed:
        show("Failed", ("reason", "documents"), verdict.failed.most_common())
    for title, lines in (
        ("Lost", [f"{id_}: {why}" for id_, why in verdict.lost.items()]),
        ("Done twice", verdict.doubled),
        ("Wrong", verdict.wrong),
        ("Event streams", verdict.streams),
        ("Processes", result.faults),
        ("Slowest recoveries", [f"{r.seconds:.2f} s {r.stage} {r.document}: {r.cause}" for r in result.recovered[:3]]),
        ("Slowest to go on", [f"{seconds:.2f} s: {cause}" for seconds, cause in result.resumed[:3]]),
    ):
        for line in lines[:_SHOWN]:
            print(f"{title}: {line}")
        if len(lines) > _SHOWN:
            print(f"{title}: and {len(lines) - _SHOWN} more")
    path = write("chaos", {"seed": options.seed, "documents": options.documents, "done": done, "figures": figures})
    print(f"lost = {len(verdict.lost)}, effects done twice = {len(verdict.doubled)}, seed {options.seed}; {path}")


async def watched(options: Options, folder: Path) -> Result:
    """Run; ``kill -USR1`` shows what is being waited for."""

    def dump() -> None:
        for task in asyncio.all_tasks():
            task.print_stack(limit=8)

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, dump)
    return await run(options, folder, lambda line: print(line, flush=True))


def main() -> int:
    options = options_of(dict(os.environ))
    print(f"seed {options.seed}: {options.documents} documents, {options.seconds:.0f} s of {', '.join(options.kinds)}")
    with tempfile.TemporaryDirectory(prefix="timelift-chaos-") as made:
        folder = Path(os.environ.get("FOLDER") or made).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        result = asyncio.run(watched(options, folder))
    report(options, result)
    slowest = max([each.seconds for each in result.recovered] + [seconds for seconds, _ in result.resumed], default=0.0)
    return 0 if result.good and slowest < PROMISED else 1


if __name__ == "__main__":
    sys.exit(main())
