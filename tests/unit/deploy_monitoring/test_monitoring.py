"""Rules and dashboard: understood and fired by Prometheus's own tool, over metrics that are really exported, and each
alert explained."""

import importlib
import json
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from shared.exporter import FAMILIES
from tests.tools import needed
from tests.unit.deploy_containers.conftest import DEPLOY, ROOT, SERVICES
from tests.waiting import PATIENCE

MONITORING = DEPLOY / "monitoring"
PROMETHEUS_OWN = {"instance", "job", "le"}
"""Labels that Prometheus adds, and a histogram's."""
OTHERS = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total"}
"""Metrics that are Prometheus's and its client's."""


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load((MONITORING / "rules.yaml").read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((MONITORING / "grafana/dashboards/timelift.json").read_text())
    return loaded


def promtool(*arguments: str) -> None:
    binary = needed("promtool", package="prometheus")
    done = subprocess.run(
        [binary, *arguments], cwd=MONITORING, check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_understands_rules_and_configuration() -> None:
    promtool("check", "rules", "rules.yaml")
    promtool("check", "config", "prometheus.yaml")


def test_every_alert_fires_and_none_in_a_healthy_system(rules: list[dict[str, Any]]) -> None:
    promtool("test", "rules", "rules_test.yaml")
    tests = yaml.safe_load((MONITORING / "rules_test.yaml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    alerts = {rule["alert"] for rule in rules if "alert" in rule}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == alerts
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == alerts


def test_each_alert_says_what_to_do(rules: list[dict[str, Any]]) -> None:
    """By a heading of the runbook under its name, with something beneath it."""
    runbook = (ROOT / "docs/operations.md").read_text()
    explained = dict(re.findall(r"^### (Timelift\w+)\n\n(.+)$", runbook, re.MULTILINE))
    alerts = {rule["alert"]: rule for rule in rules if "alert" in rule}
    assert set(explained) == set(alerts)
    for name, rule in alerts.items():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{name.lower()}"
        assert rule["labels"]["severity"] in ("page", "ticket")


@pytest.fixture(scope="module")
def exported() -> dict[str, set[str]]:
    """Labels of all series that the processes can have, by name."""
    for package in ("shared", *(f"services.{name}" for name in SERVICES)):
        module = importlib.import_module(package)
        for found in pkgutil.walk_packages(module.__path__, f"{package}."):
            if not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    series: dict[str, set[str]] = {}
    for collector in set(REGISTRY._collector_to_names):
        labels = set(getattr(collector, "_labelnames", ()))
        for name in REGISTRY._collector_to_names[collector]:
            series[name] = labels
    series["timelift_build_info"] = {"service", "version", "commit"}
    return series | {name: set(labels) for name, (_, labels) in FAMILIES.items()}


def expressions(rules: list[dict[str, Any]], dashboard: dict[str, Any]) -> Iterator[str]:
    yield from (rule["expr"] for rule in rules)
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


def test_rules_and_dashboard_ask_for_what_is_exported(
    rules: list[dict[str, Any]], dashboard: dict[str, Any], exported: dict[str, set[str]]
) -> None:
    """A name or label that was changed in the code alone would make an alert that can never fire."""
    recorded = {rule["record"] for rule in rules if "record" in rule}
    asked: set[str] = set()
    for expression in expressions(rules, dashboard):
        for name, selector in re.findall(r"\b((?:timelift[_:]|up\b|process_)[\w:]*)(?:\{([^}]*)\})?", expression):
            if name in recorded | OTHERS:
                continue
            assert name in exported, f"{name} is not exported: {expression}"
            unknown = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", selector)) - exported[name] - PROMETHEUS_OWN
            assert not unknown, f"{name} has no label {unknown}"
            asked.add(re.sub(r"_(bucket|sum|count|info)$", "", name))
    families = {
        re.sub(r"_(bucket|sum|count|created|info)$", "", name) for name in exported if name.startswith("timelift_")
    }
    forgotten = {name for name in families if name not in asked and f"{name}_total" not in asked}
    assert not forgotten, "neither a rule nor the dashboard shows these"


def test_a_bucket_that_a_rule_counts_to_exists(rules: list[dict[str, Any]], dashboard: dict[str, Any]) -> None:
    """``le="10"`` is another series than ``le="10.0"``, and selects nothing."""
    for expression in expressions(rules, dashboard):
        for name, bound in re.findall(r'(\w+)_bucket\{[^}]*le="([^"]+)"', expression):
            collector = REGISTRY._names_to_collectors[name]
            assert float(bound) in collector._upper_bounds, (name, bound)  # type: ignore[attr-defined] # of Histogram
            assert bound == str(float(bound)), (name, bound)


def test_the_dashboard_is_whole(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        assert panel["title"], panel["id"]
        if panel["type"] != "row":
            assert panel["targets"], panel["title"]
    source = yaml.safe_load((MONITORING / "grafana/provisioning/datasources/prometheus.yaml").read_text())
    assert source["datasources"][0]["type"] == "prometheus"
