"""The page for who has no mouse: everything by the keyboard, and everything on a phone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, FileChooser, Locator, Page, expect

from tests.browser.accessibility import come_to_rest
from tests.browser.conftest import LONGEST_MS
from tests.browser.tab import Tab, word_file
from tests.browser.week import ART, MATHS, Week
from tests.system import WORKERS, System
from tests.waiting import PATIENCE, until

_PLACES = "a[href], button, input, select, textarea, summary, [tabindex]"
"""Where Tab may stop: each row of the list has several, and how many rows there are is others' doing."""


async def _tab_to(page: Page, place: Locator) -> None:
    """Press Tab until a place has the focus; nothing else brings it there."""
    await expect(place).to_be_visible()
    for _ in range(await page.locator(_PLACES).count() + 2):
        await page.keyboard.press("Tab")
        if await place.evaluate("place => place === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not get to {place}")


def _choosing(page: Page) -> asyncio.Future[FileChooser]:
    """The next choice of a file. Asked for early: the browser is told that it opens no dialog of its own."""
    chosen: asyncio.Future[FileChooser] = asyncio.get_running_loop().create_future()

    def take(chooser: FileChooser) -> None:
        chosen.set_result(chooser)

    page.once("filechooser", take)
    return chosen


async def _has_focus(page: Page) -> bool:
    """Whether the focus is on something: lost, it is on the body, and the next Tab begins at the top."""
    focused: bool = await page.evaluate("document.activeElement !== document.body && document.activeElement !== null")
    return focused


async def test_the_keyboard_alone_does_it_all(page: Page, held: System) -> None:
    tab, chosen = Tab(page), _choosing(page)
    skip = page.get_by_role("link", name="Skip to content")
    # A key that is pressed before there is a page goes nowhere.
    await expect(skip).to_be_attached()
    await page.keyboard.press("Tab")
    await expect(skip).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()
    await _tab_to(page, page.get_by_role("button", name="Choose a file"))
    await page.keyboard.press("Enter")
    await (await asyncio.wait_for(chosen, PATIENCE)).set_files(word_file("by-keys"))
    # A card that is ready and that nobody is at goes after eight seconds: past many rows the way there may take longer.
    await _tab_to(page, tab.card("by-keys").get_by_role("button", name="Close"))
    for worker in WORKERS:
        held.let_go(worker)
    await _tab_to(page, page.get_by_test_id("view-timetable"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("week-grid")).to_be_visible()
    await expect(page.get_by_role("main")).to_be_focused()

    lesson = page.get_by_test_id("time-block").first
    name = await lesson.get_attribute("data-name") or ""
    await _tab_to(page, lesson)
    await page.keyboard.press("Enter")
    field = page.get_by_test_id("field-name")
    if not await field.evaluate("field => field === document.activeElement"):
        await _tab_to(page, field)
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("Typed")
    await page.keyboard.press("Enter")
    typed = page.locator('[data-testid="time-block"][data-name="Typed"]')
    await expect(typed).to_be_focused()  # where the dialog was opened
    await page.keyboard.press("Delete")
    await expect(typed).to_have_count(0)
    await until(lambda: _has_focus(page))  # it comes back a frame or two later
    await page.keyboard.press("ControlOrMeta+z")
    await page.keyboard.press("ControlOrMeta+z")
    await expect(page.locator(f'[data-testid="time-block"][data-name="{name}"]').first).to_be_visible()

    await _tab_to(page, page.get_by_role("link", name="All timetables"))
    await page.keyboard.press("Enter")
    row = tab.row("by-keys")
    await expect(row).to_be_visible()
    await expect(page.get_by_role("main")).to_be_focused()
    await _tab_to(page, row.get_by_role("button", name="Delete"))
    await page.keyboard.press("Enter")
    await expect(row.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(row).to_have_count(0)
    await until(lambda: _has_focus(page))


@pytest.fixture
async def phone(browser: Browser, system: System) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True
    )
    context.set_default_timeout(LONGEST_MS)
    page = await context.new_page()
    await page.goto(system.base_url)
    yield page
    await context.close()


_TOUCH = 24
"""Pixels of the smallest thing to touch, by WCAG 2.2."""
_LINE = 64
"""Pixels of a card of one line, with a bar and what it is closed by."""


async def test_a_phone_takes_a_photo_and_shows_the_week_a_day_at_a_time(phone: Page, week: Week, held: System) -> None:
    await week.put(MATHS, {**ART, "box": {"x": 300, "y": 200, "width": 200, "height": 80}})
    await phone.reload()
    buttons = phone.locator(".drop-buttons button")
    await expect(buttons.first).to_have_text("Take a photo")
    chosen = _choosing(phone)
    await buttons.first.tap()
    camera = await asyncio.wait_for(chosen, PATIENCE)
    assert await camera.element.get_attribute("capture") == "environment"
    await expect(phone.get_by_text("Drop your timetable here")).to_be_hidden()
    await camera.set_files(word_file("on-a-phone"))
    card = phone.get_by_test_id("notification")
    await expect(card).to_contain_text("on-a-phone")
    toast = await card.bounding_box()
    assert toast is not None
    assert toast["height"] < _LINE

    await week.show(phone)
    await phone.get_by_role("button", name="Tuesday", exact=True).tap()
    await expect(phone.locator('[data-day="monday"]')).to_be_hidden()
    lesson = phone.locator('[data-name="Art"]')
    box = await lesson.bounding_box()
    assert box is not None
    assert box["height"] >= _TOUCH
    await lesson.tap()
    sheet = phone.get_by_test_id("block-details")
    await expect(sheet.get_by_role("img")).to_be_visible()
    await come_to_rest(phone)
    place = await sheet.bounding_box()
    assert place is not None
    assert place["width"] == 390
    assert round(place["y"] + place["height"]) == 844
    await sheet.get_by_role("button", name="Close").tap()
    await expect(sheet).to_have_count(0)
    for view in ("Picture", "Week"):
        await phone.get_by_role("button", name=view, exact=True).first.tap()
        assert await phone.evaluate("document.documentElement.scrollWidth") <= 390
