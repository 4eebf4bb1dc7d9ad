"""An auditor who knows nothing of the dialer finds every sort of violation, and nothing in an honest file."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.record import replace
from core.model.attempt import OUTCOMES, AttemptRecord, AttemptState
from dialer.audit import Findings, audit
from dialer.audit_day import Day, read_day
from dialer.audit_file import AuditBroken, AuditClose, AuditHead, Chain, Entry, NumberListed, read_entries
from dialer.law import DAY_US
from dialer.packs import law_as_json, law_of

ZONE = ZoneInfo("America/New_York")
PACKS = ["us-ftc", "us-states", "house"]
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
TEN_US = microseconds(FRIDAY.timestamp())
S_US = SECOND_US


def attempt(number: int, **changes: object) -> AttemptRecord:
    """One person, dialed `number` minutes after ten, answers after 8 s and hears an agent after 0.3 s."""
    dialed_us = TEN_US + number * 60 * S_US
    honest = AttemptRecord(
        attempt_id=f"A-{number}",
        person_id=f"P-{number}",
        number=f"+1212555{number:04d}",
        country="US",
        zones=("America/New_York",),
        regions=("US-NY",),
        mode="predictive",
        dialed_us=dialed_us,
        answered_us=dialed_us + 8 * S_US,
        connected_us=dialed_us + 8 * S_US + 300_000,
        ended_us=dialed_us + 90 * S_US,
        outcome=AttemptState.CONNECTED,
        agent_id="ann",
        disposition="sold",
        rules=("us-ftc-hours", "house-attempts", "house-after-abandoned", "us-ftc-register"),
    )
    return replace(honest, **changes)


def later(record: AttemptRecord, by_s: float, **changes: object) -> AttemptRecord:
    """The same attempt, made `by_s` later."""
    instants = ("dialed_us", "answered_us", "connected_us", "message_us", "ended_us")
    known = {name: getattr(record, name) for name in instants if getattr(record, name) is not None}
    return replace(record, **{name: at_us + microseconds(by_s) for name, at_us in known.items()} | changes)


def abandoned(number: int, **changes: object) -> AttemptRecord:
    """A person who found nobody, heard the message and was let go."""
    dialed_us = TEN_US + number * 60 * S_US
    lost = attempt(
        number,
        connected_us=None,
        message_us=dialed_us + 10 * S_US,
        ended_us=dialed_us + 20 * S_US,
        outcome=AttemptState.DROPPED,
        gave_up=True,
        agent_id="",
    )
    return replace(lost, **changes)


def unanswered(number: int, rang_s: float, *, gave_up: bool = True) -> AttemptRecord:
    dialed_us = TEN_US + number * 60 * S_US
    return attempt(
        number,
        answered_us=None,
        connected_us=None,
        ended_us=dialed_us + microseconds(rang_s),
        outcome=AttemptState.NO_ANSWER,
        gave_up=gave_up,
        agent_id="",
    )


def head(**changes: object) -> AuditHead:
    honest = AuditHead(
        campaign="winter",
        drop_group="winter",
        day="2026-11-20",
        zone="America/New_York",
        law=law_as_json(law_of(PACKS)),
        registers_from_us={"us-national-do-not-call": TEN_US - DAY_US},
    )
    return replace(honest, **changes)


def counted(*attempts: AttemptRecord) -> AuditClose:
    answered = [a for a in attempts if a.answered_us and a.outcome is not AttemptState.MACHINE]
    lost = [a for a in answered if a.outcome is AttemptState.DROPPED]
    return AuditClose(attempts=len(attempts), answered_by_person=len(answered), abandoned=len(lost))


def day(*entries: Entry, close: AuditClose | None = None, **changes: object) -> Day:
    attempts = [entry for entry in entries if isinstance(entry, AttemptRecord)]
    return read_day([head(**changes), *entries, close or counted(*attempts)])


def honest_day() -> list[AttemptRecord]:
    """A hundred who answered, two of them abandoned, and some who did not answer."""
    people = [abandoned(n) if n in (40, 80) else attempt(n) for n in range(100)]
    return [*people, unanswered(200, 25.0), unanswered(201, 3.0, gave_up=False)]


def rules_of(findings: Findings) -> list[str]:
    return [violation.rule for violation in findings.violations]


def test_honest_day_passes_and_is_counted() -> None:
    findings = audit([day(*honest_day())])
    assert findings.violations == ()
    [counts] = findings.days
    assert (counts.attempts, counts.answered_by_person, counts.abandoned) == (102, 100, 2)
    assert (counts.share, round(counts.upper, 4)) == (0.02, 0.07)


@pytest.mark.parametrize(
    ("rule", "spoilt"),
    [
        ("file", attempt(1)),
        ("us-ftc-hours", later(attempt(300), 7 * 3_600)),
        ("us-fl-hours", later(attempt(300, regions=("US-FL",)), 5.5 * 3_600)),
        ("house-ring", unanswered(300, 9.0)),
        ("house-connect", attempt(300, connected_us=TEN_US + (300 * 60 + 11) * S_US)),
        ("us-ftc-message", abandoned(300, message_us=None)),
        ("file", attempt(300, connected_us=TEN_US)),
        ("file", attempt(300, outcome=AttemptState.BUSY)),
    ],
    ids=["told twice", "at night", "state", "ring", "two seconds", "message", "order", "outcome"],
)
def test_planted_violation_is_found(rule: str, spoilt: AttemptRecord) -> None:
    assert rule in rules_of(audit([day(*honest_day(), spoilt)]))


def test_late_agent_takes_the_place_of_the_message_yet_the_call_is_abandoned() -> None:
    late = abandoned(300, message_us=None, agent_id="ann")
    findings = audit([day(*honest_day(), late)])
    assert findings.violations == ()
    assert findings.days[0].abandoned == 3


def test_fourth_attempt_at_a_person_in_a_day_is_found() -> None:
    same = [attempt(n, person_id="P") for n in range(4)]
    assert rules_of(audit([day(*same)])) == ["house-attempts"]


def test_abandoned_person_dialed_again_too_soon_is_found_over_days() -> None:
    first = day(*(attempt(n) for n in range(100)), abandoned(100, person_id="P"))
    again = later(attempt(0), 24 * 3_600, attempt_id="A-again", person_id="P")
    assert rules_of(audit([day(again, day="2026-11-21"), first])) == ["house-after-abandoned"]
    sure = replace(again, agent_was_sure=True)
    assert audit([day(sure, day="2026-11-21"), first]).violations == ()


def test_number_dialed_a_millisecond_after_it_was_listed_is_found() -> None:
    dialed = attempt(5)
    before = NumberListed(at_us=dialed.dialed_us - 1_000, number=dialed.number, reason="asked for it")
    after = NumberListed(at_us=dialed.dialed_us + 1_000, number=dialed.number, reason="asked for it")
    assert rules_of(audit([day(before, dialed)])) == ["do-not-call"]
    assert audit([day(after, dialed)]).violations == ()


def test_outdated_register_is_found() -> None:
    stale = {"us-national-do-not-call": TEN_US - 40 * DAY_US}
    assert rules_of(audit([day(attempt(1), registers_from_us=stale)])) == ["us-ftc-register"]


def test_share_over_the_cap_is_found_in_the_window_of_each_rule() -> None:
    lost = [abandoned(n) for n in range(4)]
    findings = audit([day(*lost, *(attempt(n) for n in range(4, 100)))])
    assert rules_of(findings) == ["us-ftc-abandonment", "house-abandonment"]
    assert "4 of 100 answered by a person, 4.00%" in findings.violations[0].said


def test_good_days_before_pay_for_a_bad_one_within_thirty_days_but_not_within_the_day() -> None:
    good = day(*(attempt(n, attempt_id=f"G-{n}", person_id=f"G-{n}") for n in range(100)))
    bad = [
        later(record, 24 * 3_600, attempt_id=f"B-{record.attempt_id}", person_id=f"B-{record.person_id}")
        for record in (*(abandoned(n) for n in range(4)), *(attempt(n) for n in range(4, 100)))
    ]
    assert rules_of(audit([good, day(*bad, day="2026-11-21")])) == ["house-abandonment"]


def test_wrong_counts_and_an_open_file_are_found() -> None:
    wrong = AuditClose(attempts=1, answered_by_person=1, abandoned=1)
    assert rules_of(audit([day(attempt(1), close=wrong)])) == ["file"]
    assert rules_of(audit([read_day([head(), attempt(1)])])) == ["file"]


def test_attempt_of_another_day_is_found() -> None:
    assert "file" in rules_of(audit([day(attempt(1), day="2026-11-19")]))


# --- the file ---------------------------------------------------------------------------------------------


def lines_of(*entries: Entry) -> list[bytes]:
    chain = Chain()
    return [chain.line(entry) for entry in entries]


def test_what_is_written_is_read() -> None:
    entries: list[Entry] = [
        head(),
        attempt(1),
        abandoned(2),
        NumberListed(at_us=3, number="+1", reason="r"),
        counted(),
    ]
    assert list(read_entries(lines_of(*entries))) == entries


@pytest.mark.parametrize("spoil", ["changed", "taken out", "added", "swapped"])
def test_line_that_was_tampered_with_shows(spoil: str) -> None:
    lines = lines_of(head(), attempt(1), abandoned(2), attempt(3), counted())
    match spoil:
        case "changed":
            lines[2] = lines[2].replace(b"dropped", b"machine")
        case "taken out":
            del lines[2]
        case "added":
            lines.insert(2, lines[1])
        case _:
            lines[2], lines[3] = lines[3], lines[2]
    with pytest.raises(AuditBroken, match="line 3"):
        list(read_entries(lines))


def test_last_line_cut_short_is_passed_over_and_the_day_goes_as_open() -> None:
    lines = lines_of(head(), attempt(1), counted(attempt(1)))
    lines[-1] = lines[-1][:-5]
    assert rules_of(audit([read_day(read_entries(lines))])) == ["file"]


def test_line_that_is_none_is_named() -> None:
    with pytest.raises(AuditBroken, match="line 2 cannot be read"):
        list(read_entries([*lines_of(head()), b"hello\n"]))


@pytest.mark.parametrize(
    "entries", [[], [attempt(1)], [head(), head()]], ids=["empty", "headless", "two heads"]
)
def test_file_has_one_head_and_begins_with_it(entries: list[Entry]) -> None:
    with pytest.raises(AuditBroken):
        read_day(entries)


def test_every_outcome_is_one_that_a_dialed_attempt_comes_to() -> None:
    assert {record.outcome for record in honest_day()} <= OUTCOMES


def taken_for_machines(heard: int, of_them_people: int, let_go: int) -> list[AttemptRecord]:
    """Agents heard a sample of those that detection took for machines; the others were let go."""
    sample = [
        attempt(1_000 + n, audited=True, disposition="sold" if n < of_them_people else "machine")
        for n in range(heard)
    ]
    gone = {"connected_us": None, "outcome": AttemptState.MACHINE, "disposition": "machine"}
    return [*sample, *(attempt(2_000 + n, **gone) for n in range(let_go))]


@pytest.mark.parametrize(
    ("heard", "people", "broken"),
    [(19, 19, []), (20, 0, []), (20, 2, ["house-abandonment", "us-ftc-abandonment"])],
    ids=["too few to conclude", "all were machines", "two of twenty were people"],
)
def test_people_taken_for_machines_count_as_the_sample_has_it(
    heard: int, people: int, broken: list[str]
) -> None:
    machines = [
        replace(record, dialed_us=TEN_US, answered_us=TEN_US, ended_us=TEN_US + 200 * S_US)
        for record in taken_for_machines(heard, people, let_go=100)
    ]
    timed = [
        replace(record, connected_us=TEN_US) if record.outcome is AttemptState.CONNECTED else record
        for record in machines
    ]
    assert sorted(rules_of(audit([day(*honest_day(), *timed)]))) == broken
