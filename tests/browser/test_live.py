"""What is live on the page stays live and true: several tabs, restarts, a lost network, and all the ways to end."""

import signal
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, FilePayload, expect

from deploy.embedded import EmbeddedValkey
from deploy.embedded.process import end
from tests.browser.accessibility import violations
from tests.browser.tab import Tab, word_file
from tests.recording import torn
from tests.system import WORKERS, System
from tests.waiting import PATIENCE, until


@pytest.fixture
async def tab(context: BrowserContext, held: System) -> AsyncIterator[Tab]:
    made = await Tab.open(context, held.base_url)
    yield made
    await made.page.close()


def _let_go(system: System) -> None:
    for worker in WORKERS:
        system.let_go(worker)


async def test_eight_documents_are_live_in_three_tabs_over_a_stream_each(context: BrowserContext, held: System) -> None:
    tabs = [await Tab.open(context, held.base_url) for _ in range(3)]
    names = [f"eight-{number}" for number in range(8)]
    for tab, own in zip(tabs, (names[:3], names[3:6], names[6:]), strict=True):
        await tab.send(*map(word_file, own))
    held.let_go("compressor")  # others hear of a document once somebody begins with it
    for tab in tabs:
        for name in names:  # those of the other tabs as well
            await expect(tab.row(name).get_by_role("button", name="Cancel")).to_be_visible()
    # All three use the same six connections of the browser, and each still gets an answer.
    for tab in tabs:
        await tab.page.get_by_role("searchbox").fill("eight-1")
        await expect(tab.page.get_by_test_id("document")).to_have_count(1)
        await tab.page.get_by_role("searchbox").fill("")
        await expect(tab.row("eight-7")).to_be_visible()
        assert len(tab.streams) == 1
    _let_go(held)
    for tab in tabs:
        for name in names:
            await expect(tab.row(name, "completed")).to_be_visible()
    last, others = tabs[-1], tabs[:-1]
    await last.row("eight-0").get_by_role("button", name="Delete").click()
    await last.row("eight-0").get_by_role("button", name="Delete", exact=True).click()
    for tab in others:
        await expect(tab.row("eight-0")).to_have_count(0)
    for tab in tabs:
        assert (len(tab.streams), tab.opened) == (1, 1)
        assert len(tab.looked_up) <= 6, "more than its own was looked up, or polled"
        await tab.page.close()


async def test_what_is_under_way_goes_on_after_the_gateway_and_redis_were_restarted(
    tab: Tab, held: System, valkey_server: EmbeddedValkey
) -> None:
    await tab.send(word_file("restarted"))
    card = tab.card("restarted")
    await expect(card.and_(tab.page.locator('[data-connection="live"]'))).to_be_visible()
    await end(held.processes["gateway"], signal.SIGTERM, PATIENCE)
    await expect(card.get_by_test_id("notification-connection")).to_have_text("Reconnecting…")
    held.spawn("gateway")
    await held.ready("gateway")
    await expect(card.and_(tab.page.locator('[data-connection="live"]'))).to_be_visible()

    await valkey_server.stop()
    _let_go(held)
    await valkey_server.start()
    await expect(tab.row("restarted", "completed")).to_be_visible()
    await until(lambda: len(tab.streams) == 1)  # the list may have been asked for before the stream was back


async def test_a_file_chosen_without_a_network_is_sent_when_there_is_one(tab: Tab, held: System) -> None:
    _let_go(held)
    await tab.page.context.set_offline(True)
    await tab.send(word_file("offline"))
    sending = tab.page.get_by_test_id("sending").filter(has_text="offline")
    await expect(sending).to_have_attribute("data-state", "waiting")
    await tab.page.context.set_offline(False)
    await expect(tab.row("offline", "completed")).to_be_visible()
    await expect(sending).to_have_count(0)


async def test_one_is_stopped_and_read_after_all_and_another_cannot_be_read(tab: Tab, held: System) -> None:
    await tab.send(word_file("stopped"), FilePayload(name="torn.jpg", mimeType="image/jpeg", buffer=torn()))
    stopped = tab.row("stopped")
    await stopped.get_by_role("button", name="Cancel").click()
    await expect(tab.row("stopped", "cancelled")).to_contain_text("You stopped it.")
    await tab.page.get_by_role("button", name="Show each").click()
    await expect(tab.card("stopped")).to_have_attribute("data-state", "cancelled")
    await expect(tab.card("stopped")).not_to_contain_text("could not be read")

    await stopped.get_by_role("button", name="Try again").click()
    await expect(tab.card("stopped")).to_have_attribute("data-state", "running")
    _let_go(held)
    await expect(tab.row("torn", "failed")).to_contain_text("damaged")
    failed = tab.card("torn")
    await expect(failed.locator('li[data-state="failed"]')).to_have_text("Compressing")
    await expect(failed.get_by_test_id("view-timetable")).to_have_count(0)
    await expect(tab.row("torn").get_by_role("button", name="Try again")).to_have_count(0)  # it would end the same
    await expect(tab.row("stopped", "completed")).to_be_visible()
    assert (len(tab.streams), tab.opened) == (1, 1)


async def test_a_page_that_was_left_and_loaded_anew_goes_on_watching(tab: Tab, held: System) -> None:
    await tab.send(word_file("reloaded"))
    page = tab.page
    await expect(tab.row("reloaded").get_by_role("button", name="Cancel")).to_be_visible()
    await page.reload()
    live = page.locator('[data-testid="notification"][data-connection="live"]')
    await expect(live).to_be_visible()
    answer = await page.request.get(f"{held.base_url}/api/v1/documents?q=reloaded")
    [document] = (await answer.json())["documents"]
    await page.evaluate("id => { location.hash = `#/timetables/${id}` }", document["documentId"])
    await expect(page.get_by_role("heading", name="Still reading reloaded")).to_be_visible()
    await expect(live).to_have_count(1)  # not a second one in the corner
    assert await violations(page) == []
    await page.go_back()
    await expect(live).to_be_visible()
    await page.go_forward()
    _let_go(held)
    await expect(page.get_by_test_id("time-block").first).to_be_visible()
    await until(lambda: len(tab.streams) == 1)
