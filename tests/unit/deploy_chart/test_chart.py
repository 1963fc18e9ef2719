"""The Helm chart, rendered by Helm's own engine (as a library) and validated against Kubernetes's schemas, offline."""

import re
from collections.abc import Iterator
from typing import Any

import helm_python
import jsonschema
import kubernetes_validate
import pytest
import yaml

from shared.settings import FILE_SUFFIX, Settings, is_secret
from shared.streams.keys import Keys
from shared.streams.queue_settings import QueueSettings
from shared.version import VERSION
from tests.unit.deploy_containers import conftest
from tests.unit.deploy_containers.conftest import DEPLOY, SERVICES

CHART = DEPLOY / "chart"
WORKERS = ("compressor", "ocr", "extractor")
EVERYTHING: dict[str, Any] = {
    "keda": {"enabled": True},
    "ingress": {"enabled": True, "tlsSecretName": "certificate", "host": "week.school.example"},
    "serviceMonitor": {"enabled": True},
    "blobs": {"accessKeyId": "timelift", "endpoint": "https://s3.example", "region": "x"},
    "image": {"digests": {"ocr": "sha256:" + "0" * 64}, "pullSecrets": ["registry"]},
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "gpu", "operator": "Exists"}],
    "podAnnotations": {"a": "b"},
}
PLAIN: dict[str, Any] = {
    "redis": {"userPerService": False},
    "postgres": {"rolePerService": False},
    "networkPolicies": {"enabled": False},
    "exporter": {"enabled": False},
    "migrate": {"enabled": False},
    "podDisruptionBudgets": {"enabled": False},
}
Objects = list[dict[str, Any]]

settings_classes = conftest.settings_classes
setting_names = conftest.setting_names
compose = conftest.compose

TRIGGERS = {
    "redis-streams": {"address", "stream", "streamLength", "enableTLS"},
    "postgresql": {"host", "port", "dbName", "userName", "sslmode", "query", "targetQueryValue"},
}
"""KEDA's scalers and the parameters that they take here, all of them texts (its documentation, 2.18)."""
CUSTOM: dict[str, Any] = {
    "ScaledObject": {
        "type": "object",
        "required": ["scaleTargetRef", "triggers"],
        "additionalProperties": False,
        "properties": {
            "scaleTargetRef": {"type": "object", "required": ["name"]},
            "pollingInterval": {"type": "integer"},
            "cooldownPeriod": {"type": "integer"},
            "minReplicaCount": {"type": "integer", "minimum": 0},
            "maxReplicaCount": {"type": "integer", "minimum": 1},
            "triggers": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["type", "metadata"],
                    "additionalProperties": False,
                    "properties": {
                        "type": {"enum": sorted(TRIGGERS)},
                        "metadata": {"type": "object", "additionalProperties": {"type": "string"}},
                        "authenticationRef": {"type": "object", "required": ["name"]},
                    },
                },
            },
        },
    },
    "ServiceMonitor": {
        "type": "object",
        "required": ["selector", "endpoints"],
        "additionalProperties": False,
        "properties": {
            "selector": {"type": "object"},
            "endpoints": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {
                        "port": {"type": "string"},
                        "interval": {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"},
                        "relabelings": {"type": "array"},
                    },
                    "additionalProperties": False,
                },
            },
        },
    },
}
"""The parts of the custom resources that the chart uses, as their definitions have them (`spec`)."""


def rendered(values: dict[str, Any]) -> Objects:
    with helm_python.Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="week", namespace="school")
    texts = [text for name, text in sorted(files.items()) if not name.endswith("NOTES.txt")]
    return [each for text in texts for each in yaml.safe_load_all(text) if each]


@pytest.fixture(scope="module")
def everything() -> Objects:
    return rendered(EVERYTHING)


def of_kind(objects: Objects, kind: str) -> dict[str, dict[str, Any]]:
    """Specs by component; the chart's names are release and component."""
    return {each["metadata"]["name"].removeprefix("week-"): each["spec"] for each in objects if each["kind"] == kind}


