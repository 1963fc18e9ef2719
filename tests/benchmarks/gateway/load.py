"""Uploads from a process of its own, at a steady rate or as fast as they are taken: URL PICTURE RATE SECONDS, with a
rate of 0 for sixteen at once. Prints what came of them as one line of JSON."""

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp
import uvloop

AT_ONCE = 16
WATCHED = 5
"""One upload in so many is followed until its first progress."""
_LONGEST = 60.0


class Load:
    """Args:
    url: of the server.
    data: a picture.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, data: bytes) -> None:
        self._session, self._url, self._data = session, url, data
        self.answers: list[float] = []
        self.firsts: list[float] = []
        self.refused = 0
        self._count = 0

    async def upload(self) -> None:
        """Upload once; every so often wait for the first progress."""
        self._count += 1
        number, begun = self._count, time.perf_counter()
        form = aiohttp.FormData()
        # Each is another picture to who looks at its bytes.
        form.add_field("file", self._data + number.to_bytes(8, "big"), filename="week.jpg", content_type="image/jpeg")
        try:
            async with self._session.post(f"{self._url}/api/v1/documents/upload", data=form) as answer:
                body = await answer.json(content_type=None)
                accepted = answer.status == 202
        except aiohttp.ClientConnectionError:
            # A refusal that came before all was sent ends the connection.
            accepted = False
        if not accepted:
            self.refused += 1
            return
        self.answers.append(time.perf_counter() - begun)
        if number % WATCHED == 0:
            await self._follow(body["documentId"], begun)

    async def _follow(self, id_: str, begun: float) -> None:
        async with self._session.get(f"{self._url}/api/v1/events/{id_}") as answer:
            async for line in answer.content:
                if line.startswith(b"data: ") and b'"progress"' in line:
                    self.firsts.append(time.perf_counter() - begun)
                    return

    async def steady(self, rate: float, seconds: float) -> None:
        """Begin an upload `rate` times a second, whatever became of those before."""
        begun, tasks = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(begun + number / rate - time.perf_counter(), 0))
            tasks.append(asyncio.create_task(self.upload()))
        await asyncio.gather(*tasks)

    async def saturated(self, seconds: float) -> None:
        """Upload sixteen at a time, each as soon as one before was answered."""
        end = time.perf_counter() + seconds

        async def again() -> None:
            while time.perf_counter() < end:
                await self.upload()

        await asyncio.gather(*(again() for _ in range(AT_ONCE)))


async def main(url: str, picture: str, rate: float, seconds: float) -> None:
    timeout = aiohttp.ClientTimeout(total=_LONGEST)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:
        load = Load(session, url, Path(picture).read_bytes())
        begun, cpu = time.perf_counter(), time.process_time()
        await (load.steady(rate, seconds) if rate else load.saturated(seconds))
        took = time.perf_counter() - begun
    told = {"answers": load.answers, "firsts": load.firsts, "refused": load.refused, "seconds": took}
    sys.stdout.write(json.dumps(told | {"cpu": (time.process_time() - cpu) / took}) + "\n")


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
