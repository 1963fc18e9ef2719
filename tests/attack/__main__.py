"""`make attack`: everything that a stranger may try, on loopback, bounded; then the fuzzers for FUZZ=60 seconds.

ONLY names attacks, separated by commas; `heavy` is how long a photo takes beside heavy files. Ends with 1 if a service
died, an answer was 5xx (but for 503), the gateway's loop computed for more than 50 ms in one go, its memory passed
300 MB, or an innocent's upload took more than twice as long beside an attack as alone (by more than `NOISE` seconds,
which a busy machine makes of nothing).
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.attack import heavy
from tests.attack.attacks import ATTACKS, Size
from tests.attack.run import Outcome, run
from tests.attack.target import Target
from tests.benchmarks.report import show, write

STALL_SECONDS = 0.05
MEMORY_BYTES = 300_000_000
TIMES = 2.0
NOISE = 0.02
HEAVY = "heavy"


def problems(outcomes: list[Outcome], peak: int, deaths: list[str]) -> list[str]:
    """What is not as it should be, in sentences."""
    found = [f"{name} died" for name in deaths]
    if peak > MEMORY_BYTES:
        found.append(f"the gateway had {peak / 1e6:.0f} MB")
    for each in outcomes:
        if each.faults:
            found.append(f"{each.name}: {each.faults} answers were 5xx")
        if each.stall > STALL_SECONDS:
            found.append(f"{each.name}: the loop computed for {each.stall * 1000:.0f} ms in one go ({each.doing})")
        if each.beside > TIMES * each.alone + NOISE:
            found.append(f"{each.name}: an innocent's upload took {each.beside:.3f} s, alone {each.alone:.3f} s")
    return found


async def attack(size: Size, names: list[str], folder: Path) -> int:
    """Run the attacks on a system of their own; returns the exit status."""
    async with EmbeddedPostgres(folder / "postgres") as postgres, EmbeddedValkey(folder / "valkey") as valkey:
        target = Target(folder, valkey.url, postgres.url)
        try:
            await target.start()
            load = os.getloadavg()[0]
            outcomes = await run(target, size, [name for name in names if name != HEAVY])
            beside = await heavy.measure(target) if HEAVY in names else []
            peak, deaths = target.memory("VmHWM"), target.deaths
        finally:
            await target.stop()
    show(
        "Attacks",
        ["attack", "inputs", "5xx", "503", "longest stall, ms", "innocent alone / beside, ms", "gateway, MB"],
        [
            [
                each.name,
                each.tried.inputs,
                each.faults,
                each.tried.statuses.get(503, 0),
                f"{each.stall * 1000:.0f} (passed: {each.passed * 1000:.0f})",
                f"{each.alone * 1000:.0f} / {each.beside * 1000:.0f}",
                f"{each.memory / 1e6:.0f}",
            ]
            for each in outcomes
        ],
    )
    if beside:
        show("A photo until it is stored", heavy.COLUMNS, [each.row() for each in beside])
    inputs = sum(each.tried.inputs for each in outcomes)
    write("attack", {"inputs": inputs, "deaths": len(deaths), "peak_bytes": peak, "load": load})
    print(
        f"Inputs tried {inputs}, service deaths {len(deaths)}, 5xx {sum(each.faults for each in outcomes)}, "
        f"longest stall {max((each.stall for each in outcomes), default=0) * 1000:.0f} ms, "
        f"most memory of the gateway {peak / 1e6:.0f} MB, load of the machine {load:.1f}."
    )
    found = problems(outcomes, peak, deaths)
    print("\n".join(found) or "Nothing got through.")
    return 1 if found else 0


def main() -> int:
    """Read the environment and run."""
    names = [each for each in os.environ.get("ONLY", "").split(",") if each] or [*ATTACKS, HEAVY]
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        status = asyncio.run(attack(Size(), names, Path(folder)))
    seconds = float(os.environ.get("FUZZ") or 60)
    if seconds:
        from tests.attack.fuzz import fuzz

        status |= fuzz(seconds)
    return status


if __name__ == "__main__":
    sys.exit(main())
