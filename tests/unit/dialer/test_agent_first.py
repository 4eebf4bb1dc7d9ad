"""The agent is on the line before the customer is dialed: previews, agents who are rung, callbacks."""

from __future__ import annotations

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptAnswered, AttemptDialed, PreviewSkipped
from core.model.campaign_requests import PauseCampaign
from core.model.causes import Cause
from core.model.commands import AnswerRequest, HangUpLeg, JoinLeg, PlayMusic, RingLeg, ShowAgentState
from core.model.contact import ContactState
from core.model.events import (
    ContactConnected,
    DialogueOpened,
    InteractionRecorded,
    LegAnswered,
    OfferFailed,
    OfferMade,
)
from core.model.ids import AgentId, LegId
from core.model.lead_orders import CheckNumbers, ListNumber, ReturnLeads
from core.model.requests import FinishWrapUp, PreviewDial, RejectOffer
from dialer.agent_rules import AgentRules
from dialer.campaign import Mode
from tests.unit.dialer.agent_first_floor import AgentFirstFloor, on_the_hook, previews
from tests.unit.dialer.campaign_floor import lead

BOB = lead("bob", "+12125550101", fields=(("plan", "gold"),))
EVE = lead("eve", "+12125550102")


def test_agent_answers_then_the_customer_rings_and_hears_the_agent_at_once() -> None:
    floor = on_the_hook(BOB)
    assert floor.dialed() == []
    ann = floor.takes_phone("ann")
    assert floor.orders(PlayMusic)[-1].leg_id == ann
    assert floor.dialed() == ["PJSIP/+12125550101@trunk"]

    floor.pass_s(9)
    bob = floor.picks_up("bob")
    (joined,) = floor.orders(JoinLeg)
    assert (joined.leg_id, joined.bridge_with) == (ann, bob)
    floor.are_joined("ann", "bob")
    (connected,) = floor.events(ContactConnected)
    (answered,) = floor.events(AttemptAnswered)
    assert (connected.contact_id, connected.at_us) == (answered.contact_id, answered.at_us)
    assert floor.state("ann") == ("on_contact", "")


def test_record_says_that_an_agent_was_sure_and_who() -> None:
    floor = on_the_hook(BOB)
    floor.takes_phone("ann")
    bob = floor.picks_up("bob")
    floor.are_joined("ann", "bob")
    floor.pass_s(60)
    floor.hang_up(bob)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition="sold"))
    record = floor.last_attempt().record
    assert record.outcome is AttemptState.CONNECTED
    assert (record.agent_id, record.agent_was_sure, record.disposition) == ("ann", True, "sold")
    (told,) = floor.events(AttemptDialed)
    assert told.agent_id == "ann"
    assert len(floor.contacts) == 0


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [(Cause.BUSY, AttemptState.BUSY), (Cause.NO_ANSWER, AttemptState.NO_ANSWER)],
)
def test_who_is_not_reached_frees_the_agent_for_the_next(cause: Cause, outcome: AttemptState) -> None:
    floor = on_the_hook(BOB, EVE)
    ann = floor.takes_phone("ann")
    floor.pass_s(20)
    floor.rings_off("bob", cause)
    assert floor.last_attempt().outcome is outcome
    assert floor.hung_up(ann)
    assert floor.events(InteractionRecorded)[-1].outcome is ContactState.UNREACHED
    floor.hang_up(ann)
    floor.let_pass(1)
    floor.takes_phone("ann")
    assert floor.dialed()[-1] == "PJSIP/+12125550102@trunk"


def test_agent_who_does_not_answer_costs_the_customer_nothing() -> None:
    floor = on_the_hook(BOB, agents=("ann", "joe"))
    floor.hang_up(floor.phone_of("ann"), Cause.NO_ANSWER)
    assert floor.dialed() == []
    assert floor.events(OfferMade)[-1].agent_id == "joe"
    floor.takes_phone("joe")
    assert len(floor.dialed()) == 1


def test_call_whose_agent_goes_away_rings_on_and_the_next_agent_has_it() -> None:
    floor = on_the_hook(BOB, agents=("ann", "joe"))
    ann = floor.takes_phone("ann")
    floor.pass_s(3)
    floor.hang_up(ann)
    assert not floor.hung_up(floor.leg_of("bob"))
    floor.takes_phone("joe")
    assert len(floor.dialed()) == 1, "bob's phone rings already"
    floor.picks_up("bob")
    floor.are_joined("joe", "bob")
    assert floor.events(ContactConnected)[-1].agent_id == "joe"


