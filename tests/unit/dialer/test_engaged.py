"""Two engines with one store, and a person whom both their campaigns have: one of them is there at a time."""

from __future__ import annotations

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.attempt_events import AttemptDialed
from core.model.campaign_requests import PauseCampaign
from core.model.causes import Cause
from core.model.lead_orders import Disengage, KeepEngaged, ReturnLeads
from crm.leads.records import LeadRecord, ListPlan
from goldline.runners import result_at_once
from tests.unit.dialer.agent_first_floor import on_the_hook
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

EVE = lead("eve", "+12125550102")
AT_WORK = replace(EVE, person_id="eve at work")
"""Nobody knows that it is she, but for the telephone."""
MOVED = replace(EVE, numbers=lead("eve", "+12125550103").numbers)


def other_engine(first: CampaignFloor, has: LeadRecord) -> CampaignFloor:
    """The second engine, with a campaign of its own, an agent who is ready, and a store that is both's."""
    plan = ListPlan(campaign="spring", name="list")
    result_at_once(first.store.save_leads(plan, [has]))
    result_at_once(first.store.finish_list(plan))
    second = CampaignFloor(("joe",), run=8, store=first.store, name="spring")
    second.numbers = {has.name: has.numbers[0].number}
    second.now_us = first.now_us
    second.ready("joe")
    second.start()
    return second


def at_work(*leads: LeadRecord) -> CampaignFloor:
    """The first engine, that has dialed the first of the leads."""
    floor = CampaignFloor(("ann",), leads)
    floor.ready("ann")
    floor.start()
    assert len(floor.dialed()) == 1
    return floor


@pytest.mark.parametrize("has", [EVE, AT_WORK, MOVED], ids=["both", "her telephone", "her person"])
def test_who_is_called_by_one_engine_is_called_by_the_other_when_that_is_over(has: LeadRecord) -> None:
    first = at_work(EVE)
    second = other_engine(first, has)
    assert second.dialed() == []
    (returned,) = second.orders(ReturnLeads)
    assert returned.again_us == second.now_us + second.rules.look_again_us
    first.rings_off("eve", Cause.NO_ANSWER)
    first.now_us += 60 * SECOND_US  # the store's clock
    second.let_pass(60)
    assert len(second.dialed()) == 1


def test_who_talks_to_one_engine_for_hours_is_not_called_by_the_other() -> None:
    first = at_work(EVE)
    first.picks_up("eve")
    first.talks("ann", "eve")
    first.now_us += 3 * first.rules.lease_us
    assert len(first.orders(KeepEngaged)) == 1
    assert other_engine(first, EVE).dialed() == []


def test_engine_that_is_killed_keeps_nobody_for_ever() -> None:
    first = at_work(EVE)
    first.now_us += first.rules.lease_us
    assert len(other_engine(first, EVE).dialed()) == 1


def test_who_is_forbidden_at_the_last_word_is_let_go_of() -> None:
    first = CampaignFloor(("ann",), (EVE,))
    first.ready("ann")
    first.holds_checks = True
    first.start()
    first.hear(PauseCampaign(at_us=first.now_us, campaign="winter", request_id="2"))
    first.answer_held()
    assert first.dialed() == []
    assert len(first.orders(Disengage)) == 1
    assert len(other_engine(first, EVE).dialed()) == 1


def test_store_that_did_not_answer_is_told_that_nobody_is_dialed() -> None:
    """It may have begun: who was engaged would be kept from everybody until the time is over."""
    first = CampaignFloor(("ann",), (EVE,))
    first.ready("ann")
    first.holds_checks = True
    first.start()
    first.store_is_away = True
    first.answer_held()
    assert len(first.orders(Disengage)) == 1


@pytest.mark.parametrize("store_is_away", [False, True])
def test_agent_who_goes_before_the_last_word_keeps_nobody_engaged(store_is_away: bool) -> None:
    floor = on_the_hook(EVE)
    floor.holds_checks = True
    ann = floor.takes_phone("ann")
    floor.hang_up(ann)
    floor.store_is_away = store_is_away
    floor.answer_held()
    assert floor.dialed() == []
    assert len(floor.orders(Disengage)) == 1
    assert floor.events(AttemptDialed) == []


def test_two_leads_of_one_telephone_in_one_batch_are_called_one_by_one() -> None:
    floor = CampaignFloor(("ann", "joe"), (EVE, replace(AT_WORK, external_id="eve 2")))
    floor.ready("ann", "joe")
    floor.start()
    assert len(floor.dialed()) == 1
    assert floor.orders(Disengage) == [], "the second has nothing to let go of"
