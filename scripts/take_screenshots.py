"""Take pictures of the pages in both languages and both themes, to be looked at.

    python -m scripts.take_screenshots FOLDER [PAGE ...]

A small centre with a few calls runs meanwhile (`tests.services.web_centre`). The pages must be built.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.services.browser import open_browser
from tests.services.desk_page import EXTENSIONS
from tests.services.pages import DESK, TELEVISION, sit_down
from tests.services.web_centre import WebCentre

LANGUAGES = ("en", "zh-CN")
SETTLES_MS = 1_500
"""So long a page is left alone before its picture is taken: all it asked for has come by then."""
Shots = Callable[[Browser, WebCentre, str, bool], Iterator[tuple[str, Page]]]


def agent(browser: Browser, centre: WebCentre, language: str, dark: bool) -> Iterator[tuple[str, Page]]:
    """Yield the stages of an agent's work by name."""
    page = sit_down(browser, f"{centre.url}/agent", "anna", size=DESK, language=language, dark=dark).page
    yield "log-in", page
    page.locator("form input").first.fill(EXTENSIONS["anna"])
    page.locator("form button.main").click()
    page.locator("header button.main").click()
    yield "ready", page
    centre.call("platinum")
    page.locator("article").wait_for()
    yield "offer", page
    page.keyboard.press("Control+Shift+A")
    page.get_by_role("button", disabled=False).locator("text=/Hang up|挂断/").wait_for()
    yield "talk", page
    page.keyboard.press("Control+Shift+U")
    yield "consult", page
    _close_dialog(page)
    page.keyboard.press("Shift+Slash")
    yield "keys", page
    _close_dialog(page)
    page.keyboard.press("Control+Shift+1")
    page.locator("input[type=radio]:focus").wait_for()
    page.keyboard.press("3")
    yield "wrap-up", page
    page.locator("form button.main").first.press("Enter")
    page.keyboard.press("Control+Shift+L")
    page.context.close()


def wall(browser: Browser, centre: WebCentre, language: str, dark: bool) -> Iterator[tuple[str, Page]]:
    """Yield the wallboard."""
    address = f"{centre.url}/wall"
    page = sit_down(browser, address, "supervisor", size=TELEVISION, language=language, dark=dark).page
    yield "board", page
    page.context.close()


def campaigns(browser: Browser, centre: WebCentre, language: str, dark: bool) -> Iterator[tuple[str, Page]]:
    """Yield the campaigns."""
    address = f"{centre.url}/campaigns"
    page = sit_down(browser, address, "campaigns", size=DESK, language=language, dark=dark).page
    yield "cards", page
    page.context.close()


def _close_dialog(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")


PAGES: dict[str, Shots] = {"agent": agent, "wall": wall, "campaigns": campaigns}


def main(arguments: list[str]) -> None:
    """Take the pictures of the pages that are named, of all without any."""
    folder, *names = arguments
    with open_browser() as browser:
        for name, language, dark in product(names or PAGES, LANGUAGES, (False, True)):
            with WebCentre() as centre:
                for stage, page in PAGES[name](browser, centre, language, dark):
                    page.wait_for_timeout(SETTLES_MS)
                    theme = "dark" if dark else "light"
                    page.screenshot(path=Path(folder) / f"{name}-{stage}-{language}-{theme}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
