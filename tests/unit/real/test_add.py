"""Taking over a round's truth: only once it was read, only as it was, and with other names for its persons."""

import json
from pathlib import Path

import pytest

from tests.real.add import add, renamed
from tests.real.pages import digest, real_pages, reserved


def _round(folder: Path) -> Path:
    folder = folder / "round-9"
    folder.mkdir()
    block = {"day": "monday", "name": "Art", "start": "09:00", "end": "10:00", "teacher": "Ann Ode"}
    truth = json.dumps({"source": "a/b", "path": "week.png", "timeblocks": [block]})
    (folder / "page.json").write_text(truth)
    (folder / "page.png").write_bytes(b"picture")
    (folder / "persons.json").write_text(json.dumps({"page": {"Ann Ode": "Eva Hollis"}}))
    (folder / "TRUTH.sha256").write_text(f"{digest(truth.encode())}  page.json\n")
    return folder


def test_a_round_that_was_not_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="was not read yet"):
        add(_round(tmp_path), tmp_path / "truth")


def test_a_truth_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = _round(tmp_path)
    (folder / "READ").touch()
    (folder / "page.json").write_text("{}")
    with pytest.raises(ValueError, match="is not what it was"):
        add(folder, tmp_path / "truth")


def test_persons_have_other_names(tmp_path: Path) -> None:
    folder = _round(tmp_path)
    (folder / "READ").touch()
    assert add(folder, tmp_path / "truth") == 1
    kept = json.loads((tmp_path / "truth" / "round-9" / "page.json").read_text())
    assert kept["timeblocks"][0]["teacher"] == "Eva Hollis"
    assert kept["timeblocks"][0]["replaced"] == ["teacher"]
    assert kept["picture"] == kept["sha256"] == digest(b"picture")


def test_a_fair_name_keeps_all_but_its_person() -> None:
    block = {"name": "Art", "alt": ["Art - Ode", "Fine art", "Ode"], "notes": "Odes"}
    assert renamed({"timeblocks": [block]}, {"Ode": "Hollis"})["timeblocks"] == [
        {"name": "Art", "alt": ["Art - …", "Fine art"], "notes": "Odes"}
    ]


def test_reserved_sources_are_found_whatever_their_case() -> None:
    assert reserved({"A/b", "c/d"}, ["# remark", "", " a/B "]) == ["A/b"]


def test_no_source_is_in_two_rounds() -> None:
    pages = list(real_pages())
    rounds: dict[str, set[str]] = {}
    for page in pages:
        for key in (page.truth.source.casefold(), page.truth.picture):
            rounds.setdefault(key, set()).add(page.round)
    assert pages
    assert not [key for key, names in rounds.items() if len(names) > 1]
