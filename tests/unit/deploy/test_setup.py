"""Set-up, clean-up and the check of the lock files: what they refuse and what they say."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.setup import clean, environment, lock_hosts

ROOT = Path(__file__).parents[3]
WITH_PYTHON = ROOT / "deploy/setup/with_python.sh"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("error: Failed to fetch: `https://pypi.org/simple/x/`\n  dns error: failed to lookup", "check the network"),
        ("npm error code ENOTFOUND", "check the network"),
        ("ERROR: No matching distribution found for uv==0.13.9", "check the network"),
        ("  error: command 'gcc' failed: No such file or directory", "no compiler"),
        ("  error: command '/usr/bin/cc' failed: No such file or directory", "no compiler"),
        ("error: No space left on device (os error 28)", "disk is full"),
        ("npm error ENOSPC: no space left", "disk is full"),
        ("warning: x\nerror: something new\nmore", "(error: something new)"),
        ("", "said nothing"),
    ],
)
def test_a_tools_failure_becomes_one_sentence(output: str, words: str) -> None:
    sentence = environment.explain("The Python packages", output)
    assert words in sentence
    assert "\n" not in sentence


def test_a_successful_tool_may_talk_of_gcc() -> None:
    assert "compiler" not in environment.explain("x", "built with gcc 12\nerror: no such option")


def fake_python(folder: Path, name: str, code: int) -> None:
    path = folder / name
    path.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit {code}\necho {name} "$@"\n')
    path.chmod(0o755)


def with_python(path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["/bin/sh", str(WITH_PYTHON), "x.py"], check=False, env={"PATH": str(path)}, capture_output=True, text=True
    )


def test_an_old_python_is_passed_over_for_a_newer_one(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", 1)
    fake_python(tmp_path, "python3.13", 127)
    fake_python(tmp_path, "python3.12", 0)
    assert with_python(tmp_path).stdout == "python3.12 x.py\n"


def test_no_python_that_is_new_enough_is_one_sentence(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", 1)
    done = with_python(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert done.stderr.count("\n") == 1


def test_the_committed_locks_name_public_registries_only() -> None:
    assert lock_hosts.main(ROOT) == 0


@pytest.mark.parametrize(
    "line",
    [
        'source = { registry = "https://mirror.example/simple" }',
        'url = "http://127.0.0.1:3141/root/pypi/x.whl"',
        'source = { git = "git+ssh://git@example.org/x" }',
    ],
)
def test_another_host_in_a_lock_is_refused(tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "uv.lock").write_text(f'registry = "https://pypi.org/simple"\n{line}\n')
    assert lock_hosts.main(tmp_path) == 1
    assert "uv.lock names" in capsys.readouterr().err


def test_funding_pages_in_a_package_lock_are_no_hosts() -> None:
    text = '{"funding": [{"url": "https://a.example"}], "x": {"funding": {"url": "https://b.example"}}}'
    assert lock_hosts.strangers(lock_hosts.without_funding(text), set()) == []


def test_clean_removes_what_was_made_and_refuses_while_servers_run(tmp_path: Path) -> None:
    kept = tmp_path / "services/gateway/web/src/app.tsx"
    for file in (kept, tmp_path / ".local/valkey/lock", tmp_path / ".venv/x", tmp_path / "shared/__pycache__/x.pyc"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    lock = os.open(tmp_path / ".local/valkey/lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert clean.main(tmp_path) == 1
    assert (tmp_path / ".venv").exists()
    os.close(lock)
    assert clean.main(tmp_path) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["services", "shared"]
    assert kept.exists()
    assert not (tmp_path / "shared/__pycache__").exists()


def test_set_up_runs_on_the_standard_library_alone() -> None:
    script = "import sys; sys.path[:0] = ['deploy/setup']; import environment, clean, lock_hosts"
    subprocess.run([sys.executable, "-S", "-I", "-c", script], check=True, cwd=ROOT)
