"""One outbound call, from the lease of its lead to the record of its attempt."""

from __future__ import annotations

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.attempt_events import AttemptDialed, AttemptEnded
from core.model.campaign_events import CampaignChanged
from core.model.campaign_requests import PauseCampaign
from core.model.causes import Cause
from core.model.commands import HangUpLeg
from core.model.contact import ContactState
from core.model.destination import DestinationKind
from core.model.events import (
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    DialogueOpened,
    LegAnswered,
    LegEnded,
    PbxLost,
    PbxSynced,
    TimerFired,
)
from core.model.ids import AgentId, LegId
from core.model.lead_orders import CheckNumbers, LeaseLeads, ListNumber, ReturnLeads, SettleLead
from core.model.requests import FinishWrapUp
from core.model.tag import ATTEMPT, decode_tag
from crm.leads.records import ListPlan
from dialer.note import decode_note
from dialer.packs import law_of
from goldline.runners import result_at_once
from tests.unit.dialer.campaign_floor import NOON_US, CampaignFloor, lead

BOB = lead("bob", "+12125550101")
EVE = lead("eve", "+12125550102")


def floor_with(*leads: object, agents: tuple[str, ...] = ("ann",), **changes: object) -> CampaignFloor:
    """A campaign that has begun, with agents who are ready."""
    floor = CampaignFloor(agents, leads, **changes)  # type: ignore[arg-type]
    floor.ready(*agents)
    floor.start()
    return floor


def test_call_from_lease_to_record() -> None:
    floor = floor_with(BOB)
    assert len(floor.orders(LeaseLeads)) == len(floor.orders(CheckNumbers)) == 1
    assert floor.dialed() == ["PJSIP/+12125550101@trunk"]
    (dialed,) = floor.events(AttemptDialed)
    assert "house-attempts" in dialed.rules

    floor.pass_s(12)
    leg_id = floor.picks_up("bob")
    (queued,) = floor.events(ContactQueued)
    floor.pass_s(1)
    floor.talks("ann", "bob")
    (connected,) = floor.events(ContactConnected)
    assert (connected.contact_id, connected.agent_id) == (queued.contact_id, "ann")

    floor.pass_s(100)
    floor.hang_up(leg_id)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition="sold"))
    record = floor.last_attempt().record
    assert record.outcome is AttemptState.CONNECTED
    assert (record.dialed_us, record.answered_us) == (NOON_US, NOON_US + 12 * SECOND_US)
    assert record.connected_us == NOON_US + 13 * SECOND_US
    assert record.ended_us == NOON_US + 113 * SECOND_US
    assert (record.agent_id, record.disposition, record.person_id) == ("ann", "sold", "person bob")
    (settled,) = floor.orders(SettleLead)
    assert (settled.record, settled.again_us) == (record, None)


def test_line_is_free_when_the_call_is_over_though_the_agent_still_wraps_up() -> None:
    floor = floor_with(BOB, EVE, agents=("ann", "ben"), lines_max=1)
    leg_id = floor.picks_up("bob")
    floor.talks("ann", "bob")
    floor.let_pass(60)
    assert len(floor.dialed()) == 1
    floor.hang_up(leg_id)
    floor.let_pass(1)
    assert floor.events(AttemptEnded) == []
    assert len(floor.dialed()) == 2


def test_who_finds_no_agent_in_time_hears_the_message_and_counts_as_abandoned() -> None:
    floor = floor_with(BOB)
    floor.not_ready("ann")
    leg_id = floor.picks_up("bob")
    floor.let_pass(2)
    (sent,) = floor.events(ContactDiverted)
    assert (sent.to, sent.target) == (DestinationKind.FLOW, "sorry")
    assert floor.contacts.of_leg(leg_id).state is ContactState.IN_IVR  # type: ignore[union-attr]


def test_without_a_message_the_call_ends() -> None:
    floor = floor_with(BOB, safe_harbour="")
    floor.not_ready("ann")
    leg_id = floor.picks_up("bob")
    floor.let_pass(2)
    assert leg_id in [order.leg_id for order in floor.orders(HangUpLeg)]
    record = floor.last_attempt().record
    assert (record.outcome, record.disposition) == (AttemptState.DROPPED, "abandoned")


def test_agent_who_takes_it_too_late_talks_and_yet_it_counts_as_abandoned() -> None:
    floor = floor_with(BOB)
    leg_id = floor.picks_up("bob")
    floor.let_pass(3)  # the agent's phone rings all the while
    floor.talks("ann", "bob")
    floor.hang_up(leg_id)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition="no"))
    record = floor.last_attempt().record
    assert (record.outcome, record.agent_id, record.connected_us) == (AttemptState.DROPPED, "ann", None)


