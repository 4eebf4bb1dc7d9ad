"""A whole call as people see it: browsers at the desks, a real Asterisk, real telephones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.conftest import AGENTS
from tests.services.asterisk import RealAsterisk
from tests.services.desk_page import DeskPage
from tests.services.goldline import GoldlineServer
from tests.services.pages import sit_down
from tests.services.sipp import Callers, Phones, Press, Wait
from tests.services.supervisor import add_person
from tests.services.web_centre import PASSWORD

pytestmark = [pytest.mark.asterisk, pytest.mark.browser, pytest.mark.slow]

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]

STAYS = Wait(120_000)
"""Whoever calls hangs up after so many milliseconds, if nobody else does before."""
GRACE = "2025550123"
CUSTOMERS = f"external_id,name,phone,tier,notes\nK-1,Grace Hopper,+1{GRACE},gold,likes to be called Admiral\n"
RESULTS = """
[dispositions.sold]
label = "Sold"
is_sale = true

[dispositions.thinks_about_it]
label = "Thinks about it"
is_right_party = true
"""
RING_S = 30
"""Longer than a browser takes that is slow today."""
NOTE_THE_INSTANT = """
new MutationObserver(() => {
  if (!window.seenAt && document.querySelector("article")) window.seenAt = Date.now() / 1000;
}).observe(document, { childList: true, subtree: true });
"""
"""When the record could first be seen, in seconds since 1970."""
PAINT_TWICE = "() => new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))"
"""Returns when the page draws fluently: nobody calls a desk whose browser still starts."""


@pytest.fixture
def goldline(asterisk: RealAsterisk, tmp_path: Path) -> Iterator[GoldlineServer]:
    """Return the program, serving on the Asterisk, with a customer on record and people who may sign in."""
    with GoldlineServer(tmp_path / "goldline", asterisk, AGENTS, RING_S, tables=RESULTS) as serving:
        customers = tmp_path / "customers.csv"
        customers.write_text(CUSTOMERS)
        serving.run("crm", "import", str(customers))
        for agent in ("ann", "bob"):
            add_person(serving, agent, "agent", agent=agent, password=PASSWORD)
        add_person(serving, "sam", "supervisor", password=PASSWORD)
        yield serving
    asterisk.console("channel request hangup all")


def work(browser: Browser, goldline: GoldlineServer, agent: str, extension: str) -> DeskPage:
    """Give the desktop of an agent who works and is ready."""
    desk = DeskPage(sit_down(browser, f"http://127.0.0.1:{goldline.web_port}/agent", agent))
    desk.log_in(extension)
    desk.be_ready()
    desk.page.evaluate(PAINT_TWICE)
    return desk


def test_a_customer_is_shown_answered_held_passed_on_and_wrapped_up(
    browser: Browser, goldline: GoldlineServer, callers: StartCallers, phone: StartPhone
) -> None:
    telephone, colleague = phone("1001", picks_up=True), phone("1002", picks_up=True)
    ann = work(browser, goldline, "ann", "1001")
    ann.page.evaluate(NOTE_THE_INSTANT)
    callers([GRACE], steps=[Wait(300), Press("1"), STAYS])

    expect(ann.record).to_contain_text("Grace Hopper")
    expect(ann.record).to_contain_text("Gold")
    expect(ann.record).to_contain_text("likes to be called Admiral")
    expect(ann.button("Accept")).to_be_enabled()
    ann.press("Control+Shift+A")
    expect(ann.state).to_have_text("On a call")
    (rang,) = telephone.moments("rang")
    assert ann.page.evaluate("window.seenAt") < rang.at_s

    expect(ann.button("Hold")).to_be_enabled()
    ann.press("Control+Shift+H")
    expect(ann.page.get_by_text("On hold: the customer hears music")).to_be_visible()
    ann.press("Control+Shift+H")
    expect(ann.button("Hold")).to_be_enabled()

    bob = work(browser, goldline, "bob", "1002")
    ann.press("Control+Shift+U")
    ann.page.get_by_label("Name, queue or number").fill("bob")
    ann.press("Enter")
    expect(bob.record).to_contain_text("Grace Hopper")
    bob.press("Control+Shift+A")
    expect(ann.button("Complete the transfer")).to_be_enabled()
    ann.button("Complete the transfer").click()
    expect(ann.state).to_have_text("Wrap-up")
    ann.press("2")
    ann.page.get_by_label("Notes", exact=True).fill("asks for Bob's price")
    ann.button("Finish").click()
    expect(ann.state).to_have_text("Ready")

    expect(bob.state).to_have_text("On a call")
    bob.button("Hang up").click()
    expect(bob.state).to_have_text("Wrap-up")
    bob.press("1")
    bob.press("Enter")
    expect(bob.state).to_have_text("Ready")
    expect(bob.page.get_by_role("tabpanel")).to_contain_text("Sold")
    assert colleague.moments("answered")
    assert [desk.seat.complaints for desk in (ann, bob)] == [[], []]
    assert goldline.complaints() == []


def test_a_supervisor_whispers_and_forces_a_state(
    browser: Browser,
    goldline: GoldlineServer,
    callers: StartCallers,
    phone: StartPhone,
    asterisk: RealAsterisk,
) -> None:
    phone("1001")
    phone("1003")
    ann = work(browser, goldline, "ann", "1001")
    callers([GRACE], steps=[Wait(300), Press("1"), STAYS])
    expect(ann.state).to_have_text("On a call")
    floor = sit_down(browser, f"http://127.0.0.1:{goldline.web_port}/wall?view=floor", "sam").page
    whisper(floor, "PJSIP/1003")
    expect(floor.get_by_text("sam: whisper", exact=False).first).to_be_visible()
    assert "ChanSpy" in asterisk.console("core show channels")
    make_not_ready(floor)
    ann.button("Hang up").click()
    expect(ann.state).to_have_text("Wrap-up")
    ann.press("1")
    ann.press("Enter")
    expect(ann.state).to_contain_text("Training")
    assert [event["mode"] for event in goldline.ledger("AgentSupervised")] == ["whisper"]
    assert goldline.complaints() == []


def whisper(floor: Page, extension: str) -> None:
    """Let the supervisor speak to ann alone."""
    floor.get_by_role("button", name="ann").first.click()
    floor.get_by_label("Your phone").fill(extension)
    floor.keyboard.press("Tab")
    floor.keyboard.press("Alt+W")
    expect(floor.get_by_text("ann will hear you")).to_be_visible()


def make_not_ready(floor: Page) -> None:
    """Let the supervisor send ann to a training, after the call."""
    floor.get_by_role("button", name="Make not ready").click()
    floor.get_by_role("combobox", name="Reason").select_option("training")
    floor.get_by_label("Why").fill("new product at ten")
    floor.get_by_role("dialog").get_by_role("button", name="Make not ready").click()
    expect(floor.get_by_role("dialog")).to_have_count(0)
