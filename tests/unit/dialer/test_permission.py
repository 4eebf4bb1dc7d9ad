"""Whom the law lets us dial, and when: the packs as they are shipped, on the callee's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from dialer.law import DAY_US, AttemptCap, CallingHours, Law, Rule
from dialer.packs import law_of, read_pack, shipped
from dialer.permission import Callee, Past, PastOutcome, Verdict, permission

NEW_YORK, LOS_ANGELES, PARIS = (
    ZoneInfo(name) for name in ("America/New_York", "America/Los_Angeles", "Europe/Paris")
)
FRESH = {"us-national-do-not-call": 0, "fr-bloctel": 0, "uk-telephone-preference-service": 0}


def at(zone: ZoneInfo, text: str) -> int:
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def ask(law: Law, callee: Callee, at_us: int, agent_is_sure: bool = False) -> Verdict:
    fresh = dict.fromkeys(FRESH, at_us - DAY_US)
    return permission(law, callee, at_us, registers_from_us=fresh, agent_is_sure=agent_is_sure)


def american(*zones: ZoneInfo, **more: object) -> Callee:
    return Callee(number="+12125550100", country="US", zones=zones or (NEW_YORK,), **more)  # type: ignore[arg-type]


# --- hours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "allowed"), [("07:59", False), ("08:00", True), ("20:59", True), ("21:00", False)]
)
def test_federal_hours_are_those_of_the_callee(clock: str, allowed: bool) -> None:
    verdict = ask(law_of(["us-ftc"]), american(), at(NEW_YORK, f"2026-11-20T{clock}"))
    assert verdict.allowed is allowed
    if not allowed:
        assert verdict.rules == ("us-ftc-hours",)


@pytest.mark.parametrize(
    ("pack", "country", "number", "zone"),
    [
        ("us-ftc", "PR", "+17872345678", "America/Puerto_Rico"),
        ("us-fcc", "GU", "+16713001234", "Pacific/Guam"),
        ("us-debt", "VI", "+13406421234", "America/St_Thomas"),
        ("fr", "RE", "+262262161234", "Indian/Reunion"),
        ("au", "CX", "+61891641234", "Indian/Christmas"),
    ],
)
def test_territories_are_under_the_law_of_their_country(
    pack: str, country: str, number: str, zone: str
) -> None:
    callee = Callee(number=number, country=country, zones=(ZoneInfo(zone),))
    assert not ask(law_of([pack]), callee, at(ZoneInfo(zone), "2026-11-20T05:00")).allowed


def test_number_that_may_lie_in_two_zones_must_be_awake_in_both() -> None:
    """At nine in New York it is six in Los Angeles: a mobile number may be anywhere."""
    morning = at(NEW_YORK, "2026-11-20T09:00")
    verdict = ask(law_of(["us-ftc"]), american(NEW_YORK, LOS_ANGELES), morning)
    assert not verdict.allowed
    assert verdict.again_us == at(LOS_ANGELES, "2026-11-20T08:00")
    assert ask(law_of(["us-ftc"]), american(NEW_YORK), morning).allowed


def test_stricter_state_wins_over_the_federal_rule() -> None:
    law, evening = law_of(["us-ftc", "us-states"]), at(NEW_YORK, "2026-11-20T20:30")
    assert ask(law, american(regions=("US-NY",)), evening).allowed
    verdict = ask(law, american(regions=("US-FL",)), evening)
    assert verdict.rules == ("us-fl-hours",)
    assert verdict.again_us == at(NEW_YORK, "2026-11-21T08:00")
    assert not ask(law, american(regions=("US-NY", "US-FL")), evening).allowed


def test_french_lunch_hour_and_sunday_are_quiet() -> None:
    law, callee = law_of(["fr"]), Callee(number="+33142345678", country="FR", zones=(PARIS,))
    assert ask(law, callee, at(PARIS, "2026-11-20T12:59")).allowed
    assert ask(law, callee, at(PARIS, "2026-11-20T13:30")).again_us == at(PARIS, "2026-11-20T14:00")
    assert ask(law, callee, at(PARIS, "2026-11-22T11:00")).again_us == at(PARIS, "2026-11-23T10:00")


def test_holiday_is_quiet_where_the_law_says_so() -> None:
    law, callee = law_of(["fr"]), Callee(number="+33142345678", country="FR", zones=(PARIS,))
    armistice = at(PARIS, "2026-11-11T11:00")
    verdict = permission(
        law,
        callee,
        armistice,
        registers_from_us={"fr-bloctel": armistice},
        holidays={"FR": (date(2026, 11, 11),)},
    )
    assert verdict.again_us == at(PARIS, "2026-11-12T10:00")


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)),
    st.sampled_from(["America/New_York", "America/Phoenix", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_nobody_is_called_at_night_in_any_zone_or_change_of_the_clocks(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    at_us = microseconds(moment.replace(tzinfo=UTC).timestamp())
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    allowed = ask(law_of(["us-ftc"]), american(zone), at_us).allowed
    assert allowed == (8 <= local.hour < 21)


@given(st.integers(min_value=0, max_value=400 * 24 * 60))
def test_when_told_to_ask_again_the_answer_is_yes(minute: int) -> None:
    at_us = at(NEW_YORK, "2026-01-01T00:00") + minute * 60_000_000
    law, callee = law_of(["us-ftc", "us-states"]), american(regions=("US-AL",))
    verdict = ask(law, callee, at_us)
    if not verdict.allowed:
        assert verdict.again_us is not None
        assert verdict.again_us > at_us
        assert ask(law, callee, verdict.again_us).allowed


# --- attempts and lock-outs ------------------------------------------------------------------------------


def past(*hours_ago: float, outcome: PastOutcome = PastOutcome.NOTHING, noon_us: int) -> tuple[Past, ...]:
    return tuple(
        Past(at_us=noon_us - microseconds(hours * 3_600), number="+12125550100", outcome=outcome)
        for hours in hours_ago
    )


def test_fourth_attempt_in_a_day_is_one_too_many_in_florida() -> None:
    noon_us = at(NEW_YORK, "2026-11-20T12:00")
    law = law_of(["us-states"])
    twice = american(regions=("US-FL",), past=past(1, 2, noon_us=noon_us))
    thrice = american(regions=("US-FL",), past=past(1, 2, 3, noon_us=noon_us))
    assert ask(law, twice, noon_us).allowed
    verdict = ask(law, thrice, noon_us)
    assert verdict.rules == ("us-fl-attempts",)
    assert verdict.again_us == noon_us + 21 * 3_600_000_000


def test_abandoned_person_is_left_alone_unless_an_agent_is_sure() -> None:
    noon_us = at(ZoneInfo("Europe/London"), "2026-11-20T12:00")
    callee = Callee(
        number="+442071234567",
        country="GB",
        zones=(ZoneInfo("Europe/London"),),
        past=past(71, outcome=PastOutcome.ABANDONED, noon_us=noon_us),
    )
    law = law_of(["uk-ofcom"])
    assert ask(law, callee, noon_us).rules == ("uk-ofcom-after-abandoned",)
    assert ask(law, callee, noon_us, agent_is_sure=True).allowed
    assert ask(law, callee, noon_us + 2 * 3_600_000_000).allowed


@given(st.lists(st.integers(min_value=0, max_value=30 * 24), max_size=12))
def test_no_attempt_ever_exceeds_a_cap(hours: list[int]) -> None:
    """Attempts are made whenever they are allowed: no window holds more than its cap."""
    law = law_of(["us-debt"])
    made: list[Past] = []
    for hour in sorted(hours):
        at_us = at(NEW_YORK, "2026-11-02T00:00") + hour * 3_600_000_000
        if ask(law, american(past=tuple(made)), at_us).allowed:
            made.append(Past(at_us=at_us, number="+12125550100"))
    cap = next(law.rules(AttemptCap))
    for attempt in made:
        window = [other for other in made if 0 <= attempt.at_us - other.at_us < cap.within_h * 3_600_000_000]
        assert len(window) <= cap.attempts


# --- registers ------------------------------------------------------------------------------


def test_listed_number_is_never_dialed_and_no_time_changes_it() -> None:
    listed = american(listed_on=("us-national-do-not-call",))
    verdict = ask(law_of(["us-ftc"]), listed, at(NEW_YORK, "2026-11-20T12:00"))
    assert (verdict.allowed, verdict.rules, verdict.again_us) == (False, ("us-ftc-register",), None)


@pytest.mark.parametrize("from_us", [None, -32 * DAY_US])
def test_register_that_is_outdated_or_was_never_loaded_stops_everybody(from_us: int | None) -> None:
    noon_us = at(NEW_YORK, "2026-11-20T12:00")
    copies = {} if from_us is None else {"us-national-do-not-call": noon_us + from_us}
    verdict = permission(law_of(["us-ftc"]), american(), noon_us, registers_from_us=copies)
    assert verdict.rules == ("us-ftc-register",)


# --- the packs ------------------------------------------------------------------------------


def test_all_packs_stand_together_and_the_strictest_holds() -> None:
    law = law_of(shipped())
    assert law.ring_min_us == microseconds(15)
    assert law.connect_within_us == microseconds(2)
    assert min(cap.share for cap in law.abandonment) == 0.01


def test_every_rule_names_its_source_and_whether_it_was_checked() -> None:
    for rule in law_of(shipped()).rules(Rule):
        assert len(rule.source) > 10, rule.id
        assert rule.checked is False, "nobody has held the shipped packs against the official texts yet"


def test_verdict_names_every_rule_that_allowed_the_call() -> None:
    verdict = ask(
        law_of(["us-ftc", "us-states"]), american(regions=("US-FL",)), at(NEW_YORK, "2026-11-20T12:00")
    )
    assert verdict.rules == ("us-ftc-hours", "us-fl-hours", "us-fl-attempts", "us-ftc-register")


def test_unknown_pack_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"found 'us-fct'; one of .*us-ftc"):
        law_of(["us-fct"])


def own_pack(folder: Path, hours: str) -> None:
    """Write a pack of one rule on hours to `own.toml`."""
    rule = f'[[rules]]\nkind = "hours"\nid = "xx-hours"\nsource = "our own wish"\n{hours}\n'
    head = 'name = "xx"\ntitle = "Ours"\ncountries = ["US"]\n'
    (folder / "own.toml").write_text(head + rule, "utf-8")


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ('weekly = {mon = ["8-20"]}', "an opening is written HH:MM-HH:MM"),
        ('weekly = {mon = ["20:00-08:00"]}', "ends after it begins"),
        ('weekly = {monday = ["08:00-20:00"]}', "monday"),
        ("weekly = {}\nuntil = 3", "until"),
    ],
)
def test_pack_of_ones_own_is_checked(tmp_path: Path, hours: str, said: str) -> None:
    own_pack(tmp_path, hours)
    with pytest.raises(ConfigError, match=said):
        read_pack(tmp_path / "own.toml")


def test_pack_of_ones_own_holds_beside_the_shipped_ones(tmp_path: Path) -> None:
    own_pack(tmp_path, 'weekly = {fri = ["10:00-11:00"]}')
    law = Law((*law_of(["us-ftc"]).packs, *law_of(["own"], {"own": read_pack(tmp_path / "own.toml")}).packs))
    assert [rule.id for rule in law.rules(CallingHours)] == ["us-ftc-hours", "xx-hours"]
    assert not ask(law, american(), at(NEW_YORK, "2026-11-20T12:00")).allowed
    assert ask(law, american(), at(NEW_YORK, "2026-11-20T10:30")).allowed


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(ConfigError, match="an id that no other rule has"):
        law_of(["us-ftc", "us-ftc"])
