"""Whoever comes up next is the same in every lead store, and nobody is in two hands: memory and SQL."""

from __future__ import annotations

import asyncio

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.lead import Lead
from core.model.lead_orders import KeepLeads, LeaseLeads, ReturnLeads
from crm.leads.records import Judgement, ListPlan, Verdict
from dialer.law import HOURS_MAX
from tests.contract.lead_facts import (
    DAY_US,
    HOUR_US,
    SPRING,
    Store,
    attempt,
    lead,
    leased,
    loaded,
    names,
    replace_record,
    settled,
)
from tests.contract.lead_facts import clock as clock  # the fixtures
from tests.contract.lead_facts import store as store
from tests.services.clocks import NOON_US, Wristwatch

# --- the line -------------------------------------------------------------------------------------------


async def test_a_lead_comes_up_with_all_that_its_list_said(store: Store) -> None:
    record = lead(1, "+12025559001", name="Ada", tier="gold", customer_id="C-9", language="en", owner="ana")
    record = replace_record(record, fields=(("city", "Lyon"), ("debt", "12.50")))
    assert await loaded(store, record) == [Judgement(Verdict.NEW)]
    [found] = await leased(store)
    assert replace(found, lead_id="") == Lead(
        lead_id="",
        campaign="sales",
        list_name="spring",
        person_id="L-1",
        external_id="L-1",
        name="Ada",
        tier="gold",
        customer_id="C-9",
        language="en",
        numbers=record.numbers,
        owner="ana",
        fields=(("city", "Lyon"), ("debt", "12.50")),
    )


async def test_a_campaign_nobody_knows_has_no_leads(store: Store) -> None:
    assert await leased(store) == []


async def test_no_lead_comes_up_before_its_list_is_whole(store: Store) -> None:
    await store.save_leads(SPRING, [lead(1), lead(2)])
    assert await leased(store) == []
    await store.finish_list(SPRING)
    assert names(await leased(store)) == ["L-1", "L-2"]


async def test_the_highest_rank_comes_first_and_then_the_order_of_the_list(store: Store) -> None:
    await loaded(store, lead(1), lead(2, rank=50), lead(3, rank=-10), lead(4, rank=50), lead(5))
    assert names(await leased(store)) == ["L-2", "L-4", "L-1", "L-5", "L-3"]


async def test_a_leased_lead_is_in_nobody_elses_hands(store: Store) -> None:
    await loaded(store, *(lead(n) for n in range(6)))
    assert names(await leased(store, 4)) == ["L-0", "L-1", "L-2", "L-3"]
    assert names(await leased(store, 4, lease_id="two")) == ["L-4", "L-5"]


async def test_engines_that_lease_at_once_never_get_the_same_lead(store: Store) -> None:
    await loaded(store, *(lead(n) for n in range(40)))
    taken = await asyncio.gather(*(leased(store, 5, lease_id=f"engine-{n}") for n in range(6)))
    everybody = [found.lead_id for leads in taken for found in leads]
    assert len(everybody) == len(set(everybody)) == 30


async def test_a_lease_that_runs_out_gives_the_lead_back(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    await leased(store, for_s=60)
    clock.at_us += 59 * SECOND_US
    assert await leased(store, lease_id="two") == []
    clock.at_us += 1 * SECOND_US
    assert names(await leased(store, lease_id="two", for_s=120)) == ["L-1"]


async def test_leads_given_back_come_up_again_where_they_stood(store: Store) -> None:
    await loaded(store, lead(1), lead(2), lead(3))
    first, second, _ = await leased(store)
    back = ReturnLeads(campaign="sales", lead_ids=(second.lead_id, first.lead_id), lease_id="one")
    await store.return_leads(back)
    assert names(await leased(store, lease_id="two")) == ["L-1", "L-2"]


async def test_leads_may_be_given_back_for_later(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    later_us = NOON_US + HOUR_US
    await store.return_leads(
        ReturnLeads(campaign="sales", lead_ids=(found.lead_id,), lease_id="one", again_us=later_us)
    )
    assert await leased(store) == []
    clock.at_us = later_us
    assert names(await leased(store)) == ["L-1"]


async def test_who_was_late_cannot_give_anothers_lead_away(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store, lease_id="slow", for_s=60)
    clock.at_us += 61 * SECOND_US
    assert names(await leased(store, lease_id="quick", for_s=600)) == ["L-1"]
    await store.return_leads(ReturnLeads(campaign="sales", lead_ids=(found.lead_id,), lease_id="slow"))
    assert await leased(store, lease_id="third") == []
    await settled(store, found, None, lease_id="slow")
    await store.return_leads(ReturnLeads(campaign="sales", lead_ids=(found.lead_id,), lease_id="quick"))
    [again] = await leased(store, lease_id="third")
    assert (again.external_id, again.attempts) == ("L-1", 1), "the late attempt is counted all the same"


# --- attempts ---------------------------------------------------------------------------------------------


async def test_the_tried_come_in_the_order_in_which_they_fell_due(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1), lead(2), lead(3), lead(4))
    first, second, third, _ = await leased(store, 4)
    await settled(store, first, NOON_US + 2 * HOUR_US)
    await settled(store, second, NOON_US + HOUR_US)
    await settled(store, third, None)
    clock.at_us += 3 * HOUR_US
    again = await leased(store, lease_id="two")
    assert names(again) == ["L-4", "L-2", "L-1"], "the untried one, whose lease ran out, comes first"
    assert [found.attempts for found in again] == [0, 1, 1]


async def test_a_lead_that_is_done_never_comes_up(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    await settled(store, found, None)
    clock.at_us += 400 * DAY_US
    assert await leased(store) == []


async def test_a_callback_comes_before_all_others_when_its_time_has_come(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1), lead(2, rank=900), lead(3))
    found = {of.external_id: of for of in await leased(store)}
    for name in ("L-2", "L-3"):
        back = ReturnLeads(campaign="sales", lead_ids=(found[name].lead_id,), lease_id="one")
        await store.return_leads(back)
    await settled(store, found["L-1"], NOON_US + HOUR_US, callback=True)
    assert names(await leased(store, 1, lease_id="two")) == ["L-2"]
    clock.at_us += HOUR_US
    [promised, other] = await leased(store, 2, lease_id="three")
    assert (promised.external_id, promised.callback) == ("L-1", True)
    assert not other.callback


async def test_a_callback_that_an_agent_promised_waits_for_that_agent(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1), lead(2))
    first, second = await leased(store)
    await settled(store, first, NOON_US + HOUR_US, callback=True, owner="ana")
    await settled(store, second, NOON_US + HOUR_US)
    clock.at_us += 2 * HOUR_US
    assert names(await leased(store, lease_id="two", present=("ben",), for_s=9_000)) == ["L-2"]
    [mine] = await leased(store, lease_id="three", present=("ana", "ben"))
    assert (mine.external_id, mine.owner, mine.callback) == ("L-1", "ana", True)


