"""Which version this is: said the same everywhere."""

import re
import tomllib

from shared.version import VERSION
from tests.unit.deploy_containers.conftest import ROOT


def test_the_version_is_the_project_s() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_the_change_log_tells_of_it() -> None:
    assert re.search(rf"^## {re.escape(VERSION)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
