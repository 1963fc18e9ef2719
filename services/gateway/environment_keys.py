"""The keys that an operator gives in the environment (`API_KEYS`), and whether any is asked for."""

import re
from typing import ClassVar

from pydantic import field_validator

from shared.settings import Settings, setting

TENANT_NAME = r"[a-z0-9-]{1,40}"
_NAME = re.compile(TENANT_NAME)
_KEY = re.compile(r"[!-+\--~]{16,200}")
"""What a header carries as it is: printable ASCII, without the comma that separates the pairs."""


class TenantSettings(Settings):
    group: ClassVar[str] = "Tenants"
    api_keys: str = setting(
        "",
        "Keys of the API, as tenant:key,tenant:key: names of a-z, 0-9 and -, keys of 16 or more characters. A tenant "
        "may have several keys, all for reading and writing. Empty: no key is asked for, and everything belongs to the "
        "tenant default, unless API_KEY_REQUIRED.",
        secret=True,
    )
    api_key_required: bool = setting(
        False,
        "Whether a key is asked for though API_KEYS is empty: one of those in Postgres, which "
        "`python -m services.gateway.keys` makes. They hold beside those of API_KEYS as well.",
    )
    api_key_optional: bool = setting(
        False, "Whether requests without a key are let in, as the tenant default (the page sends none)."
    )

    @field_validator("api_keys")
    @classmethod
    def _check(cls, text: str) -> str:
        pairs(text)
        return text


def pairs(text: str) -> list[tuple[str, str]]:
    """The (tenant, key) pairs of `API_KEYS`. Raises `ValueError` with a sentence that shows no key."""
    found: list[tuple[str, str]] = []
    if not text.strip():
        return found
    for number, pair in enumerate(text.split(","), 1):
        name, colon, key = pair.strip().partition(":")
        if not colon:
            raise ValueError(f"pair {number} is not of the form tenant:key")
        if not _NAME.fullmatch(name):
            raise ValueError(f"the tenant of pair {number} is not 1 to 40 characters of a-z, 0-9 and -")
        if not _KEY.fullmatch(key):
            raise ValueError(f"the key of {name} (pair {number}) is not 16 to 200 printable characters")
        if any(key == other for _, other in found):
            raise ValueError(f"the key of {name} (pair {number}) is there twice")
        found.append((name, key))
    return found
