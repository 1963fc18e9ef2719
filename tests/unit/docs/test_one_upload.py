"""docs/one-upload.md names files, functions and statements that are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "one-upload.md").read_text(encoding="utf-8")
PLACES = sorted(set(re.findall(r"`([\w/]+\.py)(?::([\w.]+))?`", PAGE)))
STATEMENTS = sorted(set(re.findall(r"`(\w+\.(?:sql|lua))`", PAGE)))


def names(file: Path) -> set[str]:
    """The functions, classes and methods of a module."""
    found: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
            found |= {f"{node.name}.{each.name}" for each in methods}
    return found


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_every_place_is_there(file: str, name: str) -> None:
    assert (ROOT / file).is_file()
    assert not name or name in names(ROOT / file)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_statement_is_there(statement: str) -> None:
    folder = "shared/db/sql" if statement.endswith(".sql") else "shared/streams/lua"
    assert (ROOT / folder / statement).is_file()


def test_the_page_says_who_writes_every_status() -> None:
    writers = {
        path.name
        for path in (ROOT / "shared/db/sql").glob("*.sql")
        if re.search(
            r"\bUPDATE documents\b[^;]*?\bstatus = (CASE|')|INSERT INTO documents\b", path.read_text(encoding="utf-8")
        )
    }
    assert writers
    assert writers <= set(STATEMENTS)