def test_next_agent_is_on_the_line_before_who_answered_is_in_our_hands() -> None:
    floor = on_the_hook(BOB, agents=("ann", "joe"))
    ann = floor.takes_phone("ann")
    floor.hang_up(ann)
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=floor.leg_of("bob")))
    floor.takes_phone("joe")
    assert floor.orders(JoinLeg) == []
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=floor.leg_of("bob")))
    floor.are_joined("joe", "bob")


def test_nobody_looks_at_a_lead_whose_phone_rings_already() -> None:
    floor = previews(BOB, agents=("ann", "joe"))
    floor.dials("ann")
    ann = floor.takes_phone("ann")
    floor.hang_up(ann)
    floor.takes_phone("joe")
    floor.picks_up("bob")
    floor.are_joined("joe", "bob")


def test_who_answers_when_no_agent_is_left_is_abandoned_by_the_law_and_sent_to_the_message() -> None:
    floor = on_the_hook(BOB)
    ann = floor.takes_phone("ann")
    floor.not_ready("ann")
    floor.hang_up(ann)
    floor.picks_up("bob")
    floor.let_pass(2)
    contact = floor.contacts.of_leg(floor.leg_of("bob"))
    assert contact is not None
    assert (contact.state, contact.flow) == (ContactState.IN_IVR, "sorry")


def test_one_agent_one_lead_however_often_it_is_looked() -> None:
    floor = on_the_hook(BOB, EVE, agents=("ann", "joe"))
    floor.let_pass(5)
    assert len(floor.events(OfferMade)) == 2
    rung = [order.address for order in floor.orders(RingLeg)]
    assert sorted(rung) == ["PJSIP/ann", "PJSIP/joe"]


def test_number_that_is_listed_while_the_agent_is_rung_is_not_dialed() -> None:
    floor = on_the_hook(BOB)
    floor._answer(ListNumber(campaign="winter", number="+12125550101", reason="asked by mail"))
    ann = floor.takes_phone("ann")
    assert len(floor.orders(CheckNumbers)) == 1
    assert floor.dialed() == []
    assert floor.hung_up(ann)
    assert floor.events(InteractionRecorded)[-1].outcome is ContactState.CANCELLED


def test_pause_takes_out_of_line_whom_no_agent_has() -> None:
    floor = on_the_hook(lead("bob", "+12125550101", owner="joe"), agents=("ann", "joe"))
    floor.hear(PauseCampaign(at_us=floor.now_us, campaign="winter", request_id="2"))
    floor.takes_phone("joe")
    assert floor.dialed() == [], "not even for an agent who is on the line"
    assert [order.lead_ids for order in floor.orders(ReturnLeads)] != []


def test_promised_callback_of_a_predictive_campaign_waits_for_an_agent() -> None:
    floor = AgentFirstFloor(("ann",), [BOB], mode=Mode.PREDICTIVE)
    floor.ready("ann")
    floor.promise(owner="ann")
    floor.start()
    assert floor.dialed() == []
    floor.takes_phone("ann")
    floor.picks_up("bob")
    floor.are_joined("ann", "bob")


# --- previews ------------------------------------------------------------------------------------------


def test_preview_shows_the_lead_before_anything_rings() -> None:
    floor = previews(BOB, how=AgentRules(script="Ask for the plan."))
    shown = floor.screen("ann").lead
    assert shown is not None
    assert (shown.campaign, shown.list_name, shown.external_id) == ("winter", "list", "bob")
    assert (shown.fields, shown.attempt, shown.script) == ((("plan", "gold"),), 1, "Ask for the plan.")
    assert floor.orders(RingLeg) == []
    state = floor.orders(ShowAgentState)[-1]
    assert {"PreviewDial", "PreviewSkip"} <= set(state.legal)
    assert state.until_us == floor.now_us + microseconds(60)


def test_preview_dialed_by_the_agent() -> None:
    floor = previews(BOB)
    floor.pass_s(20)
    floor.dials("ann")
    assert "PreviewDial" not in floor.orders(ShowAgentState)[-1].legal
    floor.takes_phone("ann")
    floor.picks_up("bob")
    floor.are_joined("ann", "bob")
    assert floor.state("ann") == ("on_contact", "")


