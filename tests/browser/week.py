"""A week that was read, for tests that correct it and look at it."""

from typing import Any

from playwright.async_api import Page, expect

MATHS = {"name": "Mathematics", "day": "monday", "startTime": "09:00", "endTime": "09:45", "room": "12"}
ART = {"name": "Art", "day": "tuesday", "startTime": "10:00", "endTime": "11:00"}


class Week:
    """A week that was read, over the API and on the page."""

    def __init__(self, page: Page, url: str, id_: str) -> None:
        self.page = page
        self.id = id_
        self.address = f"{url}/#/timetables/{id_}"
        self._api = f"{url}/api/v1/timetables/{id_}"

    async def get(self) -> dict[str, Any]:
        week: dict[str, Any] = await (await self.page.request.get(self._api)).json()
        return week

    async def names(self) -> list[str]:
        return [block["name"] for block in (await self.get())["timeblocks"]]

    async def put(self, *blocks: dict[str, Any], **more: Any) -> None:
        body = {"timeblocks": list(blocks), "validated": True, **more}
        answer = await self.page.request.put(f"{self._api}?review=true", data=body)
        assert answer.ok, await answer.text()

    async def show(self, page: Page) -> None:
        await page.goto("about:blank")  # else only the fragment would change, and the page keep what it knows
        await page.goto(self.address)
        await expect(page.get_by_test_id("week-grid")).to_be_visible()
