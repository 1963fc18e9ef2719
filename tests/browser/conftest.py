"""A headless Chromium over the running system."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, async_playwright, expect

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.browser.week import Week
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.schools import NORTH, SOUTH
from tests.system import ROOT, WORKERS, System
from tests.tools import needed
from tests.waiting import PATIENCE, until

LONGEST_MS = PATIENCE * 1000
expect.set_options(timeout=LONGEST_MS)

NAMES = ("chromium", "chromium-browser", "google-chrome")
SILENT = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")

# Keeps all that the widget showed, in order: what is live is over before a test could look at it.
RECORDER = """
window.shown = [];
new MutationObserver(() => {
  const text = (id) => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? null;
  const step = text('notification-step'), percentage = text('notification-percentage');
  if (step === null) return;
  const last = window.shown.at(-1);
  if (!last || last.step !== step || last.percentage !== percentage) window.shown.push({step, percentage});
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; Playwright's own download is not needed."""
    executable = needed(*NAMES, package="chromium")
    if not (ROOT / "services/gateway/static/index.html").is_file():
        pytest.fail("The page is not built: npm ci && npm run build in services/gateway/web.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(SILENT), timeout=LONGEST_MS)
        yield browser
        await browser.close()


@pytest.fixture
async def context(browser: Browser) -> BrowserContext:
    made = await browser.new_context(viewport={"width": 1280, "height": 860})
    made.set_default_timeout(LONGEST_MS)
    return made


@pytest.fixture
def held(system: System) -> Iterator[System]:
    """The system with its workers standing still until the test lets them go on, so that none is quicker than it."""
    for worker in WORKERS:
        system.hold(worker)
    yield system
    for worker in WORKERS:
        system.let_go(worker)


@pytest.fixture
async def page(context: BrowserContext, system: System) -> AsyncIterator[Page]:
    """The page at `/`, loaded. A script error on it fails the test."""
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    await page.add_init_script(RECORDER)
    await page.goto(system.base_url)
    yield page
    await page.close()
    assert errors == []


@pytest.fixture(scope="session")
def sample_png(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's own sample timetable."""
    from deploy.sample import draw

    path = tmp_path_factory.mktemp("sample") / "sample.png"
    draw(path)
    return path


@pytest.fixture(scope="session")
def keyed(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayAlone]:
    """A gateway of two tenants that asks for keys."""
    made = GatewayAlone.on(
        postgres_server,
        valkey_server,
        tmp_path_factory.mktemp("keyed"),
        "browser_schools",
        API_KEYS=f"north:{NORTH},south:{SOUTH}",
        CONSUMER_NAME="gateway-keyed",
    )
    running = asyncio.run(made)
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())


@pytest.fixture
async def player(keyed: GatewayAlone) -> AsyncIterator[Player]:
    made = Player(keyed.redis_url, keyed.database_url)
    await made.database.open()
    yield made
    await made.close()


_read: dict[str, str] = {}
"""The one document that all of these correct, by the system that read it: reading takes longer than a test."""


@pytest.fixture
async def week(page: Page, system: System, sample_png: Path) -> Week:
    api = f"{system.base_url}/api/v1/documents"
    if system.base_url not in _read:
        file = FilePayload(name="week.png", mimeType="image/png", buffer=sample_png.read_bytes())
        answer = await page.request.post(f"{api}/upload", multipart={"file": file})
        id_ = (await answer.json())["documentId"]

        async def is_read() -> bool:
            document = await (await page.request.get(f"{api}/{id_}")).json()
            return document["status"] in ("completed", "validation_failed")

        await until(is_read)
        _read[system.base_url] = id_
    return Week(page, system.base_url, _read[system.base_url])
