"""Pages of a running centre in a browser: somebody signs in, in a language and a theme, and axe looks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.services.web_centre import PASSWORD

AXE = Path(__file__).parents[2] / "web" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
"""The checker of accessibility; it is there where the pages were built (`make ui`)."""
LOADED_WITHIN_MS = 60_000
TELEVISION = (1920, 1080)
DESK = (1440, 900)


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody before a browser of their own: a page, and what it complained of."""

    page: Page
    complaints: list[str]

    @property
    def context(self) -> BrowserContext:
        """Return the browser's own memory: cookies and storage."""
        return self.page.context


def sit_down(
    browser: Browser,
    address: str,
    login: str,
    *,
    size: tuple[int, int] = DESK,
    language: str = "en",
    dark: bool = False,
) -> Seat:
    """Open `address` in a browser of its own and sign in as `login`, with everybody's demo password."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(LOADED_WITHIN_MS)
    seat = Seat(page=context.new_page(), complaints=[])
    seat.page.on("pageerror", lambda error: seat.complaints.append(str(error)))
    seat.page.goto(address)
    seat.page.locator("input[autocomplete=username]").fill(login)
    seat.page.locator("input[type=password]").fill(PASSWORD)
    seat.page.locator("form button.main").click()
    expect(seat.page.locator("form input[type=password]")).to_have_count(0)
    return seat


def barriers(page: Page) -> list[str]:
    """Return what keeps somebody from using the page as it is now, by the rules of axe."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then(result => result.violations)")
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]
