"""What axe finds on a view."""

from typing import Any, Literal

from playwright.async_api import Page

from tests.system import ROOT

AXE = ROOT / "services/gateway/web/node_modules/axe-core/axe.min.js"

Look = Literal["light", "dark", "forced"]
LOOKS: tuple[Look, ...] = ("light", "dark", "forced")


async def put_on(page: Page, look: Look) -> None:
    """Show the page in other colours."""
    if look == "forced":
        await page.emulate_media(color_scheme="light", forced_colors="active", reduced_motion="reduce")
    else:
        await page.emulate_media(color_scheme=look, forced_colors="none", reduced_motion="reduce")


async def come_to_rest(page: Page) -> None:
    """Wait until nothing moves any more, but for what never ends: a pulse beside what is waited for."""
    await page.evaluate(
        """() => Promise.all(document.getAnimations()
          .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
          .map((one) => one.finished.catch(() => null)))"""
    )


async def violations(page: Page) -> list[Any]:
    """What axe finds, once what moves has come to rest: a colour half faded in is no colour of the page."""
    await come_to_rest(page)
    await page.evaluate(AXE.read_text())
    found: list[Any] = await page.evaluate("async () => (await axe.run()).violations")
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]
