"""Makes ``docs/settings.md`` from the settings' declarations: ``python -m deploy.settings_doc``."""

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from shared.settings import FILE_SUFFIX, Settings, is_secret

TARGET = Path(__file__).parents[1] / "docs" / "settings.md"
_PACKAGES = ("shared", "services", "deploy")
_HEAD = """# Settings

Every setting is an environment variable. This page is made from their declarations by `python -m deploy.settings_doc`;
a test fails when it is out of date. A value that does not fit ends the process with one sentence that names the
variable.

A secret may stand in a file instead, which the variable with `_FILE` behind its name gives: `REDIS_PASSWORD_FILE`. Line
breaks at the file's end do not count, an empty file is no secret, and both variables together are refused. Files are
read when a process starts."""


def groups() -> list[type[Settings]]:
    """All settings groups of the project, by heading."""
    for package in _PACKAGES:
        for module in pkgutil.walk_packages([package], f"{package}."):
            if not module.name.startswith("deploy.stubs") and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found = [each for each in _subclasses(Settings) if each.model_fields]
    return sorted(found, key=lambda each: (each.group, each.__module__))


def _subclasses(cls: type[Settings]) -> set[type[Settings]]:
    return {found for sub in cls.__subclasses__() for found in {sub, *_subclasses(sub)} if "test" not in sub.__module__}


def _extra(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _allowed(field: FieldInfo, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
    if low is not None and high is not None:
        return f"{low:g} to {high:g}" if isinstance(low, float) else f"{low} to {high}"
    if low is not None:
        return f"{low} or more"
    return f"at most {high}" if high is not None else ""


def _default(field: FieldInfo, secret: bool) -> str:
    value = field.default
    return "" if value in ("", None) or (secret and not str(value).startswith("postgresql://127")) else f"`{value}`"


def document() -> str:
    """The page's text."""
    lines = [_HEAD]
    heading = ""
    for cls in groups():
        properties = cls.model_json_schema()["properties"]
        if cls.group != heading:
            heading = cls.group
            table = ["| variable | default | unit | allowed | what it is |", "|---|---|---|---|---|"]
            lines += ["", f"## {heading}", "", *table]
        for name, field in cls.model_fields.items():
            extra = _extra(field)
            shown = [
                f"`{name.upper()}`",
                _default(field, bool(extra.get("secret"))),
                str(extra.get("unit", "")),
                _allowed(field, properties[name]),
                (field.description or "") + (f" Secret, or `{name.upper()}{FILE_SUFFIX}`." if is_secret(field) else ""),
            ]
            lines.append("| " + " | ".join(text.replace("|", "\\|") for text in shown) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")
