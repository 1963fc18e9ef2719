"""The container files, read: stages and instructions of the Dockerfile, services of compose.yaml."""

import importlib
import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
SERVICES = ("gateway", "compressor", "ocr", "extractor")


@dataclass(frozen=True)
class Instruction:
    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """Its arguments without flags (``--from=`` and the like)."""
        return [word for word in shlex.split(self.text) if not word.startswith("--")]

    def flag(self, name: str) -> str | None:
        found = re.search(rf"(?:^|\s)--{name}=(\S+)", self.text)
        return found[1] if found else None


@dataclass
class BuildStage:
    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        return [each for each in self.instructions if each.name == name]

    def env(self) -> dict[str, str]:
        return dict(word.split("=", 1) for each in self.all("ENV") for word in each.words)


@dataclass(frozen=True)
class Dockerfile:
    stages: dict[str, BuildStage]

    def chain(self, name: str) -> Iterator[BuildStage]:
        """The stage and those that it is built from, the first one last."""
        stage = self.stages.get(name)
        while stage:
            yield stage
            stage = self.stages.get(stage.base)

    def env(self, name: str) -> dict[str, str]:
        """The variables of a stage's image."""
        merged: dict[str, str] = {}
        for stage in reversed(list(self.chain(name))):
            merged |= stage.env()
        return merged


def read_dockerfile(text: str) -> Dockerfile:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    stages: dict[str, BuildStage] = {}
    stage: BuildStage | None = None
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            base, _, stage_name = Instruction(name, rest).words
            stage = stages[stage_name] = BuildStage(stage_name, base)
        elif name and stage:
            stage.instructions.append(Instruction(name, rest.strip()))
    return Dockerfile(stages)


@pytest.fixture(scope="session")
def dockerfile() -> Dockerfile:
    return read_dockerfile((DEPLOY / "Dockerfile").read_text())


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return document


@pytest.fixture(scope="session")
def example_env() -> dict[str, str]:
    lines = (DEPLOY / "example.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture(scope="session")
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def settings_classes() -> list[type[Settings]]:
    """Every settings group that `shared` and the services declare."""
    for package in ("shared", *(f"services.{name}" for name in SERVICES)):
        module = importlib.import_module(package)
        for found in pkgutil.walk_packages(module.__path__, f"{package}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    return [each for each in Settings.__subclasses__() if each.__module__.startswith(("shared.", "services."))]


@pytest.fixture(scope="session")
def setting_names(settings_classes: list[type[Settings]]) -> set[str]:
    return {name.upper() for each in settings_classes for name in each.model_fields}
