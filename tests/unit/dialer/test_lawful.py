"""Whatever happens, whomever lists hold and however clocks change: no call is against the law.

Random days of two campaigns that share people and telephones, on the real path from the lease of a lead to
the ringing of its number, with the real store in memory. What was done is then told to the auditor as well.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.clock import SECOND_US, microseconds
from core.model.lead import LeadNumber
from core.model.need import need_of
from crm.leads.records import LeadRecord
from dialer.campaign import CampaignRules, Mode
from dialer.packs import law_of
from dialer.recycling import DEFAULT_RULES, RecycleRule, Recycling, Turn
from goldline.audit_files import AuditFiles
from goldline.audit_report import audited, read_files
from tests.unit.dialer.lawful_floor import LawfulFloor
from tests.unit.floor import CARDS

ZONES = sorted(available_timezones())
AMERICAN = ("America/New_York", "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu")
REGIONS = ("US-NY", "US-FL", "US-AL", "US-OK", "US-CT", "US-CA")
CHANGES_OF_THE_CLOCKS = (
    "2026-03-07T19:00",
    "2026-03-27T15:00",
    "2026-04-04T06:00",
    "2026-10-03T06:00",
    "2026-10-23T15:00",
    "2026-10-31T19:00",
)


HOLIDAYS = tuple(
    date(2026, month, day) for month, day in ((3, 9), (3, 30), (4, 4), (4, 6), (10, 3), (10, 26), (11, 2))
)
"""Days after those on which clocks are changed."""
EAGER = Recycling(
    rules=dict.fromkeys(
        [*DEFAULT_RULES, "sold", "no", "later"],
        RecycleRule(delay_us=SECOND_US, attempts_max=100, number=Turn.SAME),
    ),
    attempts_max=100,
    a_day_max=100,
)
"""Comes back to everybody at once, whatever the last attempt came to: the law alone holds it."""


def campaign(name: str, *laws: str) -> CampaignRules:
    return CampaignRules(
        name=name,
        queue=CARDS.name,
        need=need_of(CARDS.requirements),
        mode=Mode.PROGRESSIVE,
        law=law_of(laws),
        country="US",
        holidays=dict.fromkeys(("US", "FR", "AU"), HOLIDAYS),
        safe_harbour="sorry",
        recycling=EAGER,
    )


CAMPAIGNS = (
    campaign("winter", "us-ftc", "us-fcc", "us-states", "fr", "au", "house"),
    campaign("debts", "us-debt", "us-ftc", "us-states", "house"),
)

american = st.builds(
    LeadNumber,
    number=st.integers(0, 5).map(lambda n: f"+1212555{n:04d}"),
    country=st.just("US"),
    zones=st.lists(st.sampled_from(AMERICAN), min_size=0, max_size=2, unique=True).map(tuple),
    regions=st.lists(st.sampled_from(REGIONS), min_size=1, max_size=2, unique=True).map(tuple),
)
elsewhere = st.builds(
    LeadNumber,
    number=st.integers(0, 3).map(lambda n: f"+3314234567{n}"),
    country=st.sampled_from(["FR", "AU", "", "NZ"]),
    zones=st.lists(st.sampled_from(ZONES), min_size=0, max_size=2, unique=True).map(tuple),
)
numbers = st.lists(st.one_of(american, elsewhere), min_size=1, max_size=2, unique_by=lambda each: each.number)


@st.composite
def lists(draw: st.DrawFn) -> dict[str, list[LeadRecord]]:
    """Leads of both campaigns: four people in all, so that they meet."""
    loaded = {}
    for name in ("winter", "debts"):
        loaded[name] = [
            LeadRecord(
                external_id=f"{name}-{place}",
                person_id=f"P-{draw(st.integers(0, 3))}",
                numbers=tuple(draw(numbers)),
            )
            for place in range(draw(st.integers(1, 4)))
        ]
    return loaded


OUTCOMES = ("busy", "no answer", "sold", "no", "later", "lost", "key")
begins = st.one_of(
    st.sampled_from(CHANGES_OF_THE_CLOCKS).map(datetime.fromisoformat),
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)),
).map(lambda at: microseconds(at.replace(tzinfo=UTC).timestamp()))

steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([0.1, 0.3, 0.5, 1, 2, 7, 61, 300, 1_410, 4_310])),
        st.tuples(st.just("forbid"), st.integers(0, 9)),
        st.tuples(st.sampled_from(OUTCOMES), st.integers(0, 9)),
    ),
    min_size=10,
    max_size=100,
)


def live_through(floor: LawfulFloor, happens: list[tuple[str, float]]) -> None:
    """Let everything happen, in turn; who rings is answered or not as it is drawn."""
    every_number = [number.number for attempt in floor.book for number in attempt.lead.numbers]
    for what, how in happens:
        ringing = list(floor.ringing)
        if what == "wait":
            floor.jump(how)
        elif what == "forbid":
            if every_number:
                floor.forbid(every_number[int(how) % len(every_number)])
        elif ringing:
            leg_id = ringing[int(how) % len(ringing)]
            match what:
                case "busy":
                    floor.rings_out(leg_id, 17)
                case "no answer":
                    floor.pass_s(20)
                    floor.rings_out(leg_id, 19)
                case "lost" | "key":
                    floor.wait_in_vain(leg_id, opts_out=what == "key")
                case _:
                    floor.talk(leg_id, what)


@pytest.mark.slow
@given(lists(), begins, st.integers(1, 3), steps)
@settings(max_examples=150, deadline=None)
def test_no_call_is_against_the_law(
    leads: dict[str, list[LeadRecord]], now_us: int, agents: int, happens: list[tuple[str, float]]
) -> None:
    floor = LawfulFloor(CAMPAIGNS, leads, now_us, agents)
    live_through(floor, happens)
    assert floor.objections == []


@pytest.mark.slow
@given(lists(), begins, st.integers(1, 3), steps)
@settings(max_examples=60, deadline=None)
def test_the_auditor_finds_nothing_in_the_files_of_lawful_days(
    leads: dict[str, list[LeadRecord]], now_us: int, agents: int, happens: list[tuple[str, float]]
) -> None:
    floor = LawfulFloor(CAMPAIGNS, leads, now_us, agents)
    live_through(floor, happens)
    with TemporaryDirectory() as folder:
        files = AuditFiles(Path(folder), floor.campaigns)
        for event in floor.ledger():
            files.add(event)
        files.end()
        found = audited(read_files([Path(folder)] if any(Path(folder).iterdir()) else []))
    of_so_few_no_share_can_be_kept = {cap.id for each in CAMPAIGNS for cap in each.law.abandonment}
    assert [each for each in found["violations"] if each["rule"] not in of_so_few_no_share_can_be_kept] == []
    assert sum(day["attempts"] for day in found["days"]) == len(floor.onlooker.ended)
