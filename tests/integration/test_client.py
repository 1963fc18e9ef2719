"""The Python client against a gateway: both of its forms, and its command line as a process."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest
from timelift_client import AsyncClient, Client, DocumentError, ProblemError

from shared.messages import TimeBlock, Timetable
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.system import ROOT
from tests.waiting import patience, until

WEEK = Timetable(
    validated=True,
    class_name="4B",
    timeblocks=[TimeBlock(day="monday", name="Maths", start_time="09:00", end_time="09:45")],
)


async def test_a_picture_goes_in_and_a_week_comes_out(gateway: GatewayAlone, player: Player, tmp_path: Path) -> None:
    async with AsyncClient(gateway.base_url) as client:
        picture = png() + b"of no other test"
        document_id = await client.upload(picture, "wéek.png")
        delivery = await player.take(document_id)
        seen: list[tuple[str, int | None]] = []
        async with patience():
            async for event in client.follow(document_id):
                if not seen:
                    await player.publish(delivery, document_id, 40)
                seen.append((event.type, event.percentage))
                if event.type == "progress":
                    await player.complete(delivery, document_id, WEEK)
        # Heartbeats come in between, as often as the gateway's setting says.
        assert [each for each in seen if each[0] != "connected"] == [("progress", 40), ("complete", 100)]
        assert (await client.wait(document_id)).type == "complete"
        assert await client.upload(picture, "again.png", reuse=True) == document_id
        document = await client.document(document_id)
        assert (document.status, document.file_name, document.final) == ("completed", "wéek.png", True)

        # The other client, and every form.
        def in_turn() -> None:
            with Client(gateway.base_url) as waiting:
                (id_,) = waiting.document(document_id).timetable_ids
                assert waiting.timetable(id_).timeblocks[0].start_time == "09:00"
                assert {waiting.export(id_, form).name for form in ("csv", "json", "xlsx")} == {
                    f"4B.{form}" for form in ("csv", "json", "xlsx")
                }
                assert next(waiting.documents()).document_id
                assert waiting.wait(document_id).type == "complete"

        await asyncio.to_thread(in_turn)
        await client.delete(document_id)
        with pytest.raises(ProblemError) as caught:
            await client.timetable(document_id)
        assert caught.value.name == "not-found"


async def test_what_the_gateway_refuses_is_an_error_with_its_words(gateway: GatewayAlone) -> None:
    async with AsyncClient(gateway.base_url) as client:
        with pytest.raises(ProblemError) as caught:
            await client.upload(b"no picture")
        assert caught.value.name == "unreadable-file"
        document_id = await client.upload(png())
        await client.cancel(document_id)
        with pytest.raises(DocumentError, match="Cancelled") as ended:
            await client.wait(document_id)
        assert ended.value.status == "cancelled"


async def test_the_command_saves_weeks(
    gateway: GatewayAlone, player: Player, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    (tmp_path / "plan.png").write_bytes(png())
    term = ("--from", "2026-09-02", "--until", "2026-12-18", "--time-zone", "Europe/Berlin")
    command = (
        "-m",
        "timelift_client",
        "--url",
        gateway.base_url,
        "upload",
        str(tmp_path / "plan.png"),
        "--format",
        "ics",
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, *term, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    found: list[str] = []

    async def sent() -> bool:
        async with session.get(f"{gateway.base_url}/api/v1/documents?limit=5") as answer:
            documents = (await answer.json())["documents"]
        found[:] = [each["documentId"] for each in documents if each["fileName"] == "plan.png"]
        return bool(found)

    await until(sent)
    await player.complete(await player.take(found[0]), found[0], WEEK)
    async with patience():
        said, wrong = await process.communicate()
    assert process.returncode == 0, wrong
    assert str(tmp_path / "plan.ics") in said.decode()
    assert b"SUMMARY:Maths" in (tmp_path / "plan.ics").read_bytes()


async def test_photos_of_one_plan_become_the_pages_of_one_document(gateway: GatewayAlone) -> None:
    async with AsyncClient(gateway.base_url) as client:
        document = await client.document(await client.upload([png(), png()], "wall.png"))
        assert (document.file_name, document.status) == ("wall.png", "uploaded")
        with pytest.raises(ProblemError) as caught:
            await client.upload([png(), b"%PDF-1.7 is a document of its own"])
        assert caught.value.name == "unreadable-file"
