"""A tab of the browser, with what it asks the server for."""

import re

from playwright.async_api import BrowserContext, FilePayload, Locator, Page, Request, expect

from tests.unit.compressor.made_docx import week

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def word_file(name: str) -> FilePayload:
    """A week that is read without text recognition, so within a moment."""
    return FilePayload(name=f"{name}.docx", mimeType=DOCX, buffer=week())


class Tab:
    """The page, and the streams that it holds open.

    Args:
        page: before it is loaded.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.streams: set[Request] = set()
        """Event streams that are open."""
        self.opened = 0
        """How many ever were."""
        self.looked_up: list[str] = []
        """Addresses of single documents that were asked for."""
        page.on("request", self._asked)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)

    @classmethod
    async def open(cls, context: BrowserContext, url: str) -> "Tab":
        tab = cls(await context.new_page())
        await tab.page.goto(url)
        await expect(tab.page.get_by_test_id("file-input")).to_be_attached()
        return tab

    def _asked(self, request: Request) -> None:
        if "/api/v1/events" in request.url:
            self.streams.add(request)
            self.opened += 1
        elif request.method == "GET" and re.search(r"/api/v1/documents/[^/?]+$", request.url):
            self.looked_up.append(request.url)

    def _answered(self, request: Request) -> None:
        self.streams.discard(request)

    async def send(self, *files: FilePayload) -> None:
        await self.page.get_by_test_id("file-input").set_input_files(list(files))

    def row(self, name: str, state: str = "") -> Locator:
        """A document of the list by the name of its file, in a state or whatever it is in."""
        row = self.page.get_by_test_id("document").filter(has_text=name)
        return row.and_(self.page.locator(f'[data-state="{state}"]')) if state else row

    def card(self, name: str) -> Locator:
        """The card of a document by the name of its file, as long as it is not read: then it has the week's."""
        return self.page.get_by_test_id("notification").filter(has_text=name)
