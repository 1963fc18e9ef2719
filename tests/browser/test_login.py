"""Who logs in at the page sees their own weeks, does what their key is for, and gets out again."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from shared.db.api_keys import ApiKeys
from shared.messages import Role
from tests.browser.accessibility import LOOKS, put_on, violations
from tests.browser.conftest import LONGEST_MS
from tests.browser.schools import week_of
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.schools import NORTH, SOUTH
from tests.waiting import until


@pytest.fixture
async def two(browser: Browser, keyed: GatewayAlone) -> AsyncIterator[tuple[Page, Page]]:
    """Two people's browsers."""
    contexts = [await browser.new_context(base_url=keyed.base_url) for _ in range(2)]
    for each in contexts:
        each.set_default_timeout(LONGEST_MS)
    first, second = [await each.new_page() for each in contexts]
    yield first, second
    for each in contexts:
        await each.close()


@pytest.fixture
def page(two: tuple[Page, Page]) -> Page:
    return two[0]


async def log_in(page: Page, key: str) -> None:
    await expect(page).to_have_url(re.compile("/login"))
    await page.get_by_label("Your key").fill(key)
    await page.get_by_role("button", name="Log in").click()


async def key_for(player: Player, name: str, *roles: Role) -> str:
    _, key = await ApiKeys(player.database).add("north", name, list(roles))
    return key


async def test_two_schools_see_their_own_weeks_and_get_out(two: tuple[Page, Page], player: Player) -> None:
    north, south = two
    own = await week_of(north, player, NORTH, "4A of the north")
    await week_of(north, player, SOUTH, "4A of the south")
    for page, key, name, other in ((north, NORTH, "north", "south"), (south, SOUTH, "south", "north")):
        await page.goto("/")
        await log_in(page, key)
        await expect(page.get_by_test_id("account")).to_have_text(name)
        await expect(page.get_by_test_id("document").filter(has_text=f"4A of the {name}")).to_be_visible()
        await expect(page.get_by_test_id("document").filter(has_text=f"4A of the {other}")).to_have_count(0)
    await south.goto(f"/#/timetables/{own}")
    await expect(south.get_by_role("heading", name="There is no such timetable")).to_be_visible()

    await north.get_by_test_id("log-out").click()
    await expect(north).to_have_url(re.compile("/login$"))
    await north.goto("/")
    await expect(north).to_have_url(re.compile("/login$"))
    await log_in(north, "no-such-key-0000")
    await expect(north.get_by_role("alert")).to_have_text("This key is not known.")
    for look in LOOKS:
        await put_on(north, look)
        assert await violations(north) == [], look
    await south.reload()
    await expect(south.get_by_test_id("account")).to_have_text("south")


async def test_who_was_logged_out_comes_back_to_where_they_were_and_loses_no_change(page: Page, player: Player) -> None:
    first, second = [await week_of(page, player, NORTH, name) for name in ("4A", "4B")]
    await page.goto(f"/#/timetables/{first}")
    await log_in(page, NORTH)
    await expect(page).to_have_url(re.compile(f"#/timetables/{first}$"))
    await expect(page.get_by_role("heading", name="4A")).to_be_visible()

    # The login ends under what is read ...
    await page.context.clear_cookies()
    await page.evaluate(f"location.hash = '#/timetables/{second}'")
    await log_in(page, NORTH)
    await expect(page.get_by_role("heading", name="4B")).to_be_visible()

    # ... and under what is written.
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Maths").press("ArrowRight")
    ended = page.get_by_test_id("login-over")
    await expect(ended).to_be_visible()
    async with page.context.expect_page() as opening:
        await ended.get_by_role("link").click()
    other = await opening.value
    await log_in(other, NORTH)
    await expect(ended).to_have_count(0)
    await until(lambda: _on(page, second, "tuesday"))


async def _on(page: Page, id_: str, day: str) -> bool:
    week = await (await page.request.get(f"/api/v1/timetables/{id_}", headers={"X-API-Key": NORTH})).json()
    return bool(week["timeblocks"][0]["day"] == day)


async def test_a_key_for_looking_looks_and_one_for_operating_operates(two: tuple[Page, Page], player: Player) -> None:
    wall, operator = two
    id_ = await week_of(wall, player, NORTH, "4C")
    await wall.goto("/")
    await log_in(wall, await key_for(player, "the wall", "read"))
    await expect(wall.get_by_test_id("account")).to_have_text("the wall")
    row = wall.get_by_test_id("document").filter(has_text="4C")
    await expect(row.get_by_role("link", name="View")).to_be_visible()
    await expect(row.get_by_role("button")).to_have_count(0)
    await expect(wall.get_by_test_id("file-input")).to_have_count(0)
    await row.get_by_role("link", name="View").click()
    lesson = wall.get_by_test_id("time-block")
    await lesson.press("ArrowRight")
    await lesson.press("Delete")
    await lesson.click()
    details = wall.get_by_test_id("block-details")
    await expect(details.get_by_test_id("field-name")).to_be_disabled()
    await details.get_by_role("button", name="Close").last.click()
    await expect(wall.locator('[data-day="monday"] [data-name="Maths"]')).to_be_visible()
    for name in ("Undo", "Add a lesson", "Delete"):
        await expect(wall.get_by_role("button", name=name)).to_have_count(0)
    assert await _on(wall, id_, "monday")
    await wall.goto("/operations")
    await expect(wall.get_by_test_id("not-allowed")).to_be_visible()

    await operator.goto("/operations")
    await log_in(operator, await key_for(player, "the operator", "operate"))
    await expect(operator.get_by_test_id("stage-compress")).to_be_visible()
    await operator.goto("/#/")
    await expect(operator.get_by_text("there are no timetables to show")).to_be_visible()
