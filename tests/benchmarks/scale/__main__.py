"""make bench-scale: 1, 2 and 4 OCR workers and 1 and 2 gateways over the same documents, and what a rate would need.

DOCUMENTS (12) and SIZES ("1:1 2:1 4:1 2:2", OCR workers to gateways) reach it through the environment.
"""

import asyncio
import dataclasses
import os

from shared.streams.keys import GROUPS, STAGES
from tests.benchmarks.report import show, tell, write
from tests.benchmarks.scale.model import Figures, needs, simulate, steady
from tests.benchmarks.scale.run import Measured, Size, measure

_DISK_BYTES = 300_000.0
"""265 kB of blobs, 12 kB of Postgres and what its indexes take (docs/operations.md)."""
RATES = (1.0, 10.0, 1000.0)


def sizes(text: str) -> list[Size]:
    return [Size(*(int(part) for part in each.split(":"))) for each in text.split()]


def tables(found: list[Measured]) -> None:
    show(
        "The same documents, uploaded at once",
        (
            "size",
            "a minute",
            "median s",
            "p95 s",
            "events",
            "statements",
            "commands",
            "idle /s",
            "idle st./s",
            "queued",
        ),
        [
            (
                each.size,
                each.a_minute,
                each.median,
                each.p95,
                each.events,
                each.statements,
                each.commands,
                each.idle_commands,
                each.idle_statements,
                round(each.queued_bytes),
            )
            for each in found
        ],
    )
    for each in found:
        show(
            f"{each.size}: peak memory (MiB)",
            ("process", "MiB"),
            [(name, round(mib)) for name, mib in each.memory.items()],
        )
    show(
        "Processor seconds a document",
        ("size", *found[0].processor),
        [(each.size, *each.processor.values()) for each in found],
    )


def growth(figures: Figures) -> None:
    """What rates need, and what the simulated queue makes of it."""
    rows: list[tuple[object, ...]] = []
    for rate in RATES:
        need = needs(rate, figures)
        draws = [steady(figures.stage_seconds[stage]) for stage in STAGES]
        seen = simulate(rate, [need.workers[stage] for stage in STAGES], draws)
        rows.append(
            (
                f"{rate:g} /s",
                *(need.workers[stage] for stage in STAGES),
                need.gateways,
                need.partitions,
                round(need.redis_commands),
                round(need.statements),
                need.postgres_load,
                round(need.redis_bytes / 1e6, 1),
                round(need.disk_bytes_a_day / 1e9, 1),
                seen.median,
                seen.p95,
            )
        )
    columns = (*GROUPS.values(), "gateways", "Redis", "commands/s", "statements/s", "of Postgres", "Redis MB", "GB/day")
    show("What a rate needs, and the simulated queue", ("rate", *columns, "median s", "p95 s"), rows)


def main() -> None:
    documents = int(os.environ.get("DOCUMENTS") or 12)
    found: list[Measured] = []
    for size in sizes(os.environ.get("SIZES") or "1:1 2:1 4:1 2:2"):
        tell(f"{size}, {documents} documents ...")
        found.append(asyncio.run(measure(size, documents)))
    tables(found)
    first = found[0]
    stage_seconds = {stage: first.processor[GROUPS[stage].partition("-")[0]] for stage in STAGES}
    figures = Figures(
        stage_seconds=stage_seconds,
        statements=first.statements,
        commands=first.commands,
        idle_commands=first.idle_commands / 4,
        gateway_seconds=first.processor["gateway"],
        redis_bytes=max(each.queued_bytes for each in found),
        disk_bytes=_DISK_BYTES,
    )
    growth(figures)
    write("scale", {"sizes": [dataclasses.asdict(each) for each in found], "figures": dataclasses.asdict(figures)})


if __name__ == "__main__":
    main()
