"""How the images are started without an engine: with what they set themselves, as the user that they name."""

import os
from pathlib import Path
from typing import Any

import pytest

from deploy.images.build import TARGETS
from deploy.images.trial import Image, services

CONFIG: dict[str, Any] = {
    "Env": ["PATH=/opt/venv/bin:/usr/bin", "BLOB_URL=file:///data/blobs", "HOST=0.0.0.0", "SERVICE_PORT=4001"],
    "Cmd": ["caddy", "run", "--config", "/etc/caddy/Caddyfile"],
    "User": "10001:10001",
    "WorkingDir": "/app",
    "Healthcheck": {"Test": ["CMD", "wget", "-q", "http://127.0.0.1:3000/livez"]},
}


def variables(command: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in command[: command.index("--")] if "=" in word)


def test_an_image_keeps_what_it_sets_and_learns_where_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owners: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda _path, *ids: owners.append(ids))
    images = {name: Image(tmp_path / name, CONFIG) for name in TARGETS}
    made = {each.name: each for each in services(images, tmp_path, {"REDIS_URL": "redis://here"})}
    assert set(made) == set(TARGETS)
    assert owners == [(10001, 10001)]
    for name in ("gateway", "compressor", "ocr", "extractor"):
        told = variables(made[name].command)
        assert (told["BLOB_URL"], told["HOST"]) == ("file:///data/blobs", "0.0.0.0")
        assert told["REDIS_URL"] == "redis://here"
        assert f"{tmp_path}/blobs:/data/blobs" in made[name].command
    assert variables(made["web"].command)["GATEWAY_PORT"] == variables(made["gateway"].command)["PORT"]
    assert made["web"].command[-1] == "/etc/caddy/Caddyfile.tls"


def test_it_is_entered_as_its_user_where_it_begins(tmp_path: Path) -> None:
    command = Image(tmp_path, CONFIG).command(["true"], {"SERVICE_PORT": "1"}, None)
    assert command[:2] == ["unshare", "--mount"]
    assert command[command.index("--user") + 1] == "10001"
    assert command[command.index("--folder") + 1] == "/app"
    assert variables(command)["SERVICE_PORT"] == "1"
    # No folder of the machine's is given, and nothing of its environment.
    assert "--bind" not in command
    assert set(variables(command)) == {"HOME", "PATH", "BLOB_URL", "HOST", "SERVICE_PORT"}


def test_a_health_check_that_needs_a_shell_is_refused(tmp_path: Path) -> None:
    image = Image(tmp_path, CONFIG | {"Healthcheck": {"Test": ["CMD-SHELL", "true"]}})
    with pytest.raises(ValueError, match="shell"):
        _ = image.health
