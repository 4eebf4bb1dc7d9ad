"""How the calls of a campaign go out: over which trunk, after refusals, showing which number."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptDialed
from core.model.causes import Cause
from core.model.commands import RingLeg
from core.model.events import LegEnded, LegFailed, LegRinging, LegTagged
from core.model.ids import LegId
from core.model.lead_orders import CheckNumbers, ListNumber, ReturnLeads
from dialer.caller_ids import OwnNumber, PoolRules
from dialer.trunks import TrunkRules, TrunkUse
from goldline.build_dialer import Outgoing
from goldline.runners import result_at_once
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

BOB = lead("bob", "+12125550101")
EVE = lead("eve", "+12125550102")
EAST = TrunkRules(name="east", address="PJSIP/{number}@trunk-east", strip="+")
WEST = TrunkRules(name="west", address="PJSIP/{number}@trunk-west", strip="+1", prefix="001")
ABROAD = TrunkRules(name="abroad", countries=("FR",))
NEW_YORK = OwnNumber(number="+12125550100", country="US", regions=("US-NY",))
TEXAS = OwnNumber(number="+12145550100", country="US", regions=("US-TX",))
OURS = PoolRules(name="ours", numbers=(TEXAS, NEW_YORK), per_hour=1)


def floor_with(*leads: Any, by: tuple[TrunkRules, ...] = (EAST, WEST), **changes: Any) -> CampaignFloor:
    """A campaign that has begun, with as many agents as leads."""
    agents = [f"agent{number}" for number in range(len(leads))]
    out = Outgoing(trunks=by, pools=(OURS,))
    floor = CampaignFloor(agents, leads, out=out, **changes)
    floor.ready(*agents)
    floor.start()
    return floor


def refuse(floor: CampaignFloor, cause: int = Cause.CONGESTION, status: int = 503) -> None:
    """Let the call that was ordered last end."""
    leg_id = floor.orders(RingLeg)[-1].leg_id
    floor.hear(LegEnded(at_us=floor.now_us, leg_id=leg_id, cause=cause, tech_cause=status))


def test_call_goes_over_the_first_trunk_and_says_so_on_its_record() -> None:
    floor = floor_with(BOB)
    assert floor.dialed() == ["PJSIP/12125550101@trunk-east"]
    refuse(floor, Cause.BUSY, 486)
    record = floor.last_attempt().record
    assert (record.trunk, record.cause, record.tech_cause) == ("east", 17, 486)


def test_call_that_a_trunk_will_not_carry_goes_over_the_next_as_the_same_attempt() -> None:
    floor = floor_with(BOB)
    refuse(floor)
    assert floor.dialed() == ["PJSIP/12125550101@trunk-east", "PJSIP/0012125550101@trunk-west"]
    first, second = floor.events(AttemptDialed)
    assert first.attempt_id == second.attempt_id
    assert first.leg_id != second.leg_id
    assert len(floor.orders(CheckNumbers)) == 2
    floor.pass_s(5)
    refuse(floor, Cause.BUSY, 486)
    ended = floor.last_attempt()
    assert (ended.outcome, ended.record.trunk) == (AttemptState.BUSY, "west")
    assert len(floor.book) == 0


def test_trunk_that_is_not_registered_leaves_the_call_to_the_next() -> None:
    floor = floor_with(BOB)
    leg_id = floor.orders(RingLeg)[-1].leg_id
    floor.hear(LegFailed(at_us=floor.now_us, leg_id=leg_id, cause=Cause.SUBSCRIBER_ABSENT))
    assert floor.dialed()[-1] == "PJSIP/0012125550101@trunk-west"


def test_call_that_no_trunk_carries_fails_with_the_last_reason() -> None:
    floor = floor_with(BOB)
    refuse(floor)
    refuse(floor, 38, 500)
    ended = floor.last_attempt()
    assert (ended.outcome, ended.record.disposition) == (AttemptState.FAILED, "unreachable")
    assert len(floor.dialed()) == 2


def test_number_that_is_listed_between_two_trunks_is_not_dialed_again() -> None:
    floor = floor_with(BOB)
    number = BOB.numbers[0].number
    order = ListNumber(campaign="winter", number=number, reason="asked for it")
    result_at_once(floor.store.list_number(order))
    refuse(floor)
    assert len(floor.dialed()) == 1
    assert floor.last_attempt().record.disposition == "congested"


def test_phone_that_rang_is_not_rung_again_over_another_trunk() -> None:
    floor = floor_with(BOB)
    floor.hear(LegRinging(at_us=floor.now_us, leg_id=floor.orders(RingLeg)[-1].leg_id))
    refuse(floor)
    assert len(floor.dialed()) == 1
    assert floor.last_attempt().record.disposition == "congested"


@pytest.mark.parametrize(("cause", "status"), [(17, 486), (1, 404), (127, 608), (19, 480)])
def test_refusal_by_the_callee_is_no_fault_of_the_trunk(cause: int, status: int) -> None:
    floor = floor_with(BOB)
    refuse(floor, cause, status)
    assert len(floor.dialed()) == 1


def test_campaign_keeps_to_its_own_trunks_in_its_own_order() -> None:
    floor = floor_with(BOB, by=(ABROAD, EAST, WEST))
    assert floor.dialed() == ["PJSIP/12125550101@trunk-east"]
    floor = floor_with(BOB, by=(EAST, WEST), trunks=TrunkUse(trunks=("west",)))
    assert floor.dialed() == ["PJSIP/0012125550101@trunk-west"]
    refuse(floor)
    assert len(floor.dialed()) == 1


def test_number_of_a_country_that_no_trunk_serves_goes_back_for_a_day() -> None:
    floor = floor_with(BOB, by=(ABROAD,))
    (returned,) = floor.orders(ReturnLeads)
    assert returned.again_us == floor.now_us + 86_400 * SECOND_US
    assert len(floor.book) == len(floor.dialed()) == 0


def test_line_of_somebody_whom_an_earlier_run_dialed_is_in_use() -> None:
    one_line = TrunkRules(name="east", address=EAST.address, lines_max=1)
    before = floor_with(BOB, EVE, by=(one_line,))
    leg_id = before.orders(RingLeg)[0].leg_id
    note = before.notes_on(leg_id)[0]
    floor = CampaignFloor(["ann"], [BOB, EVE], run=10, store=before.store, out=Outgoing(trunks=(one_line,)))
    floor.hear(LegTagged(at_us=floor.now_us, leg_id=LegId("L-old"), tag=note))
    floor.ready("ann")
    floor.start()
    assert floor.dialed() == []


# --- numbers shown ---------------------------------------------------------------------------------------


def test_callee_sees_the_nearest_of_our_numbers_and_the_record_has_it() -> None:
    floor = floor_with(BOB, pool="ours")
    assert floor.orders(RingLeg)[-1].caller_number == NEW_YORK.number
    refuse(floor, Cause.BUSY, 486)
    assert floor.last_attempt().record.caller_id == NEW_YORK.number


def test_without_a_number_that_may_be_shown_nobody_is_dialed() -> None:
    ann = lead("ann", "+12125550103")
    floor = floor_with(BOB, EVE, ann, pool="ours")
    shown = [order.caller_number for order in floor.orders(RingLeg)]
    assert shown == [NEW_YORK.number, TEXAS.number]


def test_campaign_without_a_pool_shows_its_one_number() -> None:
    floor = floor_with(BOB, shown_number="+12125550199")
    assert floor.orders(RingLeg)[-1].caller_number == "+12125550199"
