"""What asking Claude cost, on record in Postgres and in the API whatever became of it. The extractor as it is wired in
its service, over a real Postgres and gateway; the Messages API is the stand-in."""

import os
import signal
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import asyncpg
import cv2
import msgspec
import pytest

from deploy.embedded.process import wait_for
from services.extractor import handler
from services.extractor.__main__ import make
from services.extractor.attempts import Attempt
from shared.blobs import BlobStore, blob_key
from shared.db.documents import Documents
from shared.db.pool import DatabaseAwayError
from shared.messages import ExtractPayload, OcrResult, PageImage, Timetable, encode
from shared.outcomes import Done, Job, Outcome
from shared.service import Context
from shared.streams.entries import follow_up_fields, read_job
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.progress import KeptProgress
from tests.system import System, finish, upload
from tests.unit.extractor.messages_api import KEY, MessagesApi, fault, message, messages_api
from tests.unit.extractor.reading.sheet import Sheet
from tests.unit.extractor.test_handler import ANSWER, full, unclear
from tests.waiting import PATIENCE, patience

COST = (1200 * 3 + 340 * 15) / 1e6
"""Of one answer of the stand-in, by the default prices."""
WRONG = {**ANSWER, "blocks": [{**ANSWER["blocks"][0], "start": "11:00"}]}


class DyingDocuments(Documents):
    """A database that the extractor's process does not live to save a week in."""

    async def save_timetables(self, *_: Any, **__: Any) -> dict[str, Timetable] | None:
        raise RuntimeError("killed")


class DeafDocuments(Documents):
    """A database that is away whenever an attempt is to be noted, and back when the week is saved."""

    async def note_attempts(self, *_: Any, **__: Any) -> None:
        raise DatabaseAwayError("away")


class Bench:
    """A gateway with a document, and an extractor's deliveries of it."""

    def __init__(
        self, gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, patch: pytest.MonkeyPatch
    ) -> None:
        self.gateway, self.session, self.player, self._patch = gateway, session, player, patch
        self.blobs = BlobStore.open(f"file://{gateway.blobs}")
        self.progress = KeptProgress()

    async def document(self, sheet: Sheet) -> tuple[str, ExtractPayload]:
        """Upload a document and store what the OCR would have read of it."""
        id_ = await upload(self.session, self.gateway.base_url, png())
        image, ocr = blob_key("default", id_, "page-0"), blob_key("default", id_, "ocr.json")
        _, data = cv2.imencode(".webp", cv2.cvtColor(sheet.picture, cv2.COLOR_RGB2BGR))
        await self.blobs.put(image, data.tobytes())
        page = sheet.page().ocr
        page.image = image
        await self.blobs.put(ocr, encode(OcrResult(pages=[page], engine="drawn", seconds=0)))
        stored = PageImage(page=0, image=image, content_type="image/webp", width=sheet.width, height=sheet.height)
        return id_, ExtractPayload(pages=[stored], ocr=ocr)

    async def deliver(
        self, id_: str, payload: ExtractPayload, api: MessagesApi, kind: type[Documents] = Documents, **settings: str
    ) -> Outcome:
        """One delivery of the document's extraction, with settings as the environment has them."""
        self._patch.setattr(handler, "NOTE_SECONDS", PATIENCE)
        for name, value in {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": api.url, **settings}.items():
            self._patch.setenv(name, value)
        stage = await make(Context(self.blobs, kind(self.player.database)))
        try:
            return await stage.handle(Job(id_, "default", "extract", 1, msgspec.to_builtins(payload)), self.progress)
        finally:
            stage.close()

    async def timetable(self, id_: str) -> dict[str, Any]:
        async with self.session.get(f"{self.gateway.base_url}/api/v1/timetables/{id_}") as answer:
            assert answer.status == 200, await answer.text()
            body: dict[str, Any] = await answer.json()
            return body

    async def rows(self, id_: str) -> list[tuple[Any, ...]]:
        """Outcome, tokens in and out, cost of each attempt in the table, oldest first."""
        connection = await asyncpg.connect(self.gateway.database_url)
        rows = await connection.fetch(
            "SELECT outcome, input_tokens, output_tokens, cost_usd::float FROM extraction_attempts "
            "WHERE document_id = $1 AND tenant = 'default' ORDER BY sent_at",
            uuid.UUID(id_),
        )
        await connection.close()
        return [tuple(row) for row in rows]


@pytest.fixture
def bench(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    return Bench(gateway, session, player, monkeypatch)


def outcomes(extraction: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in extraction["attempts"]]


async def test_an_answers_tokens_and_cost_are_kept(bench: Bench) -> None:
    id_, payload = await bench.document(unclear())
    async with messages_api(message(ANSWER)) as api:
        outcome = await bench.deliver(id_, payload, api)
    timetable = await bench.timetable(id_)
    extraction = timetable["extraction"]
    (attempt,) = extraction["attempts"]
    assert attempt["at"].endswith("Z")
    assert attempt["seconds"] > 0
    assert attempt | {"at": "", "seconds": 0} == {
        "at": "", "model": "claude-test", "outcome": "end_turn", "inputTokens": 1200, "outputTokens": 340,
        "costUsd": pytest.approx(COST), "seconds": 0,
    }  # fmt: skip
    assert (extraction["reader"], extraction["costUsd"]) == ("claude", pytest.approx(COST))
    # The same in the events: who watches, and who asks later.
    assert isinstance(outcome, Done)
    assert outcome.event is not None
    assert msgspec.to_builtins(outcome.event.timetable_data) == timetable
    (told,) = [each["claude"]["attempts"] for each in bench.progress.details if "claude" in each]
    assert told == [attempt]


async def test_a_week_read_without_claude_cost_nothing(bench: Bench) -> None:
    id_, payload = await bench.document(full())
    async with messages_api(message(ANSWER)) as api:
        await bench.deliver(id_, payload, api)
    assert (await bench.timetable(id_))["extraction"] == {"reader": "local", "attempts": [], "costUsd": 0.0}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (message("{", "max_tokens"), ("max_tokens", 1200, 340, pytest.approx(COST))),
        (fault(500, "api_error"), ("500", 0, 0, 0.0)),
    ],
)
async def test_a_failed_attempt_is_kept_where_the_local_reading_stands(
    bench: Bench, answer: Any, expected: tuple[Any, ...]
) -> None:
    id_, payload = await bench.document(full())
    async with messages_api(answer) as api:
        await bench.deliver(id_, payload, api, EXTRACTION="claude")
    timetable = await bench.timetable(id_)
    assert len(timetable["timeblocks"]) == 20
    assert (timetable["extraction"]["reader"], outcomes(timetable["extraction"])) == ("local", [expected[0]])
    assert timetable["extraction"]["costUsd"] == expected[3]
    assert await bench.rows(id_) == [expected]


