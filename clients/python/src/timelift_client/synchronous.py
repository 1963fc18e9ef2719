"""The synchronous client."""

import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

import httpx

from timelift_client import core
from timelift_client.errors import NoAnswerError
from timelift_client.models import Document, DocumentPage, Event, File, Format, TermDates, Timetable, Uploaded

T = TypeVar("T")


class Client:
    """Timelift, for code that waits.

    Args:
        base_url: where the gateway or its proxy is.
        api_key: None where no key is asked for.
        attempts: in a row that a call may fail for a passing reason.
        transport: of httpx, for tests.
    """

    def __init__(
        self,
        base_url: str = "http://localhost:4000",
        api_key: str | None = None,
        *,
        attempts: int = 6,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._attempts = attempts
        self._http = httpx.Client(
            base_url=base_url, headers=core.headers_of(api_key), timeout=core.TIMEOUT, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def upload(
        self,
        file: core.Source | Sequence[core.Source],
        name: str = "",
        *,
        priority: str = "interactive",
        webhook: str | None = None,
        reuse: bool = False,
    ) -> str:
        """Send a picture, PDF, Word document, workbook, CSV or HTML file; returns the document's id.

        Args:
            file: its path, or its content; of several photos of one plan, which become the pages of one document, a
                list of these.
            name: what the document's file is called; a path's own name unless given.
            priority: ``batch`` lets others go first.
            webhook: called when the document has ended.
            reuse: where the very same file was read before, answer that document and read nothing again.
        """
        return self._json(
            core.upload(core.read_sources(file, name), priority, webhook, reuse=reuse), Uploaded
        ).document_id

    def follow(self, document_id: str, after: str = "") -> Iterator[Event]:
        """A document's events up to its last, each once, over as many connections as it takes.

        Args:
            after: id of the last event that was seen.
        """
        feed, patience = core.Feed(document_id, after), core.Patience(self._attempts)
        while not feed.ended:
            call = feed.call()
            try:
                request = self._http.build_request(
                    call.method, call.path, headers=dict(call.headers), timeout=core.STREAM_TIMEOUT
                )
                answer = self._http.send(request, stream=True)
                try:
                    if answer.status_code >= 400:
                        core.check(answer.status_code, answer.headers, answer.read())
                    feed.opened(answer.status_code)
                    for chunk in answer.iter_bytes():
                        patience.went_well()
                        yield from feed.take(chunk)
                        if feed.ended:
                            return
                finally:
                    answer.close()
                if not feed.ended:
                    raise NoAnswerError("The event stream ended before the document did.")
            except httpx.TransportError as error:
                time.sleep(patience.after(core.no_answer(error)))
            except core.PASSING as error:
                time.sleep(patience.after(error))

    def wait(self, document_id: str) -> Event:
        """Wait for a document's end; returns its last event. Raises `DocumentError` if it failed or was cancelled."""
        for event in self.follow(document_id):
            if event.final:
                return core.ended_well(event, None)
        return core.ended_well(None, self.document(document_id))

    def document(self, document_id: str) -> Document:
        """A document and how far it is."""
        return self._json(core.document(document_id), Document)

    def documents(self) -> Iterator[Document]:
        """All documents, newest first."""
        after: str | None = None
        while True:
            page = self._json(core.documents(100, after), DocumentPage)
            yield from page.documents
            if page.next is None:
                return
            after = page.next

    def cancel(self, document_id: str) -> Document:
        """Stop a document."""
        return self._json(core.document(document_id, "POST", "/cancel"), Document)

    def delete(self, document_id: str) -> None:
        """Delete a document with all that belongs to it."""
        self._call(core.document(document_id, "DELETE"))

    def timetable(self, id_: str) -> Timetable:
        """A week, by its id, or a document's first."""
        return self._json(core.timetable(id_), Timetable)

    def export(self, id_: str, form: Format, term: TermDates | None = None) -> File:
        """A week as a file.

        Args:
            id_: of the week, or of a document, whose first one is meant.
            term: when it holds, which ``ics`` has to know unless it is stored with the week.
        """
        answer = self._call(core.export(id_, form, term))
        return core.read_file(answer.headers, answer.content, f"{id_}.{form}")

    def _json(self, call: core.Call, kind: type[T]) -> T:
        return core.read(self._call(call).content, kind)

    def _call(self, call: core.Call) -> httpx.Response:
        patience = core.Patience(self._attempts)
        while True:
            try:
                answer = self._http.request(call.method, call.path, **core.arguments(call))
                core.check(answer.status_code, answer.headers, answer.content)
            except httpx.TransportError as error:
                wait = patience.after(core.no_answer(error))
            except core.PASSING as error:
                wait = patience.after(error)
            else:
                return answer
            time.sleep(wait)
