"""Settings by environment variable, declared once beside the code that uses them.

A module declares a subclass of `Settings`; the field is the variable's name in lower case, with default, check
(``ge``, ``le``, a pattern) and description. ``load`` reads the environment; a value that does not fit ends the
process with one sentence that names the variable. ``docs/settings.md`` is made from the declarations
(``python -m deploy.settings_doc``), and a test fails when it is out of date.

A secret may come from a file instead, which ``<NAME>_FILE`` names, as container engines mount them: what stands in the
environment is shown by every inspection of a container and inherited by every child.
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


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


FILE_SUFFIX = "_FILE"
"""What is added to a secret's variable to name a file that holds it."""
_MAX_SECRET_BYTES = 65_536


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting was declared as secret."""
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("secret"))


def url_of(*schemes: str) -> AfterValidator:
    """A check that a text is empty or a URL of one of `schemes`; its sentence never repeats the URL, which may hold a
    password."""
    allowed = [f"{scheme}://" for scheme in schemes]

    def check(value: str) -> str:
        if value and (urlsplit(value).scheme not in schemes or not value.startswith(tuple(allowed))):
            raise ValueError(
                f"it must begin with {', '.join(allowed[:-1])}{' or ' if allowed[1:] else ''}{allowed[-1]}"
            )
        return value

    return AfterValidator(check)


class Settings(BaseSettings):
    """Base of every settings group; `group` is its heading in the documentation."""

    group: ClassVar[str] = ""
    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SecretFiles(settings_cls)

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
            says = first["msg"].removeprefix("Value error, ")
            if not first["loc"]:  # of several settings together; the sentence names them
                raise SettingError(f"{says}.") from None
            raise SettingError(f"{str(first['loc'][0]).upper()} is not usable: {says}.") from None

    def variables(self) -> dict[str, str]:
        """These settings as variables, for the environment of a child process that is told nothing else."""
        return {name.upper(): str(value) for name, value in self.model_dump().items()}


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets from the files that ``<NAME>_FILE`` names. Raises `SettingError`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = field_name.upper()
        named = os.environ.get(variable + FILE_SUFFIX, "") if is_secret(field) else ""
        if not named:
            return None, field_name, False
        if os.environ.get(variable):
            # Which of the two holds would depend on us, and a rotated key seem to have no effect.
            raise SettingError(f"{variable} and {variable}{FILE_SUFFIX} are both set: give one of them.")
        try:
            with Path(named).open("rb") as file:
                text = file.read(_MAX_SECRET_BYTES + 1)
            if len(text) > _MAX_SECRET_BYTES:
                raise SettingError(f"{variable}{FILE_SUFFIX} is not usable: the file is larger than a secret.")
            # Editors and `echo` end a file with a line break, which is no part of any secret.
            return text.decode().rstrip("\r\n"), field_name, False
        except OSError as error:
            raise SettingError(f"{variable}{FILE_SUFFIX} is not usable: {error.strerror or error}.") from None
        except UnicodeDecodeError:
            raise SettingError(f"{variable}{FILE_SUFFIX} is not usable: the file is no text.") from None

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        found = {name: self.get_field_value(field, name)[0] for name, field in fields.items()}
        return {name: value for name, value in found.items() if value}


LIKENESS = 0.9
"""Share of the letters of two names that agree, in order, from which one is taken for a slip of the other: one letter
missing, doubled or wrong in ten. Of all settings no two are that close."""


def known_names() -> set[str]:
    """The variables of all settings groups that this process has declared."""

    def declared(cls: type[Settings]) -> Iterable[str]:
        for sub in cls.__subclasses__():
            yield from (name.upper() for name in sub.model_fields)
            yield from (name.upper() + FILE_SUFFIX for name, field in sub.model_fields.items() if is_secret(field))
            yield from declared(sub)

    return set(declared(Settings))


def misspelt(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables that are no setting but nearly one, with the setting that is probably meant: a slip would otherwise
    pass in silence, and the default hold.

    Args:
        environment: instead of the process's.
    """
    names = known_names()
    found: dict[str, str] = {}
    for name in environment if environment is not None else os.environ:
        if name not in names and (near := difflib.get_close_matches(name, names, n=1, cutoff=LIKENESS)):
            found[name] = near[0]
    return found
