"""Tenants by API key: who a request belongs to.

Without `API_KEYS` everything belongs to the tenant `default`. With them, every request to the API names a key, and
sees, changes and deletes its own tenant's documents only; another's are not there for it.
"""

import hashlib
import hmac
import re
from typing import ClassVar, Self

from aiohttp import web
from pydantic import field_validator

from services.gateway.problems import Handler, ProblemError
from shared.settings import Settings, setting

DEFAULT = "default"
"""The tenant of requests without a key."""
TENANT = web.RequestKey("tenant", str)

_NAME = re.compile(r"[a-z0-9-]{1,40}")
_KEY = re.compile(r"[!-+\--~]{16,200}")
"""What a header carries as it is: printable ASCII, without the comma that separates the pairs."""
_BY_QUERY = re.compile(r"/api/v1/(?:events/[^/]+|documents/[^/]+/image)")
"""What `EventSource` and `<img>` ask for, which cannot send a header."""

_KEYLESS = re.compile(r"/api/v1/(?:calendars/[^/]+\.ics|schemas/[^/]+)")
"""What calendar programs ask for, which have no key (the address itself is the secret), and what is nobody's secret."""


class TenantSettings(Settings):
    group: ClassVar[str] = "Tenants"
    api_keys: str = setting(
        "",
        "Keys of the API, as tenant:key,tenant:key: names of a-z, 0-9 and -, keys of 16 or more characters. A tenant "
        "may have several keys. Empty: no key is asked for, and everything belongs to the tenant default.",
        secret=True,
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


class Tenants:
    """Who may call the API: keys and the tenants that they stand for.

    Args:
        keys: (tenant, key) pairs; none: no key is asked for.
        optional: whether a request without a key is the default tenant's.
    """

    def __init__(self, keys: list[tuple[str, str]], optional: bool) -> None:
        # Digests are of one length: comparing them tells nothing, not even how long a key is.
        self._keys = [(tenant, _digest(key)) for tenant, key in keys]
        self._optional = optional

    @classmethod
    def load(cls) -> Self:
        settings = TenantSettings.load()
        return cls(pairs(settings.api_keys), settings.api_key_optional)

    @property
    def keyed(self) -> bool:
        """Whether nobody is let in without a key."""
        return bool(self._keys) and not self._optional

    def of(self, request: web.Request) -> str:
        """The tenant a request belongs to. Raises a 401 problem."""
        if not self._keys:
            return DEFAULT
        key = _key(request)
        if key is None:
            if self._optional:
                return DEFAULT
            raise _unauthorized(
                "no-api-key", "No API key", "Send your key as “Authorization: Bearer KEY” or “X-API-Key: KEY”."
            )
        digest, tenant = _digest(key), ""
        for name, known in self._keys:  # to the end, so that the time taken says nothing about which one it was
            if hmac.compare_digest(digest, known):
                tenant = name
        if not tenant:
            raise _unauthorized("unknown-api-key", "Unknown API key", "This API key is not known.", "invalid_token")
        return tenant

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note the tenant on every request to the API. A preflight carries no key: browsers send none with it."""
        if _asks_for_key(request):
            request[TENANT] = self.of(request)
        return await handler(request)


def key_name(request: web.Request) -> str | None:
    """What the request's key is called; None where none was asked for."""
    return None if request[TENANT] == DEFAULT else request[TENANT]


def _asks_for_key(request: web.Request) -> bool:
    path = request.path
    return path.startswith("/api/") and request.method != "OPTIONS" and not _KEYLESS.fullmatch(path)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _key(request: web.Request) -> str | None:
    if "X-API-Key" in request.headers:
        return request.headers["X-API-Key"].strip()
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    # Another scheme is a proxy's in front of us.
    if request.method == "GET" and _BY_QUERY.fullmatch(request.path):
        return request.query.get("access_token")
    return None


def _unauthorized(slug: str, title: str, detail: str, error: str = "") -> ProblemError:
    # RFC 6750, section 3: no error code for a request that brought no credentials.
    challenge = 'Bearer realm="timelift"' + (f', error="{error}"' if error else "")
    return ProblemError(401, slug, title, detail, headers={"WWW-Authenticate": challenge})
