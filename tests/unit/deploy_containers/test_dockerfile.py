"""The Dockerfile, checked without a container engine."""

import ast
import fnmatch
import functools
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.ocr.reading import reading_environment
from tests.unit.deploy_containers.conftest import DEPLOY, ROOT, SERVICES, Dockerfile, Instruction
from tests.waiting import PATIENCE

TARGETS = (*SERVICES, "web")
TOOLS = Path(sys.executable).parent

# What the libraries and the interpreter read; everything else must be a declared setting.
LIBRARIES_OWN = {
    "PATH",
    "HOME",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "PADDLE_PDX_CACHE_HOME",
    "ORT_DISABLE_TELEMETRY",
}


def test_hadolint_has_nothing_to_say() -> None:
    done = subprocess.run([TOOLS / "hadolint", DEPLOY / "Dockerfile"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_service_has_a_target_that_starts_it(dockerfile: Dockerfile) -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert folders == set(SERVICES)
    for name in SERVICES:
        assert json.loads(dockerfile.stages[name].all("CMD")[-1].text) == ["python", "-m", f"services.{name}"]


def test_an_image_installs_its_own_group_from_the_lock(dockerfile: Dockerfile, pyproject: dict[str, Any]) -> None:
    for name in SERVICES:
        [sync] = [each for each in dockerfile.stages[f"{name}-build"].all("RUN") if "uv sync" in each.text]
        assert "--frozen" in sync.text
        assert "--no-default-groups" in sync.text
        groups = re.findall(r"--group[ =](\S+)", sync.text)
        assert groups == ([name] if name in pyproject["dependency-groups"] else [])


def test_uv_is_pinned_and_in_no_final_image(dockerfile: Dockerfile) -> None:
    assert any(re.search(r"uv==\d+\.\d+\.\d+", each.text) for each in dockerfile.stages["build"].all("RUN"))
    for name in TARGETS:
        assert "build" not in [stage.name for stage in dockerfile.chain(name)]


def test_base_images_are_pinned_by_tag() -> None:
    images = re.findall(r"^ARG \w+_IMAGE=(\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert len(images) == 3
    for image in images:
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]+", image), f"{image} has no version"


def test_no_final_image_runs_as_root(dockerfile: Dockerfile) -> None:
    for name in TARGETS:
        stage = dockerfile.stages[name]
        names = [each.name for each in stage.instructions]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", stage.all("USER")[-1].text)
        assert "RUN" not in names[names.index("USER") :]
        assert any(each.all("STOPSIGNAL") for each in dockerfile.chain(name))


def test_every_image_says_what_it_is_and_of_which_commit(dockerfile: Dockerfile) -> None:
    for name in TARGETS:
        stage = dockerfile.stages[name]
        said = dict(word.split("=", 1) for each in stage.all("LABEL") for word in each.words)
        assert said["org.opencontainers.image.title"] == f"Timelift: {name}"
        assert said["org.opencontainers.image.licenses"] == "Apache-2.0"
        assert said["org.opencontainers.image.revision"] == "${TIMELIFT_COMMIT}"
        # An argument counts in the stage that declares it, and from there on.
        names = [(each.name, each.text) for each in stage.instructions]
        assert names.index(("ARG", "TIMELIFT_COMMIT=")) < names.index(("LABEL", stage.all("LABEL")[0].text))


def test_the_variables_of_the_images_are_settings(dockerfile: Dockerfile, setting_names: set[str]) -> None:
    for name in SERVICES:
        unknown = set(dockerfile.env(name)) - setting_names - LIBRARIES_OWN
        assert not unknown, f"{name}: {unknown}"


def test_no_library_phones_home(dockerfile: Dockerfile) -> None:
    assert dockerfile.env("ocr")["ORT_DISABLE_TELEMETRY"] == "1"


def test_a_reader_is_told_where_paddleocr_may_write(dockerfile: Dockerfile) -> None:
    """Nowhere else in a container: the folder beside the models is root's, and read-only."""
    env = dockerfile.env("ocr")
    assert Path(env["PADDLE_PDX_CACHE_HOME"]).parts[:2] == ("/", "tmp")
    assert reading_environment(env)["PADDLE_PDX_CACHE_HOME"] == env["PADDLE_PDX_CACHE_HOME"]


def test_an_image_listens_where_it_says(dockerfile: Dockerfile) -> None:
    for name in SERVICES:
        env = dockerfile.env(name)
        prefix = "" if name == "gateway" else "SERVICE_"
        assert env[f"{prefix}HOST"] == "0.0.0.0"
        assert dockerfile.stages[name].all("EXPOSE")[0].text == env[f"{prefix}PORT"]


# ---- what is copied ---------------------------------------------------------------------------------------------


def from_context(dockerfile: Dockerfile) -> Iterator[str]:
    for stage in dockerfile.stages.values():
        for copy in stage.all("COPY"):
            if not copy.flag("from"):
                yield from copy.words[:-1]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps `path` from the builder: the last pattern that names it or a parent decides."""
    answer = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").rstrip("/")
        parts = path.split("/")
        tails = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        if pattern.startswith("**/"):
            hit = any(fnmatch.fnmatchcase(part, pattern[3:]) for part in parts)
        else:
            # A star does not cross a slash.
            hit = any(tail.count("/") == pattern.count("/") and fnmatch.fnmatchcase(tail, pattern) for tail in tails)
        if hit:
            answer = not line.startswith("!")
    return answer


def test_every_source_of_a_copy_exists_and_reaches_the_builder(dockerfile: Dockerfile) -> None:
    sources = list(from_context(dockerfile))
    assert len(sources) > 10
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not ignored(source), source


@pytest.mark.parametrize(
    "path",
    [
        ".git/config",
        ".local/redis.password",
        ".venv/bin/python",
        "deploy/.env",
        "services/ocr/.env",
        "services/gateway/web/node_modules/vite/index.js",
        "clients/react/node_modules/react/index.js",
        "clients/react/package.json",
        "services/gateway/static/index.html",
        "shared/__pycache__/logs.cpython-311.pyc",
        "tests/conftest.py",
    ],
)
def test_secrets_and_leftovers_stay_away_from_the_builder(path: str) -> None:
    assert ignored(path)


def test_a_stage_copies_only_what_another_stage_has(dockerfile: Dockerfile) -> None:
    for stage in dockerfile.stages.values():
        for copy in stage.all("COPY"):
            if origin := copy.flag("from"):
                assert origin in dockerfile.stages


def test_the_models_are_made_from_the_files_copied_before(dockerfile: Dockerfile, tmp_path: Path) -> None:
    """Runs the build's own seeding command in a tree that holds what the build holds at that point."""
    stage = dockerfile.stages["ocr-build"]
    [run] = [each for each in stage.all("RUN") if "provide(" in each.text]
    tree, models = tmp_path / "app", tmp_path / "models"
    for copy in stage.instructions[: stage.instructions.index(run)]:
        if copy.name == "COPY":
            *sources, target = copy.words
            for source in sources:
                place = tree / target / Path(source).name if target.endswith("/") else tree / target
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes((ROOT / source).read_bytes())
    command = run.text.replace("/opt/models", str(models))
    env = {"PATH": f"{TOOLS}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["sh", "-ec", command], cwd=tree, env=env, check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    made = {path.parent.name for path in models.glob("*/inference.onnx")}
    # Where the processor has instructions for it, the recogniser comes in 8 bits as well.
    assert all(any(f"_{kind}" in name for name in made) for kind in ("det", "rec")), made
    assert dockerfile.env("ocr")["OCR_CACHE_DIR"] == "/opt/models"
    assert any(each.words == ["/opt/models", "/opt/models"] for each in dockerfile.stages["ocr"].all("COPY"))


# ---- an image's libraries are enough for its code -----------------------------------------------------------------


def closure(names: set[str], packages: dict[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += packages.get(name, [])
    return seen


def canonical(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@functools.cache
def imports(path: Path) -> set[str]:
    """What a Python file imports, wherever in the file; of `from a import b` both a and a.b, which may be a module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@functools.cache
def files_of(service: str) -> set[Path]:
    """The Python files of a service, and those of `shared` that they import, or that these do."""
    own = {path for path in (ROOT / "services" / service).rglob("*.py") if "node_modules" not in path.parts}
    found, todo = set(own), list(own)
    while todo:
        for name in imports(todo.pop()):
            path = ROOT / name.replace(".", "/")
            for file in (path.with_suffix(".py"), path / "__init__.py"):
                if name.startswith("shared.") and file.exists() and file not in found:
                    found.add(file)
                    todo.append(file)
    return found


def test_an_image_holds_every_library_its_code_imports(pyproject: dict[str, Any]) -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    # Extras count as installed with their package: which are asked for is between the packages.
    packages = {
        each["name"]: [
            dependency["name"]
            for listed in (each.get("dependencies", []), *each.get("optional-dependencies", {}).values())
            for dependency in listed
        ]
        for each in lock["package"]
    }
    providers = importlib.metadata.packages_distributions()
    # What no service imports, another file may start by its name: each image must have what that needs.
    by_name = set((ROOT / "shared").rglob("*.py")) - set().union(*map(files_of, SERVICES))
    for service in SERVICES:
        asked = pyproject["project"]["dependencies"] + pyproject["dependency-groups"].get(service, [])
        # What the code does without where it is missing, and says so.
        asked = asked + pyproject["project"]["optional-dependencies"]["traces"]
        installed = closure({canonical(each) for each in asked}, packages)
        for name in {name.partition(".")[0] for file in files_of(service) | by_name for name in imports(file)}:
            if name in sys.stdlib_module_names or name in ("shared", "services"):
                continue
            given_by = {canonical(each) for each in providers.get(name, [])}
            assert given_by & installed, f"services/{service} imports {name}, which its image lacks"


# ---- the health check, against a real server ----------------------------------------------------------------------


@pytest.fixture(params=[200, 503])
def answering(request: pytest.FixtureRequest) -> Iterator[tuple[int, int, list[str]]]:
    """A server that answers with one status: its port, the status, and the paths it was asked for."""
    status: int = request.param
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the test's own output stays readable."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, status, asked
    server.shutdown()
    thread.join()
    server.server_close()


def health_command(check: Instruction) -> list[str]:
    command: list[str] = json.loads(check.text[check.text.index("CMD") + 3 :])
    return command


@pytest.mark.parametrize("service", SERVICES)
def test_the_health_check_tells_a_live_service_from_a_sick_one(
    dockerfile: Dockerfile, service: str, answering: tuple[int, int, list[str]]
) -> None:
    port, status, asked = answering
    command = health_command(dockerfile.stages[service].all("HEALTHCHECK")[0])
    assert command[0] == "python"
    variable = "PORT" if service == "gateway" else "SERVICE_PORT"
    done = subprocess.run(
        [sys.executable, *command[1:]], env={variable: str(port)}, check=False, capture_output=True, timeout=PATIENCE
    )
    assert (done.returncode == 0) == (status == 200)
    assert asked == ["/livez"]


def test_the_health_check_fails_when_nobody_listens(dockerfile: Dockerfile) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        command = health_command(dockerfile.stages["ocr"].all("HEALTHCHECK")[0])
        env = {"SERVICE_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, *command[1:]], env=env, check=False, capture_output=True, timeout=PATIENCE
        )
    assert done.returncode != 0
