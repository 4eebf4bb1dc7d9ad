"""A new run of the engine goes on with what an earlier one dialed: by the ledger, and by notes on legs."""

from __future__ import annotations

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptAnswered, AttemptDialed
from core.model.campaign_events import CampaignChanged
from core.model.causes import Cause
from core.model.commands import HangUpLeg
from core.model.events import (
    ContactConnected,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegJoined,
    LegRinging,
    LegTagged,
    PbxSynced,
)
from core.model.ids import AgentId, BridgeId
from core.model.lead_orders import SettleLead
from core.model.message import Event
from core.model.requests import FinishWrapUp
from crm.campaign_states import fold_campaign_states
from crm.open_attempts import fold_open_attempts
from dialer.campaign import Mode
from dialer.parting import Parting
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

BOB = lead("bob", "+12125550101")


NORTH = Parting(columns=("region",))


def dialed(*, answered: bool = False, talking: bool = False) -> CampaignFloor:
    """An engine that has dialed somebody, who may have answered, and talk by now."""
    floor = CampaignFloor(("ann",), (BOB,))
    floor.ready("ann")
    floor.start()
    floor.pass_s(5)
    if answered or talking:
        floor.picks_up("bob")
    if talking:
        floor.talks("ann", "bob")
    return floor


def after_a_kill(
    killed: CampaignFloor,
    *,
    with_ledger: bool = True,
    leg_is: str = "ringing",
    unwritten: tuple[type[Event], ...] = (),
) -> CampaignFloor:
    """The next run: it reads the ledger, where the last is `unwritten`, then hears what a snapshot shows."""
    floor = CampaignFloor(("ann",), (), run=10, store=killed.store, synced=False)
    floor.numbers, floor.now_us = killed.numbers, killed.now_us + SECOND_US
    if with_ledger:
        ledger = [event for event in killed.ledger() if not isinstance(event, unwritten)]
        for state in fold_campaign_states(e for e in ledger if isinstance(e, CampaignChanged)):
            floor.hear(replace(state, at_us=floor.now_us))
        for attempt in fold_open_attempts(ledger):  # type: ignore[arg-type]
            floor.hear(replace(attempt, at_us=floor.now_us))
    leg_id, note = killed.leg_of("bob"), killed.notes_on(killed.leg_of("bob"))[-1]
    floor.before = {"bob": leg_id}
    if leg_is != "gone":
        floor.hear(LegCreated(at_us=floor.now_us, leg_id=leg_id, address="PJSIP/trunk-1"))
        kind = LegRinging if leg_is == "ringing" else LegAnswered
        floor.hear(kind(at_us=floor.now_us, leg_id=leg_id))
        if leg_is == "talking":
            bridge, agent_leg = BridgeId("b"), killed.phone_of("ann")
            floor.hear(LegJoined(at_us=floor.now_us, leg_id=leg_id, bridge_id=bridge))
            floor.hear(LegCreated(at_us=floor.now_us, leg_id=agent_leg, address="PJSIP/ann-1"))
            floor.hear(LegAnswered(at_us=floor.now_us, leg_id=agent_leg))
            floor.hear(LegJoined(at_us=floor.now_us, leg_id=agent_leg, bridge_id=bridge))
            rung = next(o.tag for o in killed.rung() if o.leg_id == agent_leg)
            floor.hear(LegTagged(at_us=floor.now_us, leg_id=agent_leg, tag=rung))
        floor.hear(LegTagged(at_us=floor.now_us, leg_id=leg_id, tag=note))
    floor.hear(PbxSynced(at_us=floor.now_us, pbx="main"))
    return floor


def test_who_rings_goes_on_ringing_and_is_dialed_by_nobody_else() -> None:
    for with_ledger in (True, False):
        floor = after_a_kill(dialed(), with_ledger=with_ledger)
        floor.ready("ann")
        assert floor.events(AttemptDialed) == []
        floor.picks_up("bob")
        floor.talks("ann", "bob")
        floor.hang_up(floor.leg_of("bob"))
        floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition="sold"))
        record = floor.last_attempt().record
        assert (record.attempt_id, record.outcome) == ("A-9-000001", AttemptState.CONNECTED)
        assert (record.person_id, record.disposition) == ("person bob", "sold")
        assert floor.orders(SettleLead)[-1].again_us is None


def test_ringing_that_never_ends_is_ended_when_its_time_is_up() -> None:
    floor = after_a_kill(dialed())
    floor.let_pass(30)
    assert floor.leg_of("bob") in [order.leg_id for order in floor.orders(HangUpLeg)]
    assert floor.last_attempt().outcome is AttemptState.NO_ANSWER