def test_lead_passed_over_comes_up_again_later_and_the_next_is_shown() -> None:
    floor = previews(BOB, EVE)
    floor.skips("ann", "bad_number")
    (skipped,) = floor.events(PreviewSkipped)
    assert (skipped.agent_id, skipped.reason) == ("ann", "bad_number")
    again = [order for order in floor.orders(ReturnLeads) if order.again_us]
    assert [order.again_us for order in again] == [floor.now_us + 3_600 * SECOND_US]
    floor.let_pass(1)
    shown = floor.screen("ann").lead
    assert shown is not None
    assert shown.external_id == "eve"
    assert floor.orders(RingLeg) == []


def test_phone_that_never_rang_is_not_hung_up() -> None:
    floor = previews(BOB, EVE, agents=("ann", "joe"))
    floor.skips("ann")
    floor.hear(RejectOffer(at_us=floor.now_us, agent_id=AgentId("joe")))
    assert floor.orders(HangUpLeg) == []
    assert floor.events(OfferFailed)[-1].agent_id == "joe"


def test_time_to_look_is_over() -> None:
    for dials, rung in ((True, 1), (False, 0)):
        floor = previews(BOB, how=AgentRules(preview_us=30 * SECOND_US, preview_dials=dials))
        floor.let_pass(30)
        assert len(floor.orders(RingLeg)) == rung
        assert len(floor.events(PreviewSkipped)) == 1 - rung


def test_wishes_about_nothing_shown_are_refused_by_name() -> None:
    floor = previews(BOB)
    floor.skips("ann", "no mood")
    floor.hear(PreviewDial(at_us=floor.now_us, agent_id=AgentId("ann"), offer_id="O-old", version=1))  # type: ignore[arg-type]
    floor.dials("ann")
    floor.dials("ann")
    codes = [answer.code for answer in floor.orders(AnswerRequest)][-4:]
    assert codes == ["unknown_reason", "offer_over", "", "no_preview"]


def test_inbound_caller_comes_before_any_preview() -> None:
    floor = AgentFirstFloor(("ann",), [BOB], mode=Mode.PREVIEW)
    floor.start()
    floor.arrive("caller")
    floor.ready("ann")
    assert floor.offered() == [("caller", "ann")]
    floor.let_pass(2)
    assert floor.offered() == [("caller", "ann")]


def test_agent_who_looks_is_given_no_caller() -> None:
    floor = previews(BOB)
    floor.arrive("caller")
    floor.let_pass(10)
    assert [contact for contact, _ in floor.offered()].count("caller") == 0
    floor.skips("ann")
    assert floor.offered()[-1] == ("caller", "ann")


def test_own_leads_come_first_and_to_their_agent_alone() -> None:
    mine = lead("eve", "+12125550102", owner="joe")
    floor = previews(BOB, mine, agents=("ann", "joe"))
    floor.let_pass(1)
    shown = {
        pop.agent_id: pop.lead.external_id for pop in (floor.screen("ann"), floor.screen("joe")) if pop.lead
    }
    assert shown == {"ann": "bob", "joe": "eve"}


def test_lead_of_a_busy_agent_waits_and_one_of_an_absent_agent_does_not() -> None:
    theirs = [lead("bob", "+12125550101", owner="joe"), lead("eve", "+12125550102", owner="sue")]
    floor = AgentFirstFloor(("ann", "joe"), theirs, mode=Mode.PREVIEW)
    floor.ready("joe")
    floor.arrive("caller")
    floor.ready("ann")
    floor.start()
    floor.let_pass(2)
    shown = floor.screen("ann").lead
    assert shown is not None
    assert shown.external_id == "eve"
    assert LegId("leg-caller") in [order.bridge_with for order in floor.orders(RingLeg)]


def test_a_lead_that_is_looked_at_for_longer_than_leads_are_leased_is_called_once() -> None:
    how = AgentRules(preview_us=3_600 * SECOND_US)
    floor = previews(BOB, how=how)
    floor.let_pass(1_500)
    floor.dials("ann")
    floor.takes_phone("ann")
    bob = floor.picks_up("bob")
    floor.are_joined("ann", "bob")
    floor.pass_s(60)
    floor.hang_up(bob)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition="sold"))
    assert floor.last_attempt().record.disposition == "sold"
    floor.let_pass(3_600)
    assert len(floor.dialed()) == 1
    assert [offer.agent_id for offer in floor.events(OfferMade)] == ["ann"]