def test_who_hangs_up_before_an_agent_comes_counts_as_abandoned() -> None:
    floor = floor_with(BOB)
    leg_id = floor.picks_up("bob")
    floor.pass_s(1)
    floor.hang_up(leg_id)
    record = floor.last_attempt().record
    assert (record.outcome, record.gave_up) == (AttemptState.DROPPED, False)


def test_busy_no_answer_and_wrong_numbers() -> None:
    expected = {
        Cause.BUSY: (AttemptState.BUSY, "busy"),
        Cause.NO_ANSWER: (AttemptState.NO_ANSWER, "no_answer"),
        Cause.UNALLOCATED: (AttemptState.FAILED, "invalid"),
        Cause.CONGESTION: (AttemptState.FAILED, "congested"),
    }
    for cause, (outcome, disposition) in expected.items():
        floor = floor_with(BOB)
        floor.pass_s(5)
        floor.rings_off("bob", cause)
        record = floor.last_attempt().record
        assert (record.outcome, record.disposition, record.cause) == (outcome, disposition, cause)
        assert floor.orders(SettleLead)[-1].again_us is None or disposition != "invalid"


def test_ringing_without_an_end_is_ended_after_the_time_out() -> None:
    floor = floor_with(BOB)
    floor.let_pass(31)
    assert floor.leg_of("bob") in [order.leg_id for order in floor.orders(HangUpLeg)]
    record = floor.last_attempt().record
    assert (record.outcome, record.gave_up) == (AttemptState.NO_ANSWER, True)


def test_leg_says_whose_attempt_it_is_while_it_rings_and_when_it_waits() -> None:
    floor = floor_with(BOB)
    floor.picks_up("bob")
    ringing, *_, waiting = map(decode_tag, floor.notes_on(floor.leg_of("bob")))
    assert ringing is not None
    assert waiting is not None
    assert ringing.role == ATTEMPT
    note = decode_note(waiting.attempt)
    assert note is not None
    assert (note.campaign, note.person_id, note.number) == ("winter", "person bob", "+12125550101")
    assert (note.zones, note.dialed_us, note.answered_us) == (("America/New_York",), NOON_US, NOON_US)
    assert decode_note("A-1~winter") is None


def test_one_call_for_each_idle_agent_and_the_next_when_one_is_freed() -> None:
    floor = floor_with(BOB, EVE)
    assert len(floor.dialed()) == 1
    floor.rings_off("bob", Cause.NO_ANSWER)
    floor.let_pass(0.5)
    assert floor.dialed()[-1] == "PJSIP/+12125550102@trunk"


def test_answer_told_after_the_leg_is_in_our_hands() -> None:
    floor = floor_with(BOB)
    leg_id = floor.leg_of("bob")
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=leg_id))
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=leg_id))
    assert len(floor.events(ContactQueued)) == 1


def test_strangers_legs_and_timers_mean_nothing() -> None:
    floor = floor_with(BOB)
    before = len(floor.ledger())
    floor.hear(LegEnded(at_us=floor.now_us, leg_id=LegId("stranger"), cause=16))
    floor.hear(TimerFired(at_us=floor.now_us, key=("attempt", "A-0-000001")))
    assert len(floor.ledger()) == before


def test_ringing_whose_end_nobody_told_while_the_link_was_down_is_judged_by_the_snapshot() -> None:
    floor = floor_with(BOB)
    floor.hear(PbxLost(at_us=floor.now_us, pbx="main"))
    floor.let_pass(31)
    assert floor.orders(HangUpLeg) == []
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=floor.leg_of("bob")))
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    assert floor.orders(HangUpLeg) == []
    assert floor.events(AttemptEnded) == []


def test_ringing_that_goes_on_after_the_link_was_down_too_long_is_ended() -> None:
    floor = floor_with(BOB)
    floor.hear(PbxLost(at_us=floor.now_us, pbx="main"))
    floor.let_pass(31)
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    assert floor.last_attempt().outcome is AttemptState.NO_ANSWER


def test_nobody_is_dialed_while_the_link_is_down() -> None:
    floor = floor_with(BOB, EVE)
    floor.hear(PbxLost(at_us=floor.now_us, pbx="main"))
    floor.rings_off("bob", Cause.BUSY)
    floor.let_pass(60)
    assert len(floor.dialed()) == 1
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    floor.let_pass(1)
    assert floor.dialed()[-1] == "PJSIP/+12125550102@trunk"


def test_store_away_dials_nobody_and_is_asked_again() -> None:
    floor = CampaignFloor(("ann",), (BOB,))
    floor.store_is_away = True
    floor.ready("ann")
    floor.start()
    floor.let_pass(60)
    assert floor.dialed() == []
    floor.store_is_away = False
    floor.let_pass(20)
    assert floor.dialed() == ["PJSIP/+12125550101@trunk"]


