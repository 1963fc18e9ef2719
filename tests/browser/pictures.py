"""Pictures of the page's views, over the running system: `make pictures`.

Every view in light, dark and on a phone, and the week's paper, goes to `.local/pictures` to be looked at; those that
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
import pypdfium2
from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from deploy.sample import draw
from tests.browser.conftest import LONGEST_MS, NAMES, SILENT
from tests.system import ROOT, System
from tests.tools import needed
from tests.waiting import until

FOLDER, SHOWN = ROOT / ".local/pictures", ROOT / "docs/images"
LOOKS = {"light": (1180, 860), "dark": (1180, 860), "phone": (390, 844)}
MOUSE = "--blink-settings=primaryPointerType=4,availablePointerTypes=4,primaryHoverType=2,availableHoverTypes=2"
"""A browser without a window takes itself for a phone's, as it has no mouse."""
IN_HANDBOOK = {"week", "card", "side", "review", "operations"}
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
        self.week = self.failed = ""
        self.running: list[str] = []

    async def set_up(self, picture: bytes) -> None:
        self.week = await self._upload("Class 4B.jpg", picture)
        await until(lambda: self._ended(self.week))
        await self._doubt()
        self._system.hold("compressor")
        torn = [await self._upload(name, picture) for name in ("5A.jpg", "6C.jpg")]
        for id_ in torn:
            (self._system.blobs / "default" / id_ / "original").write_bytes(b"milk, bread, chalk")
        self._system.let_go("compressor")
        for id_ in torn:
            await until(partial(self._ended, id_))
        self.failed = torn[0]
        # It stands still on its way, so that all pictures show the same.
        self._system.hold("extractor")
        self.running = [await self._upload(name, picture) for name in ("3B.jpg", "2C.jpg")]

    async def _doubt(self) -> None:
        """Something to look at: two lessons that were hard to read, and a warning of the week's."""
        address = f"{self._system.base_url}/api/v1/timetables/{self.week}"
        week = await (await self._page.request.get(address)).json()
        unsure = [each for each in week["timeblocks"] if each["name"] in ("Geography", "Swimming")]
        for each, other in zip(unsure, ("Geology", "Swimmers"), strict=True):
            each["confidence"] = 0.55
            each["alternatives"] = [{"field": "name", "value": other, "confidence": 0.3}]
        week["warnings"] = [{"code": "x", "message": "Is there school on Saturday?", "timeBlock": None}]
        fields = ("teacher", "className", "term", "year", "savedName", "timeblocks", "warnings")
        body = {**{name: week[name] for name in fields}, "validated": False}
        answer = await self._page.request.put(f"{address}?review=true", data=body)
        assert answer.ok, await answer.text()

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

    async def empty(self, page: Page) -> None:
        await self._show(page, "")
        await expect(page.get_by_test_id("empty")).to_be_visible()

    async def home(self, page: Page) -> None:
        await self._show(page, "")
        await expect(page.get_by_test_id("document").first).to_be_visible()

    async def deleting(self, page: Page) -> None:
        await self.home(page)
        await page.get_by_role("button", name="Delete").nth(1).click()

    async def stack(self, page: Page) -> None:
        """What this browser sent, in its corner."""
        await self._sent(page, *self.running)
        await expect(page.get_by_test_id("stack-sum")).to_be_visible()

    async def card(self, page: Page) -> None:
        await self._sent(page, self.running[0])
        await expect(page.get_by_test_id("notification")).to_be_visible()

    async def _sent(self, page: Page, *ids: str) -> None:
        await self._show(page, "")
        # As the page itself keeps it.
        await page.evaluate("ids => localStorage.setItem('timelift-sent', JSON.stringify(ids))", list(ids))
        await page.reload()

    async def show_week(self, page: Page) -> None:
        await self._show(page, f"timetables/{self.week}")
        await expect(page.get_by_test_id("time-block").first).to_be_visible()

    async def side(self, page: Page) -> None:
        await self.show_week(page)
        await page.get_by_role("button", name="Side by side").click()
        await expect(page.locator(".picture image")).to_be_visible()

    async def picture(self, page: Page) -> None:
        await self.show_week(page)
        await page.get_by_role("button", name="Picture", exact=True).click()
        await expect(page.locator(".picture image")).to_be_visible()

    async def lesson(self, page: Page) -> None:
        await self.show_week(page)
        await page.get_by_test_id("time-block").filter(has_text="Geography").click()
        await expect(page.get_by_test_id("block-details").get_by_role("img")).to_be_visible()

    async def review(self, page: Page) -> None:
        await self.show_week(page)
        await page.get_by_test_id("open-review").click()
        await expect(page.get_by_test_id("review").get_by_role("img")).to_be_visible()

    async def menu(self, page: Page) -> None:
        await self.show_week(page)
        await page.get_by_test_id("export").click()
        await expect(page.get_by_role("menuitem").first).to_be_visible()

    async def calendar(self, page: Page) -> None:
        await self.menu(page)
        await page.get_by_role("menuitem", name="Calendar").click()
        sheet = page.get_by_test_id("calendar")
        await expect(sheet.get_by_label("First day of term")).to_be_visible()
        if not await sheet.get_by_label("Until").count():  # those of the look before are kept
            await sheet.get_by_role("button", name="Add holidays").click()
        for label, day in (("From", "2026-12-21"), ("Until", "2027-01-01")):
            await sheet.get_by_label(label).fill(day)
        await page.get_by_test_id("subscribe").click()
        await expect(page.get_by_test_id("subscription")).to_be_visible()

    async def reading(self, page: Page) -> None:
        await self._show(page, f"timetables/{self.running[0]}")
        await expect(page.get_by_test_id("notification")).to_be_visible()

    async def unreadable(self, page: Page) -> None:
        await self._show(page, f"timetables/{self.failed}")
        await expect(page.get_by_role("alert")).to_be_visible()

    async def let_go(self) -> None:
        """Let what stands still come to its end."""
        self._system.let_go("extractor")
        for id_ in self.running:
            await until(partial(self._ended, id_))

    async def operations(self, page: Page) -> None:
        await self._show(page, f"operations/{self.week}")
        await expect(page.get_by_test_id("stage-ocr").get_by_role("img").first).to_be_visible()
        await expect(page.get_by_test_id("phase").first).to_be_visible()
        await expect(page.get_by_test_id("dead-reason").first).to_be_visible()
        await page.evaluate("scrollTo(0, 0)")

    async def timeline(self, page: Page) -> None:
        await self.operations(page)
        await page.get_by_test_id("phase").first.scroll_into_view_if_needed()


