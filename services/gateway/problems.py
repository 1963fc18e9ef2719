"""Errors as RFC 9457 problem details, for every answer that is not a success."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from prometheus_client import Counter

from shared.answers import Problem
from shared.blobs import BlobAwayError
from shared.db.pool import DatabaseAwayError
from shared.logs import get_logger
from shared.messages import encode

log = get_logger(__name__)

PROBLEMS = Counter("timelift_http_problems_total", "Requests that were answered with a problem, by its type.", ["type"])

_TOKENS = re.compile(r"[A-Za-z0-9_-]{43,}")
"""Of a calendar's address, and keys, which a person may paste behind a slash; no id is as long."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ProblemError(Exception):
    """Ends a request with a problem.

    Args:
        slug: stable name; the problem's type is ``/problems/<slug>``.
        detail: a sentence for the person, saying what is wrong with this request.
        allowed: what would have been accepted.
        field: the part of the body that is wrong.
        format_: what an upload is, where that is known and not read.
        retry_after: seconds for the Retry-After header.
    """

    def __init__(
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        *,
        allowed: dict[str, Any] | None = None,
        field: str | None = None,
        format_: str | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        # What clients send may hold half characters, which are no text.
        detail = detail.encode("utf-8", "replace").decode()
        super().__init__(detail)
        self.problem = Problem(
            type=f"/problems/{slug}",
            title=title,
            status=status,
            detail=detail,
            allowed=allowed,
            field=field,
            format=format_,
        )
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)

    def response(self) -> web.Response:
        PROBLEMS.labels(self.problem.type.rpartition("/")[2]).inc()
        return web.Response(
            body=encode(self.problem),
            status=self.problem.status,
            headers=self.headers,
            content_type="application/problem+json",
        )


def path_of(request: web.Request) -> str:
    """A request's path for the log, without the token of an address that is itself a secret: also where no route takes
    it, as when a calendar program asks by a method of its own whether it may write there."""
    return _TOKENS.sub("{token}", request.path)


def not_found(what: str) -> ProblemError:
    return ProblemError(404, "not-found", "Not found", f"There is no such {what}.")


def redis_away() -> ProblemError:
    """503: what was asked is on the streams, and these cannot be reached."""
    return ProblemError(
        503, "redis-away", "Temporarily unavailable", "The streams cannot be reached at the moment.", retry_after=2
    )


def busy() -> ProblemError:
    """503: all that there is for uploads or answers is in use."""
    return ProblemError(
        503,
        "busy",
        "Busy",
        "Too much arrives at once. Please try again in a moment.",
        retry_after=2,
        # What is left of a body is not read: the connection cannot carry another request.
        headers={"Connection": "close"},
    )


_TITLES = {
    404: ("not-found", "Not found", "There is nothing at this address."),
    405: ("method-not-allowed", "Method not allowed", "This address does not take that method."),
    413: ("too-large", "Too large", "The request is larger than this address takes."),
}


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into problem details, and never a traceback."""
    try:
        return await handler(request)
    except ProblemError as error:
        return error.response()
    except web.HTTPException as error:
        if error.status < 400:
            raise
        slug, title, detail = _TITLES.get(error.status, ("bad-request", error.reason, "The request was refused."))
        kept = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return ProblemError(error.status, slug, title, detail, headers=kept).response()
    except web.RequestPayloadError:
        # Compressed, or cut into chunks, in a way that is none.
        return ProblemError(
            400, "bad-request", "Bad request", "The body cannot be decoded.", headers={"Connection": "close"}
        ).response()
    except DatabaseAwayError as error:
        log.warning("refused: postgres is away", path=path_of(request), error=str(error))
        return ProblemError(
            503,
            "database-away",
            "Temporarily unavailable",
            "The record of documents cannot be reached at the moment. Nothing was changed; please try again shortly.",
            retry_after=5,
        ).response()
    except BlobAwayError as error:
        log.warning("refused: the blob store is away", path=path_of(request), error=str(error))
        return ProblemError(
            503, "storage-away", "Temporarily unavailable", "Pictures cannot be reached at the moment.", retry_after=5
        ).response()
    except ConnectionResetError:
        # The client went away; there is nobody to answer.
        raise
    except Exception:
        # Whatever went wrong in here, the client gets an answer in the API's form and the log gets the traceback.
        log.exception("request failed", method=request.method, path=path_of(request))
        return ProblemError(
            500, "internal", "Internal error", "Something went wrong on our side. The request can be tried again."
        ).response()
