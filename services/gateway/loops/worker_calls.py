"""Calls of the workers' internal HTTP: a stage of a document, answered line by line while it is worked."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import msgspec

from shared.direct import DirectJob, DirectLine, InternalSettings, bearer
from shared.messages import Stage

_LINE_BYTES = 16 * 1024 * 1024


class WorkerAwayError(Exception):
    """A worker cannot be reached or broke off; the document is given back."""


class WorkerCalls:
    """Args:
    url: where a stage takes internal calls.
    timeout: seconds that a stage may take.
    """

    def __init__(self, url: Callable[[Stage], str], timeout: float) -> None:
        self._url = url
        self._internal = InternalSettings.load()
        self._timeout = aiohttp.ClientTimeout(total=timeout + 10, sock_connect=3)
        # Made with the first call: a client session belongs to the event loop it is made in.
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()

    async def call(self, asked: DirectJob) -> AsyncIterator[DirectLine]:
        """The lines of a worker's answer, the last of them an outcome. Raises `WorkerAwayError`."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        headers = {"Authorization": bearer(self._internal), "Content-Type": "application/json"}
        last = DirectLine(progress=None)
        try:
            async with self._session.post(
                self._url(asked.stage),
                data=msgspec.json.encode(asked),
                headers=headers,
                timeout=self._timeout,
                read_bufsize=_LINE_BYTES,
            ) as answer:
                if answer.status != 200:
                    raise WorkerAwayError(f"{asked.stage} answered {answer.status}")
                async for raw in answer.content:
                    last = msgspec.json.decode(raw, type=DirectLine)
                    yield last
        except (aiohttp.ClientError, TimeoutError, ValueError, msgspec.DecodeError) as error:
            raise WorkerAwayError(f"{asked.stage}: {error or type(error).__name__}") from error
        if not (last.done or last.dead is not None or last.retry is not None):
            raise WorkerAwayError(f"{asked.stage} broke off")
