"""When the lists of a campaign have their turns, and how that is changed while they are dialed."""

from __future__ import annotations

from collections import Counter

import pytest

from core.kernel.clock import SECOND_US
from core.model.lead_orders import ReturnLeads
from core.model.list_import import ListChange
from crm.leads.records import ListPlan
from tests.contract.lead_facts import Store, lead, leased, loaded, names
from tests.contract.lead_facts import clock as clock  # the fixtures
from tests.contract.lead_facts import store as store
from tests.services.clocks import NOON_US, Wristwatch


async def test_lists_of_one_position_are_mixed_by_their_weights(store: Store) -> None:
    heavy = ListPlan(campaign="sales", name="heavy", weight=3)
    light = ListPlan(campaign="sales", name="light", weight=1)
    await loaded(store, *(lead(n) for n in range(1, 7)), plan=heavy)
    await loaded(store, *(lead(n) for n in range(11, 15)), plan=light)
    first = await leased(store, count=8)
    assert [found.list_name for found in first].count("heavy") in (5, 6)
    assert [found.list_name for found in first[:4]].count("light") in (0, 1)


async def test_a_weight_that_is_changed_holds_from_the_next_lease_on(store: Store) -> None:
    """And from there on only: the list that was dialed less so far has nothing to catch up with."""
    for name in ("one", "other"):
        plan = ListPlan(campaign="sales", name=name)
        await loaded(store, *(lead(n, external_id=f"{name} {n}") for n in range(60)), plan=plan)
    before = Counter(found.list_name for found in await leased(store, 20))
    assert await store.arrange_list("sales", "one", ListChange(weight=4))
    after = Counter(found.list_name for found in await leased(store, 20, lease_id="two"))
    assert (before["one"], after["one"]) == (10, pytest.approx(16, abs=1))


async def test_of_a_list_that_is_switched_off_nobody_is_leased_until_it_is_on_again(
    store: Store, clock: Wristwatch
) -> None:
    await loaded(store, lead(1), lead(2))
    [first] = await leased(store, 1)
    again = ReturnLeads(campaign="sales", lead_ids=(first.lead_id,), lease_id="one", again_us=NOON_US + 1)
    await store.return_leads(again)
    await loaded(store, lead(3), lead(4), plan=ListPlan(campaign="sales", name="fair"))
    assert await store.arrange_list("sales", "spring", ListChange(active=False))
    clock.at_us += SECOND_US
    assert names(await leased(store)) == ["L-3", "L-4"], "who is due again waits too"
    assert await store.arrange_list("sales", "spring", ListChange(active=True))
    assert names(await leased(store)) == ["L-1", "L-2"]


async def test_a_list_is_put_before_another(store: Store) -> None:
    await loaded(store, lead(1), lead(2))
    await loaded(store, lead(3), lead(4), plan=ListPlan(campaign="sales", name="fair"))
    assert await store.arrange_list("sales", "spring", ListChange(position=2))
    assert names(await leased(store)) == ["L-3", "L-4", "L-1", "L-2"]


async def test_a_list_that_is_not_there_cannot_be_arranged(store: Store) -> None:
    await loaded(store, lead(1))
    for campaign, name in (("sales", "autumn"), ("debts", "spring")):
        assert not await store.arrange_list(campaign, name, ListChange(weight=2))


async def test_a_list_of_a_later_position_waits_for_those_before(store: Store) -> None:
    await loaded(store, lead(1), lead(2), plan=ListPlan(campaign="sales", name="later", position=1))
    await loaded(store, lead(3), lead(4))
    assert names(await leased(store)) == ["L-3", "L-4", "L-1", "L-2"]
