"""The agent desktop in a browser, as an agent uses it: by what is written on buttons, and by keys."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page, expect

from tests.services.pages import Seat, sit_down
from tests.services.web_centre import WebCentre

EXTENSIONS = {"anna": "1001", "bram": "1002"}


class DeskPage:
    """An agent's desktop; `page` is the browser's."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.page: Page = seat.page

    @property
    def state(self) -> Locator:
        """Return the badge with the word of the state."""
        return self.page.get_by_role("group", name="My state").get_by_role("status")

    @property
    def record(self) -> Locator:
        """Return the card of the contact."""
        return self.page.get_by_role("article", name="Record")

    def button(self, name: str) -> Locator:
        """Return a button by its word, whatever keys stand beside it."""
        return self.page.get_by_role("button", name=name, exact=True)

    def log_in(self, extension: str) -> None:
        """Begin the shift at a phone."""
        self.page.get_by_label("Phone").fill(extension)
        self.button("Log in").click()
        expect(self.state).to_contain_text("Not ready")

    def be_ready(self) -> None:
        """Take contacts."""
        self.button("Ready").click()
        expect(self.state).to_have_text("Ready")

    def heading(self) -> Locator:
        """Return who the record is about."""
        return self.record.get_by_role("heading", level=1)

    def press(self, keys: str) -> None:
        """Press keys together, such as `Control+Shift+A`."""
        self.page.keyboard.press(keys)


def open_desk(browser: Browser, centre: WebCentre, login: str = "anna", **look: object) -> DeskPage:
    """Give the desktop of an agent who has signed in."""
    return DeskPage(sit_down(browser, f"{centre.url}/agent", login, **look))  # type: ignore[arg-type]


def ready_desk(browser: Browser, centre: WebCentre, login: str = "anna") -> DeskPage:
    """Give the desktop of an agent who works and is ready."""
    desk = open_desk(browser, centre, login)
    desk.log_in(EXTENSIONS[login])
    desk.be_ready()
    return desk
