"""How the page feels in a real Chromium: when a phone can use it, and how many frames a drag has.

Each is beside the least that there could be in the same run, on the same machine: a page without any script, and a drag
of one element on an empty page. So a busy machine is seen as one.
"""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from statistics import median

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.benchmarks.report import percentile, running, show, write
from tests.browser.conftest import LONGEST_MS, NAMES, SILENT
from tests.browser.tab import word_file
from tests.system import System
from tests.tools import needed
from tests.waiting import until

ROUNDS = 7
LATENCY_MS, BYTES_A_SECOND, SLOWER = 150, 1_600_000 / 8, 4
"""A phone's network and processor as Lighthouse has them (slow 4G, a mid-range phone)."""
DRAGS, MOVES = 5, 120
LATE_MS = 1000 / 60 * 1.5
"""A frame that comes later than this was left out."""

EMPTY = """<style>#one { position: fixed; width: 120px; height: 40px; background: teal }</style><div id="one"></div>
<script>onmousemove = (event) => { one.style.translate = `${event.clientX}px ${event.clientY}px` }</script>"""
FRAMES = """() => {
  window.frames_ = [];
  const next = (now) => { window.frames_.push(now); window.running_ = requestAnimationFrame(next) };
  window.running_ = requestAnimationFrame(next);
}"""


async def usable_on_a_phone(browser: Browser, url: str, ready: Callable[[Page], Awaitable[None]]) -> float:
    """Seconds from the request to when it is ready, for who has not been there before."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    context.set_default_timeout(LONGEST_MS)
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Network.enable")
    speed = {"latency": LATENCY_MS, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND / 2}
    await session.send("Network.emulateNetworkConditions", {"offline": False, **speed})
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(url, wait_until="commit")
    await ready(page)
    seconds = float(await page.evaluate("performance.now()")) / 1000
    await context.close()
    return seconds


async def frames_of_a_drag(page: Page, x: float, y: float) -> list[float]:
    """Milliseconds between a drag's frames, with a move of the mouse for each."""
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 20, y + 10)
    await page.evaluate(FRAMES)
    for step in range(MOVES):
        await page.mouse.move(x + 20 + 3 * (step % 60), y + 10 + 2 * (step % 60))
    at: list[float] = await page.evaluate("() => { cancelAnimationFrame(window.running_); return window.frames_ }")
    await page.mouse.up()
    return [after - before for before, after in itertools.pairwise(at)]


async def week(context: BrowserContext, system: System) -> str:
    """Address of a full week, read from a Word file."""
    api = f"{system.base_url}/api/v1"
    answer = await context.request.post(f"{api}/documents/upload", multipart={"file": word_file("week")})
    id_ = (await answer.json())["documentId"]

    async def is_read() -> bool:
        document = await (await context.request.get(f"{api}/documents/{id_}")).json()
        return document["status"] in ("completed", "validation_failed")

    await until(is_read)
    lessons = [
        {"day": day, "name": f"Lesson {hour}", "startTime": f"{hour:02}:00", "endTime": f"{hour:02}:50"}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
        for hour in range(8, 16)
    ]
    answer = await context.request.put(f"{api}/timetables/{id_}", data={"timeblocks": lessons})
    assert answer.ok, await answer.text()
    return f"{system.base_url}/#/timetables/{id_}"


async def measure(browser: Browser, system: System) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(LONGEST_MS)
    address = await week(context, system)

    async def listed(page: Page) -> None:
        await page.get_by_test_id("document").first.wait_for()

    async def drawn(page: Page) -> None:
        await page.get_by_test_id("time-block").first.wait_for()

    async def headed(page: Page) -> None:
        await page.get_by_role("heading").first.wait_for()

    pages = {
        "a page without a script": (f"{system.base_url}/docs", headed),
        "the first page": (system.base_url, listed),
        "a week, from its address": (address, drawn),
    }
    seconds: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, (url, ready) in pages.items():
            seconds[name].append(await usable_on_a_phone(browser, url, ready))
    rows = [[name, median(found), min(found), max(found)] for name, found in seconds.items()]
    show(
        "Seconds until a phone can use it (150 ms, 1.6 Mbit/s, a processor of a quarter)",
        ["", "median", "least", "most"],
        rows,
    )

    empty, grid = await context.new_page(), await context.new_page()
    await empty.set_content(EMPTY)
    await grid.goto(address)
    lesson = grid.locator('[data-day="monday"] [data-name="Lesson 9"]')
    await expect(lesson).to_be_visible()
    between: dict[str, list[float]] = {"one element on an empty page": [], "a lesson among forty": []}
    for _ in range(DRAGS):
        box = await lesson.bounding_box()
        assert box is not None
        for name, page, x, y in (
            ("one element on an empty page", empty, 40, 20),
            ("a lesson among forty", grid, box["x"] + 40, box["y"] + 10),
        ):
            await page.bring_to_front()
            between[name] += await frames_of_a_drag(page, x, y)
            await page.keyboard.press("ControlOrMeta+z")
    frames = [
        [
            name,
            1000 * len(each) / sum(each),
            median(each),
            percentile(each, 0.95),
            100 * sum(one > LATE_MS for one in each) / len(each),
        ]
        for name, each in between.items()
    ]
    show("Frames while dragging", ["", "a second", "median ms", "95 % ms", "late %"], frames)
    print(json.dumps(str(write("page", {"usable": seconds, "frames": between}))))


async def main() -> None:
    async with running() as system, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=needed(*NAMES, package="chromium"), args=list(SILENT), timeout=LONGEST_MS
        )
        await measure(browser, system)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