async def take(browser: Browser, name: str, view: View) -> None:
    """A view in all its looks."""
    for look, (width, height) in LOOKS.items():
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if look == "dark" else "light",
            reduced_motion="reduce",
            is_mobile=look == "phone",
            has_touch=look == "phone",
        )
        page = await context.new_page()
        page.set_default_timeout(LONGEST_MS)
        await view(page)
        # What the page asks for last, pictures among it, is there.
        await page.evaluate("Promise.all([...document.images].map((one) => one.decode().catch(() => null)))")
        await keep(page, FOLDER / f"{name}-{look}.webp")
        if look == "light" and name in IN_HANDBOOK:
            await keep(page, SHOWN / f"{name}.webp")
        if look == "light" and name == "week":
            paper = pypdfium2.PdfDocument(await page.pdf(prefer_css_page_size=True, print_background=True))
            for number, sheet in enumerate(paper, 1):
                write(sheet.render(scale=1.4).to_numpy(), FOLDER / f"{name}-print-{number}.webp")
        await context.close()


async def keep(page: Page, path: Path) -> None:
    picture = cv2.imdecode(np.frombuffer(await page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    write(picture, path)


def write(picture: np.ndarray, path: Path) -> None:
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_WEBP_QUALITY, 90])
    print(path.relative_to(ROOT))


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        draw(folder / "sample.png")
        async with running(folder) as system, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=needed(*NAMES, package="chromium"), args=[*SILENT, MOUSE], timeout=LONGEST_MS
            )
            scene = Scene(await browser.new_page(), system)
            await take(browser, "empty", scene.empty)
            await scene.set_up(photo(folder / "sample.png"))
            views = {
                "home": scene.home,
                "deleting": scene.deleting,
                "card": scene.card,
                "stack": scene.stack,
                "reading": scene.reading,
                "unreadable": scene.unreadable,
                "week": scene.show_week,
                "side": scene.side,
                "picture": scene.picture,
                "lesson": scene.lesson,
                "review": scene.review,
                "menu": scene.menu,
                "calendar": scene.calendar,
            }
            for name, view in views.items():
                await take(browser, name, view)
            await scene.let_go()
            await take(browser, "operations", scene.operations)
            await take(browser, "timeline", scene.timeline)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
