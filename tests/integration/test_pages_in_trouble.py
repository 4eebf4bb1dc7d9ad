"""Pages in trouble: rights taken away, tabs doubled, names out of all measure, orders not carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from goldline.simulated_store import crm_record
from simulator import dialplan
from simulator.channel import Channel
from simulator.pbx import Exchange
from tests.services.desk_page import DeskPage, open_desk, ready_desk
from tests.services.pages import barriers, sit_down
from tests.services.web_centre import FILES, PASSWORD, SCENARIO, WebCentre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LET_GO_WITHIN_MS = 25_000
"""The gate looks again after ten seconds, on the occasion of something sent; a busy machine."""
TOO_LONG_US = 60_000_000
"""A step of the telephone system's may take two seconds."""
PHONE = (390, 844)
LAPTOP = (1366, 768)
BEYOND = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
QUEUES = 300
PROSPECTS = [{"campaign": "spring", "name": "prospects", "count": 5, "country": "NL", "reach": [1.0]}]
NAMES = {
    "html": "<img src=x onerror=\"document.title='mine'\">&amp;<b>",
    "long": "Wolfeschlegelsteinhausenbergerdorff" * 6,
    "right to left": "محمد عبد الرحمن (الشركة) \u202e 123",
}


@pytest.fixture
def centre() -> Iterator[WebCentre]:
    with WebCentre() as running:
        yield running


def talk(desk: DeskPage, centre: WebCentre, customer: int = 0) -> None:
    """Let a platinum customer call, and answer."""
    centre.call("platinum", customer)
    expect(desk.state).to_have_text("Offered")
    desk.press("Control+Shift+A")
    expect(desk.button("Hold")).to_be_enabled()


def change_person(centre: WebCentre, login: str, **change: object) -> None:
    """Let the administrator change what somebody may do."""
    with httpx.Client(base_url=f"{centre.url}/api/v1", headers={"Origin": centre.url}) as office:
        admin = office.post("/session", json={"login": "admin", "password": PASSWORD}).json()
        headers = {"X-CSRF-Token": admin["csrf_token"]}
        answer = office.patch(f"/people/{login}", json=change, headers=headers)
        assert answer.is_success, answer.text


# --- who may look ---------------------------------------------------------------------------------------


def test_what_may_not_be_seen_any_more_leaves_the_open_page(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor").page
    page.get_by_role("button", name="Chidi", exact=True).click()
    expect(page.get_by_role("button", name="Make not ready")).to_be_visible()
    change_person(centre, "supervisor", roles=["agent"])
    expect(page.get_by_role("navigation", name="Views of the wall")).not_to_contain_text(
        "Floor", timeout=LET_GO_WITHIN_MS
    )
    expect(page.get_by_text("Chidi")).to_have_count(0)
    expect(page.locator("[data-figure=waiting] strong")).to_have_text("0")
    change_person(centre, "supervisor", disabled=True)
    expect(page.get_by_label("Password")).to_be_visible(timeout=LET_GO_WITHIN_MS)
    page.context.close()


def test_tab_says_that_another_one_signed_out(browser: Browser, centre: WebCentre) -> None:
    desk = ready_desk(browser, centre)
    talk(desk, centre)
    other = desk.page.context.new_page()
    other.goto(f"{centre.url}/agent")
    other.get_by_role("button", name="Sign out").click()
    expect(desk.page.get_by_label("Password")).to_be_visible(timeout=LET_GO_WITHIN_MS)
    expect(desk.record).to_have_count(0)
    desk.seat.context.close()


def test_doubled_tab_is_asked_before_it_takes_the_desk(browser: Browser, centre: WebCentre) -> None:
    desk = ready_desk(browser, centre)
    with desk.page.context.expect_page() as opened:
        desk.page.evaluate("window.open(location.href)")  # copies what the tab remembers
    expect(opened.value.get_by_role("alertdialog")).to_be_focused()
    expect(desk.state).to_have_text("Ready")
    opened.value.close()
    desk.page.reload()
    expect(desk.state).to_have_text("Ready")
    desk.seat.context.close()


# --- out of all measure -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_no_name_widens_the_desk_or_is_more_than_text(
    browser: Browser, centre: WebCentre, size: tuple[int, int]
) -> None:
    rename_customers(centre)
    desk = ready_desk(browser, centre)
    desk.page.set_viewport_size({"width": size[0], "height": size[1]})
    for customer, name in enumerate(NAMES.values()):
        talk(desk, centre, customer)
        expect(desk.heading()).to_have_text(name)
        assert desk.page.evaluate(BEYOND) == 0
        desk.button("Hang up").click()
        expect(desk.state).to_have_text("Wrap-up")
        desk.button("Finish").click()
        expect(desk.state).to_have_text("Ready")
    assert desk.page.title() != "mine"
    desk.seat.context.close()


def rename_customers(centre: WebCentre) -> None:
    """Give the first platinum customers names that nobody expects."""
    known = [crm_record(found, "NL") for found in centre.show.world.customers[: len(NAMES)]]
    renamed = [replace(each, name=name, notes=name) for each, name in zip(known, NAMES.values(), strict=True)]
    centre.run_async(centre.show.crm.save_customers(renamed))


