"""make upgrade-drill: to the next version and back while documents go through, in the order of docs/operations.md.

Both versions work side by side for as long as it takes: extractors, ocr, compressors, gateways are replaced one after
another by processes that write and understand a later version of jobs, then gateways first and each stage once nothing
newer waits for it. Every document has to come out, none done twice.

Environment: SEED, DOCUMENTS=600, SECONDS=60 over which they are uploaded.
"""

import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.__main__ import report
from tests.chaos.plan import FLEET, Action
from tests.chaos.run import Options, run
from tests.chaos.stage import BAD
from tests.waiting import PATIENCE


def main() -> int:
    options = Options(
        seed=int(os.environ.get("SEED") or random.randrange(1_000_000)),
        documents=int(os.environ.get("DOCUMENTS") or 600),
        seconds=float(os.environ.get("SECONDS") or 60),
        # The second waits for the first to be over.
        actions=[Action(3.0, "upgrade", "forth", FLEET, 0.0), Action(4.0, "upgrade", "back", FLEET, 0.0)],
        settle=PATIENCE,
        # So long that no job could be taken up by it: only what is finished or handed back goes on in time.
        lease=120,
        longest=2,
        clocks=0,
    )
    with tempfile.TemporaryDirectory(prefix="timelift-upgrade-") as folder:
        result = asyncio.run(run(options, Path(folder), lambda text: print(text, flush=True)))
    report(options, result)
    # Not even begun twice, but for the attempts that the stages fail on purpose, which count up.
    for line in result.again:
        print(f"Begun twice: {line}")
    good = result.good and not result.again and set(result.verdict.failed) <= {BAD} and not any(result.exits)
    print("good" if good else "NOT good")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