def test_who_was_let_ring_out_while_we_were_away_is_lost_and_tried_again_soon() -> None:
    floor = after_a_kill(dialed(), leg_is="gone")
    record = floor.last_attempt().record
    assert (record.outcome, record.disposition) == (AttemptState.FAILED, "lost")
    assert floor.orders(SettleLead)[-1].again_us is not None


def test_lead_whose_number_is_none_is_called_at_its_other_one() -> None:
    """The note on the leg tells of one number, and that one is given up; the store knows the others."""
    other = lead("bob", "+12125550102").numbers
    killed = CampaignFloor(("ann",), (replace(BOB, numbers=(*BOB.numbers, *other)),))
    killed.ready("ann")
    killed.start()
    floor = after_a_kill(killed)
    floor.rings_off("bob", Cause.UNALLOCATED)
    floor.let_pass(60)
    assert floor.last_attempt().record.disposition == "invalid"
    killed.now_us = floor.now_us + 60 * SECOND_US  # the store's clock
    floor.ready("ann")
    floor.let_pass(60)
    assert floor.dialed() == ["PJSIP/+12125550102@trunk"]


def test_who_talks_goes_on_talking() -> None:
    lately = (AttemptAnswered, ContactConnected)
    for with_ledger, unwritten in ((True, ()), (True, lately), (False, ())):
        killed = dialed(talking=True)
        (connected,) = killed.events(ContactConnected)
        floor = after_a_kill(killed, with_ledger=with_ledger, leg_is="talking", unwritten=unwritten)
        assert floor.orders(HangUpLeg) == []
        floor.pass_s(60)
        floor.hang_up(floor.leg_of("bob"))
        floor.fire("wrap_up", "ann")
        record = floor.last_attempt().record
        assert (record.outcome, record.agent_id) == (AttemptState.CONNECTED, "ann")
        assert record.connected_us == connected.at_us


def test_who_answered_while_we_were_away_is_out_of_luck_in_time() -> None:
    """Nobody knows since when: two seconds from when we see it, there is the message at the latest."""
    floor = after_a_kill(dialed(), leg_is="up")
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=floor.leg_of("bob")))
    floor.let_pass(2)
    assert floor.contacts.of_leg(floor.leg_of("bob")).flow == "sorry"  # type: ignore[union-attr]


def test_who_waited_for_an_agent_is_dropped_after_the_restart() -> None:
    floor = after_a_kill(dialed(answered=True), leg_is="up")
    floor.let_pass(2)
    floor.hang_up(floor.leg_of("bob"))
    # The IVR has no part in these surroundings: what became of the contact is told by its state.
    assert floor.contacts.of_leg(floor.leg_of("bob")).flow == "sorry"  # type: ignore[union-attr]


def test_campaign_goes_on_as_it_was() -> None:
    floor = after_a_kill(dialed(), leg_is="gone")
    assert [change.state for change in floor.events(CampaignChanged)][:1] == ["dialing"]


def test_leg_of_an_attempt_of_ours_that_is_over_is_hung_up() -> None:
    floor = dialed()
    leg_id, note = floor.leg_of("bob"), floor.notes_on(floor.leg_of("bob"))[-1]
    floor.rings_off("bob", Cause.NO_ANSWER)
    floor.hear(LegTagged(at_us=floor.now_us, leg_id=leg_id, tag=note))
    assert leg_id in [order.leg_id for order in floor.orders(HangUpLeg)]


def test_a_result_is_counted_where_its_lead_belongs_although_only_the_ledger_knows() -> None:
    record = lead("bob", "+12125550101", tier="gold", fields=(("region", "north"),))
    killed = CampaignFloor(("ann",), (record,), parting=NORTH)
    killed.ready("ann")
    killed.start()
    floor = after_a_kill(killed, leg_is="gone")
    told = floor.last_attempt().record
    assert (told.segment, told.tier) == ("north", "gold")


def test_who_hears_what_a_campaign_without_agents_has_to_say_was_served() -> None:
    floor = CampaignFloor((), (BOB,), mode=Mode.AGENTLESS, flow="offer")
    floor.start()
    floor.let_pass(5)
    floor.picks_up("bob")
    (recalled,) = fold_open_attempts(floor.ledger())  # type: ignore[arg-type]
    assert (recalled.connected_us, recalled.dropped) == (floor.now_us, False)
