"""What is told before anything is started, and what a dying service's last words become."""

import os
import socket
from pathlib import Path

import pytest

from deploy.launch import checks
from deploy.launch.checks import StopError, check_folder, check_picture, check_port, explain, take_launcher_lock


@pytest.mark.parametrize("value", ["", "abc", "0", "65536", "-1", "4000.5"])
def test_a_port_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(StopError, match="is no port"):
        check_port(value)


def test_a_busy_port_names_its_owner_and_the_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StopError) as told:
            check_port(str(port))
        if Path("/proc/net/tcp").exists():
            assert f"(process {os.getpid()})" in str(told.value)
        assert "PORT=4001 make run" in str(told.value)
    assert check_port(str(port)) == port


def test_a_listener_on_the_other_localhost_is_busy_too() -> None:
    try:
        taken = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with taken, pytest.raises(StopError, match="is in use"):
        check_port(str(taken.getsockname()[1]))


def test_a_nearly_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MINIMUM_FREE", 10**18)
    with pytest.raises(StopError, match="nearly full"):
        check_folder(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(OSError, match="space") as raised, Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")
    assert "is full: free at least" in checks.explain_os_error(raised.value, Path(".local"))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StopError, match="cannot be written to"):
        check_folder(tmp_path / "file" / "below")


def test_a_second_lock_names_the_first_holder(tmp_path: Path) -> None:
    first = take_launcher_lock(tmp_path)
    with pytest.raises(StopError, match=f"process {os.getpid()}"):
        take_launcher_lock(tmp_path)
    os.close(first)
    os.close(take_launcher_lock(tmp_path))


def test_a_picture_that_is_missing_or_empty_is_told(tmp_path: Path) -> None:
    with pytest.raises(StopError, match="cannot be read"):
        check_picture(str(tmp_path / "none.jpg"))
    (tmp_path / "empty.jpg").write_bytes(b"")
    with pytest.raises(StopError, match="is empty"):
        check_picture(str(tmp_path / "empty.jpg"))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ["ImportError: libGL.so.1: cannot open shared object file: No such file or directory"],
            "the shared library libGL.so.1: apt install libgl1",
        ),
        (
            ["x: error while loading shared libraries: libfoo.so.3: cannot open shared object file: No such file"],
            "libfoo.so.3",
        ),
        (["OSError: [Errno 28] No space left on device"], "disk full"),
        (["ModuleNotFoundError: No module named 'pyvips'"], "make clean"),
        (["ocr: PORT is not usable: too large."], "ocr: PORT is not usable"),
    ],
)
def test_last_words_that_a_restart_cannot_mend_become_a_sentence(lines: list[str], words: str) -> None:
    sentence = explain("ocr", ["Traceback (most recent call last):", *lines])
    assert sentence is not None
    assert words in sentence
    assert "\n" not in sentence


def test_other_last_words_are_left_to_the_restart() -> None:
    assert explain("ocr", ["ConnectionRefusedError: [Errno 111]"]) is None
    assert explain("ocr", []) is None


def test_pictures_and_logs_of_an_earlier_version_become_private(tmp_path: Path) -> None:
    for name in ("blobs", "logs"):
        (tmp_path / name).mkdir(mode=0o755)
    check_folder(tmp_path)
    assert all((tmp_path / name).stat().st_mode & 0o077 == 0 for name in ("blobs", "logs"))
