"""The contract against the gateway: requests made from it, good and bad, one by one and in the order that it tells."""

import asyncio
import re
import uuid
from typing import Any

import aiohttp
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from services.gateway.app import API
from services.gateway.openapi import openapi
from shared.db.api_keys import ApiKeys
from shared.db.pool import Database, DatabaseSettings
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.system import upload


def contract(events: int, document: dict[str, Any] | None = None) -> Any:
    """The contract, by which so many events are read of a stream: most stay open."""
    config = schemathesis.Config.from_dict({"max-stream-events": events})
    return schemathesis.openapi.from_dict(document or openapi(API), config=config)


SCHEMA = contract(1)
OPERATIONS = {each.ok().label: each.ok() for each in SCHEMA.get_all_operations() if isinstance(each, Ok)}
EXAMPLES = 5
BOUNDED = settings(
    max_examples=EXAMPLES,
    stateful_step_count=6,
    deadline=None,
    database=None,
    # The same ones in every run: what a run finds, the next one finds again.
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def key(schools: GatewayAlone) -> str:
    """A key for everything."""

    async def made() -> str:
        database = Database(DatabaseSettings.load(database_url=schools.database_url))
        await database.open()
        _, text = await ApiKeys(database).add("contract", "the contract's test", ["read", "write", "operate"])
        await database.close()
        return text

    return asyncio.run(made())


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_an_operation_answers_is_in_its_contract(schools: GatewayAlone, key: str, label: str) -> None:
    operation = OPERATIONS[label]
    # 422 is about what no schema says: what is in a file, days in their order; and a cursor is one that a list or a
    # stream gave.
    raw = operation.definition.raw
    opaque = any(each["name"] in ("after", "lastEventId") for each in raw["parameters"])
    beyond: list[Any] = [positive_data_acceptance] if "422" in raw["responses"] or opaque else []
    # Of a request with a good and a bad key it does not know which one counts; `test_without_a_key` looks at that.
    beyond.append(ignored_auth)

    @BOUNDED
    @given(case=operation.as_strategy())
    def answered(case: Any) -> None:
        case.call_and_validate(
            base_url=schools.base_url, headers={"X-API-Key": key}, timeout=30, excluded_checks=beyond
        )

    answered()


async def test_every_event_of_a_document_s_way_is_in_the_contract(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    ids = [await upload(session, gateway.base_url, png()) for _ in range(2)]
    for id_ in ids:
        delivery = await player.take(id_)
        await player.publish(delivery, id_, 40)
        if id_ == ids[0]:
            await player.complete(delivery, id_)
        else:
            await player.fail(delivery, id_, "The picture is cut off.")
    # These end by themselves.
    whole = contract(100)
    one = whole["/api/v1/events/{id}"]["GET"].Case(path_parameters={"id": ids[0]})
    both = whole["/api/v1/events"]["GET"].Case(query={"documentId": ids})
    for case, kinds in ((one, ("connected", "progress", "complete")), (both, ("progress", "complete", "error"))):
        answer = await asyncio.to_thread(
            case.call_and_validate, base_url=gateway.base_url, timeout=30, excluded_checks=[ignored_auth]
        )
        assert all(f'"type":"{kind}"' in answer.text for kind in kinds)


async def test_an_event_that_is_not_in_the_contract_is_found(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    narrow = openapi(API)
    narrow["components"]["schemas"]["Event"]["properties"]["type"] = {"enum": ["progress"]}
    case = contract(1, narrow)["/api/v1/events/{id}"]["GET"].Case(
        path_parameters={"id": await upload(session, gateway.base_url, png())}
    )
    with pytest.raises(FailureGroup, match="SSE event payload violates content schema"):
        await asyncio.to_thread(
            case.call_and_validate, base_url=gateway.base_url, timeout=30, excluded_checks=[ignored_auth]
        )


def test_what_follows_from_an_answer_is_in_the_contract(schools: GatewayAlone, key: str) -> None:
    machine = SCHEMA.as_state_machine()

    class Client(machine):  # type: ignore[misc, valid-type] # made at run time
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"base_url": schools.base_url, "headers": {"X-API-Key": key}, "timeout": 30}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            case.validate_response(response, excluded_checks=[ignored_auth, positive_data_acceptance])

    run_state_machine_as_test(Client, settings=BOUNDED)


async def test_without_a_key_there_is_nothing(schools: GatewayAlone, session: aiohttp.ClientSession) -> None:
    for each in API:
        path = re.sub(r"\{\w+\}", str(uuid.uuid4()), each.path)
        async with session.request(each.method, schools.base_url + path) as answer:
            assert (answer.status == 401) is (each.needed != "anybody"), (each.method, each.path)


async def test_anybody_may_read_the_contract_and_it_asks_nobody_else(
    schools: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{schools.base_url}/openapi.json") as answer:
        assert answer.status == 200
        assert (await answer.json())["openapi"] == "3.1.0"
    async with session.get(f"{schools.base_url}/docs") as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        page = await answer.text()
    assert "Upload a picture of a timetable" in page
    assert not re.search(r"(?:src|href)=\"(?!#|/openapi)|<script|url\(|@import", page)
