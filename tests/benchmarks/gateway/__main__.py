"""The gateway beside FastAPI (`peer/app.py`): uploads of 1 MB at 20 a second and as fast as they are taken, by turns in
one run, while the text recognition works on what was uploaded.

ROUNDS (2) and SECONDS (10) come from the environment.
"""

import asyncio
import io
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from deploy.embedded.process import end, free_port, spawn
from deploy.sample import draw
from tests.benchmarks.gateway.peer.setup import PEER
from tests.benchmarks.report import percentile, running, show, tell, write
from tests.system import ROOT, upload
from tests.waiting import PATIENCE, until

RATE = 20
BYTES = 1_000_000
BACKLOG = 30
"""Pages that are uploaded before, so that the text recognition has work all the time."""


def picture(folder: Path) -> Path:
    """The sample as a photo of 1 MB."""
    drawn, made = folder / "sample.png", folder / "week.jpg"
    draw(drawn)
    with Image.open(drawn) as image:
        page = image.convert("RGB")
    grain = Image.effect_noise(page.size, 40).convert("RGB")
    out = io.BytesIO()
    for quality in range(60, 101, 2):
        out = io.BytesIO()
        Image.blend(page, grain, 0.15).save(out, "JPEG", quality=quality)
        if out.tell() > BYTES * 0.9:
            break
    # A few bytes after the picture's end are no part of it.
    made.write_bytes(out.getvalue().ljust(BYTES, b"\0"))
    return made


def memory(pid: int) -> float:
    """Resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


async def load(url: str, file: Path, rate: float, seconds: float) -> dict[str, Any]:
    """What a process of its own measures."""
    command = [sys.executable, "-m", "tests.benchmarks.gateway.load", url, str(file), str(rate), str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    return dict(json.loads(told))


async def main() -> None:
    rounds, seconds = int(os.environ.get("ROUNDS", "2")), float(os.environ.get("SECONDS", "10"))
    async with running(QUEUE_LIMIT="100000") as system, aiohttp.ClientSession() as session:
        folder = system.folder / "peer"
        folder.mkdir()
        file = picture(system.folder)
        port = free_port()
        env = os.environ | {"REDIS_URL": system.redis_url, "FOLDER": str(folder)}
        server = [str(PEER / "bin/uvicorn"), "app:app", "--port", str(port), "--no-access-log", "--log-level", "error"]
        with (system.folder / "peer.log").open("ab") as log:
            where = Path(__file__).parent / "peer"
            peer = spawn(server, log=log, cwd=where, death=signal.SIGKILL, env=env)
        urls = {"Timelift": system.base_url, "FastAPI": f"http://127.0.0.1:{port}"}
        pids = {"Timelift": system.processes["gateway"].pid, "FastAPI": peer.pid}

        async def answers() -> bool:
            try:
                async with session.get(f"{urls['FastAPI']}/docs") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        await until(answers)
        for _ in range(BACKLOG):
            await upload(session, system.base_url, file.read_bytes(), "week.jpg", "image/jpeg")
        figures: dict[str, dict[str, Any]] = {}
        for number in range(rounds):
            for rate in (RATE, 0):
                for name, url in urls.items():
                    what = f"{rate} a second" if rate else "saturated"
                    tell(f"Round {number + 1}: {name}, {what}")
                    # What the one before left to be written must not be written in this one's time.
                    await asyncio.to_thread(os.sync)
                    told = await load(url, file, rate, seconds)
                    kept = figures.setdefault(f"{name}, {what}", _none())
                    for each in ("answers", "firsts", "refused", "seconds"):
                        kept[each] += told[each]
                    kept["megabytes"] = max(kept.get("megabytes", 0.0), memory(pids[name]))
                    kept["load"] = max(kept.get("load", 0.0), told["cpu"])
        await end(peer, signal.SIGTERM, PATIENCE)
    report(figures)


def _none() -> dict[str, Any]:
    return {"answers": [], "firsts": [], "refused": 0, "seconds": 0}


def report(figures: dict[str, dict[str, Any]]) -> None:
    columns = ["", "answered", "per s", "p50 ms", "p99 ms", "first p50 ms", "first p99 ms", "503", "MB", "load's core"]
    rows = []
    for name, each in figures.items():
        answers, firsts = each.pop("answers"), each.pop("firsts")
        each |= {
            "answered": len(answers),
            "perSecond": round(len(answers) / each["seconds"], 1),
            **{f"p{share}": round(percentile(answers, share / 100) * 1000, 1) for share in (50, 99)},
            **{
                f"first{share}": round(percentile(firsts, share / 100) * 1000, 1) if firsts else None
                for share in (50, 99)
            },
        }
        names = ("answered", "perSecond", "p50", "p99", "first50", "first99", "refused")
        rows.append([name, *(each[one] for one in names), round(each["megabytes"], 1), round(each["load"], 2)])
    show("Uploads of 1 MB, while text recognition runs", columns, rows)
    tell(f"Also in {write('gateway', {'runs': figures})}")


if __name__ == "__main__":
    asyncio.run(main())
