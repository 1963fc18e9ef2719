"""Settings by environment variable, declared once beside the code that uses them.

A module declares a subclass of `Settings`; the field is the variable's name in lower case, with default, check
(``ge``, ``le``, a pattern) and description. ``load`` reads the environment; a value that does not fit ends the
process with one sentence that names the variable. ``docs/settings.md`` is made from the declarations
(``python -m deploy.settings_doc``), and a test fails when it is out of date.
"""

from typing import Any, ClassVar, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingError(ValueError):
    """An environment variable holds a value that its setting refuses. The text is one sentence for the operator."""


def setting(default: Any, description: str, *, unit: str = "", secret: bool = False, **checks: Any) -> Any:
    """Declare one setting.

    Args:
        default: value when the variable is unset or empty.
        description: one sentence for `docs/settings.md`.
        unit: of the value: ``ms``, ``pixels``, ``bytes``.
        secret: never shown, neither in the logs nor in an error.
        checks: pydantic's constraints (``ge``, ``le``, ``pattern``).
    """
    return Field(default, description=description, json_schema_extra={"unit": unit, "secret": secret}, **checks)


class Settings(BaseSettings):
    """Base of every settings group; `group` is its heading in the documentation."""

    group: ClassVar[str] = ""
    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the environment.

        Args:
            overrides: values that take precedence over it, for tests and embedding.

        Raises:
            SettingError: a variable's value does not fit; the message names it and what is allowed.
        """
        try:
            return cls(**overrides)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]).upper() if first["loc"] else cls.__name__
            says = first["msg"].removeprefix("Value error, ")
            raise SettingError(f"{name} is not usable: {says}.") from None
