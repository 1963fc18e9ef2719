"""The page as a person uses it: a real browser, a real upload, real services."""

import re
import uuid
from pathlib import Path

from playwright.async_api import BrowserContext, Locator, Page, expect

from shared.db.documents import Documents
from shared.db.pool import Database, DatabaseSettings
from shared.messages import Alternative, TimeBlock, Timetable
from tests.system import WORKERS, System

_STEPS = (
    "Waiting to start",
    "Compressing image",
    "Preprocessing image",
    "Running OCR",
    "Reading the week",
    "Validating",
    "Timetable ready",
)


async def _upload(page: Page, file: Path) -> str:
    """Send a file; gives its document's id once the page watches it."""
    async with page.expect_response(lambda answer: answer.url.endswith("/upload")) as sending:
        await page.get_by_test_id("file-input").set_input_files(file)
    await expect(page.get_by_test_id("notification")).to_be_visible()
    sent: dict[str, str] = await (await sending.value).json()
    return sent["documentId"]


async def _shown(page: Page) -> tuple[list[str], list[int]]:
    """The steps and percentages that the widget showed, in order."""
    shown: list[dict[str, str]] = await page.evaluate("window.shown")
    percentages = [int(each["percentage"].rstrip("%")) for each in shown if each["percentage"]]
    return list(dict.fromkeys(each["step"] for each in shown)), percentages


def _live(page: Page) -> Locator:
    return page.locator('[data-testid="notification"][data-connection="live"]')


async def test_upload_is_watched_until_the_week_is_there(page: Page, held: System, sample_png: Path) -> None:
    await _upload(page, sample_png)
    await expect(_live(page)).to_be_visible()
    for worker, says in (("compressor", "Image compressed"), ("ocr", "lines read")):
        held.let_go(worker)
        await expect(page.get_by_test_id("notification-message")).to_contain_text(says)
    held.let_go("extractor")
    await page.get_by_test_id("view-timetable").hover()  # a card that is ready and that nobody is at goes

    steps, percentages = await _shown(page)
    assert steps == [step for step in _STEPS if step in steps], "the steps came in another order"
    assert {"Running OCR", "Timetable ready"} <= set(steps)
    assert percentages == sorted(percentages)
    assert percentages[-1] == 100
    assert len(set(percentages)) > 3, "the percentage was not live"

    await page.get_by_test_id("view-timetable").click()
    await expect(page).to_have_url(re.compile("#/timetables/"))
    await expect(page.get_by_test_id("week-grid")).to_be_visible()
    blocks = page.get_by_test_id("time-block")
    await expect(blocks.first).to_be_visible()
    assert await blocks.count() >= 10
    monday = await page.locator('[data-day="monday"]').bounding_box()
    friday = await page.locator('[data-day="friday"]').bounding_box()
    assert monday is not None
    assert friday is not None
    assert monday["x"] < friday["x"]

    await blocks.first.click()
    details = page.get_by_test_id("block-details")
    await expect(details).to_contain_text(await blocks.first.get_attribute("data-name") or "")
    await expect(details.get_by_role("img")).to_be_visible()  # the part of the stored picture
    await page.keyboard.press("Escape")
    await expect(details).to_have_count(0)