async def test_a_repair_round_is_two_attempts(bench: Bench) -> None:
    id_, payload = await bench.document(unclear())
    async with messages_api(message(WRONG), message(ANSWER)) as api:
        await bench.deliver(id_, payload, api)
    extraction = (await bench.timetable(id_))["extraction"]
    assert (extraction["reader"], outcomes(extraction)) == ("claude", ["end_turn", "end_turn"])
    assert extraction["costUsd"] == pytest.approx(2 * COST)
    assert extraction["attempts"][0]["at"] <= extraction["attempts"][1]["at"]


async def test_what_could_not_be_noted_is_kept_with_the_week(bench: Bench) -> None:
    id_, payload = await bench.document(unclear())
    async with messages_api(message(WRONG), message(ANSWER)) as api:
        await bench.deliver(id_, payload, api, DeafDocuments)
    assert outcomes((await bench.timetable(id_))["extraction"]) == ["end_turn", "end_turn"]


async def test_a_delivery_that_died_before_it_saved_counts_once(bench: Bench) -> None:
    id_, payload = await bench.document(unclear())
    async with messages_api(message(ANSWER)) as api:
        with pytest.raises(RuntimeError, match="killed"):
            await bench.deliver(id_, payload, api, DyingDocuments)
        assert await bench.rows(id_) == [("end_turn", 1200, 340, pytest.approx(COST))], "paid for, and nothing saved"
        await bench.deliver(id_, payload, api)
        assert len(api.requests) == 2
        assert len(await bench.rows(id_)) == 2
        # Saved, and not acknowledged: once more.
        await bench.deliver(id_, payload, api)
    extraction = (await bench.timetable(id_))["extraction"]
    assert outcomes(extraction) == ["end_turn"] * 3
    assert extraction["costUsd"] == pytest.approx(3 * COST)
    assert len(await bench.rows(id_)) == 3


