"""A real browser without a window: Debian's Chromium, steered by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Root may not use the sandbox, and a machine of CI has no graphics card.
OPTIONS = ["--no-sandbox", "--disable-gpu"]
PATIENCE_MS = 20_000
"""How long a page may take to show what is expected: a browser is read from the disk, which may be slow."""


@dataclass(kw_only=True)
class Visit:
    """An open page, with what went wrong on it and what it asked the network for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def why_no_browser() -> str:
    """Return why there is no browser here, empty where there is one."""
    return "" if program() else f"needs one of {', '.join(PROGRAMS)} (apt-get install chromium)"


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Give a running browser; whoever expects something of its pages is patient from now on."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=OPTIONS)
        yield browser
        browser.close()


def visit(browser: Browser, file: Path, *, width: int = 1280, dark: bool = False) -> Visit:
    """Open the file and wait until it is loaded; complaints and requests are kept from the beginning."""
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = Visit(page=page)
    page.on("console", lambda message: opened.complaints.append(message.text))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("request", lambda request: opened.requests.append(request.url))
    page.goto(file.as_uri())
    return opened


def program() -> str | None:
    """Return the browser's program, None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)
