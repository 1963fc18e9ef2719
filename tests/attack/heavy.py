"""What becomes of an innocent's photo beside files that keep a compressor busy for long: PDFs of twenty full pages.

Other work takes processor time in any case, so the same is measured beside as many processes that only compute.
"""

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from services.compressor.pages import LIMITS
from tests.attack.target import NORTH, SOUTH, Aim, Target
from tests.system import upload
from tests.unit.compressor import made
from tests.waiting import until

_PAGES, _WORDS = 20, 8_000
_CORES = 2
"""Processes that compute, as a compressor has children."""
_PHOTOS = 7
"""Of an innocent, alone and beside each."""
CASES = {
    "2 of another tenant": (2, SOUTH),
    "4 of another tenant": (4, SOUTH),
    "4 of the same tenant": (4, NORTH),
    "16 of another tenant": (16, SOUTH),
}


@dataclass
class Beside:
    """Seconds until an innocent's photos were stored."""

    name: str
    alone: list[float]
    computing: list[float]
    beside: list[float]

    def row(self) -> list[object]:
        """Of the table, in milliseconds."""
        values = (*map(statistics.median, (self.alone, self.computing, self.beside)), max(self.beside))
        return [self.name, *(round(1000 * each) for each in values)]


COLUMNS = ["heavy files", "alone, ms", f"beside {_CORES} that compute", "beside the files", "slowest"]


def heavy_pdf() -> bytes:
    """Twenty pages of 8,000 words, which take a compressor 15 s of processor time."""
    places = ((10 + number % 80 * 7.2, 830 - number // 80 * 8.2, number % 997) for number in range(_WORDS))
    page = b"".join(b"BT /F1 3 Tf %g %g Td (w%d) Tj ET\n" % each for each in places)
    return made.pdf([page] * _PAGES)


async def measure(target: Target) -> list[Beside]:
    """Each case, in turns with what it is compared to, as other work on the machine comes and goes."""
    found = []
    async with aiohttp.ClientSession(headers={"X-API-Key": NORTH}) as session:
        photo = made.save("JPEG", made.photo(1600, 1200), quality=85)

        async def photos() -> list[float]:
            return [await _stored(session, target.aim, photo) for _ in range(_PHOTOS)]

        await photos()
        for name, (count, key) in CASES.items():
            alone = await photos()
            with _computing(_CORES):
                computing = await photos()
            async with _heavy(target.aim, count, key):
                found.append(Beside(name, alone, computing, await photos()))
    return found


async def _stored(session: aiohttp.ClientSession, aim: Aim, photo: bytes) -> float:
    """Seconds from an upload until its picture is there."""
    begun = time.monotonic()
    folder = Path(aim.blobs) / "north" / await upload(session, aim.base_url, photo)
    await until(lambda: any(folder.glob("page-0.*")))
    return time.monotonic() - begun


@contextlib.asynccontextmanager
async def _heavy(aim: Aim, count: int, key: str) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(headers={"X-API-Key": key}) as session:
        data = heavy_pdf()
        ids = [await upload(session, aim.base_url, data) for _ in range(count)]

        async def begun() -> bool:
            async with session.get(f"{aim.base_url}/api/v1/documents/{ids[0]}") as answer:
                return bool((await answer.json())["percentage"] > 0)

        await until(begun)
        yield
        for id_ in ids:
            async with session.delete(f"{aim.base_url}/api/v1/documents/{id_}") as answer:
                assert answer.status == 204


@contextlib.contextmanager
def _computing(count: int) -> Iterator[None]:
    command = ["nice", "-n", str(LIMITS.nice), sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
