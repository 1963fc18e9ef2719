"""Import a package without what it imports and never uses here.

PaddleX imports pandas for its time series, and the clients of four model hubs for their downloads, whichever model is
asked for: 50 MiB and over a second in every reading process, of which reading a page calls nothing.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _Kind(type):
    def __getattr__(cls, name: str) -> "_Kind":
        if name.startswith("__"):
            raise AttributeError(name)
        return cls


class _Nothing(metaclass=_Kind):
    """Stands for a class, a function or a constant: any attribute of it is itself, and nothing is an instance of it."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass


class _Stub(ModuleType):
    def __getattr__(self, name: str) -> _Kind:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing


class _Finder(MetaPathFinder, Loader):
    def __init__(self, packages: Sequence[str]) -> None:
        self._packages = packages

    def covers(self, name: str) -> bool:
        return name.partition(".")[0] in self._packages

    def find_spec(self, fullname: str, _path: Any, _target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if self.covers(fullname) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Stub(spec.name)

    def exec_module(self, _module: ModuleType) -> None:
        pass


@contextmanager
def import_stubs(*packages: str) -> Iterator[None]:
    """Let imports of these packages give hollow modules for the time of the block, where they are not loaded already.

    Who imported one keeps it, so only what is never called may be named. A later import gets the real package.

    Args:
        packages: top-level names.
    """
    finder = _Finder([package for package in packages if package not in sys.modules])
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if finder.covers(name)]:
            del sys.modules[name]
