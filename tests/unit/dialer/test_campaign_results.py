"""What agents say of a campaign's contacts, and what follows: for the lead, the list, the campaign."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import SECOND_US
from core.model.campaign_events import CampaignChanged
from core.model.campaign_requests import AnswerCampaign, DescribeCampaign, RestoreCampaign
from core.model.commands import AnswerRequest, RingLeg, StartTimer
from core.model.contact import ContactState
from core.model.events import InteractionRecorded, PbxSynced
from core.model.hours import DAYS, Opening, OpeningHours
from core.model.ids import AgentId
from core.model.lead import LeadNumber
from core.model.lead_orders import ReturnLeads, SettleLead
from core.model.requests import FinishWrapUp, GoReady
from crm.leads.records import LeadRecord, ListPlan
from dialer.campaign import Mode
from dialer.goals import Goals
from dialer.parting import Arm, Parting
from goldline.runners import result_at_once
from tests.unit.dialer.agent_first_floor import AgentFirstFloor
from tests.unit.dialer.campaign_floor import NOON_US, CampaignFloor, lead

ANN = AgentId("ann")
BOB = lead("bob", "+12125550101", tier="gold")
EVE = lead("eve", "+12125550102")
HOUR_US = 3_600 * SECOND_US


def floor_with(*leads: LeadRecord, **changes: Any) -> CampaignFloor:
    """A campaign that has begun, with an agent who is ready."""
    floor = CampaignFloor(("ann",), leads, **changes)
    floor.ready("ann")
    floor.start()
    return floor


def talked(floor: CampaignFloor, name: str = "bob") -> None:
    """The agent talks with somebody for a minute, who hangs up."""
    leg_id = floor.picks_up(name)
    floor.talks("ann", name)
    floor.pass_s(60)
    floor.hang_up(leg_id)


def wrapped_up(floor: CampaignFloor, disposition: str, at: str = "", by: str = "") -> str:
    """The agent says what it came to; return the code of the refusal, empty where it was granted."""
    wish = FinishWrapUp(
        at_us=floor.now_us, agent_id=ANN, disposition=disposition, callback_at=at, callback_by=by
    )
    return next(each.code for each in floor.hear(wish) if isinstance(each, AnswerRequest))


def settled(floor: CampaignFloor) -> SettleLead:
    return floor.orders(SettleLead)[-1]


# --- dispositions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["", "solved", "machine"])
def test_any_other_word_than_those_of_the_house_is_refused_and_nothing_ends(word: str) -> None:
    floor = floor_with(BOB)
    talked(floor)
    assert wrapped_up(floor, word) == "unknown_disposition"
    assert floor.state("ann")[0] == "wrap_up"
    assert floor.events(InteractionRecorded) == []
    assert wrapped_up(floor, "sold") == ""


def test_a_caller_may_come_to_anything() -> None:
    floor = CampaignFloor(("ann",), ())
    floor.ready("ann")
    caller = floor.arrive("a")
    floor.answer("ann")
    floor.hang_up("leg-a")
    assert wrapped_up(floor, "whatever") == ""
    assert caller.state is ContactState.CLOSED


def test_a_sale_is_final() -> None:
    floor = floor_with(BOB)
    talked(floor)
    wrapped_up(floor, "sold")
    assert (settled(floor).again_us, settled(floor).record.disposition) == (None, "sold")


def test_a_result_with_a_rule_brings_the_lead_back() -> None:
    floor = floor_with(BOB)
    talked(floor)
    wrapped_up(floor, "not_home")
    assert settled(floor).again_us is None, "the campaign of this floor knows no rule for it"
    assert settled(floor).record.disposition == "not_home"


def test_who_ends_the_wrap_up_without_a_word_has_talked() -> None:
    floor = floor_with(BOB)
    talked(floor)
    floor.hear(GoReady(at_us=floor.now_us, agent_id=ANN))
    assert (settled(floor).record.disposition, settled(floor).again_us) == ("talked", None)


def test_who_wants_no_more_calls_is_listed_in_that_instant() -> None:
    floor = floor_with(BOB)
    talked(floor)
    wrapped_up(floor, "stop")
    assert result_at_once(floor.store.listings("any other", ["+12125550101"])) == [("house",)]
    assert settled(floor).again_us is None
    assert settled(floor).record.refused
    assert settled(floor).forbidden == "stop", "listed with the settlement at the latest"


# --- promised calls ------------------------------------------------------------------------------------


def test_a_promised_call_is_kept_on_the_customers_clock() -> None:
    """It is eleven in New York; the agent promises ten the next morning, over there."""
    floor = floor_with(BOB)
    talked(floor)
    assert wrapped_up(floor, "later", at="2023-11-17 10:00", by="mine") == ""
    order = settled(floor)
    assert order.callback
    assert (order.owner, order.alone_until_us) == ("ann", 0)
    assert order.again_us == NOON_US + 23 * HOUR_US


def test_a_promise_may_become_anyones_or_be_so_at_once() -> None:
    floor = floor_with(BOB)
    talked(floor)
    wrapped_up(floor, "later", at="2023-11-17 10:00", by="mine_first")
    order = settled(floor)
    assert order.again_us is not None
    assert (order.owner, order.alone_until_us) == ("ann", order.again_us + 900 * SECOND_US)
    other = floor_with(BOB)
    talked(other)
    wrapped_up(other, "later", at="2023-11-17 10:00", by="anyone")
    assert (settled(other).owner, settled(other).callback) == ("", True)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("", "bad_callback"),
        ("2023-11-16 10:00", "bad_callback"),
        ("tomorrow", "bad_callback"),
        ("2023-11-17 19:00", "out_of_hours"),
    ],
)
def test_what_may_not_be_kept_may_not_be_promised(at: str, code: str) -> None:
    floor = floor_with(BOB, schedule=office(8, 18))
    talked(floor)
    assert wrapped_up(floor, "later", at=at) == code
    assert floor.state("ann")[0] == "wrap_up"


# --- segments, arms, quotas, goals ----------------------------------------------------------------------


def from_region(name: str, number: str, region: str) -> LeadRecord:
    plain = LeadNumber(number=number, country="US", zones=("America/New_York",), regions=("US-NY",))
    return LeadRecord(
        external_id=name, person_id=name, numbers=(plain,), name=name, fields=(("region", region),)
    )


NORTH = Parting(columns=("region",), arms=(Arm(name="a"), Arm(name="b")))


def test_the_record_says_of_which_segment_and_arm_the_lead_was_and_which_attempt_it_is() -> None:
    floor = floor_with(from_region("bob", "+12125550101", "north"), parting=NORTH)
    talked(floor)
    wrapped_up(floor, "no")
    record = settled(floor).record
    assert (record.segment, record.nth) == ("north", 1)
    assert record.arm in ("a", "b")


def test_a_segment_whose_quota_is_full_is_dialed_no_more() -> None:
    leads = [
        from_region("bob", "+12125550101", "north"),
        from_region("eve", "+12125550102", "north"),
        from_region("joe", "+12125550103", "south"),
    ]
    goals = Goals(quotas={"north": 1, "south": 5})
    floor = floor_with(*leads, parting=NORTH, goals=goals, ahead_max=20)
    talked(floor)
    wrapped_up(floor, "sold")
    floor.let_pass(2)
    assert floor.dialed()[1:] == ["PJSIP/+12125550103@trunk"]


def test_a_campaign_ends_when_it_has_enough_and_begins_no_more() -> None:
    floor = floor_with(BOB, EVE, goals=Goals(sales=1))
    talked(floor)
    wrapped_up(floor, "sold")
    floor.let_pass(2)
    assert (floor.events(CampaignChanged)[-1].state, floor.events(CampaignChanged)[-1].reason) == (
        "ended",
        "sales_reached",
    )
    assert len(floor.dialed()) == 1
    assert floor.orders(ReturnLeads), "who was in the hopper goes back"


# --- schedule, standing, restart ------------------------------------------------------------------------


def office(from_hour: int, until_hour: int) -> OpeningHours:
    opening = (Opening(from_hour * 60, until_hour * 60),)
    return OpeningHours(zone=ZoneInfo("America/New_York"), weekly=dict.fromkeys(DAYS, opening))


def test_a_campaign_keeps_its_hours_and_sleeps_until_then() -> None:
    floor = floor_with(BOB, schedule=office(13, 18))
    assert floor.dialed() == []
    looks = [order.at_us for order in floor.orders(StartTimer) if order.key == ("campaign", "winter")]
    assert looks == [NOON_US + 2 * HOUR_US]
    floor.let_pass(2 * 3_600)
    assert len(floor.dialed()) == 1


def test_a_campaign_tells_how_it_stands() -> None:
    floor = floor_with(BOB, EVE)
    told = [
        each
        for each in floor.hear(DescribeCampaign(at_us=floor.now_us, campaign="winter", request_id="7"))
        if isinstance(each, AnswerCampaign)
    ]
    assert told[0].request_id == "7"
    standing = told[0].standing
    assert standing is not None
    assert (standing.state, standing.agents, standing.idle, standing.ringing) == ("dialing", 1, 1, 1)
    unknown = floor.hear(DescribeCampaign(at_us=floor.now_us, campaign="autumn"))
    assert [each.code for each in unknown if isinstance(each, AnswerCampaign)] == ["unknown_campaign"]


@pytest.mark.parametrize(("state", "dials"), [("dialing", True), ("dry", True), ("paused", False)])
def test_a_campaign_goes_on_after_a_restart_as_it_was(state: str, dials: bool) -> None:
    floor = CampaignFloor(("ann",), (BOB,), synced=False, starts=True)
    floor.hear(RestoreCampaign(at_us=floor.now_us, campaign="winter", state=state))
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    floor.ready("ann")
    assert bool(floor.dialed()) is dials


def test_what_earlier_runs_brought_about_counts_too() -> None:
    """One sale was made before the restart: one more, and it is enough."""
    before = floor_with(BOB, goals=Goals(sales=2))
    talked(before)
    wrapped_up(before, "sold")
    plan = ListPlan(campaign="winter", name="list")
    result_at_once(before.store.save_leads(plan, [EVE]))
    result_at_once(before.store.finish_list(plan))
    floor = CampaignFloor(("ann",), (EVE,), goals=Goals(sales=2), run=10, store=before.store)
    floor.ready("ann")
    floor.start()
    talked(floor, "eve")
    wrapped_up(floor, "sold")
    floor.let_pass(2)
    assert floor.events(CampaignChanged)[-1].reason == "sales_reached"


def test_a_promise_is_kept_by_the_agent_who_gave_it_and_who_is_on_the_line_first() -> None:
    """It is eleven: bob is talked to, and promised a call at twenty past by ann; ben is there as well."""
    floor = AgentFirstFloor(("ann", "ben"), [BOB], mode=Mode.PROGRESSIVE)
    floor.ready("ann")
    floor.start()
    talked(floor)
    floor.ready("ben")
    assert wrapped_up(floor, "later", at="2023-11-16 11:20", by="mine") == ""
    floor.let_pass(18 * 60)
    rung = len(floor.orders(RingLeg))
    while len(floor.orders(RingLeg)) == rung and floor.now_us < NOON_US + HOUR_US:
        floor.let_pass(5)
    assert floor.orders(RingLeg)[-1].address == "PJSIP/ann", "ben may not have it, and bob rings later"
    assert floor.now_us - NOON_US < 21 * 60 * SECOND_US
    floor.takes_phone("ann")
    assert len(floor.dialed()) == 2
    floor.picks_up("bob")
    floor.are_joined("ann", "bob")
    floor.hang_up(floor.leg_of("bob"))
    wrapped_up(floor, "sold")
    record = settled(floor).record
    assert (record.nth, record.agent_was_sure, record.agent_id) == (2, True, "ann")
