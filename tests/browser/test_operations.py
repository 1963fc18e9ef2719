"""The operator's page: what failed is seen, put back to work and removed, over the running system."""

import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.system import System
from tests.waiting import until


class Uploads:
    """Documents whose pictures are damaged in the store before anybody looks at them."""

    def __init__(self, page: Page, system: System, picture: bytes) -> None:
        self._api = f"{system.base_url}/api/v1/documents"
        self._page, self._system, self._picture = page, system, picture
        self.ids: list[str] = []
        self._kept: dict[Path, bytes] = {}

    async def damaged(self, count: int) -> None:
        """Upload some; all of them have failed when this is done."""
        self._system.hold("compressor")
        for number in range(count):
            file = FilePayload(name=f"{number}.png", mimeType="image/png", buffer=self._picture)
            answer = await self._page.request.post(f"{self._api}/upload", multipart={"file": file})
            self.ids.append((await answer.json())["documentId"])
            path = self._system.blobs / "default" / self.ids[-1] / "original"
            self._kept[path] = path.read_bytes()
            path.write_bytes(b"milk, bread, chalk")
        self._system.let_go("compressor")
        for id_ in self.ids:
            await until(partial(self.has, id_, "failed"))

    async def has(self, id_: str, status: str) -> bool:
        document = await (await self._page.request.get(f"{self._api}/{id_}")).json()
        return bool(document["status"] == status)

    def mended(self) -> None:
        for path, data in self._kept.items():
            path.write_bytes(data)

    async def delete(self) -> None:
        for id_ in self.ids:
            await self._page.request.delete(f"{self._api}/{id_}")


@pytest.fixture
async def uploads(page: Page, system: System, sample_png: Path) -> AsyncIterator[Uploads]:
    made = Uploads(page, system, sample_png.read_bytes())
    system.hold("ocr")  # which would take its time over what is retried
    yield made
    await made.delete()
    system.let_go("ocr")


async def test_the_operator_removes_one_and_puts_the_others_back_to_work(
    page: Page, system: System, uploads: Uploads
) -> None:
    await uploads.damaged(3)
    await page.goto(f"{system.base_url}/operations")
    await expect(page).to_have_url(re.compile("/#/operations$"))
    compress = page.get_by_test_id("stage-compress")
    await expect(compress).to_have_attribute("data-state", "dead")
    await expect(compress.get_by_role("img").first).to_have_attribute("aria-label", re.compile("jobs in the last hour"))
    await expect(page.get_by_test_id("worker").filter(has_text="extractor-1")).to_be_visible()
    await expect(page.get_by_test_id("gateway")).to_be_visible()

    dead = page.get_by_test_id("dead")
    reason = dead.get_by_test_id("dead-reason").filter(has_text="not a picture")
    await reason.get_by_role("button", name="Show the jobs").click()
    await expect(reason.get_by_test_id("dead-job")).to_have_count(3)
    await reason.get_by_role("link", name=uploads.ids[0][:8]).click()
    await expect(page.get_by_test_id("timeline").get_by_test_id("phase")).to_have_count(1)

    await reason.get_by_role("button", name=f"Remove: {uploads.ids[0][:8]}").click()
    confirm = page.get_by_test_id("confirm")
    await confirm.get_by_role("button", name="Cancel").click()
    await expect(confirm).to_have_count(0)
    await reason.get_by_role("button", name=f"Remove: {uploads.ids[0][:8]}").click()
    await confirm.get_by_test_id("confirm-remove").click()
    await expect(dead.get_by_role("status")).to_have_text("1 job is removed.")
    await expect(reason.get_by_test_id("dead-job")).to_have_count(2)

    uploads.mended()
    await dead.get_by_test_id("retry-all").click()
    # Some of other tests go back as well; those of deleted documents stay.
    await expect(dead.get_by_role("status")).to_have_text(re.compile(r"^\d+( of \d+)? jobs are back at work"))
    await expect(reason).to_have_count(0)
    await until(partial(_compressed, page, system, uploads.ids[1:]))
    assert await uploads.has(uploads.ids[0], "failed")
    await expect(page.get_by_test_id("feed")).to_contain_text(uploads.ids[1][:8])


async def _compressed(page: Page, system: System, ids: list[str]) -> bool:
    """Whether all of these wait for their text to be read."""
    stages = (await (await page.request.get(f"{system.base_url}/api/v1/operations/stages")).json())["stages"]
    return bool(stages[1]["depth"] >= len(ids))
