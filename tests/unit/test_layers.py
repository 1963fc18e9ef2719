"""What may import what: services stand apart, and in the reader the wings stand on each other in one order."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/__init__.py"))
READING = "services.extractor.reading"
ORDER: tuple[set[str], ...] = (
    {"model", "lexicon"},
    {"learned"},
    {"evidence"},
    {"axes", "cell"},
    {"table", "lists"},
    {"decide"},
    {"reader"},
    {""},
)
"""The reader's wings from the ground up: one imports itself and what stands lower, and no neighbour on its own floor.

The empty name is the package's face, which hands on the reader.
"""
APART = {"lexicon": set[str](), "learned": {"model"}, "model": set[str]()}
"""Narrower than the order: words know no picture and no position, and what is learnt knows no words."""


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{path} imports by dots"
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def test_a_service_imports_no_other() -> None:
    assert len(SERVICES) > 1
    for service in SERVICES:
        for path in (ROOT / "services" / service).rglob("*.py"):
            found = {name.split(".")[1] for name in imports(path) if name.startswith("services.")}
            assert found <= {service}, path


def test_what_all_share_imports_no_service() -> None:
    for path in (ROOT / "shared").rglob("*.py"):
        assert not [name for name in imports(path) if name.split(".")[0] == "services"], path


def test_the_client_imports_nothing_of_this_repository() -> None:
    for path in (ROOT / "clients/python").rglob("*.py"):
        assert not [
            name for name in imports(path) if name.split(".")[0] in ("services", "shared", "deploy", "tests")
        ], path


def wing(name: str) -> str:
    """The wing of the reader that a module is of."""
    return name.removeprefix(READING).removeprefix(".").split(".")[0]


def wings() -> list[Path]:
    return sorted((ROOT / READING.replace(".", "/")).rglob("*.py"))


@pytest.mark.parametrize("path", wings(), ids=lambda path: path.stem)
def test_the_reader_s_wings_stand_on_each_other(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    own = wing(name)
    floor = next((floor for floor, names in enumerate(ORDER) if own in names), None)
    assert floor is not None, f"{own} has no place in the order"
    lower = APART.get(own, set[str]().union(*ORDER[:floor]))
    found = {wing(each) for each in imports(path) if each.startswith(f"{READING}.")}
    assert found <= lower | {own}, f"{name} imports {found - lower - {own}}, which does not stand lower"


def constants(path: Path) -> Iterator[str]:
    """The names that a module sets, each as often as it does."""
    for node in ast.parse(path.read_text()).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


@pytest.mark.parametrize("folder", ["services", "shared", "deploy", "clients/python/src"])
def test_a_module_sets_a_constant_once(folder: str) -> None:
    # The second value holds for what was written for the first, too, and no linter says so.
    for path in (ROOT / folder).rglob("*.py"):
        if "node_modules" not in path.parts:
            names = list(constants(path))
            assert len(names) == len(set(names)), path
