"""A number that an agent dials: every lead store finds whose it is, and keeps what came of it."""

from __future__ import annotations

from core.model.lead import BY_HAND, STRANGER, LeadNumber
from core.model.lead_orders import KeepLeads, ListNumber, ReturnLeads
from tests.contract.lead_facts import (
    Store,
    attempt,
    clock,
    lead,
    leased,
    loaded,
    settled,
    store,
)
from tests.services.clocks import NOON_US

__all__ = ["clock", "store"]


def typed(number: str) -> LeadNumber:
    return LeadNumber(number=number, country="US", zones=("America/New_York",))


async def test_the_lead_of_a_number_stays_in_line(store: Store) -> None:
    await loaded(store, lead(1), lead(2, "+12025550099"))
    found = await store.find_lead("sales", typed("+12025550099"))
    assert (found.external_id, found.list_name) == ("L-2", "spring")
    assert [number.number for number in found.numbers] == ["+12025550002", "+12025550099"]
    assert len(await leased(store)) == 2


async def test_another_campaigns_lead_is_a_stranger(store: Store) -> None:
    await loaded(store, lead(1))
    found = await store.find_lead("winter", typed("+12025550001"))
    assert (found.lead_id, found.list_name, found.campaign) == (STRANGER, BY_HAND, "winter")
    assert found.person_id == "+12025550001"
    assert found.numbers == (typed("+12025550001"),)


async def test_what_came_of_a_stranger_is_known_next_time(store: Store) -> None:
    stranger = await store.find_lead("sales", typed("+12025550077"))
    await settled(store, stranger, None, lease_id="", record=attempt(stranger, attempt_id="A-1"))
    again = await store.find_lead("sales", typed("+12025550077"))
    assert ([past.at_us for past in again.past], again.attempts) == ([NOON_US], 1)


async def test_a_stranger_is_in_no_lease_to_be_kept_or_given_back(store: Store) -> None:
    await loaded(store, lead(1))
    stranger = await store.find_lead("sales", typed("+12025550077"))
    ids = (stranger.lead_id,)
    await store.keep_leads(KeepLeads(campaign="sales", lead_ids=ids, lease_id="", until_us=NOON_US))
    await store.return_leads(ReturnLeads(campaign="sales", lead_ids=ids, lease_id=""))
    assert [one.external_id for one in await leased(store)] == ["L-1"]


async def test_what_came_of_a_lead_counts_for_it_and_moves_it(store: Store) -> None:
    await loaded(store, lead(1))
    found = await store.find_lead("sales", typed("+12025550001"))
    await settled(store, found, None, lease_id="", record=attempt(found))
    assert await leased(store) == []
    assert (await store.find_lead("sales", typed("+12025550001"))).attempts == 1


async def test_lead_in_other_hands_keeps_its_lease(store: Store) -> None:
    await loaded(store, lead(1))
    (held,) = await leased(store)
    found = await store.find_lead("sales", typed("+12025550001"))
    await settled(store, found, None, lease_id="", record=attempt(found, attempt_id="by hand"))
    await settled(store, held, NOON_US, record=attempt(held, attempt_id="held"))
    assert [one.attempts for one in await leased(store, lease_id="two")] == [2]


async def test_what_forbids_a_number_is_told_of_strangers_too(store: Store) -> None:
    await store.list_number(ListNumber(campaign="sales", number="+1202555*", reason="area"))
    found = await store.find_lead("sales", typed("+12025550077"))
    assert found.numbers[0].listed_on == ("house",)
