"""Tenants by API key: who a request is from, whose documents it is about, and what it may do.

Without `API_KEYS` and `API_KEY_REQUIRED` everything belongs to the tenant `default`. With one of them, every request to
the API names a key, from there or from Postgres, and sees, changes and deletes its own tenant's documents only;
another's are not there for it.
"""

import hmac
import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol, Self

from aiohttp import web

from services.gateway.endpoint import role_needed
from services.gateway.environment_keys import TenantSettings, pairs
from services.gateway.problems import Handler, ProblemError
from services.gateway.stored_keys import StoredKeys
from shared.db.api_keys import digest_of
from shared.db.passes import Pass
from shared.logs import get_logger
from shared.messages import Role

log = get_logger(__name__)

DEFAULT = "default"
"""The tenant of requests without a key."""
TENANT = web.RequestKey("tenant", str)

_BY_QUERY = re.compile(r"/api/v1/(?:events(?:/[^/]+)?|documents/[^/]+/image)")
"""What `EventSource` and `<img>` ask for, which cannot send a header."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request is from."""

    tenant: str
    roles: frozenset[Role]
    name: str = ""
    """Of its key: the operator's words for a stored one, else the tenant; empty without a key."""
    key_id: str | None = None
    """Of a stored key."""
    key_digest: bytes = b""
    """Of the key; empty without one."""


_READ_WRITE: frozenset[Role] = frozenset(("read", "write"))
_NOBODY = Identity(DEFAULT, _READ_WRITE)
_OPEN = Identity(DEFAULT, frozenset(("read", "write", "operate")))
"""Whoever reaches a gateway that asks nobody for a key: it is its operator's machine."""
IDENTITY = web.RequestKey("identity", Identity)
DEPRECATED = web.RequestKey("deprecated", bool)
"""On requests that the next version does not take."""
COOKIE = "timelift_session"
"""The login of the page."""


class PassRecord(Protocol):
    """What is asked of `shared.db.passes.Passes`."""

    def find(self, text: str) -> Awaitable[Pass | None]: ...


