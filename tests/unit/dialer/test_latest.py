"""What happened since a lead was leased is known at the moment of dialing, whoever was dialed meanwhile."""

from __future__ import annotations

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import NumberForbidden
from core.model.lead import HOUSE_LIST, Lead, LeadNumber, PastAttempt
from core.model.lead_orders import ListingWritten
from dialer.latest import ASKED_BEFORE_US, Latest
from tests.unit.dialer.campaign_floor import WINTER

HERS, THEIRS, HIS = "+12125550101", "+12125550102", "+12125550103"
EVE = Lead(
    lead_id="1",
    campaign="winter",
    list_name="list",
    person_id="eve",
    numbers=(LeadNumber(number=HERS), LeadNumber(number=THEIRS)),
)


def ended(person: str, number: str, dialed_s: int, campaign: str = "spring") -> AttemptEnded:
    record = AttemptRecord(
        attempt_id=f"A-1-{dialed_s}",
        person_id=person,
        number=number,
        country="US",
        zones=(),
        mode="predictive",
        dialed_us=dialed_s * SECOND_US,
        ended_us=(dialed_s + 5) * SECOND_US,
        outcome=AttemptState.DROPPED,
    )
    return AttemptEnded(
        at_us=record.ended_us, campaign=campaign, lead_id="2", outcome=record.outcome, record=record
    )


def forbidden(number: str) -> NumberForbidden:
    return NumberForbidden(at_us=1, campaign="spring", number=number, reason="asked")


def written(number: str, at_s: int) -> ListingWritten:
    return ListingWritten(at_us=at_s * SECOND_US, campaign="spring", number=number)


def latest(*events: AttemptEnded | NumberForbidden | ListingWritten) -> Latest:
    engine = Engine()
    found = Latest(engine, [WINTER])
    for event in events:
        engine.handle(event)
    return found


def when(lead: Lead) -> list[int]:
    return [past.at_us // SECOND_US for past in lead.past]


def test_attempts_at_the_person_and_at_a_telephone_of_the_person_count() -> None:
    found = latest(ended("eve", HIS, 10), ended("bob", THEIRS, 20), ended("bob", HIS, 30))
    told = found.told_of(EVE)
    assert when(told) == [10, 20]
    assert {past.outcome for past in told.past} == {AttemptState.DROPPED}


def test_what_the_store_told_already_counts_once() -> None:
    known = PastAttempt(at_us=10 * SECOND_US, number=HERS, outcome=AttemptState.DROPPED)
    lead = Lead(
        lead_id="1",
        campaign="winter",
        list_name="list",
        person_id="eve",
        numbers=EVE.numbers,
        past=(known,),
    )
    assert when(latest(ended("eve", HERS, 10), ended("eve", HERS, 40)).told_of(lead)) == [10, 40]


def test_nothing_is_kept_for_longer_than_a_lead_may_be_in_hand() -> None:
    late_s = WINTER.lease_us // SECOND_US + 60
    assert when(latest(ended("eve", HERS, 10), ended("bob", HIS, late_s)).told_of(EVE)) == []


def test_number_that_was_forbidden_a_moment_ago() -> None:
    found = latest(forbidden(HERS))
    assert found.listings(HERS, ("some-register",), SECOND_US) == ("some-register", HOUSE_LIST)
    assert found.listings(HIS, (), SECOND_US) == ()


def test_what_the_store_has_is_left_to_the_store() -> None:
    """Who takes the number off the list there is to be obeyed."""
    found = latest(forbidden(HERS), written(HERS, 5))
    asked_before_s = ASKED_BEFORE_US // SECOND_US
    assert found.listings(HERS, (), (5 + asked_before_s) * SECOND_US) == (HOUSE_LIST,), "asked before"
    assert found.listings(HERS, (), (6 + asked_before_s) * SECOND_US) == ()


def test_wish_that_the_store_never_had_is_not_forgotten() -> None:
    found = latest(forbidden(HERS), forbidden(HIS), written(HIS, 5), forbidden(HIS))
    assert found.listings(HERS, (), 10**9 * SECOND_US) == (HOUSE_LIST,)
    assert found.listings(HIS, (), 10**9 * SECOND_US) == (HOUSE_LIST,), "of two wishes one"
