"""A desk of a house that requires results, and has its own CRM within the desk, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.services.desk_page import DeskPage, ready_desk
from tests.services.pages import barriers
from tests.services.web_centre import SCENARIO, WebCentre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOSY = """
<title>CRM</title><p id="place"></p><script>
const tried = [location.search];
for (const wish of [() => top.document.title, () => { top.location = "https://elsewhere.example/"; }]) {
  try { wish(); tried.push("done"); } catch { tried.push("refused"); }
}
document.getElementById("place").textContent = tried.join(" ");
</script>
"""
"""A page that tries to read the desk, and to lead it away."""


@pytest.fixture(scope="module")
def centre() -> Iterator[WebCentre]:
    service = [{**each, "disposition": "sold"} for each in SCENARIO["service"]]
    with WebCentre(engine_config="strict.toml", service=service) as running:
        yield running


@pytest.fixture
def desk(login: str, browser: Browser, centre: WebCentre) -> Iterator[DeskPage]:
    """Return the desk of an agent who is offered the call of a customer."""
    desk = ready_desk(browser, centre, login)
    desk.page.route("https://crm.example/**", crm)
    centre.call("platinum")
    expect(desk.record).to_be_visible()
    yield desk
    assert desk.seat.complaints == []
    desk.seat.context.close()


def crm(route: Route) -> None:
    route.fulfill(content_type="text/html", body=NOSY)


@pytest.mark.parametrize("login", ["anna"])
def test_crm_stands_in_the_desk_and_can_neither_read_it_nor_lead_it_away(desk: DeskPage) -> None:
    desk_url = desk.page.url
    inside = desk.page.frame_locator("iframe").locator("#place")
    expect(inside).to_have_text("?phone=%2B31202000000 refused refused")
    assert desk.page.url == desk_url
    expect(desk.page.get_by_role("link", name="Open in CRM")).to_be_visible()
    assert barriers(desk.page) == []
    for count in (0, 1):
        desk.press("Alt+2")
        expect(desk.page.locator("iframe")).to_have_count(count)


@pytest.mark.parametrize("login", ["bram"])
def test_wrap_up_is_finished_with_a_result_only(desk: DeskPage) -> None:
    expect(desk.button("Accept")).to_be_enabled()
    desk.press("Control+Shift+A")
    expect(desk.state).to_have_text("On a call")
    expect(desk.button("Hang up")).to_be_enabled()
    desk.press("Control+Shift+1")
    expect(desk.state).to_have_text("Wrap-up")
    expect(desk.page.get_by_text("Choose a result to finish.")).to_be_visible()
    for name in ("Finish", "Ready"):
        expect(desk.button(name)).to_be_disabled()
    desk.press("2")
    expect(desk.button("Finish")).to_be_enabled()
    desk.press("Enter")
    expect(desk.state).to_have_text("Ready")