class Tenants:
    """Who may call the API: keys, the tenants that they stand for and what they are for.

    Args:
        keys: (tenant, key) pairs of the environment, for reading and writing.
        stored: the keys in Postgres; None where there are none.
        passes: what keys were exchanged for; None where they cannot be.
        required: whether a key is asked for though there is none in the environment.
        optional: whether a request without a key is the default tenant's.
    """

    def __init__(
        self,
        keys: list[tuple[str, str]],
        stored: StoredKeys | None = None,
        passes: PassRecord | None = None,
        *,
        required: bool = False,
        optional: bool = False,
    ) -> None:
        # Digests are of one length: comparing them tells nothing, not even how long a key is.
        self._keys = [Identity(tenant, _READ_WRITE, name=tenant, key_digest=digest_of(key)) for tenant, key in keys]
        self._stored = stored
        self._passes = passes
        self._asked = bool(keys) or required
        self._optional = optional

    @classmethod
    def load(cls, stored: StoredKeys, passes: PassRecord) -> Self:
        settings = TenantSettings.load()
        return cls(
            pairs(settings.api_keys),
            stored,
            passes,
            required=settings.api_key_required,
            optional=settings.api_key_optional,
        )

    @property
    def asked(self) -> bool:
        """Whether anybody is asked for a key."""
        return self._asked

    @property
    def keyed(self) -> bool:
        """Whether nobody is let in without a key."""
        return self._asked and not self._optional

    async def of(self, request: web.Request) -> Identity:
        """Who a request is from. Raises a 401 problem, or `DatabaseAwayError`."""
        if not self._asked:
            return _OPEN
        key = _key(request)
        if key is None:
            found = await self._by_ticket(request) or await self.logged_in(request)
            if found or self._optional:
                return found or _NOBODY
            raise _unauthorized(
                "no-api-key", "No API key", "Send your key as “Authorization: Bearer KEY” or “X-API-Key: KEY”."
            )
        found = await self.of_key(key)
        if found is None:
            raise _unauthorized("unknown-api-key", "Unknown API key", "This API key is not known.", "invalid_token")
        return found

    async def of_key(self, key: str) -> Identity | None:
        """Who a key is of, if it is known."""
        return self._of_environment(key) or await self._of_database(key)

    async def logged_in(self, request: web.Request) -> Identity | None:
        """Who has logged in at the browser that a request comes from."""
        text = request.cookies.get(COOKIE)
        found = await self._by_pass(text) if text else None
        return found[0] if found and found[1] is None else None

    async def _by_ticket(self, request: web.Request) -> Identity | None:
        """Who has given the request its ticket. Raises a 401 problem if that is not one for this address."""
        if not (request.method == "GET" and _BY_QUERY.fullmatch(request.path)) or "ticket" not in request.query:
            return None
        found = await self._by_pass(request.query["ticket"])
        if found is None or found[1] is None or found[1] != request.match_info.get("id"):
            raise _unauthorized("bad-ticket", "Bad ticket", "This ticket has ended, or is not one for this document.")
        return found[0]

    async def _by_pass(self, text: str) -> tuple[Identity, str | None] | None:
        """Whose a pass is and the document it is for, if its key still holds."""
        found = await self._passes.find(text) if self._passes else None
        if found is None:
            return None
        # A key in Postgres was looked at with the pass; one of the environment may have been taken out of it.
        known = found.key_id or any(each.key_digest == found.key_digest for each in self._keys)
        if not (known or (self._optional and not found.key_digest)):
            return None
        return Identity(found.tenant, found.roles, found.name, found.key_id, found.key_digest), found.document_id

    def forget(self, key_id: str) -> None:
        """A stored key was revoked: ask for it anew when it comes next."""
        if self._stored:
            self._stored.forget(key_id)

    def _of_environment(self, key: str) -> Identity | None:
        digest, found = digest_of(key), None
        for identity in self._keys:  # to the end, so that the time taken says nothing about which one it was
            if hmac.compare_digest(digest, identity.key_digest):
                found = identity
        return found

    async def _of_database(self, key: str) -> Identity | None:
        stored = await self._stored.find(key) if self._stored else None
        if stored is None:
            return None
        return Identity(stored.tenant, frozenset(stored.roles), stored.name, stored.id, digest_of(key))

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note on every request to the API who it is from, and refuse what its key is not for (403). A preflight
        carries no key: browsers send none with it."""
        needed = role_needed(request)
        if request.path.startswith("/api/") and request.method != "OPTIONS" and needed != "anybody":
            identity = await self.of(request)
            # Noted before it is refused: the access log says whose request it was.
            request[IDENTITY], request[TENANT] = identity, identity.tenant
            if needed != "somebody" and needed not in identity.roles:
                raise _missing(needed)
        return await handler(request)


def key_name(request: web.Request) -> str | None:
    """What the request's key is called; None where none was asked for."""
    return request[IDENTITY].name or None


def _missing(role: Role) -> ProblemError:
    # RFC 6750, section 3.1.
    challenge = f'Bearer realm="timelift", error="insufficient_scope", scope="{role}"'
    return ProblemError(
        403,
        "role-missing",
        "Not allowed",
        f"This takes a key with the role “{role}”.",
        allowed={"role": role},
        headers={"WWW-Authenticate": challenge},
    )


def _key(request: web.Request) -> str | None:
    if "X-API-Key" in request.headers:
        return request.headers["X-API-Key"].strip()
    scheme, _, credentials = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    # Another scheme is a proxy's in front of us.
    if request.method == "GET" and _BY_QUERY.fullmatch(request.path) and "access_token" in request.query:
        log.warning("a key stands in an address: use a ticket, the next version does not take it", path=request.path)
        request[DEPRECATED] = True
        return request.query["access_token"]
    return None


def _unauthorized(slug: str, title: str, detail: str, error: str = "") -> ProblemError:
    # RFC 6750, section 3: no error code for a request that brought no credentials.
    challenge = 'Bearer realm="timelift"' + (f', error="{error}"' if error else "")
    return ProblemError(401, slug, title, detail, headers={"WWW-Authenticate": challenge})
