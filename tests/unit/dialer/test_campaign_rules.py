"""Segments and arms, goals and quotas, promised calls: the rules of a campaign that are plain sums."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import microseconds
from core.kernel.errors import RequestRefused
from core.model.disposition import SYSTEM, Disposition
from core.model.lead import Lead, LeadNumber
from dialer.goals import Goals, Reached
from dialer.law import DAY_US
from dialer.packs import law_of
from dialer.parting import Arm, Parting
from dialer.permission import Callee
from dialer.promises import Promise, PromiseRules, promise, refuse_untimely

NEW_YORK, UTC = ZoneInfo("America/New_York"), ZoneInfo("UTC")
SOLD = Disposition(code="sold", label="Sold", is_contact=True, is_right_party=True, is_sale=True)
NO = Disposition(code="no", label="No", is_contact=True, is_right_party=True)


def lead(person: str = "P1", campaign: str = "spring", **columns: str) -> Lead:
    return Lead(
        lead_id=person,
        campaign=campaign,
        list_name="march",
        person_id=person,
        tier="gold",
        numbers=(LeadNumber(number="+12125550101"),),
        fields=tuple(columns.items()),
    )


def at(zone: ZoneInfo, text: str) -> int:
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


# --- segments and arms --------------------------------------------------------------------------------


def test_a_segment_is_made_of_the_columns_that_the_campaign_names() -> None:
    parting = Parting(columns=("region", "age"))
    assert parting.segment_of(lead(region="north", age="18-34", shoe="42")) == "north/18-34"
    assert parting.segment_of(lead(age="18-34")) == "/18-34"
    assert Parting(columns=("tier",)).segment_of(lead()) == "gold"
    assert Parting().segment_of(lead(region="north")) == ""


def test_arms_have_their_shares_of_the_leads_and_every_lead_keeps_its_arm() -> None:
    parting = Parting(arms=(Arm(name="old", share=1), Arm(name="new", share=3)))
    people = [lead(f"P{n}") for n in range(4_000)]
    arms = [parting.arm_of(each).name for each in people]
    counts = Counter(arms)
    assert 2_900 < counts["new"] < 3_100
    assert arms == [parting.arm_of(each).name for each in people]


def test_arms_of_two_campaigns_are_drawn_apart() -> None:
    parting = Parting(arms=(Arm(name="a"), Arm(name="b")))
    both = Counter(
        (parting.arm_of(lead(f"P{n}")), parting.arm_of(lead(f"P{n}", campaign="autumn")))
        for n in range(2_000)
    )
    assert min(both.values()) > 400


def test_without_arms_all_are_called_alike() -> None:
    assert Parting().arm_of(lead()).name == ""


# --- goals ----------------------------------------------------------------------------------------------


def test_a_full_segment_has_no_room_and_others_have() -> None:
    reached = Reached(Goals(quotas={"north": 2, "south": 1}))
    reached.count("north", SOLD)
    reached.count("north", NO)
    assert reached.has_room("north")
    reached.count("north", SOLD)
    assert not reached.has_room("north")
    assert reached.has_room("south")
    assert reached.has_room("a segment without a quota")
    assert reached.enough(0, UTC) == ""
    reached.count("south", SOLD)
    assert reached.enough(0, UTC) == "quotas_full"


def test_a_quota_may_count_other_results_than_sales() -> None:
    reached = Reached(Goals(quotas={"": 1}, counted=frozenset({"no"})))
    reached.count("", SOLD)
    assert reached.has_room("")
    reached.count("", NO)
    assert not reached.has_room("")


@pytest.mark.parametrize(
    ("goals", "reason"),
    [
        (Goals(sales=2), "sales_reached"),
        (Goals(contacts=3), "contacts_reached"),
        (Goals(attempts=4), "attempts_reached"),
    ],
)
def test_a_campaign_has_enough_when_a_goal_is_reached(goals: Goals, reason: str) -> None:
    reached = Reached(goals)
    for result in (SOLD, NO, SYSTEM["busy"]):
        reached.count("", result)
        assert reached.enough(0, UTC) == ""
    reached.count("", SOLD)
    assert reached.enough(0, UTC) == reason


def test_the_last_day_is_over_at_midnight_on_the_campaigns_clock() -> None:
    reached = Reached(Goals(until=date(2026, 11, 30)))
    assert reached.enough(at(NEW_YORK, "2026-11-30T23:59"), NEW_YORK) == ""
    assert reached.enough(at(NEW_YORK, "2026-12-01T00:00"), NEW_YORK) == "last_day_over"


# --- promised calls -----------------------------------------------------------------------------------

RULES = PromiseRules(alone_us=microseconds(600))


def test_a_promise_is_on_the_customers_clock() -> None:
    noon_us = at(NEW_YORK, "2026-11-23T12:00")
    assert promise(RULES, "2026-11-23 12:00", "anyone", NEW_YORK, "ana") == Promise(noon_us)
    assert promise(RULES, "2026-11-23T12:00", "mine", NEW_YORK, "ana") == Promise(noon_us, "ana")
    first = Promise(noon_us, "ana", noon_us + microseconds(600))
    assert promise(RULES, "2026-11-23 12:00", "mine_first", NEW_YORK, "ana") == first
    assert promise(RULES, "2026-11-23 12:00", "", NEW_YORK, "ana") == first


@pytest.mark.parametrize(("when", "by"), [("soon", "mine"), ("", ""), ("2026-11-23 12:00", "bob")])
def test_a_promise_nobody_understands_is_refused(when: str, by: str) -> None:
    with pytest.raises(RequestRefused, match="2026-11-23 10:30"):
        promise(RULES, when, by, NEW_YORK, "ana")


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("2026-11-20T09:59", "bad_callback"),
        ("2027-06-01T10:00", "bad_callback"),
        ("2026-11-20T21:30", "out_of_hours"),
        ("2026-11-20T20:30", ""),
    ],
)
def test_nobody_is_promised_a_call_that_may_not_be_made(when: str, code: str) -> None:
    callee = Callee(number="+12125550100", country="US", zones=(NEW_YORK,))
    now_us = at(NEW_YORK, "2026-11-20T10:00")
    law = law_of(["us-ftc", "us-fcc"])
    promised = Promise(at(NEW_YORK, when))
    if not code:
        refuse_untimely(promised, RULES, law, callee, now_us)
        return
    with pytest.raises(RequestRefused) as refused:
        refuse_untimely(promised, RULES, law, callee, now_us)
    assert refused.value.code == code
    assert RULES.ahead_us == 90 * DAY_US
