"""Building the images: with what a machine has, what is said where it has nothing, and what a layer weighs."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from deploy.images import build
from tests.unit.deploy_containers.conftest import Dockerfile, read_dockerfile
from tests.unit.deploy_containers.conftest import dockerfile as dockerfile  # noqa: PLC0414 - a fixture


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, all that can be found; what they are asked for is in ``asked``."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, status: int) -> None:
    file = folder / name
    file.write_text(f'#!/bin/sh\necho "{name} $*" >>"{folder}/asked"\nexit {status}\n')
    file.chmod(0o755)


def test_the_first_that_reaches_a_registry_builds(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs, "docker", 1)  # installed, and its daemon does not answer
    program(programs, "podman", 0)
    program(programs, "buildah", 0)
    monkeypatch.setenv("IMAGES", "gateway web")
    assert build.main() == 0
    asked = (programs / "asked").read_text().splitlines()
    python = next(iter(build.bases().values()))
    assert asked[:2] == [f"docker pull --quiet {python}", f"podman pull --quiet {python}"]
    assert [line.split()[:2] for line in asked[2:]] == [["podman", "build"]] * 2
    assert "--target gateway --tag timelift-gateway" in asked[2]
    assert "--target web --tag timelift-web" in asked[3]


@pytest.mark.parametrize("user", [0, 1000])
def test_where_nothing_builds_it_says_why_and_is_no_failure(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], user: int
) -> None:
    program(programs, "buildah", 1)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr("sys.platform", "linux")
    assert build.main() == 0
    told = capsys.readouterr().out
    assert "skipped, no docker, podman or buildah here reaches a registry" in told
    assert ("debootstrap" if user == 0 else "root on Linux") in told


def test_an_image_that_does_not_exist_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMAGES", "gatway")
    assert build.main() == 1
    assert "There is no image gatway" in capsys.readouterr().err


def test_a_builder_that_fails_is_a_failure(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (programs / "docker").write_text('#!/bin/sh\ntest "$1" = pull\n')
    (programs / "docker").chmod(0o755)
    monkeypatch.setenv("IMAGES", "web")
    assert build.main() == 1
    assert "docker build" in capsys.readouterr().err


def test_every_base_has_a_target(dockerfile: Dockerfile) -> None:
    """An argument that nothing made a base for would ask the registry that is not there."""
    made = read_dockerfile(build.BASES.read_text()).stages
    assert {name.removesuffix("_IMAGE").lower() for name in build.bases()} == set(made)
    begun = {stage.base.strip("${}") for stage in dockerfile.stages.values()} - set(dockerfile.stages)
    assert begun == set(build.bases())


def test_hadolint_has_nothing_to_say_of_the_bases() -> None:
    tool = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([tool, build.BASES], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_layer_has_its_size_and_its_instruction(tmp_path: Path) -> None:
    history = [
        {"created_by": "/bin/sh"},
        {"created_by": "/bin/sh -c #(nop) ENV PATH=/opt/venv/bin", "empty_layer": True},
        {"created_by": "/bin/sh -c #(nop) COPY dir:0f12 in /opt/venv "},
        {"created_by": "|1 EXTRAS= /bin/sh -c groupadd timelift"},
    ]
    sizes = {"base.tar": 5, "venv.tar": 70, "user.tar": 20}
    contents = {name: b"x" * size for name, size in sizes.items()}
    contents["config.json"] = json.dumps({"history": history}).encode()
    contents["manifest.json"] = json.dumps([{"Config": "config.json", "Layers": list(sizes)}]).encode()
    archive = tmp_path / "image.tar"
    with tarfile.open(archive, "w") as made:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    found = build.layers(archive)
    assert [(each.instruction, each.size) for each in found] == [
        ("/bin/sh", 5),
        ("/opt/venv", 70),
        ("groupadd", 20),
    ]