def test_agents_are_in_sight_below_hundreds_of_queues(browser: Browser, tmp_path: Path) -> None:
    for file in FILES.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    tables = "".join(f"\n[queues.desk-{n}]\nrequirements = {{ cards = 1 }}\n" for n in range(QUEUES))
    many = tmp_path / "many.toml"
    many.write_text((FILES / "centre.toml").read_text("utf-8") + tables, "utf-8")
    with WebCentre(engine_config=str(many)) as centre:
        page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor", size=LAPTOP).page
        expect(page.get_by_role("rowheader", name="desk-299")).to_be_attached()
        anna = page.locator("[data-agent=anna]")
        anna.scroll_into_view_if_needed()
        row, whole = anna.bounding_box(), page.evaluate("document.documentElement.scrollHeight")
        assert row is not None
        assert row["height"] < 100
        assert whole < 2 * LAPTOP[1]
        expect(anna).to_contain_text("cards, loans, desk-0, desk-1 +298")


# --- on a telephone's screen ------------------------------------------------------------------------------


def test_whoever_is_chosen_on_a_small_screen_is_in_sight(browser: Browser, centre: WebCentre) -> None:
    page = sit_down(browser, f"{centre.url}/wall?view=floor", "supervisor", size=PHONE).page
    page.get_by_role("button", name="Chidi", exact=True).click()
    expect(page.get_by_role("button", name="Make not ready")).to_be_in_viewport()
    assert barriers(page) == []


def test_header_leaves_a_small_screen_to_the_record(browser: Browser, centre: WebCentre) -> None:
    desk = ready_desk(browser, centre)
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    talk(desk, centre)
    header = desk.page.get_by_role("banner").first.bounding_box()
    assert header is not None
    assert header["height"] < PHONE[1] / 4
    expect(desk.button("Hang up")).to_be_in_viewport()
    desk.seat.context.close()


# --- what was not looked at before ------------------------------------------------------------------------


def dawdle(
    exchange: Exchange,
    channel: Channel,
    peer: Channel | None,
    come_back: Callable[[], None],
    way_back: object,
) -> None:
    """Run a `Bridge(peer)` that joins nobody for long."""
    exchange.after(TOO_LONG_US, come_back)


def test_order_that_is_not_carried_out_is_said_beneath_the_buttons(
    browser: Browser, centre: WebCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = ready_desk(browser, centre)
    talk(desk, centre)
    desk.press("Control+Shift+H")
    notes = desk.record.get_by_role("status")
    expect(notes).to_contain_text("On hold: the customer hears music")
    with monkeypatch.context() as asterisk:
        asterisk.setattr(dialplan, "join_and_return", dawdle)
        desk.press("Control+Shift+H")
        expect(notes).to_contain_text("Resume: the telephone system has not done it")
    expect(notes).to_contain_text("On hold: the customer hears music")
    assert barriers(desk.page) == []
    desk.seat.context.close()


def test_promised_call_of_a_list_that_is_off_is_marked_and_moved_to_another(browser: Browser) -> None:
    lists = [*PROSPECTS, PROSPECTS[0] | {"name": "april"}]
    with WebCentre(leads=lists, agents=SCENARIO["agents"][:2]) as centre:
        desk = ready_for_leads(browser, centre)
        own, other = "prospects", "april"
        if "list april" in desk.record.inner_text():
            own, other = other, own
        desk.button("Call").click()
        desk.button("Accept").click()
        expect(desk.state).to_have_text("On a call")
        desk.button("Hang up").click()
        expect(desk.state).to_have_text("Wrap-up")
        expect(desk.page.get_by_text("Choose a result to finish.")).to_be_visible()
        desk.page.get_by_text("Call again").click()
        tomorrow = datetime.now(tz=UTC) + timedelta(days=1)
        desk.page.get_by_label("Call again at").fill(f"{tomorrow:%Y-%m-%d}T10:00")
        desk.button("Finish").click()
        expect(desk.state).to_have_text("Offered")
        page = sit_down(browser, f"{centre.url}/campaigns", "campaigns", size=PHONE).page
        page.get_by_role("button", name=f"Change: {own}").click()
        for label in ("Its leads are dialed", "Make its promised calls all the same"):
            page.get_by_label(label).uncheck()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("Alt+Digit3")
        promised = page.get_by_role("row").filter(has_text="Anna")
        expect(promised.get_by_role("cell").first).to_contain_text("held: the list is switched off")
        assert barriers(page) == []
        promised.get_by_role("button", name="Move to another list").click()
        moving = page.get_by_role("dialog", name="The promised call to")
        moving.get_by_role("combobox", name="List").select_option(other)
        assert barriers(page) == []
        moving.get_by_role("button", name="Move to another list").click()
        expect(moving).to_have_count(0)
        expect(promised).to_contain_text(other)
        expect(promised).not_to_contain_text("held")
        desk.seat.context.close()


def ready_for_leads(browser: Browser, centre: WebCentre) -> DeskPage:
    """Give the desk of an agent who looks at a lead, and owes no result of it yet."""
    desk = open_desk(browser, centre)
    desk.log_in("1001")
    desk.button("Ready").click()
    expect(desk.record).to_be_visible()
    expect(desk.page.get_by_text("Choose a result to finish.")).to_have_count(0)
    return desk