def pods(objects: Objects) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("Deployment", "Job"):
        for name, spec in of_kind(objects, kind).items():
            yield name, spec["template"]["spec"]


def environment(pod: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for each in pod["containers"][0]["env"]}


def test_helm_has_nothing_to_say() -> None:
    found = helm_python.lint(str(CHART), strict=True)
    assert [each for each in found["messages"] if "icon" not in each["error"]] == []
    assert not found["errors"]


@pytest.mark.parametrize("version", ["1.28.0", "1.37.0"])
@pytest.mark.parametrize("values", [{}, EVERYTHING, PLAIN], ids=["as it is", "everything", "plain"])
def test_kubernetes_takes_every_object(values: dict[str, Any], version: str) -> None:
    for each in rendered(values):
        if each["kind"] in CUSTOM:
            jsonschema.validate(each["spec"], CUSTOM[each["kind"]])
        else:
            kubernetes_validate.validate(each, version, strict=True)


def test_the_chart_is_this_version() -> None:
    described = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert (described["version"], described["appVersion"]) == (VERSION, VERSION)


def test_every_value_is_used_and_explained() -> None:
    text = (CHART / "values.yaml").read_text()
    templates = "\n".join(file.read_text() for file in (CHART / "templates").iterdir())
    for key, value in yaml.safe_load(text).items():
        assert re.search(rf"\b{key}\b", templates), key
        assert re.search(rf"^(#.*\n{key}:|{key}:\n  #)", text, re.MULTILINE), f"{key} is not explained"
        if isinstance(value, dict):
            for name in value:
                assert key == "settings" or "/" in name or re.search(rf"\b{name}\b", templates), f"{key}.{name}"


def test_every_variable_is_a_declared_setting(
    everything: Objects, setting_names: set[str], settings_classes: list[type[Settings]]
) -> None:
    secret = {
        name.upper() for each in settings_classes for name, field in each.model_fields.items() if is_secret(field)
    } - {"DATABASE_URL"}  # without a password
    for name, pod in pods(everything):
        for key in environment(pod):
            assert key.removesuffix(FILE_SUFFIX) in setting_names, f"{name}: {key}"
            assert key not in secret, f"{name} shows {key}"


def test_a_pod_mounts_the_secrets_that_it_reads_and_no_other(everything: Objects) -> None:
    for name, pod in pods(everything):
        named = {value for value in environment(pod).values() if value.startswith("/run/secrets/")}
        [mounted] = [each["secret"] for each in pod["volumes"] if "secret" in each]
        assert {f"/run/secrets/timelift/{each['path']}" for each in mounted["items"]} == named, name
        others = {f"postgres-{other}" for other in (*SERVICES, "exporter", "owner") if other != name}
        if name != "migrate":
            assert not others & {each["key"] for each in mounted["items"]}, name


