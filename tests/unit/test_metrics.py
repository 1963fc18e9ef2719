"""What the processes export: named by Prometheus's conventions, each explained."""

import importlib
import pkgutil
import re

from prometheus_client import REGISTRY

from tests.unit.deploy_containers.conftest import SERVICES


def exported() -> dict[str, tuple[str, str]]:
    """Type and help of all our families by name, of every module."""
    for package in ("shared", *(f"services.{name}" for name in SERVICES)):
        module = importlib.import_module(package)
        for found in pkgutil.walk_packages(module.__path__, f"{package}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    return {
        family.name + ("_total" if family.type == "counter" else ""): (family.type, family.documentation)
        for family in REGISTRY.collect()
        if family.name.startswith("timelift_")
    }


def test_names_follow_the_conventions() -> None:
    for name, (kind, text) in exported().items():
        assert re.fullmatch(r"timelift(_[a-z]+)+", name), name
        assert text.endswith("."), f"{name} is not explained by a sentence"
        if kind == "histogram":
            assert name.endswith(("_seconds", "_bytes", "_attempts", "_confidence")), name
