"""Two schools whose weeks are read by the test: a gateway that asks for keys, and no worker that takes its time."""

from playwright.async_api import FilePayload, Page

from shared.messages import TimeBlock, Timetable
from tests.integration.conftest import Player
from tests.integration.png import png

MATHS = TimeBlock(day="monday", name="Maths", start_time="09:00", end_time="09:45", confidence=0.5)


async def week_of(page: Page, player: Player, key: str, name: str, *blocks: TimeBlock) -> str:
    """A week of a tenant's, read: with one lesson, unless others are given."""
    file = FilePayload(name="week.png", mimeType="image/png", buffer=png())
    answer = await page.request.post("/api/v1/documents/upload", multipart={"file": file}, headers={"X-API-Key": key})
    id_: str = (await answer.json())["documentId"]
    week = Timetable(class_name=name, timeblocks=list(blocks) or [MATHS])
    await player.complete(await player.take(id_), id_, week)
    return id_
