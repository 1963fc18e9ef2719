"""docs/dependencies.md against what is asked for and what is installed."""

import importlib.metadata
import json
import re
from typing import Any

import pytest

from tests.unit.deploy_containers.conftest import ROOT

COPYLEFT = re.compile(r"\b(?:A|L)?GPL|\bMPL|Mozilla Public|\bEUPL|\bCDDL|\bEPL-")
HEADINGS = {
    "Every service": None,
    "Extra traces": "traces",
    "Group gateway": "gateway",
    "Group compressor": "compressor",
    "Group ocr": "ocr",
    "Group extractor": "extractor",
    "Group local": "local",
    "Group dev": "dev",
    "Group train": "train",
}
NPM = {"The page (npm)": "services/gateway/web", "clients/react (npm)": "clients/react"}


@pytest.fixture(scope="module")
def sections() -> dict[str, dict[str, list[str]]]:
    """By heading, the rows of its table: the package and its other cells."""
    found: dict[str, dict[str, list[str]]] = {}
    for part in (ROOT / "docs" / "dependencies.md").read_text().split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines() if "| `" in line]
        found[heading] = {row[0].strip(" |`"): row[1:] for row in rows}
    return found


def name(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    assert match, requirement
    return match[0]


def test_every_dependency_has_its_row_and_every_row_its_dependency(
    pyproject: dict[str, Any], sections: dict[str, dict[str, list[str]]]
) -> None:
    named = pyproject["dependency-groups"] | pyproject["project"]["optional-dependencies"]
    assert set(named) == set(HEADINGS.values()) - {None}
    for heading, group in HEADINGS.items():
        asked = named[group] if group else pyproject["project"]["dependencies"]
        assert set(sections[heading]) == {name(each) for each in asked}, heading


def test_every_npm_package_has_its_row(sections: dict[str, dict[str, list[str]]]) -> None:
    for heading, folder in NPM.items():
        package = json.loads((ROOT / folder / "package.json").read_text())
        kinds = ("dependencies", "devDependencies", "peerDependencies")
        assert set(sections[heading]) == {each for kind in kinds for each in package.get(kind, {})}


def test_a_row_says_why_its_licence_and_what_instead(sections: dict[str, dict[str, list[str]]]) -> None:
    for heading in (*HEADINGS, *NPM):
        for package, cells in sections[heading].items():
            assert len(cells) == 3, package
            assert all(len(cell) > 2 for cell in cells), package


def test_a_licence_is_what_the_installed_package_says(sections: dict[str, dict[str, list[str]]]) -> None:
    compared = 0
    installed = {each.metadata["Name"] for each in importlib.metadata.distributions()}
    for heading in HEADINGS:
        for package, cells in sections[heading].items():
            if heading == "Group train" and package not in installed:  # `make train` alone installs it
                continue
            for stated in importlib.metadata.metadata(package).get_all("License-Expression") or []:
                assert stated in cells[1], f"{package} is {stated}"
                compared += 1
    assert compared > 15


def test_no_copyleft_package_is_passed_over(sections: dict[str, dict[str, list[str]]]) -> None:
    """Direct or not: whatever is installed and states such a licence is named, and no AGPL is among them."""
    named = {each.replace("_", "-").lower() for each in sections["Copyleft: read before you distribute"]}
    for distribution in importlib.metadata.distributions():
        fields = distribution.metadata
        # The whole text of a licence, which some put into the field, names others that it is compatible with.
        stated = [(text or "").partition("\n")[0][:100] for text in fields.get_all("License") or []]
        stated += fields.get_all("License-Expression") or []
        stated += [each for each in fields.get_all("Classifier") or [] if each.startswith("License")]
        said = "; ".join(stated)
        assert "AGPL" not in said, fields["Name"]
        assert "Affero" not in said, fields["Name"]
        if COPYLEFT.search(said):
            assert fields["Name"].replace("_", "-").lower() in named, f"{fields['Name']}: {said}"


def test_the_wheels_that_carry_copyleft_libraries_still_do(sections: dict[str, dict[str, list[str]]]) -> None:
    """Their metadata does not tell. When one no longer does, its warning goes."""
    carried = {"pillow-heif": "libx265", "opencv-python-headless": "libavcodec", "numpy": "libquadmath"}
    for package, library in carried.items():
        files = importlib.metadata.files(package) or []
        assert any(library in each.name for each in files), package
        assert package in sections["Copyleft: read before you distribute"]