async def test_saving_again_what_was_noted_changes_nothing(bench: Bench) -> None:
    id_, payload = await bench.document(unclear())
    stored: list[dict[str, Timetable] | None] = []

    class Twice(Documents):
        """A database whose answer to the first save got lost."""

        async def save_timetables(self, *arguments: Any, **named: Any) -> dict[str, Timetable] | None:
            stored.append(await super().save_timetables(*arguments, **named))
            stored.append(await super().save_timetables(*arguments, **named))
            return stored[-1]

    async with messages_api(message(WRONG), message(ANSWER)) as api:
        await bench.deliver(id_, payload, api, Twice)
    assert stored[0] == stored[1] is not None
    before = await bench.rows(id_)
    assert len(before) == 2
    # Nor does one that comes late make it unknown again how it ended.
    pool = bench.player.database.pool
    ids = await pool.fetch("SELECT id FROM extraction_attempts WHERE document_id = $1", uuid.UUID(id_))
    late = {str(row["id"]): Attempt("claude-test").message() for row in ids}
    await Documents(bench.player.database).note_attempts(id_, "default", late)
    assert await bench.rows(id_) == before


async def test_a_document_that_failed_or_was_deleted_was_paid_for_too(bench: Bench) -> None:
    failed, payload = await bench.document(unclear())
    async with messages_api(message(ANSWER)) as api:
        with pytest.raises(RuntimeError, match="killed"):
            await bench.deliver(failed, payload, api, DyingDocuments)
        await Documents(bench.player.database).fail(failed, "default", "It broke.")
        assert len(await bench.rows(failed)) == 1
        deleted, payload = await bench.document(unclear())
        await Documents(bench.player.database).delete(deleted, "default")
        assert await bench.deliver(deleted, payload, api) == Done()
    assert [row[0] for row in await bench.rows(deleted)] == ["end_turn"]


async def test_a_correction_keeps_how_the_week_was_read(bench: Bench) -> None:
    id_, payload = await bench.document(unclear())
    async with messages_api(message(ANSWER)) as api:
        await bench.deliver(id_, payload, api)
        read = await bench.timetable(id_)
        url = f"{bench.gateway.base_url}/api/v1/timetables/{id_}"
        async with bench.session.put(url, json={**read, "savedName": "Ours", "extraction": None}) as answer:
            assert answer.status == 200, await answer.text()
            stored = await answer.json()
        assert (stored["savedName"], stored["extraction"]) == ("Ours", read["extraction"])
        assert await bench.timetable(id_) == stored
        # A late delivery changes no week, and was paid for.
        await bench.deliver(id_, payload, api)
    late = await bench.timetable(id_)
    assert (late["timeblocks"], late["savedName"]) == (stored["timeblocks"], "Ours")
    assert late["extraction"]["costUsd"] == pytest.approx(2 * COST)


@pytest.fixture
async def extractors(bench: Bench) -> AsyncIterator[System]:
    """Extractor processes on the gateway's servers; a test spawns them."""
    gateway = bench.gateway
    made = System(gateway.folder, gateway.redis_url, gateway.database_url, QUEUE_LEASE="1500", ANTHROPIC_API_KEY=KEY)
    yield made
    await made.stop()


async def test_an_attempt_in_whose_middle_the_process_is_killed_is_kept(
    bench: Bench, extractors: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, payload = await bench.document(unclear())
    player = bench.player
    async with messages_api(message(ANSWER), hang=True) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        extractors.spawn("extractor-a", "extractor")
        delivery = await player.take(id_)
        fields = follow_up_fields(read_job("compress", delivery.fields), payload)
        assert await player.consumer.finish(delivery, document_id=id_, next_stage="extract", follow_up=fields)
        async with patience():
            await api.asked.wait()
        killed = extractors.processes.pop("extractor-a")
        os.killpg(killed.pid, signal.SIGKILL)
        assert await wait_for(killed, PATIENCE)
        assert await bench.rows(id_) == [("sent", 0, 0, 0.0)]
        api.hang = False
        extractors.spawn("extractor-b", "extractor")
        last = (await finish(bench.session, bench.gateway.base_url, id_))[-1]
    assert last["type"] == "complete", last
    extraction = (await bench.timetable(id_))["extraction"]
    assert last["timetableData"]["extraction"] == extraction
    assert (extraction["reader"], outcomes(extraction)) == ("claude", ["sent", "end_turn"])
    assert extraction["costUsd"] == pytest.approx(COST)
