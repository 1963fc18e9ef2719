"""The statements in ``sql/``, one a file."""

import functools
from importlib import resources


@functools.cache
def sql(name: str) -> str:
    """The statement in ``sql/<name>.sql``."""
    return (resources.files("shared.db") / "sql" / f"{name}.sql").read_text()