def test_store_away_at_the_last_word_dials_nobody() -> None:
    """The lead was leased; what stands on which list by now nobody can tell."""
    floor = floor_with(BOB, EVE)
    floor.store_is_away = True
    floor.rings_off("bob", Cause.NO_ANSWER)
    floor.let_pass(1)
    assert len(floor.dialed()) == 1
    floor.store_is_away = False
    floor.let_pass(3_700)  # its return was not written: it comes up again when the lease is over
    assert "PJSIP/+12125550102@trunk" in floor.dialed()


def test_number_listed_a_moment_before_is_not_dialed() -> None:
    floor = floor_with(BOB, EVE)
    assert len(floor.dialed()) == 1
    order = ListNumber(campaign="winter", number="+12125550102", reason="asked by mail")
    result_at_once(floor.store.list_number(order))
    floor.rings_off("bob", Cause.NO_ANSWER)
    floor.let_pass(60)
    assert len(floor.dialed()) == 1


def test_campaign_runs_dry_and_goes_on_when_there_are_leads_again() -> None:
    floor = floor_with()
    assert [changed.state for changed in floor.events(CampaignChanged)] == ["dialing", "dry"]
    plan = ListPlan(campaign="winter", name="late list")
    result_at_once(floor.store.save_leads(plan, [BOB]))
    result_at_once(floor.store.finish_list(plan))
    floor.let_pass(16)
    assert [changed.state for changed in floor.events(CampaignChanged)][2:] == ["dialing"]
    assert floor.dialed() == ["PJSIP/+12125550101@trunk"]


def test_nobody_is_dialed_at_night_and_the_lead_comes_up_in_the_morning() -> None:
    us = law_of(["house", "us-ftc"])
    floor = CampaignFloor(("ann",), (BOB,), law=us)
    floor.now_us = NOON_US + 12 * 3_600 * SECOND_US
    result_at_once(floor.store.renew_register("us-national-do-not-call", floor.now_us))
    floor.ready("ann")
    floor.start()
    assert floor.dialed() == []
    (returned,) = floor.orders(ReturnLeads)
    assert returned.again_us is not None
    assert returned.again_us % (24 * 3_600 * SECOND_US) == 13 * 3_600 * SECOND_US


def test_campaign_paused_between_question_and_answer_dials_nobody() -> None:
    floor = CampaignFloor(("ann",), (BOB,))
    floor.ready("ann")
    floor.holds_checks = True
    floor.start()
    floor.hear(PauseCampaign(at_us=floor.now_us, campaign="winter", request_id="2"))
    floor.answer_held()
    assert floor.dialed() == []
    assert [order.lead_ids for order in floor.orders(ReturnLeads)] == [("0",)]


def test_lead_that_was_not_dialed_for_long_goes_back_long_before_its_lease_is_over() -> None:
    floor = floor_with(BOB, EVE)
    floor.let_pass(20)
    floor.picks_up("bob")
    floor.talks("ann", "bob")
    floor.let_pass(floor.rules.lease_us // SECOND_US // 4 + 1)
    assert [order.lead_ids for order in floor.orders(ReturnLeads)][:1] == [("1",)]


def test_pause_gives_all_leads_back_and_lets_who_rings_ring() -> None:
    floor = floor_with(BOB, EVE)
    floor.hear(PauseCampaign(at_us=floor.now_us, campaign="winter", request_id="2"))
    assert [order.lead_ids for order in floor.orders(ReturnLeads)] == [("1",)]
    assert floor.orders(HangUpLeg) == []
    floor.let_pass(10)
    assert len(floor.dialed()) == 1


def test_who_was_called_too_often_meanwhile_by_another_engine_is_not_called() -> None:
    """The lead was leased before; the store's last word tells of those calls."""
    floor = floor_with(BOB, EVE)
    for count in range(3):
        record = AttemptRecord(
            attempt_id=f"A-77-{count}",
            person_id="person eve",
            number="+12125550102",
            country="US",
            zones=("America/New_York",),
            mode="predictive",
            dialed_us=floor.now_us + count,
            ended_us=floor.now_us + count,
            outcome=AttemptState.NO_ANSWER,
        )
        order = SettleLead(campaign="autumn", lead_id="999", lease_id="theirs", record=record, again_us=None)
        result_at_once(floor.store.settle_lead(order))
    floor.rings_off("bob", Cause.NO_ANSWER)
    floor.let_pass(60)
    assert len(floor.dialed()) == 1
    (returned,) = [order for order in floor.orders(ReturnLeads) if order.lead_ids == ("1",)]
    assert returned.again_us == NOON_US + 24 * 3_600 * SECOND_US