def test_no_container_can_do_more_than_it_must(everything: Objects) -> None:
    for name, pod in pods(everything):
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False, name
        security = pod["containers"][0]["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in pod["containers"][0]["resources"]["limits"], name


def test_limits_are_those_of_compose(everything: Objects, compose: dict[str, Any]) -> None:
    """Both from what was measured."""
    for name, pod in pods(everything):
        if name in SERVICES:
            limit = pod["containers"][0]["resources"]["limits"]["memory"]
            given = compose["services"][name]["deploy"]["resources"]["limits"]["memory"]
            assert mebibytes(limit) == mebibytes(given), name


def mebibytes(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([GM])i?", text).groups()  # type: ignore[union-attr] # it matches or the test fails
    return int(number) * (1024 if unit == "G" else 1)


def test_a_stopping_pod_may_finish_its_jobs(everything: Objects) -> None:
    timeout = QueueSettings.model_fields["queue_timeout"].default / 1000
    for name, pod in pods(everything):
        if name in WORKERS:
            drain = int(environment(pod)["QUEUE_DRAIN"]) / 1000
            assert timeout <= drain < pod["terminationGracePeriodSeconds"], name


def test_probes_ask_what_the_services_answer(everything: Objects) -> None:
    for name, pod in pods(everything):
        if name in SERVICES:
            container = pod["containers"][0]
            assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
            assert container["startupProbe"]["httpGet"]["path"] == "/livez"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_only_the_gateway_is_reachable_and_what_leaves_goes_where_it_must(everything: Objects) -> None:
    policies = of_kind(everything, "NetworkPolicy")
    assert set(policies) == {name for name, _ in pods(everything)}
    for name, policy in policies.items():
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        reached = {port["port"] for rule in policy["ingress"] for port in rule["ports"]}
        assert (4000 in reached) == (name == "gateway"), name
        assert all(rule.get("from") for rule in policy["ingress"]), f"everybody reaches {name}"
        blocks = [to.get("ipBlock", {}) for rule in policy["egress"] for to in rule.get("to", ())]
        (anywhere,) = [block for block in blocks if block.get("cidr") == "0.0.0.0/0"] or [None]
        assert bool(anywhere) == (name in ("extractor", "gateway")), name
        if anywhere and name == "gateway":
            # Webhooks: a stranger's choice of address, so that the cluster itself refuses its own.
            assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(anywhere["except"])


def test_nothing_holds_progress_back(everything: Objects) -> None:
    [ingress] = [each for each in everything if each["kind"] == "Ingress"]
    notes = ingress["metadata"]["annotations"]
    assert notes["nginx.ingress.kubernetes.io/proxy-buffering"] == "off"
    assert ingress["spec"]["rules"][0]["host"] == "week.school.example"
    assert environment(dict(pods(everything))["gateway"])["ALLOWED_HOSTS"] == "week.school.example"


def test_stages_scale_by_what_waits_in_redis_and_behind_it(everything: Objects) -> None:
    scaled = of_kind(everything, "ScaledObject")
    deployments = of_kind(everything, "Deployment")
    assert set(scaled) == set(WORKERS)
    for name, spec in scaled.items():
        triggers = {each["type"]: each["metadata"] for each in spec["triggers"]}
        for kind, given in triggers.items():
            assert set(given) <= TRIGGERS[kind], name
        stage = {"compressor": "compress", "ocr": "ocr", "extractor": "extract"}[name]
        assert triggers["redis-streams"]["stream"] == f"{{0}}:jobs:{stage}"
        assert "enqueued_at IS NULL" in triggers["postgresql"]["query"]
        # KEDA and a fixed number would undo one another.
        assert "replicas" not in deployments[name]
    assert all(spec["replicas"] for name, spec in deployments.items() if name not in WORKERS)


def test_each_partition_is_looked_at_under_the_name_that_the_services_give_it() -> None:
    settings = {"PARTITIONS": "2", "REDIS_PREFIX": "school:"}
    scaled = of_kind(rendered({**EVERYTHING, "settings": settings}), "ScaledObject")["ocr"]
    streams = [each["metadata"]["stream"] for each in scaled["triggers"] if each["type"] == "redis-streams"]
    assert streams == [Keys(number, "school:").jobs("ocr") for number in range(2)]


def test_ocr_may_sleep(everything: Objects) -> None:
    """With nothing in Redis and documents in Postgres it is not woken for what it cannot work yet."""
    values = {**EVERYTHING, "ocr": {"scaling": {"min": 0}}}
    scaled = of_kind(rendered(values), "ScaledObject")["ocr"]
    assert scaled["minReplicaCount"] == 0
    assert [each["type"] for each in scaled["triggers"]] == ["redis-streams"]


def test_one_may_always_go_while_a_node_is_drained(everything: Objects) -> None:
    budgets = of_kind(everything, "PodDisruptionBudget")
    assert {name: each["maxUnavailable"] for name, each in budgets.items()} == dict.fromkeys(SERVICES, 1)
