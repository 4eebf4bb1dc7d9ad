"""The wall in a browser: the board's figures, what supervisors see and do, charts, history."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.services.pages import TELEVISION, barriers, sit_down
from tests.services.web_centre import SCENARIO, WebCentre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHIDI = {"id": "chidi", "name": "Chidi", "extension": "PJSIP/1003", "skills": {"cards": 9, "loans": 9}}
AGENTS = [CHIDI if agent["id"] == "chidi" else agent for agent in SCENARIO["agents"]]
"""As in any test, but that a simulated colleague answers whoever wants something about cards."""
INK_OF_CANVAS = """
canvas => new Set(new Uint32Array(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer
)).size
"""
SCROLLS = """
(({ scrollHeight, scrollWidth }) => scrollHeight > innerHeight || scrollWidth > innerWidth)(
    document.documentElement
)
"""
STALE_WITHIN_MS = 10_000
"""Five seconds of silence, the second in which it is noticed, and a busy machine."""
VIEWS = ("board", "floor", "day", "history")


@pytest.fixture(scope="module")
def centre() -> Iterator[WebCentre]:
    """Give a centre in which Chidi talks to a gold customer, and a platinum one waits."""
    with WebCentre(agents=AGENTS) as running:
        running.call("gold")
        running.call("platinum")
        yield running


def shown(page: Page, figure: str) -> str:
    """Return a big number of the board as it is written."""
    return page.locator(f"[data-figure={figure}] strong").inner_text()


def asked(page: Page, centre: WebCentre, path: str) -> Any:
    """Return what the API says to whoever is signed in on the page."""
    answer = page.request.get(f"{centre.url}/api/v1{path}")
    assert answer.ok, answer.text()
    return answer.json()


def whole_percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def spies(centre: WebCentre) -> list[tuple[str, str]]:
    """Return which phones hear which, in the simulated exchange."""

    def heard() -> list[tuple[str, str]]:
        channels = centre.show.world.exchange.channels.values()
        pairs = ((channel.name, channel.spying.on.name) for channel in channels if channel.spying)
        return [(spy.partition("-")[0], on.partition("-")[0]) for spy, on in pairs]

    return centre.run(heard)


def pick_agent(page: Page, name: str) -> None:
    """Look closely at an agent of the floor."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("complementary", name=name)).to_be_visible()


# --- the board --------------------------------------------------------------------------------------


