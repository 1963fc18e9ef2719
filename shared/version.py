"""Which Timelift this is."""

from typing import ClassVar

from shared.messages import VERSION as MESSAGES
from shared.messages import Message
from shared.metrics import BUILD
from shared.settings import Settings, setting

VERSION = "0.1.0"
"""The release, as in `pyproject.toml` and `CHANGELOG.md`."""


class BuildSettings(Settings):
    group: ClassVar[str] = "Build"
    timelift_commit: str = setting("", "Commit that the code is of; the images set it when they are built.")


class Version(Message):
    """Body of `/version`."""

    version: str
    commit: str
    messages: int
    """Newest version of the job entries that this process reads and the one it writes."""


def version() -> Version:
    return Version(version=VERSION, commit=BuildSettings.load().timelift_commit, messages=MESSAGES)


def export_version(service: str) -> None:
    """Show it among the metrics."""
    BUILD.info({"service": service, "version": VERSION, "commit": BuildSettings.load().timelift_commit})
