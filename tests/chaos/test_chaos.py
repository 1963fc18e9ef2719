"""The short form of `make chaos`, and that it would have found what it is there to find."""

from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from redis.asyncio import Redis

from tests.chaos.clients import People
from tests.chaos.fleet import Fleet
from tests.chaos.plan import KINDS
from tests.chaos.run import Options, run
from tests.waiting import PATIENCE, until

ROGUE = """
redis.call('XACK', KEYS[1], 'compressor', '1-1')
redis.call('XADD', KEYS[2], '*', 'v', '1', 'document', ARGV[1], 'payload', '{}')
redis.call('XDEL', KEYS[2], redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1][1])
"""
"""Hands a document over once more, as a finish without a fence would."""


async def test_nothing_is_lost_and_nothing_done_twice(tmp_path: Path) -> None:
    options = Options(seed=138, documents=200, seconds=30, kinds=KINDS, settle=PATIENCE, lease=1.5, longest=4)
    result = await run(options, tmp_path)
    problems = [*result.verdict.problems, *result.faults]
    assert not problems, "\n".join([*problems, *(str(each.action) for each in result.done)])
    assert result.verdict.accepted == options.documents
    # Most documents go through. (That a job was just running where a worker was killed is chance in so short a run;
    # that it is taken up elsewhere is tested with certainty in tests/integration.)
    assert result.verdict.completed > 0.9 * options.documents
    assert {each.action.kind for each in result.done} == set(KINDS)


async def test_a_lost_document_and_doubled_effects_are_found(tmp_path: Path) -> None:
    spoilt: dict[str, str] = {}

    async def meddle(fleet: Fleet, people: People, session: aiohttp.ClientSession) -> None:
        postgres = await asyncpg.connect(fleet.postgres.url)
        redis: Any = Redis.from_url(fleet.valkey.url, decode_responses=True)
        done = "SELECT count(*) FROM processing_events WHERE type IN ('complete', 'error')"

        async def all_done() -> bool:
            # More where an answer was lost and its client uploaded once more.
            return bool(await postgres.fetchval(done) >= options.documents)

        await until(all_done)
        good = [each.document for each in people.accepted.values() if not each.name.startswith("bad-")]
        spoilt["gone"], spoilt["moved"], spoilt["handed"], spoilt["left"], *_ = good
        await postgres.execute("DELETE FROM documents WHERE id = $1", spoilt["gone"])
        await postgres.execute("UPDATE timetables SET id = gen_random_uuid() WHERE document_id = $1", spoilt["moved"])
        await redis.eval(ROGUE, 2, "{0}:jobs:compress", "{0}:jobs:ocr", spoilt["handed"])
        await postgres.execute("UPDATE documents SET status = 'processing' WHERE id = $1", spoilt["left"])
        await postgres.execute("UPDATE documents SET status = 'completed' WHERE id = $1", spoilt["left"])
        # One whose job is taken off the stream while it runs, together with all that could bring it back.
        chance = people.chance(0)
        stuck = await people.upload(session, 1_000, "stuck-1000.png", chance)
        spoilt["forgotten"] = stuck.document
        await until(lambda: any(stuck.document in each.read_text() for each in fleet.records.glob("compress-*.jsonl")))
        await postgres.execute("DELETE FROM job_queue WHERE document_id = $1", stuck.document)
        for id_, fields in await redis.xrange("{0}:jobs:compress"):
            assert fields["document"] == stuck.document
            await redis.xack("{0}:jobs:compress", "compressor", id_)
            await redis.xdel("{0}:jobs:compress", id_)
        await redis.aclose()
        await postgres.close()

    options = Options(seed=3, documents=12, seconds=1, kinds=(), settle=4, gateways=1, each=1, lease=1.5)
    result = await run(options, tmp_path, meddle=meddle)
    verdict = result.verdict
    assert not result.good
    assert set(verdict.lost) == {spoilt["gone"], spoilt["forgotten"]}
    found = {each.partition(":")[0]: each for each in verdict.doubled}
    assert set(found) == {spoilt["moved"], spoilt["handed"], spoilt["left"]}
    assert "timetable" in found[spoilt["moved"]]
    assert "handed" in found[spoilt["handed"]]
    assert "status" in found[spoilt["left"]]