def test_board_shows_what_the_api_tells(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall", "wall").page
    expect(page.locator("[data-figure=waiting] strong")).to_have_text("1")
    expect(page.locator("[data-figure=service_level] strong")).not_to_have_text("–")
    tiers = {row["name"]: row for row in asked(page, centre, "/tiers")["items"]}
    for name, tier in tiers.items():
        level = whole_percent(tier["service_levels"]["short_abandons_excluded"])
        assert page.locator(f"[data-tier={name}] strong").inner_text() == level
    answered = sum(tier["answered"] for tier in tiers.values())
    assert (answered, shown(page, "service_level"), shown(page, "ready")) == (1, "100%", "1")


def test_board_fills_a_television_without_scrolling(browser: Browser, centre: WebCentre) -> None:
    address = f"{centre.url}/wall?tv=1&level=abandoned_excluded&rotate=0"
    seat = sit_down(browser, address, "wall", size=TELEVISION)
    expect(seat.page.get_by_text("It flatters")).to_be_visible()
    assert not seat.page.evaluate(SCROLLS)
    seat.page.keyboard.press("ArrowRight")
    expect(seat.page.get_by_role("row", name=re.compile("cards"))).to_be_visible()
    assert not seat.page.evaluate(SCROLLS)
    assert not seat.complaints


def test_board_turns_its_screens_by_itself(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?tv=1&rotate=1&queues=cards", "wall").page
    expect(page.get_by_role("heading", name="Now: cards")).to_be_visible()
    expect(page.get_by_role("rowheader", name=re.compile("cards"))).to_be_visible()
    expect(page.get_by_role("heading", name="Now: cards")).to_be_visible()


def test_board_says_when_nothing_is_heard(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall", "wall").page
    hears = True

    def listen(near: WebSocketRoute) -> None:
        far = near.connect_to_server()
        far.on_message(lambda frame: near.send(frame) if hears else None)

    page.route_web_socket(re.compile("/api/v1/events"), listen)
    page.reload()
    expect(page.locator("[data-figure=waiting] strong")).to_have_text("1")
    hears = False
    banner = page.get_by_text("Nothing heard for more than five seconds")
    expect(banner).to_be_visible(timeout=STALE_WITHIN_MS)
    hears = True
    expect(banner).to_have_count(0)


def test_address_keeps_what_was_chosen(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall", "supervisor").page
    page.get_by_role("combobox", name="Service level").select_option("all_count")
    page.keyboard.press("Alt+2")
    expect(page.get_by_role("heading", name=re.compile("^Agents"))).to_be_visible()
    assert {"level=all_count", "view=floor"} <= set(page.url.partition("?")[2].split("&"))
    page.reload()
    expect(page.get_by_role("combobox", name="Service level")).to_have_value("all_count")


def test_reader_sees_the_floor_and_cannot_act(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "wall").page
    pick_agent(page, "Chidi")
    expect(page.get_by_role("button", name="Make not ready")).to_have_count(0)
    expect(page.get_by_role("heading", name="What was done")).to_have_count(0)


# --- the floor --------------------------------------------------------------------------------------


def test_floor_tells_why_this_agent(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor").page
    page.get_by_role("row", name=re.compile("Talking")).get_by_role("button", name=re.compile("Why")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("it went to Chidi, of level 9")
    expect(dialog.get_by_role("alert")).to_have_count(0)


def test_whisper_reaches_the_telephones(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor").page
    pick_agent(page, "Chidi")
    page.get_by_label("Your phone").fill("1004")
    page.keyboard.press("Tab")
    page.keyboard.press("Alt+W")
    expect(page.get_by_text("Chidi will hear you")).to_be_visible()
    chidi = page.locator("[data-agent=chidi]")
    expect(chidi).to_contain_text("supervisor: Whisper")
    assert spies(centre) == [("PJSIP/1004", "PJSIP/1003")]
    page.keyboard.press("Alt+S")
    expect(chidi).not_to_contain_text("Whisper")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("cell", name="Whispered").first).to_be_visible()


def test_waiting_customer_is_moved_to_the_front(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor").page
    page.get_by_role("row", name=re.compile("Waiting")).get_by_role("button", name=re.compile("Move")).click()
    page.get_by_label("Why").fill("has been cut off before")
    page.get_by_role("button", name="To the front").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("cell", name="has been cut off before")).to_be_visible()


def test_forced_state_shows_on_the_agents_page(browser: Browser, centre: WebCentre) -> None:
    anna = sit_down(browser, f"{centre.url}/agent", "anna").page
    anna.locator("main form input").first.fill("1001")
    anna.locator("main form button.main").click()
    floor = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor").page
    pick_agent(floor, "Anna")
    floor.get_by_role("button", name="Make not ready").click()
    floor.get_by_role("combobox", name="Reason").select_option("training")
    floor.get_by_label("Why").fill("new product at ten")
    floor.get_by_role("dialog").get_by_role("button", name="Make not ready").click()
    expect(floor.get_by_role("dialog")).to_have_count(0)
    expect(anna.get_by_text("Training").first).to_be_visible()
    floor.get_by_role("button", name="Read again").click()
    expect(floor.get_by_role("cell", name="new product at ten")).to_be_visible()


def test_refusal_is_told_where_it_was_asked(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor").page
    pick_agent(page, "Dora")
    page.get_by_role("button", name="Make not ready").click()
    page.route("**/not-ready", lambda route: route.fulfill(status=409, json={"code": "engine_away"}))
    page.get_by_role("dialog").get_by_role("button", name="Make not ready").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("The engine does not answer")


def test_contacts_keep_their_places_under_the_pointer(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor").page
    rows = page.locator("tr[data-contact]")
    expect(rows).to_have_count(2)
    expect(rows.last).to_have_attribute("data-state", "connected")
    rows.last.hover()
    centre.call("standard")
    expect(rows).to_have_count(3)
    expect(rows.last).to_have_attribute("data-state", "queued")
    expect(rows.nth(1)).to_have_attribute("data-state", "connected")
    page.get_by_role("heading", name=re.compile("^Contacts")).hover()
    expect(rows.last).to_have_attribute("data-state", "connected")


# --- the day and its history ------------------------------------------------------------------------


def test_charts_of_the_day_are_drawn(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=day", "supervisor", dark=True).page
    expect(page.locator("canvas")).to_have_count(4)
    assert min(page.locator("canvas").nth(place).evaluate(INK_OF_CANVAS) for place in range(4)) > 2


def test_history_agrees_with_live_and_can_be_taken_away(browser: Browser, centre: WebCentre) -> None:
    seat = sit_down(browser, f"{centre.url}/wall?view=history", "supervisor")
    page = seat.page
    expect(page.get_by_role("cell", name="cards")).to_be_visible()
    live = {row["name"]: row for row in asked(page, centre, "/queues")["items"]}
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download as CSV").click()
    table = list(csv.DictReader(io.StringIO(waiting.value.path().read_text("utf-8-sig"))))
    kept = {row["name"]: (int(row["offered"]), int(row["answered"])) for row in table}
    assert kept == {name: (row["offered"], row["answered"]) for name, row in live.items()}
    for name in ("Tiers", "Days", "Intervals", "Agents", "Interactions"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("group", name=name, exact=True)).to_have_attribute("aria-busy", "false")
    assert not seat.complaints


# --- for everybody ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_stands_in_anybodys_way(browser: Browser, centre: WebCentre, view: str, dark: bool) -> None:
    seat = sit_down(browser, f"{centre.url}/wall?view={view}", "supervisor", dark=dark)
    expect(seat.page.get_by_role("heading", level=1)).to_be_attached()
    assert not barriers(seat.page)
    assert not seat.complaints


@pytest.mark.parametrize("view", VIEWS)
def test_wall_speaks_chinese_throughout(browser: Browser, centre: WebCentre, view: str) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view={view}", "supervisor", language="zh-CN").page
    expect(page.get_by_role("navigation", name="看板视图")).to_contain_text("历史报表")
    words = page.locator("main :is(h1, h2, th[scope=col], button, label)").all_inner_texts()
    assert not [text for text in words if re.search("[A-Za-z]{3}", NAMES.sub("", text))]


NAMES = re.compile("Anna|Bram|Chidi|Dora|cards|loans|CSV|C-[0-9-]+")
"""What is called alike in every language."""