async def test_a_callback_is_anyones_when_it_was_one_agents_for_long_enough(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1), lead(2))
    first, second = await leased(store)
    mine_us, anyones_us = NOON_US + HOUR_US, NOON_US + 2 * HOUR_US
    for of in (first, second):
        await settled(store, of, mine_us, callback=True, owner="ana", alone_until_us=anyones_us)
    clock.at_us = anyones_us - 1
    [mine] = await leased(store, 1, lease_id="two", present=("ana",), for_s=9_000)
    assert (mine.external_id, mine.owner) == ("L-1", "ana")
    assert await leased(store, lease_id="three", present=("ben",), for_s=9_000) == []
    clock.at_us = anyones_us
    [anyones] = await leased(store, lease_id="four", present=("ben",), for_s=9_000)
    assert (anyones.external_id, anyones.owner, anyones.callback) == ("L-2", "", True)


async def test_who_talks_for_long_keeps_the_lead_longer(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1), lead(2))
    talking, other = await leased(store, for_s=60)
    for lease_id, until_us in (("one", NOON_US + HOUR_US), ("another", NOON_US)):
        await store.keep_leads(
            KeepLeads(campaign="sales", lead_ids=(talking.lead_id,), lease_id=lease_id, until_us=until_us)
        )
    clock.at_us += 61 * SECOND_US
    assert names(await leased(store, lease_id="two", for_s=9_000)) == ["L-2"]
    await store.keep_leads(
        KeepLeads(campaign="sales", lead_ids=(other.lead_id,), lease_id="one", until_us=NOON_US)
    )
    assert await leased(store, lease_id="three") == [], "it is in another lease by now"
    clock.at_us = NOON_US + HOUR_US
    assert names(await leased(store, lease_id="four", for_s=9_000)) == ["L-1"]


async def test_an_attempt_written_down_twice_counts_once(store: Store, clock: Wristwatch) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    record = attempt(found)
    await settled(store, found, NOON_US + HOUR_US, record=record)
    await settled(store, found, None, record=record)
    clock.at_us += 2 * HOUR_US
    [again] = await leased(store, lease_id="two")
    assert (again.attempts, len(again.past)) == (1, 1)


async def test_a_lead_brings_its_attempts_as_far_back_as_any_law_may_ask(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1))
    [found] = await leased(store)
    recent_us = NOON_US - HOURS_MAX * HOUR_US
    old_us = recent_us - 1
    await settled(store, found, NOON_US, record=attempt(found, old_us))
    [found] = await leased(store)
    await settled(store, found, NOON_US, record=attempt(found, recent_us))
    [found] = await leased(store)
    assert [past.at_us for past in found.past] == [recent_us]
    assert found.attempts == 2


async def test_who_shares_a_telephone_shares_its_rest_and_so_does_a_person_in_two_campaigns(
    store: Store,
) -> None:
    other = ListPlan(campaign="debts", name="old")
    same_person = replace_record(lead(2), person_id="L-1")
    same_number = lead(3, "+12025550001")
    await loaded(store, same_person, same_number, lead(4), plan=other)
    await loaded(store, lead(1))
    [found] = await leased(store)
    await settled(store, found, None)
    order = LeaseLeads(campaign="debts", lease_id="d", count=9, until_us=NOON_US + HOUR_US)
    pasts = {of.external_id: len(of.past) for of in await store.lease_leads(order)}
    assert pasts == {"L-2": 1, "L-3": 1, "L-4": 0}


async def test_past_of_a_person_at_a_number_is_that_of_both(store: Store) -> None:
    """Whoever shares a telephone, or has another one: all of it counts, oldest first."""
    await loaded(store, lead(1), lead(2), lead(3))
    ada, ben, cleo = await leased(store)
    await settled(store, ada, None, record=attempt(ada, NOON_US + 3))
    await settled(store, ben, None, record=attempt(ben, NOON_US + 1))
    called = [(ada.person_id, ben.numbers[0].number), (cleo.person_id, cleo.numbers[0].number)]
    both, none = await store.past_of(called)
    assert [(past.at_us, past.number) for past in both] == [
        (NOON_US + 1, ben.numbers[0].number),
        (NOON_US + 3, ada.numbers[0].number),
    ]
    assert none == ()
    assert list(await store.past_of([])) == []
