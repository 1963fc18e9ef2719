"""A service's output: bounded in the file, warnings in the terminal."""

from pathlib import Path

import pytest

from deploy.launch import logfile
from deploy.launch.logfile import LogFile, warning_in


def test_only_warnings_and_worse_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    log = LogFile("ocr", tmp_path / "ocr.log", told.append)
    log.feed(b'{"level": "info", "event": "fine"}\n{"level": "err')
    log.feed(b'or", "event": "bad", "code": 3, "timestamp": "now"}\nplain\n["not", "a", "record"]\n')
    log.close()
    assert told == ["ocr: bad code=3"]
    assert (tmp_path / "ocr.log").read_bytes().count(b"\n") == 4


def test_the_same_warning_is_told_once_in_a_while(tmp_path: Path) -> None:
    told: list[str] = []
    log = LogFile("ocr", tmp_path / "ocr.log", told.append)
    log.feed(b'{"level": "warning", "event": "away"}\n' * 500)
    log.close()
    assert told == ["ocr: away"]


def test_the_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logfile, "FILE_LIMIT", 1000)
    log = LogFile("ocr", tmp_path / "ocr.log", print)
    for number in range(100):
        log.feed(b"%090d\n" % number)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["ocr.log", "ocr.log.1"]
    assert sum(file.stat().st_size for file in files) < 2500
    assert log.tail[-1].endswith("99")


def test_a_last_line_without_an_end_counts_and_an_endless_one_is_bounded(tmp_path: Path) -> None:
    log = LogFile("ocr", tmp_path / "ocr.log", print)
    log.feed(b"why")
    log.end()
    assert list(log.tail) == ["why"]
    for _ in range(20):
        log.feed(b"x" * logfile.LINE_LIMIT)
    assert len(log._rest) <= logfile.LINE_LIMIT
    log.close()


@pytest.mark.parametrize("line", ["", "text", "3", '{"level": "debug", "event": "x"}', '{"event": "x"}'])
def test_other_lines_are_no_warnings(line: str) -> None:
    assert warning_in(line) is None


def test_a_log_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("of an earlier version\n")
    path.chmod(0o644)
    LogFile("service", path, lambda _: None).close()
    assert path.stat().st_mode & 0o077 == 0
