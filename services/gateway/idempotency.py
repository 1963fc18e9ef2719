"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): an upload that is repeated because its answer was lost
makes no second document."""

import re

from aiohttp import web

from services.gateway.context import GATEWAY
from services.gateway.problems import ProblemError
from services.gateway.tenants import TENANT

FIELD = "Idempotency-Key"
_KEY = re.compile(r'"([ !#-\[\]-~]{1,255})"|([!#-+\--:<-\[\]-~]{1,255})')
"""A string as the draft has it, or a bare word as most send it."""


def read_key(request: web.Request) -> str | None:
    """The key of an upload, None without one. Raises a 400 problem."""
    if FIELD not in request.headers:
        return None
    match = _KEY.fullmatch(request.headers[FIELD].strip())
    if match is None:
        raise ProblemError(
            400,
            "bad-idempotency-key",
            "Bad Idempotency-Key",
            "Idempotency-Key is a string in quotes, of at most 255 printable ASCII characters; take a random UUID.",
        )
    return match[1] or match[2]


async def take(request: web.Request, key: str, fingerprint: bytes) -> str | None:
    """Take a key for an upload. Raises a 409 problem while another one is under way under it, 422 when it was for
    something else.

    Args:
        fingerprint: of all that counts of the upload.

    Returns:
        The document that the upload became when it came before, or None.
    """
    former = await request.app[GATEWAY].uploads.begin(request[TENANT], key, fingerprint)
    if former is None:
        return None
    if former.fingerprint != fingerprint:
        raise ProblemError(
            422,
            "idempotency-key-reused",
            "Idempotency-Key reused",
            "Something else was uploaded under this Idempotency-Key before. Take a new key for each upload.",
        )
    if former.document_id is None:
        raise ProblemError(
            409,
            "upload-under-way",
            "Upload under way",
            "An upload with this Idempotency-Key is under way. Repeat it in a moment to get its answer.",
            retry_after=2,
        )
    return former.document_id
