"""The page keeps nobody out, in any colours: axe on every view."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import LOOKS, Look, put_on, violations
from tests.browser.week import ART, MATHS, Week


@pytest.fixture(params=LOOKS)
async def look(page: Page, request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    await put_on(page, chosen)
    return chosen


async def test_every_view_is_open_to_everybody(week: Week, look: Look) -> None:
    page = week.page
    box = {"x": 300, "y": 200, "width": 200, "height": 80}
    other = {"field": "name", "value": "Drama", "confidence": 0.3}
    warning = {"code": "missing_day", "message": "There is nothing on Wednesday.", "timeBlock": None}
    unsure = {**ART, "box": box, "confidence": 0.6, "alternatives": [other]}
    untimed = {"name": "Homework club", "day": "friday"}
    await week.put(MATHS, unsure, untimed, warnings=[warning], validated=False)

    await page.reload()
    await expect(page.get_by_test_id("document").first).to_be_visible()
    assert await violations(page) == [], "home"

    await week.show(page)
    await page.get_by_role("button", name="Side by side").click()
    await expect(page.locator(".picture image")).to_be_visible()
    assert await violations(page) == [], "week"

    await page.get_by_role("button", name="Art").first.click()
    await expect(page.get_by_test_id("block-details").get_by_role("img")).to_be_visible()
    assert await violations(page) == [], "lesson"
    await page.keyboard.press("Escape")

    await page.get_by_test_id("open-review").click()
    await expect(page.get_by_test_id("review").get_by_role("img")).to_be_visible()
    assert await violations(page) == [], "review"
    await page.keyboard.press("Escape")

    await page.get_by_test_id("export").click()
    await expect(page.get_by_role("menuitem").first).to_be_visible()
    assert await violations(page) == [], "menu"
    await page.get_by_role("menuitem", name="Calendar").click()
    await page.get_by_test_id("subscribe").click()
    await expect(page.get_by_test_id("subscription")).to_be_visible()
    assert await violations(page) == [], "calendar"

    await page.goto(f"{week.address.partition('#')[0]}#/operations/{week.id}")
    await expect(page.get_by_test_id("phase").first).to_be_visible()
    await expect(page.get_by_test_id("worker").first).to_be_visible()
    await expect(page.get_by_test_id("feed")).to_be_visible()
    assert await violations(page) == [], "operations"
