"""Pictures of the page's views, over the running system: `make pictures`.

Every view in light, dark and on a phone, and the week printed, goes to `.local/pictures` to be looked at; those that
the handbook shows go to `docs/images`.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from deploy.sample import draw
from tests.browser.conftest import LONGEST_MS, NAMES, SILENT
from tests.system import ROOT, System
from tests.tools import needed
from tests.waiting import until

FOLDER, SHOWN = ROOT / ".local/pictures", ROOT / "docs/images"
LOOKS = {"light": (1180, 860), "dark": (1180, 860), "phone": (390, 844)}
IN_HANDBOOK = {"side", "operations"}
"""Views of which the handbook has the light picture."""
View = Callable[[Page], Awaitable[None]]


def photo(drawn: Path) -> bytes:
    """The sample as it lies on a table before a camera that does not look straight at it."""
    sample = cv2.imread(str(drawn))
    assert sample is not None
    height, width = sample.shape[:2]
    high, wide = int(height * 1.15), int(width * 1.15)
    table = np.full((high, wide, 3), (70, 96, 120), np.uint8)
    of = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    corners = ((0.1, 0.05), (0.97, 0.12), (0.9, 0.97), (0.03, 0.86))
    to = np.array([(x * wide, y * high) for x, y in corners], np.float32)
    matrix = cv2.getPerspectiveTransform(of, to)
    cv2.warpPerspective(sample, matrix, (wide, high), table, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    return cv2.imencode(".jpg", table)[1].tobytes()


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[System]:
    """The whole system, with servers of its own."""
    valkey, postgres = EmbeddedValkey(folder / "valkey"), EmbeddedPostgres(folder / "postgres")
    await valkey.start()
    await postgres.start()
    system = System(folder, valkey.url, postgres.url)
    try:
        await system.start()
        yield system
    finally:
        await system.stop()
        await postgres.stop()
        await valkey.stop()


class Scene:
    """What is to be seen: a week that was read from a slanted photo, one that is read, and two that failed."""

    def __init__(self, page: Page, system: System) -> None:
        self._page, self._system = page, system
        self._api = f"{system.base_url}/api/v1/documents"
        self.week = ""

    async def set_up(self, picture: bytes) -> None:
        self.week = await self._upload("Class 4B.jpg", picture)
        await until(lambda: self._ended(self.week))
        self._system.hold("compressor")
        torn = [await self._upload(name, picture) for name in ("5A.jpg", "6C.jpg")]
        for id_ in torn:
            (self._system.blobs / "default" / id_ / "original").write_bytes(b"milk, bread, chalk")
        self._system.let_go("compressor")
        for id_ in torn:
            await until(partial(self._ended, id_))
        await self._upload("3B.jpg", picture)

    async def _upload(self, name: str, picture: bytes) -> str:
        file = FilePayload(name=name, mimeType="image/jpeg", buffer=picture)
        answer = await self._page.request.post(f"{self._api}/upload", multipart={"file": file})
        return str((await answer.json())["documentId"])

    async def _ended(self, id_: str) -> bool:
        status = (await (await self._page.request.get(f"{self._api}/{id_}")).json())["status"]
        return status in ("completed", "validation_failed", "failed")

    async def _show(self, page: Page, place: str) -> None:
        await page.goto("about:blank")
        await page.goto(f"{self._system.base_url}/#/{place}")

    async def home(self, page: Page) -> None:
        await self._show(page, "")
        await expect(page.get_by_test_id("document").first).to_be_visible()

    async def show_week(self, page: Page) -> None:
        await self._show(page, f"timetables/{self.week}")
        await expect(page.get_by_test_id("time-block").first).to_be_visible()

    async def side(self, page: Page) -> None:
        await self.show_week(page)
        await page.get_by_role("button", name="Side by side").click()
        await expect(page.locator(".picture image")).to_be_visible()

    async def operations(self, page: Page) -> None:
        await self._show(page, f"operations/{self.week}")
        await expect(page.get_by_test_id("stage-ocr").get_by_role("img").first).to_be_visible()
        await expect(page.get_by_test_id("phase").first).to_be_visible()
        await expect(page.get_by_test_id("dead-reason").first).to_be_visible()
        await page.evaluate("scrollTo(0, 0)")


async def take(browser: Browser, name: str, view: View) -> None:
    """A view in all its looks."""
    for look, (width, height) in LOOKS.items():
        page = await browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if look == "dark" else "light",
            reduced_motion="reduce",
        )
        page.set_default_timeout(LONGEST_MS)
        await view(page)
        # What the page asks for last, pictures among it, is there.
        await page.evaluate("Promise.all([...document.images].map((one) => one.decode().catch(() => null)))")
        await keep(page, FOLDER / f"{name}-{look}.webp")
        if look == "light" and name in IN_HANDBOOK:
            await keep(page, SHOWN / f"{name}.webp")
        if look == "light" and name == "week":
            await page.emulate_media(media="print")
            await keep(page, FOLDER / f"{name}-print.webp")
        await page.close()


async def keep(page: Page, path: Path) -> None:
    picture = cv2.imdecode(np.frombuffer(await page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_WEBP_QUALITY, 90])
    print(path.relative_to(ROOT))


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "sample.png")
        async with running(folder) as system, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=needed(*NAMES, package="chromium"), args=list(SILENT), timeout=LONGEST_MS
            )
            scene = Scene(await browser.new_page(), system)
            await scene.set_up(photo(folder / "sample.png"))
            await take(browser, "home", scene.home)
            await take(browser, "week", scene.show_week)
            await take(browser, "side", scene.side)
            await take(browser, "operations", scene.operations)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