async def test_a_document_of_several_timetables_shows_one_at_a_time(
    page: Page, system: System, sample_png: Path
) -> None:
    document_id = await _upload(page, sample_png)
    await page.get_by_test_id("view-timetable").click()
    await expect(page.get_by_test_id("week-grid")).to_be_visible()
    await expect(page.get_by_role("group", name="Timetable", exact=True)).to_have_count(0)
    database = Database(DatabaseSettings.load(database_url=system.database_url))
    await database.open()
    rotating = [
        TimeBlock(day=None, cycle_day=day, week="C" if day == 2 else None, name=f"Lesson {day}", start_time="09:00")
        for day in (10, 2)
    ]
    rotating[0].alternatives = [Alternative(field="name", value="Lessen 10", confidence=0.25)]
    weeks = {
        str(uuid.uuid4()): Timetable(class_name="4A", timeblocks=[TimeBlock(day="monday", name="Maths", confidence=1)]),
        str(uuid.uuid4()): Timetable(class_name="4B", timeblocks=rotating),
    }
    assert await Documents(database).save_timetables(document_id, "default", weeks)
    await database.close()

    await page.reload()
    choice = page.get_by_role("group", name="Timetable", exact=True)
    await expect(choice.get_by_role("button")).to_have_text(["4A", "4B"])
    await expect(page.get_by_test_id("time-block")).to_have_text(["Maths"])
    await choice.get_by_role("button", name="4B").click()
    await expect(page.get_by_role("heading", name="4B")).to_be_visible()
    await expect(page.locator("[data-day]")).to_have_count(2)
    days = await page.locator("[data-day]").evaluate_all("all => all.map((one) => one.dataset.day)")
    assert days == ["day 2", "day 10"]
    await page.get_by_text("Lesson 10").click()
    details = page.get_by_test_id("block-details")
    await expect(details).to_contain_text("Day 10, 9:00")
    await expect(details.get_by_test_id("alternative")).to_have_text("Lessen 10")


async def test_a_lost_connection_is_shown_and_made_up_for(
    page: Page, context: BrowserContext, held: System, sample_png: Path
) -> None:
    await _upload(page, sample_png)
    await expect(_live(page)).to_be_visible()
    held.let_go("compressor")
    await expect(page.get_by_test_id("notification-message")).to_contain_text("Image compressed")
    await context.set_offline(True)
    await expect(page.get_by_test_id("notification-connection")).to_have_text("Reconnecting…")
    held.let_go("ocr")
    held.let_go("extractor")
    await context.set_offline(False)
    await expect(page.get_by_test_id("view-timetable")).to_be_visible()
    steps, percentages = await _shown(page)
    assert steps == [step for step in _STEPS if step in steps], "a replay was shown as progress"
    assert percentages == sorted(percentages)


async def test_a_page_loaded_anew_goes_on_watching(page: Page, held: System, sample_png: Path) -> None:
    await _upload(page, sample_png)
    await page.reload()
    await expect(_live(page)).to_be_visible()
    for worker in WORKERS:
        held.let_go(worker)
    await expect(page.get_by_test_id("view-timetable")).to_be_visible()


async def test_a_file_that_is_no_picture_is_refused_in_words(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "shopping.png"
    file.write_text("milk, bread, chalk")
    await page.get_by_test_id("file-input").set_input_files(file)
    row = page.get_by_test_id("sending").and_(page.locator('[data-state="failed"]'))
    await expect(row.get_by_role("alert")).to_have_text(re.compile(r"\w.*\."))
    await expect(page.get_by_test_id("notification")).to_have_count(0)
    await row.get_by_role("button", name="Dismiss").click()
    await expect(row).to_have_count(0)


async def test_a_narrow_window_shows_one_day(page: Page, sample_png: Path) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await _upload(page, sample_png)
    await page.get_by_test_id("view-timetable").click()
    await page.get_by_role("button", name="Thursday", exact=True).click()
    await expect(page.locator('[data-day="thursday"]')).to_be_visible()
    await expect(page.locator('[data-day="monday"]')).to_be_hidden()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"


async def test_deleting_asks_first(page: Page, system: System, sample_png: Path) -> None:
    document = await _upload(page, sample_png)
    own = page.locator(f'a[href="#/timetables/{document}"]')
    row = page.get_by_test_id("document").filter(has=own)  # the first may be another's for a while
    await row.get_by_role("button", name="Delete").click()
    await row.get_by_role("button", name="Keep").click()
    await row.get_by_role("button", name="Delete").click()
    async with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        await row.get_by_role("button", name="Delete", exact=True).click()
    await expect(own).to_have_count(0)
    gone = await page.request.get(f"{system.base_url}/api/v1/documents/{document}")
    assert gone.status == 404
