"""Why a campaign does not dial is told in one word for each reason, and that it goes on."""

from __future__ import annotations

import pytest

from core.kernel.clock import SECOND_US
from core.model.campaign_events import CampaignHindered
from core.model.campaign_requests import PauseCampaign
from core.model.events import PbxLost, PbxSynced
from core.model.hindrance import Hindrance
from crm.leads.records import LeadRecord
from dialer.packs import law_of
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

BOB = lead("bob", "+12125550101")
EVE = lead("eve", "+12125550102")


def begun(*leads: LeadRecord, agents: tuple[str, ...] = ("ann",), **changes: object) -> CampaignFloor:
    """A campaign that was started, some seconds ago."""
    floor = CampaignFloor(("ann",), leads, **changes)  # type: ignore[arg-type]
    floor.ready(*agents)
    floor.start()
    floor.let_pass(11)
    return floor


def last(floor: CampaignFloor) -> tuple[str, ...]:
    return floor.events(CampaignHindered)[-1].by


def test_nothing_hinders_who_dials() -> None:
    floor = begun(BOB)
    assert last(floor) == ()
    assert len(floor.dialed()) == 1


def test_without_agents_nobody_is_dialed_until_one_comes() -> None:
    floor = begun(BOB, agents=())
    assert last(floor) == (Hindrance.NO_AGENTS,)
    floor.ready("ann")
    floor.let_pass(11)
    assert last(floor) == ()


def test_list_without_leads() -> None:
    assert last(begun()) == (Hindrance.LIST_DRY,)


def test_leads_who_may_not_be_called_now_are_told_with_the_rules() -> None:
    floor = begun(BOB, law=law_of(["us-ftc"]))
    (*_, told) = floor.events(CampaignHindered)
    assert told.by == (Hindrance.NOT_ALLOWED,)
    assert told.rules == ("us-ftc-register",)
    floor.let_pass(60)
    assert last(floor) == (Hindrance.NOT_ALLOWED,), "they wait for their time"


def test_store_that_does_not_answer() -> None:
    floor = CampaignFloor(("ann",), [BOB, EVE])
    floor.store_is_away = True
    floor.ready("ann")
    floor.start()
    floor.let_pass(11)
    assert last(floor) == (Hindrance.STORE_AWAY, Hindrance.NOT_COUNTED)
    floor.store_is_away = False
    floor.let_pass(30)
    assert last(floor) == ()


def test_telephone_system_away() -> None:
    floor = begun(BOB, EVE)
    floor.hear(PbxLost(at_us=floor.now_us, pbx="main"))
    floor.let_pass(11)
    assert last(floor) == (Hindrance.NOT_LINKED,)
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    floor.let_pass(11)
    assert last(floor) == ()


def test_paused_by_somebody() -> None:
    floor = begun(BOB)
    floor.hear(PauseCampaign(at_us=floor.now_us, campaign="winter", request_id="2"))
    assert last(floor) == (Hindrance.PAUSED,)


def test_all_lines_of_the_campaign_busy() -> None:
    assert last(begun(BOB, EVE, lines_max=1)) == (Hindrance.LINES,)


@pytest.mark.parametrize("seconds", [3, 60])
def test_what_did_not_change_is_told_once(seconds: float) -> None:
    floor = begun(agents=())
    before = len(floor.events(CampaignHindered))
    floor.let_pass(seconds)
    assert len(floor.events(CampaignHindered)) == before
    assert floor.timers["hindrances", "winter"] <= floor.now_us + 10 * SECOND_US
