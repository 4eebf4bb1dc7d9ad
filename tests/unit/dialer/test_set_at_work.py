"""Recycling changed while a campaign runs, and what is set at work over restarts and changes of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace as with_changes
from core.model.at_work import Aspect, AtWork, OutcomeRecycling, Pacing, RecyclingChange
from core.model.campaign_events import PacingSet, RulesSet
from core.model.campaign_requests import (
    AnswerCampaign,
    CampaignRequest,
    CampaignStanding,
    DescribeCampaign,
    SetAsConfigured,
    SetPacing,
    SetRecycling,
)
from core.model.causes import Cause
from core.model.lead_orders import SettleLead
from crm.campaign_rules import fold_campaign_rules
from dialer.campaign import CampaignRules, Mode
from dialer.law import Law
from dialer.packs import law_of
from tests.unit.dialer.campaign_floor import WINTER, CampaignFloor, lead

MINUTE_US = 60 * SECOND_US
BOB = lead("bob", "+12125550101")
BUSY_SOON = OutcomeRecycling(code="busy", delay_us=MINUTE_US, attempts_max=2)
TEN_LINES = Pacing(mode="power", lines_max=10)


def floor_of(rules: CampaignRules = WINTER) -> CampaignFloor:
    return CampaignFloor(("ann",), (BOB,), rules=rules)


def ask(floor: CampaignFloor, kind: type[CampaignRequest], **wishes: Any) -> AnswerCampaign:
    """Wish for something about the campaign; return the answer."""
    floor.hear(kind(at_us=floor.now_us, campaign="winter", request_id="7", **wishes))
    return floor.orders(AnswerCampaign)[-1]


def standing(floor: CampaignFloor) -> CampaignStanding:
    told = ask(floor, DescribeCampaign).standing
    assert told is not None
    return told


def dial_bob(floor: CampaignFloor) -> None:
    floor.ready("ann")
    floor.start()
    assert floor.dialed() == ["PJSIP/+12125550101@trunk"]
    floor.pass_s(5)


def comes_again_after_us(floor: CampaignFloor) -> int | None:
    """Bob is busy: return how long he is left alone, None for ever."""
    floor.rings_off("bob", Cause.BUSY)
    again_us = floor.orders(SettleLead)[-1].again_us
    return None if again_us is None else again_us - floor.now_us


def next_run(ended: CampaignFloor, rules: CampaignRules = WINTER) -> CampaignFloor:
    """The engine anew, perhaps with another configuration file; the ledger tells it what was set at work."""
    floor = floor_of(rules)
    told = (event for event in ended.ledger() if isinstance(event, RulesSet))
    for restore in fold_campaign_rules(told):
        floor.hear(with_changes(restore, at_us=floor.now_us))
    return floor


# --- recycling --------------------------------------------------------------------------------------------


def test_who_is_busy_comes_up_again_as_the_manager_says_from_the_next_call_on() -> None:
    floor = floor_of()
    assert ask(floor, SetRecycling, outcomes=(BUSY_SOON,)).code == ""
    dial_bob(floor)
    assert comes_again_after_us(floor) == MINUTE_US


def test_call_under_way_ends_by_the_rules_it_was_dialed_under() -> None:
    floor = floor_of()
    dial_bob(floor)
    ask(floor, SetRecycling, outcomes=(BUSY_SOON,))
    assert comes_again_after_us(floor) == 5 * MINUTE_US


def test_after_the_last_of_fewer_attempts_a_lead_is_done() -> None:
    floor = floor_of()
    ask(floor, SetRecycling, attempts_max=1)
    dial_bob(floor)
    assert comes_again_after_us(floor) is None


def test_result_after_which_nobody_came_up_again_may_be_given_a_rule() -> None:
    floor = floor_of()
    assert (
        ask(floor, SetRecycling, outcomes=(OutcomeRecycling(code="talked", delay_us=MINUTE_US),)).code == ""
    )
    assert standing(floor).at_work.recycling.outcomes == (
        OutcomeRecycling(code="talked", delay_us=MINUTE_US),
    )


@pytest.mark.parametrize(
    ("wishes", "code", "reason"),
    [
        ({"attempts_max": 0}, "attempts_max_out_of_range", "attempts_max: 0 is not within 1 to 100"),
        ({"a_day_max": 101}, "a_day_max_out_of_range", "a_day_max: 101 is not within 1 to 100"),
        (
            {"outcomes": (OutcomeRecycling(code="busy", delay_us=-1),)},
            "delay_us_out_of_range",
            "busy.delay_us: -1 is not within 0 to 7776000000000",
        ),
        ({"outcomes": (OutcomeRecycling(code="sold", delay_us=1),)}, "unknown_result", "'sold' is none of"),
        ({"outcomes": (OutcomeRecycling(code="talked", attempts_max=9),)}, "delay_needed", "talked is final"),
    ],
)
def test_recycling_out_of_range_is_refused_by_field_and_range_and_nothing_changes(
    wishes: dict[str, Any], code: str, reason: str
) -> None:
    floor = floor_of()
    answer = ask(floor, SetRecycling, **wishes)
    assert (answer.code, reason in answer.reason) == (code, True)
    assert (standing(floor).at_work, floor.events(RulesSet)) == (AtWork(), [])


# --- over restarts ----------------------------------------------------------------------------------------


def set_both(floor: CampaignFloor) -> None:
    ask(floor, SetPacing, mode="power", lines_max=10)
    ask(floor, SetRecycling, attempts_max=4, outcomes=(BUSY_SOON,))


def test_what_is_set_at_work_holds_in_the_next_run() -> None:
    before = floor_of()
    set_both(before)
    floor = next_run(before)
    recycling = RecyclingChange(attempts_max=4, outcomes=(BUSY_SOON,))
    assert standing(floor).at_work == AtWork(pacing=TEN_LINES, recycling=recycling)
    assert floor.events(PacingSet)[-1].lines_max == 10, "who looks on is told by the new run itself"
    dial_bob(floor)
    assert comes_again_after_us(floor) == MINUTE_US


def test_the_rest_goes_by_the_file_of_today() -> None:
    before = floor_of()
    set_both(before)
    floor = next_run(before, replace(WINTER, share_max=0.02, lines_max=500))
    paced = standing(floor).pacing
    assert (paced.share_max_ppm, paced.lines_max, paced.mode) == (20_000, 10, "power")


def test_what_the_file_of_today_does_not_allow_is_let_go_of_and_the_rest_kept() -> None:
    before = floor_of(replace(WINTER, flow="survey", law=Law()))
    ask(before, SetPacing, mode="agentless", lines_max=10, share_max_ppm=50_000)
    floor = next_run(before, replace(WINTER, law=law_of(["house", "us-ftc"])))
    assert standing(floor).at_work.pacing == Pacing(lines_max=10)
    assert standing(floor).pacing.mode == Mode.PROGRESSIVE


@pytest.mark.parametrize(
    ("wishes", "left"),
    [
        ({"what": Aspect.PACING}, AtWork(recycling=RecyclingChange(attempts_max=4, outcomes=(BUSY_SOON,)))),
        ({"what": Aspect.RECYCLING}, AtWork(pacing=TEN_LINES)),
        (
            {"what": Aspect.RECYCLING, "code": "busy"},
            AtWork(pacing=TEN_LINES, recycling=RecyclingChange(attempts_max=4)),
        ),
    ],
)
def test_as_configured_again_at_once_and_in_the_next_run(wishes: Mapping[str, Any], left: AtWork) -> None:
    floor = floor_of()
    set_both(floor)
    assert ask(floor, SetAsConfigured, **wishes).code == ""
    assert standing(floor).at_work == standing(next_run(floor)).at_work == left


def test_where_all_is_as_configured_again_nothing_is_left_to_take_up() -> None:
    floor = floor_of()
    set_both(floor)
    for what in Aspect:
        ask(floor, SetAsConfigured, what=what)
    assert fold_campaign_rules(floor.events(RulesSet)) == ()
    dial_bob(floor)
    assert comes_again_after_us(floor) == 5 * MINUTE_US


def test_what_is_set_to_what_the_file_says_follows_the_file() -> None:
    floor = floor_of()
    set_both(floor)
    ask(floor, SetPacing, mode="progressive", lines_max=1_000)
    ask(floor, SetRecycling, attempts_max=10, outcomes=(with_changes(BUSY_SOON, delay_us=5 * MINUTE_US),))
    left = RecyclingChange(outcomes=(OutcomeRecycling(code="busy", attempts_max=2),))
    assert standing(floor).at_work == AtWork(recycling=left)
