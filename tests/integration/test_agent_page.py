"""An agent's desktop in a real browser, on the engine and a simulated Asterisk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.services.desk_page import DeskPage, open_desk, ready_desk
from tests.services.pages import barriers
from tests.services.web_centre import SCENARIO, WebCentre

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST_DIGIT = "Sold"
PROSPECTS = [{"campaign": "spring", "name": "prospects", "count": 5, "country": "NL", "reach": [1.0]}]
"""People who always pick up."""


@pytest.fixture
def centre() -> Iterator[WebCentre]:
    with WebCentre() as running:
        yield running


@pytest.fixture
def anna(browser: Browser, centre: WebCentre) -> Iterator[DeskPage]:
    """Return the desktop of an agent who is ready; nothing may have gone wrong on it."""
    desk = ready_desk(browser, centre)
    yield desk
    assert desk.seat.complaints == []
    desk.seat.context.close()


def offer_to(anna: DeskPage, centre: WebCentre, customers: str = "platinum") -> None:
    """Let somebody call, who is offered to Anna."""
    centre.call(customers)
    expect(anna.record).to_be_visible()
    expect(anna.state).to_have_text("Offered")


def talk_to(anna: DeskPage, centre: WebCentre) -> None:
    """Let somebody call, and let Anna answer."""
    offer_to(anna, centre)
    anna.press("Control+Shift+A")
    expect(anna.state).to_have_text("On a call")
    expect(anna.button("Hold")).to_be_enabled()


# --- to the desk and away -------------------------------------------------------------------------------


def test_wrong_password_opens_nothing(browser: Browser, centre: WebCentre) -> None:
    page = browser.new_page()
    page.goto(f"{centre.url}/agent")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Name or password is wrong")
    expect(page.get_by_label("Password")).to_be_focused()
    page.close()


def test_phone_is_remembered_for_the_next_shift(anna: DeskPage, centre: WebCentre) -> None:
    anna.press("Control+Shift+L")
    expect(anna.page.get_by_label("Phone")).to_have_value("PJSIP/1001")


def test_reason_is_asked_when_somebody_leaves_the_desk(anna: DeskPage, centre: WebCentre) -> None:
    anna.press("Control+Shift+S")
    expect(anna.page.get_by_role("dialog", name="Why are you not ready?")).to_be_visible()
    anna.press("2")
    expect(anna.state).to_contain_text("Not ready")
    expect(anna.state).to_contain_text("Lunch")


# --- a call -----------------------------------------------------------------------------------------------


def test_record_shows_who_calls_while_the_phone_rings(anna: DeskPage, centre: WebCentre) -> None:
    offer_to(anna, centre)
    expect(anna.record).to_contain_text("Platinum")
    expect(anna.record.get_by_role("heading", level=1)).not_to_be_empty()
    expect(anna.record).to_contain_text("cards")
    expect(anna.page.get_by_role("alert")).to_contain_text("Platinum")


def test_stranger_is_told_for_one(anna: DeskPage, centre: WebCentre) -> None:
    offer_to(anna, centre, "strangers")
    expect(anna.record).to_contain_text("Unknown caller")
    expect(anna.record).to_contain_text("Nobody we know by this number.")


def test_call_is_worked_by_keys_alone(anna: DeskPage, centre: WebCentre) -> None:
    talk_to(anna, centre)
    anna.press("Control+Shift+H")
    expect(anna.page.get_by_text("On hold: the customer hears music")).to_be_visible()
    anna.press("Control+Shift+H")
    expect(anna.button("Hold")).to_be_enabled()
    anna.press("Control+Shift+1")
    expect(anna.state).to_have_text("Wrap-up")
    anna.press("1")
    expect(anna.page.get_by_role("radio", name=FIRST_DIGIT)).to_be_checked()
    anna.press("Enter")
    expect(anna.state).to_have_text("Ready")
    expect(anna.record).to_have_count(0)
    expect(anna.page.get_by_role("tabpanel")).to_contain_text(FIRST_DIGIT)
    expect(anna.page.get_by_text("Contacts today: 1")).to_be_visible()


def test_what_the_engine_would_refuse_cannot_be_clicked(anna: DeskPage, centre: WebCentre) -> None:
    offer_to(anna, centre)
    expect(anna.button("Accept")).to_be_enabled()
    expect(anna.button("Finish")).to_be_disabled()
    expect(anna.button("Extend wrap-up")).to_be_disabled()
    anna.press("Control+Shift+A")
    expect(anna.button("Hang up")).to_be_enabled()
    expect(anna.button("Finish")).to_be_disabled()


def test_rejected_call_leaves_the_screen(anna: DeskPage, centre: WebCentre) -> None:
    offer_to(anna, centre)
    anna.press("Control+Shift+R")
    expect(anna.record).to_have_count(0)
    expect(anna.state).to_contain_text("Rejected an offer")


def test_reload_changes_nothing(anna: DeskPage, centre: WebCentre) -> None:
    talk_to(anna, centre)
    name = anna.record.get_by_role("heading", level=1).inner_text()
    anna.page.get_by_label("Notes", exact=True).fill("asks about the fee")
    anna.page.get_by_text("Not interested").click()
    anna.page.reload()
    expect(anna.state).to_have_text("On a call")
    expect(anna.record.get_by_role("heading", level=1)).to_have_text(name)
    expect(anna.page.get_by_label("Notes", exact=True)).to_have_value("asks about the fee")
    expect(anna.page.get_by_role("radio", name="Not interested")).to_be_checked()


def test_digits_choose_nothing_while_notes_are_written(anna: DeskPage, centre: WebCentre) -> None:
    talk_to(anna, centre)
    anna.page.get_by_label("Notes", exact=True).press_sequentially("paid 12 euros?")
    expect(anna.page.get_by_label("Notes", exact=True)).to_have_value("paid 12 euros?")
    expect(anna.page.get_by_role("radio", checked=True)).to_have_count(0)
    expect(anna.page.get_by_role("dialog")).to_have_count(0)


def test_colleague_who_is_asked_sees_the_record_and_takes_the_customer(
    anna: DeskPage, browser: Browser, centre: WebCentre
) -> None:
    talk_to(anna, centre)
    name = anna.heading().inner_text()
    bram = ready_desk(browser, centre, "bram")
    anna.press("Control+Shift+U")
    anna.page.get_by_label("Name, queue or number").fill("bra")
    anna.press("Enter")
    expect(bram.heading()).to_have_text(name)
    bram.button("Accept").click()
    expect(anna.page.get_by_role("list", name="Also in the conversation")).to_contain_text("Bram")
    anna.button("Complete the transfer").click()
    expect(anna.state).to_have_text("Wrap-up")
    expect(bram.state).to_have_text("On a call")
    expect(bram.heading()).to_have_text(name)
    bram.seat.context.close()


def test_customer_is_passed_on_to_a_queue_without_a_word(
    anna: DeskPage, browser: Browser, centre: WebCentre
) -> None:
    talk_to(anna, centre)
    name = anna.heading().inner_text()
    bram = ready_desk(browser, centre, "bram")
    anna.press("Control+Shift+F")
    anna.page.get_by_role("list", name="Whom").get_by_role("button", name="cards").click()
    expect(anna.state).to_have_text("Wrap-up")
    expect(bram.heading()).to_have_text(name)
    bram.seat.context.close()


def test_what_one_agent_writes_is_text_for_the_next(anna: DeskPage, centre: WebCentre) -> None:
    evil = "<img src=x onerror=\"document.title='mine'\"> {{name}} <b>&amp;"
    talk_to(anna, centre)
    anna.page.get_by_label("Notes", exact=True).fill(evil)
    anna.press("Control+Shift+1")
    expect(anna.state).to_have_text("Wrap-up")
    anna.page.get_by_label("Notes", exact=True).press("Control+Enter")
    expect(anna.state).to_have_text("Ready")
    offer_to(anna, centre)
    expect(anna.record.get_by_text(evil, exact=True)).to_be_visible()
    assert anna.page.title() != "mine"


def test_muted_agent_is_told_so(anna: DeskPage, centre: WebCentre) -> None:
    talk_to(anna, centre)
    anna.press("Control+Shift+M")
    expect(anna.page.get_by_role("button", name="Unmute", exact=True, pressed=True)).to_be_enabled()
    anna.press("Control+Shift+M")
    expect(anna.button("Mute")).to_be_enabled()


def test_lead_is_looked_at_before_it_is_called(browser: Browser) -> None:
    with WebCentre(leads=PROSPECTS, agents=SCENARIO["agents"][:2]) as centre:
        anna = open_desk(browser, centre)
        anna.log_in("1001")
        anna.button("Ready").click()
        expect(anna.record).to_contain_text("this is the bank. May I tell you about our loans?")
        expect(anna.record.get_by_text("our loans", exact=True)).to_be_visible()
        expect(anna.record).to_contain_text("Anna here")
        expect(anna.record.get_by_title("Nothing is known of this")).to_have_text("first_name")
        first = anna.heading().inner_text()
        anna.press("Control+Shift+R")
        anna.page.get_by_role("dialog", name="Why not call now?").get_by_role(
            "button", name="Wrong person"
        ).click()
        expect(anna.heading()).not_to_have_text(first)
        expect(anna.record).to_contain_text("attempt 1")
        anna.button("Call").click()
        anna.button("Accept").click()  # the own phone rings first, then the customer's
        expect(anna.state).to_have_text("On a call", timeout=15_000)
        anna.seat.context.close()


# --- two screens, and none ------------------------------------------------------------------------------


def test_second_screen_is_asked_before_it_shows_anything(
    anna: DeskPage, browser: Browser, centre: WebCentre
) -> None:
    talk_to(anna, centre)
    second = open_desk(browser, centre)
    expect(second.page.get_by_role("alertdialog")).to_contain_text("Your desk is open elsewhere")
    expect(second.record).to_have_count(0)
    second.button("Take over").click()
    expect(second.state).to_have_text("On a call")
    expect(second.record).to_be_visible()
    expect(anna.page.get_by_role("alertdialog")).to_contain_text("Your desk is open elsewhere")
    second.seat.context.close()


def test_lost_connection_is_shown_and_nothing_can_be_clicked_until_it_is_back(
    browser: Browser, centre: WebCentre
) -> None:
    desk = open_desk(browser, centre)
    is_cut, sockets = [False], []

    def pass_on(socket: object) -> None:
        sockets.append(socket)
        if is_cut[0]:
            socket.close()  # type: ignore[attr-defined]
        else:
            socket.connect_to_server()  # type: ignore[attr-defined]

    desk.page.route_web_socket("**/events", pass_on)
    desk.page.reload()
    desk.log_in("1001")
    is_cut[0] = True
    sockets[-1].close()  # type: ignore[attr-defined]
    expect(desk.page.get_by_text("The connection is lost")).to_be_visible()
    expect(desk.button("Ready")).to_be_disabled()
    is_cut[0] = False
    expect(desk.page.get_by_text("The connection is lost")).to_have_count(0, timeout=20_000)
    desk.be_ready()
    desk.seat.context.close()


# --- everybody -----------------------------------------------------------------------------------------


def test_keys_are_shown_and_changed(anna: DeskPage, centre: WebCentre) -> None:
    anna.press("Shift+Slash")
    anna.page.get_by_role("button", name="Change the keys of: Not ready…").click()
    anna.press("Alt+Shift+P")
    expect(anna.page.get_by_role("button", name="Change the keys of: Not ready…")).to_contain_text(
        "Alt+Shift+P"
    )
    anna.press("Escape")
    anna.page.reload()
    expect(anna.state).to_have_text("Ready")
    anna.press("Alt+Shift+P")
    expect(anna.page.get_by_role("dialog", name="Why are you not ready?")).to_be_visible()


def test_command_is_found_by_a_few_letters(anna: DeskPage, centre: WebCentre) -> None:
    anna.press("Control+K")
    anna.page.keyboard.type("not re")
    anna.press("Enter")
    expect(anna.page.get_by_role("dialog", name="Why are you not ready?")).to_be_visible()


def test_language_goes_with_the_person(anna: DeskPage, browser: Browser, centre: WebCentre) -> None:
    anna.page.get_by_role("button", name="Anna").click()
    with anna.page.expect_response("**/session"):
        anna.page.get_by_label("Language").select_option("zh-CN")
    expect(anna.page.get_by_role("group", name="我的状态").get_by_role("status")).to_have_text("就绪")
    expect(anna.page.locator("html")).to_have_attribute("lang", "zh-CN")
    elsewhere = open_desk(browser, centre)
    expect(elsewhere.page.get_by_role("alertdialog")).to_contain_text("您的工作台已在别处打开")
    elsewhere.seat.context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_anybody_from_using_it(browser: Browser, centre: WebCentre, dark: bool) -> None:
    stranger = browser.new_page(color_scheme="dark" if dark else "light")
    stranger.goto(f"{centre.url}/agent")
    expect(stranger.get_by_label("Password")).to_be_visible()
    assert barriers(stranger) == []
    stranger.close()
    desk = open_desk(browser, centre, dark=dark)
    assert barriers(desk.page) == []
    desk.log_in("1001")
    assert barriers(desk.page) == []
    desk.be_ready()
    talk_to(desk, centre)
    assert barriers(desk.page) == []
    for keys in ("Control+Shift+F", "Control+K", "Shift+Slash"):
        desk.press(keys)
        expect(desk.page.get_by_role("dialog")).to_be_visible()
        assert barriers(desk.page) == []
        desk.press("Escape")
        expect(desk.page.get_by_role("dialog")).to_have_count(0)
    desk.seat.context.close()


def test_at_twice_the_size_nothing_is_cut_off(browser: Browser, centre: WebCentre) -> None:
    desk = open_desk(browser, centre, size=(640, 450))
    desk.log_in("1001")
    desk.be_ready()
    offer_to(desk, centre)
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert desk.page.evaluate(beyond) == 0
    desk.button("Accept").scroll_into_view_if_needed()
    desk.button("Accept").click()
    expect(desk.state).to_have_text("On a call")
    desk.seat.context.close()
