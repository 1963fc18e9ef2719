"""What the processes export: named by Prometheus's conventions, each explained."""

import importlib
import pkgutil
import re

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest

from shared.metrics import Tally
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


def test_a_tally_tells_what_a_histogram_tells() -> None:
    registry = CollectorRegistry()
    bounds, seen = (0.005, 0.1, 1.0, 60.0), (0.0, 0.005, 0.006, 0.1, 3.0, 60.0, 61.0)
    theirs = Histogram("theirs", "Seconds.", ["stage"], buckets=bounds, registry=registry)
    ours = Tally("ours", "Seconds.", ["stage"], bounds, registry=registry)
    for each in seen:
        theirs.labels("ocr").observe(each)
        ours.labels("ocr").observe(each)
    told = generate_latest(registry).decode()
    lines = [line for line in told.splitlines() if "_created" not in line]
    assert [line for line in lines if "ours" in line] == [
        line.replace("theirs", "ours") for line in lines if "theirs" in line
    ]
    with pytest.raises(ValueError, match="ours"):
        Tally("ours", "Twice.", [], bounds, registry=registry)
