"""The keys that are kept in Postgres, as a gateway recognises them: remembered for a moment, so that not every request
asks for its key again."""

import hmac
import time
from collections.abc import Awaitable
from typing import Protocol

from shared.db.api_keys import ApiKey, StoredKey, digest_of, id_in
from shared.db.pool import DatabaseAwayError

_FRESH_SECONDS = 10.0
"""How long a key is believed without asking: one that was revoked through another gateway holds as long."""
_AWAY_SECONDS = 600.0
"""The same while Postgres is away."""
_REMEMBERED = 10_000


class KeyRecord(Protocol):
    """What is asked of `shared.db.api_keys.ApiKeys`."""

    def get(self, id_: str) -> Awaitable[StoredKey | None]: ...

    def used(self, id_: str) -> Awaitable[None]: ...


class StoredKeys:
    """Args:
    keys: of the database.
    """

    def __init__(self, keys: KeyRecord) -> None:
        self._keys = keys
        # Only keys that a client had: one who guesses fills nothing.
        self._known: dict[str, tuple[float, StoredKey]] = {}

    async def find(self, key: str) -> ApiKey | None:
        """The key with this text, if there is one and it holds. Raises `DatabaseAwayError`."""
        id_ = id_in(key)
        if id_ is None:
            return None
        digest, now = digest_of(key), time.monotonic()
        at, known = self._known.get(id_, (0.0, None))
        if known is None or at < now - _FRESH_SECONDS:
            try:
                known = await self._keys.get(id_)
            except DatabaseAwayError:
                if known is None or at < now - _AWAY_SECONDS:
                    raise
            else:
                self._known.pop(id_, None)
                if known and hmac.compare_digest(digest, known.digest) and known.told.revoked_at is None:
                    await self._keys.used(id_)
                    self._remember(id_, known, now)
        if known is None or not hmac.compare_digest(digest, known.digest) or known.told.revoked_at is not None:
            return None
        return known.told

    def forget(self, id_: str) -> None:
        """Ask for a key anew when it comes next: it was revoked."""
        self._known.pop(id_, None)

    def _remember(self, id_: str, known: StoredKey, now: float) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[id_] = (now, known)
