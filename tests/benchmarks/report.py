"""Tables for people, the same figures as JSON for machines, and the system the benchmarks run against."""

import contextlib
import json
import math
import platform
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.system import System

ROOT = Path(__file__).parents[2]
BENCH = ROOT / ".local" / "bench"


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that `share` (0 to 1) of all are not above."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def write(target: str, figures: dict[str, Any]) -> Path:
    """Keep a benchmark's figures as ``.local/bench/<target>.json``."""
    BENCH.mkdir(parents=True, exist_ok=True)
    path = BENCH / f"{target}.json"
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    path.write_text(json.dumps({"machine": machine, **figures}, indent=1) + "\n")
    return path


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; the first column is text, the others are numbers."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(
            *(f"{each:,.3f}" if isinstance(each, float) else "" if each is None else str(each) for each in row)
        )
    # A figure cut short says nothing: many columns make a wide table.
    wanted = Console(width=1000).measure(table).maximum
    Console(width=max(110, wanted)).print(table)


def tell(text: str) -> None:
    """What is being measured, for whoever waits; not part of the figures."""
    sys.stderr.write(f"{text}\n")


@contextlib.asynccontextmanager
async def running(**env: str) -> AsyncIterator[System]:
    """The whole system on embedded servers of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="timelift-bench-") as name:
        folder = Path(name)
        async with EmbeddedValkey(folder / "valkey") as valkey, EmbeddedPostgres(folder / "postgres") as postgres:
            cache = str(ROOT / ".local" / "models")
            system = System(folder, valkey.url, postgres.url, **{"OCR_CACHE_DIR": cache, **env})
            try:
                await system.start()
                yield system
            finally:
                await system.stop()
