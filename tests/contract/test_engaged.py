"""Whom one attempt is at no other is at, in every lead store: memory and SQL."""

from __future__ import annotations

import asyncio

import pytest

from core.kernel.clock import SECOND_US
from core.model.lead import HOUSE_LIST
from core.model.lead_orders import CheckNumbers, Disengage, KeepEngaged, SettleLead
from tests.contract.lead_facts import Store, attempt, lead, leased, loaded, settled
from tests.contract.lead_facts import clock as clock  # the fixtures
from tests.contract.lead_facts import store as store
from tests.services.clocks import NOON_US, Wristwatch

EVE, HOME, OFFICE = "eve", "+12025550001", "+12025550002"
UNTIL_US = NOON_US + 900 * SECOND_US


async def engaged(store: Store, *at: tuple[str, str, str], until_us: int = UNTIL_US) -> list[str]:
    """Have each (attempt, person, number) engaged; return the attempts that may not."""
    attempts, persons, numbers = zip(*at, strict=True)
    order = CheckNumbers(
        campaign="sales",
        check_id="K",
        numbers=numbers,
        person_ids=persons,
        attempt_ids=attempts,
        until_us=until_us,
    )
    return list(await store.engage(order))


@pytest.mark.parametrize("other", [(EVE, OFFICE), ("bob", HOME), (EVE, HOME)])
async def test_a_person_and_a_telephone_are_engaged_until_they_are_let_go(
    store: Store, other: tuple[str, str]
) -> None:
    assert await engaged(store, ("A-1", EVE, HOME)) == []
    assert await engaged(store, ("A-2", *other)) == ["A-2"]
    assert await engaged(store, ("A-1", EVE, HOME)) == [], "it is asked again for another way"
    let_go = Disengage(campaign="sales", attempt_id="A-2", person_id=EVE, number=HOME)
    await store.disengage(let_go)
    assert await engaged(store, ("A-2", *other)) == ["A-2"], "nobody lets go of another's"
    await store.disengage(Disengage(campaign="sales", attempt_id="A-1", person_id=EVE, number=HOME))
    assert await engaged(store, ("A-2", *other)) == []


async def test_who_may_not_have_both_has_neither(store: Store) -> None:
    await engaged(store, ("A-1", EVE, HOME))
    assert await engaged(store, ("A-2", "bob", HOME)) == ["A-2"]
    assert await engaged(store, ("A-3", "bob", OFFICE)) == []


async def test_of_those_asked_for_at_once_the_first_has_it(store: Store) -> None:
    at = [("A-2", EVE, HOME), ("A-1", "bob", HOME), ("A-3", "joe", OFFICE)]
    assert await engaged(store, *at) == ["A-1"]
    assert await engaged(store, ("A-4", "bob", "+12025550003")) == []


async def test_a_killed_engine_engages_nobody_for_ever(store: Store, clock: Wristwatch) -> None:
    await engaged(store, ("A-1", EVE, HOME))
    longer = KeepEngaged(
        campaign="sales", attempt_id="A-1", person_id=EVE, number=HOME, until_us=UNTIL_US + SECOND_US
    )
    await store.keep_engaged(longer)
    clock.at_us = UNTIL_US
    assert await engaged(store, ("A-2", EVE, HOME), until_us=2 * UNTIL_US) == ["A-2"]
    clock.at_us += SECOND_US
    assert await engaged(store, ("A-2", EVE, HOME), until_us=2 * UNTIL_US) == []
    await store.keep_engaged(longer)
    assert await engaged(store, ("A-3", EVE, HOME)) == ["A-3"], "it is another's by now"


async def test_who_is_settled_is_let_go_and_read_of_by_the_next(store: Store) -> None:
    await loaded(store, lead(1))
    (found,) = await leased(store)
    whom = found.person_id, found.numbers[0].number
    record = attempt(found, attempt_id="A-1")
    await engaged(store, ("A-1", *whom))
    await settled(store, found, None, record=record)
    assert await engaged(store, ("A-2", *whom)) == []
    ((past,),) = await store.past_of([whom])
    assert past.at_us == record.dialed_us
    await settled(store, found, None, record=record)
    assert await engaged(store, ("A-3", *whom)) == ["A-3"], "settled twice, it lets nobody else's go"


async def test_who_wants_no_more_calls_is_let_go_and_listed_in_one(store: Store) -> None:
    """No other engine may have the number before it knows."""
    await loaded(store, lead(1))
    (found,) = await leased(store)
    number = found.numbers[0].number
    await engaged(store, ("A-1", found.person_id, number))
    done = SettleLead(
        campaign="sales",
        lead_id=found.lead_id,
        lease_id="one",
        record=attempt(found, attempt_id="A-1"),
        again_us=None,
        forbidden="asked",
    )
    await store.settle_lead(done)
    assert await engaged(store, ("A-2", found.person_id, number)) == []
    assert await store.listings("any other", [number]) == [(HOUSE_LIST,)]


async def test_of_all_that_ask_at_once_one_has_them(store: Store) -> None:
    """Persons and telephones crosswise, so that whoever locked them in another order would wait for ever."""
    numbers = [HOME, OFFICE, "+12025550003"]
    crosswise = [
        [(f"A-{turn}-{n}", f"P-{(n + turn) % 3}", numbers[n]) for n in range(3)] for turn in range(8)
    ]
    refused = await asyncio.gather(*(engaged(store, *at) for at in crosswise))
    had = [
        (whom, attempt_id)
        for at, against in zip(crosswise, refused, strict=True)
        for attempt_id, *whoms in at
        if attempt_id not in against
        for whom in whoms
    ]
    assert had
    assert len({whom for whom, _ in had}) == len(had), "each is one attempt's"
