"""The page keeps nobody out, in any colours: axe on every view."""

from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.week import ART, MATHS, Week
from tests.system import ROOT

AXE = ROOT / "services/gateway/web/node_modules/axe-core/axe.min.js"

Look = Literal["light", "dark", "forced"]


async def violations(page: Page) -> list[Any]:
    """What axe finds, once what moves has come to rest: a colour half faded in is no colour of the page."""
    await page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    await page.evaluate(AXE.read_text())
    found: list[Any] = await page.evaluate("async () => (await axe.run()).violations")
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]


@pytest.fixture(params=["light", "dark", "forced"])
async def look(page: Page, request: pytest.FixtureRequest) -> Look:
    chosen: Look = request.param
    if chosen == "forced":
        await page.emulate_media(forced_colors="active", reduced_motion="reduce")
    else:
        await page.emulate_media(color_scheme=chosen, reduced_motion="reduce")
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
