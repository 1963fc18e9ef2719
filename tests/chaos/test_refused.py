"""Uploads that are made while Redis answers and refuses: all of them are answered, and complete."""

from pathlib import Path

import aiohttp

from tests.chaos.clients import People
from tests.chaos.fleet import Fleet
from tests.chaos.run import Options, run
from tests.refusals import Refusal, Refuser
from tests.waiting import PATIENCE

EACH = 5


async def test_uploads_made_while_redis_is_full_or_cannot_save_are_answered_and_complete(tmp_path: Path) -> None:
    meanwhile: dict[Refusal, list[str]] = {"oom": [], "misconf": []}

    async def meddle(fleet: Fleet, people: People, session: aiohttp.ClientSession) -> None:
        refuser = Refuser(fleet.valkey.url, fleet.valkey.folder)
        chance = people.chance(0)
        for how, documents in meanwhile.items():
            async with refuser.refusing(how):
                for _ in range(EACH):
                    number = 100 + len(people.accepted)
                    found = await people.upload(session, number, f"week-{number}.png", chance)
                    documents.append(found.document)
        await refuser.close()

    options = Options(seed=5, documents=2, seconds=1, kinds=(), settle=PATIENCE, gateways=1, each=1, longest=1)
    result = await run(options, tmp_path, meddle=meddle)
    problems = [*result.verdict.problems, *result.faults]
    assert not problems, "\n".join(problems)
    assert [len(documents) for documents in meanwhile.values()] == [EACH, EACH]
    assert result.verdict.completed == result.verdict.accepted == options.documents + 2 * EACH
