"""How far the percentages that people are shown are from the share of the time that has passed.

Uploads ``PAGES`` pages of several sizes, ``AT_ONCE`` of them at a time, to a system of its own, then goes through each
one's recorded events: at a hundred instants from the upload to the end, the percentage that was shown beside the share
of the time; and the longest stretch in which it stood still. Then what each phase took, beside what `shared.estimate`
says of it. Written to ``.local/bench/progress.json``.
"""

import asyncio
import io
import os
import sys
from collections.abc import Sequence

import aiohttp
import asyncpg
import msgspec
from PIL import Image

from shared.estimate import PHASES, Work, seconds_of
from shared.messages import PageImage
from tests.benchmarks.page import HEIGHT, WIDTH, drawn
from tests.benchmarks.report import percentile, running, show, tell, write
from tests.system import finish, upload
from tests.waiting import until

Shown = Sequence[tuple[float, int]]
"""When a percentage was shown, as a share (0 to 1) of the time from upload to end, in order."""

_INSTANTS = 100
_SIZES = ((1.0, 1.0), (0.5, 1.0), (1.0, 0.6), (0.35, 1.8), (0.75, 0.8))
"""How much of a page from its top, and how large: from 65 lines to 184, from 0.6 megapixels to 3."""
_EVENTS = """
SELECT e.percentage, extract(epoch FROM (e.data->>'at')::timestamptz - d.created_at)
    / nullif(extract(epoch FROM d.completed_at - d.created_at), 0) AS share
FROM processing_events e JOIN documents d ON d.id = e.document_id
WHERE d.id = $1 AND e.type = 'progress' ORDER BY share
"""
_ENDED = "SELECT count(DISTINCT document_id) FROM processing_events WHERE type = 'complete' AND document_id = ANY($1)"
_PHASES = """
SELECT e.stage, extract(epoch FROM min((e.data->>'at')::timestamptz) - min(d.created_at))::float8 AS begun,
    extract(epoch FROM min(d.completed_at) - min(d.created_at))::float8 AS seconds,
    max((e.data->'details'->>'found')::int) AS lines, min(d.pages::text) AS pages
FROM processing_events e JOIN documents d ON d.id = e.document_id
WHERE d.id = $1 AND e.type = 'progress' GROUP BY e.stage ORDER BY begun
"""


def page(number: int) -> bytes:
    """A PNG of one of the sizes."""
    shown, scale = _SIZES[number % len(_SIZES)]
    picture = drawn(number)[0].crop((0, 0, WIDTH, int(HEIGHT * shown)))
    picture = picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


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


async def _phases(database: "asyncpg.Connection", id_: str) -> list[tuple[object, ...]]:
    """Of a document each phase with its megapixels and lines, the seconds it took, and those that were expected."""
    rows = await database.fetch(_PHASES, id_)
    lines = max(row["lines"] or 0 for row in rows)
    pages = msgspec.json.decode(rows[0]["pages"], type=list[PageImage])
    pixels = sum(each.width * each.height for each in pages)
    expected = seconds_of(Work(pages=len(pages), uploaded=pixels, pixels=pixels, lines=lines))
    ends = [*(row["begun"] for row in rows[1:]), rows[-1]["seconds"]]
    return [
        (row["stage"], pixels / 1e6, lines, end - row["begun"], expected[row["stage"]])
        for row, end in zip(rows, ends, strict=True)
    ]


async def main() -> None:
    pages, at_once = int(os.environ.get("PAGES", "10")), int(os.environ.get("AT_ONCE", "1"))
    rows: list[list[object]] = []
    points: list[float] = []
    phases: list[tuple[object, ...]] = []
    told: list[Shown] = []
    free = asyncio.Semaphore(at_once)
    async with running() as system, aiohttp.ClientSession() as session:

        async def read(number: int) -> str:
            async with free:
                tell(f"page {number + 1} of {pages}")
                id_ = await upload(session, system.base_url, page(number))
                await finish(session, system.base_url, id_)
                return id_

        ids = await asyncio.gather(*map(read, range(pages)))
        database = await asyncpg.connect(system.database_url)

        async def recorded() -> bool:
            return bool(await database.fetchval(_ENDED, ids) == len(ids))

        # The events are recorded a moment after they are shown, the end behind all others.
        await until(recorded)
        for number, id_ in enumerate(ids):
            shown = [(float(row["share"]), row["percentage"]) for row in await database.fetch(_EVENTS, id_)]
            own = differences(shown)
            points += own
            rows.append([f"page {number + 1}", len(shown), percentile(own, 0.9), plateau(shown) * 100])
            told.append(shown)
            phases += await _phases(database, id_)
        await database.close()
    rows.append(["all", None, percentile(points, 0.9), max(float(str(row[3])) for row in rows)])
    columns = ["", "events", "p90 of the difference, points", "longest stand, % of the time"]
    show(f"Percentage shown and time passed, {at_once} at once", columns, rows)
    means: list[list[object]] = []
    for phase in PHASES:
        took = [float(str(each[3])) for each in phases if each[0] == phase]
        expected = [float(str(each[4])) for each in phases if each[0] == phase]
        if took:
            means.append([phase, sum(took) / len(took), sum(expected) / len(took)])
    show("Seconds of a phase, mean", ["", "measured", "expected"], means)
    sys.stdout.write(f"{write('progress', {'rows': rows, 'phases': phases, 'shown': told})}\n")


if __name__ == "__main__":
    asyncio.run(main())
