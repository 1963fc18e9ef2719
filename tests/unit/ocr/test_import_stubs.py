"""Packages that are imported and never used."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from services.ocr.import_stubs import import_stubs


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with a submodule, on the path."""
    (tmp_path / "heavy_one").mkdir()
    (tmp_path / "heavy_one/__init__.py").write_text("number = 7\n")
    (tmp_path / "heavy_one/parts.py").write_text("class Part: ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("heavy_one", "heavy_one.parts"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "heavy_one"


def test_a_stub_package_takes_whatever_its_importer_does_at_import(package: str) -> None:
    with import_stubs(package):
        whole, parts = import_module(package), import_module("heavy_one.parts")

    own = type("Own", (parts.Part,), {})
    assert isinstance(parts.Holiday("Easter", month=1, offset=whole.offsets.Day(2)), parts.Holiday)
    assert not isinstance(7, whole.Series)
    assert issubclass(own, parts.Part)


def test_a_later_import_gets_the_real_one(package: str) -> None:
    with import_stubs(package):
        assert not isinstance(import_module(package).number, int)
    assert import_module(package).number == 7


def test_what_is_loaded_already_stays(package: str) -> None:
    real = import_module(package)
    with import_stubs(package):
        part = import_module("heavy_one.parts").Part
    assert sys.modules[package] is real
    assert part.__module__ == "heavy_one.parts"


def test_it_is_taken_back_after_an_error(package: str) -> None:
    before = list(sys.meta_path)
    with pytest.raises(ZeroDivisionError), import_stubs(package):
        raise ZeroDivisionError
    assert sys.meta_path == before
