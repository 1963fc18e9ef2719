"""How far the percentages that people are shown are from the share of the time that has passed.

Uploads pages one after another to a system of its own, then goes through each one's recorded events: at a hundred
instants from the upload to the end, the percentage that was shown beside the share of the time; and the longest stretch
in which it stood still. ``PAGES`` says how many. Written to ``.local/bench/progress.json``.
"""

import asyncio
import os
import sys
from collections.abc import Sequence

import aiohttp
import asyncpg

from tests.benchmarks.page import draw
from tests.benchmarks.report import percentile, running, show, tell, write
from tests.system import finish, upload

Shown = Sequence[tuple[float, int]]
"""When a percentage was shown, as a share (0 to 1) of the time from upload to end, in order."""

_INSTANTS = 100
_EVENTS = """
SELECT e.percentage, extract(epoch FROM (e.data->>'at')::timestamptz - d.created_at)
    / nullif(extract(epoch FROM d.completed_at - d.created_at), 0) AS share
FROM processing_events e JOIN documents d ON d.id = e.document_id
WHERE d.id = $1 AND e.type = 'progress' ORDER BY share
"""


def differences(shown: Shown) -> list[float]:
    """Percentage points between what is shown and the time that has passed, at each instant."""
    found: list[float] = []
    for instant in range(_INSTANTS):
        share = (instant + 0.5) / _INSTANTS
        percentage = max((each for at, each in shown if at <= share), default=0)
        found.append(abs(percentage - share * 100))
    return found


def plateau(shown: Shown) -> float:
    """The longest share of the time in which the percentage stands still."""
    moves, last = [0.0], 0
    for at, percentage in shown:
        if percentage > last:
            moves.append(min(max(at, 0.0), 1.0))
            last = percentage
    return max(later - earlier for earlier, later in zip(moves, [*moves[1:], 1.0], strict=True))


async def main() -> None:
    pages = int(os.environ.get("PAGES", "10"))
    rows: list[list[object]] = []
    points: list[float] = []
    async with running() as system, aiohttp.ClientSession() as session:
        database = await asyncpg.connect(system.database_url)
        for number in range(pages):
            tell(f"page {number + 1} of {pages}")
            id_ = await upload(session, system.base_url, draw(number))
            await finish(session, system.base_url, id_)
            # What is recorded last comes a moment after the end.
            await asyncio.sleep(1)
            shown = [(float(row["share"]), row["percentage"]) for row in await database.fetch(_EVENTS, id_)]
            own = differences(shown)
            points += own
            rows.append([f"page {number + 1}", percentile(own, 0.9), plateau(shown) * 100])
        await database.close()
    rows.append(["all", percentile(points, 0.9), max(float(str(row[2])) for row in rows)])
    show(
        "Percentage shown and time passed", ["", "p90 of the difference, points", "longest stand, % of the time"], rows
    )
    sys.stdout.write(f"{write('progress', {'rows': rows})}\n")


if __name__ == "__main__":
    asyncio.run(main())
