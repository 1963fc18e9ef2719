"""The contract says what is routed and raised, and the handbook says what the contract does."""

import ast
import re
from pathlib import Path

import pytest

from services.gateway.app import API
from services.gateway.openapi import openapi, problems_of

ROOT = Path(__file__).parents[3]
HANDBOOK = (ROOT / "docs/api.md").read_text()
DOCUMENT = openapi(API)


def raised() -> set[tuple[int, str]]:
    """Status and name of every problem in the gateway's code."""
    found = set()
    for path in (ROOT / "services/gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                values = [each.value if isinstance(each, ast.Constant) else None for each in node.args[:2]]
                if node.func.id in ("ProblemError", "_refuse") and isinstance(values[0], int) and values[1]:
                    found.add((values[0], str(values[1])))
    return found


def test_every_problem_that_is_raised_is_in_the_contract_with_its_status() -> None:
    told = {(status, name) for each in API for status, names in problems_of(each).items() for name in names}
    assert raised() - told == set()


def addresses(cell: str) -> list[str]:
    """The addresses of a cell of the handbook; `.csv` after `/timetables/{id}.ics` is the same with another end."""
    found: list[str] = []
    for each in re.findall(r"`([/.].+?)`", cell):
        found.append(found[0].rpartition(".")[0] + each if each.startswith(".") else each)
    return [each.replace("{documentId}", "{id}") for each in found]


def test_every_address_of_the_handbook_is_routed_and_the_other_way_round() -> None:
    table = HANDBOOK.partition("| | | answers |")[2].partition("\n\n")[0]
    told = set()
    for methods, cell in re.findall(r"^\| (`.+?`) \| (.+?) \|", table, re.MULTILINE):
        told |= {(method, address) for method in re.findall(r"`([A-Z]+)`", methods) for address in addresses(cell)}
    routed = {(each.method, each.path) for each in API}
    assert {each for each in told if each[1].startswith("/api/")} == routed


def test_every_problem_is_in_the_handbook() -> None:
    names = {name for each in API for names in problems_of(each).values() for name in names}
    missing = {name for name in names if f"`{name}`" not in HANDBOOK and f"/problems/{name}" not in HANDBOOK}
    assert missing == set()


@pytest.mark.parametrize("endpoint", API, ids=lambda each: f"{each.method} {each.path}")
def test_an_operation_is_told_in_a_sentence(endpoint: object) -> None:
    assert re.fullmatch(r"[A-Z].+[^.]\.", endpoint.summary)  # type: ignore[attr-defined] # of `API`


def test_what_leads_on_names_operations_that_there_are() -> None:
    operations = {one["operationId"] for each in DOCUMENT["paths"].values() for one in each.values()}
    links = DOCUMENT["paths"]["/api/v1/documents/upload"]["post"]["responses"]["202"]["links"]
    assert set(links) <= operations
    assert {"getDocumentsId", "getTimetablesId", "getEventsId"} <= set(links)


def test_fields_are_told_in_the_words_of_the_code_and_patterns_in_those_of_json() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["Document"]["properties"]["savedName"]["description"].startswith("What a person called it")
    assert "Warning" in schemas
    assert "\\Z" not in str(schemas)
