"""Programs that only tests need."""

import os
import shutil
from typing import NoReturn

import pytest


def needed(*names: str, package: str) -> str:
    """The path of a program by the first of its names that there is; ends the test where there is none."""
    # Debian keeps servers where only root's path leads.
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return next(filter(None, (shutil.which(name, path=path) for name in names)), None) or missing(names[0], package)


def missing(what: str, package: str) -> NoReturn:
    """End a test for want of a program: skipped at home, failed on CI, where a test that did not run must not pass for
    one that did."""
    reason = f"There is no {what}: apt-get install {package}."
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
