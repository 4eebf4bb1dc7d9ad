"""The engine's own audit file passes; one thing altered in it, chained anew, and the auditor finds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace as with_changes
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.record import replace
from core.model.attempt import AttemptRecord, AttemptState
from core.model.lead import LeadNumber
from crm.leads.records import LeadRecord
from dialer.audit import audit
from dialer.audit_day import read_day
from dialer.audit_file import AuditClose, Chain, Entry, NumberListed, RegistersRead, read_entries
from dialer.law import DAY_US, Rule
from dialer.packs import law_of
from goldline.audit_files import AuditFiles
from tests.unit.dialer.campaign_floor import WINTER
from tests.unit.dialer.lawful_floor import LawfulFloor

S_US = SECOND_US
FRIDAY_US = microseconds(datetime(2026, 11, 20, 15, tzinfo=UTC).timestamp())
LAWS = ("us-ftc", "us-fcc", "us-states", "us-debt", "house")
PEOPLE = 45
MISCOUNTED = AuditClose(attempts=1, answered_by_person=1, abandoned=0)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a morning in New York: most people talk, some do not answer, one finds nobody."""
    leads = [
        LeadRecord(
            external_id=f"L-{place}",
            person_id=f"P-{place}",
            numbers=(
                LeadNumber(
                    number=f"+1212555{place:04d}",
                    country="US",
                    zones=("America/New_York",),
                    regions=("US-FL" if place == 7 else "US-NY",),
                ),
            ),
        )
        for place in range(PEOPLE)
    ]
    rules = with_changes(WINTER, law=law_of(LAWS), name="winter")
    floor = LawfulFloor([rules], {"winter": leads}, FRIDAY_US, agents=3)
    for place in range(PEOPLE):
        while not floor.ringing:
            floor.jump(0.2)
        leg_id = next(iter(floor.ringing))
        if place == 20:
            floor.wait_in_vain(leg_id, opts_out=False)
        elif place in (10, 30):
            floor.pass_s(25)
            floor.rings_out(leg_id, 19)
        else:
            floor.pass_s(8)
            floor.talk(leg_id, "no")
    folder = tmp_path_factory.mktemp("audit")
    files = AuditFiles(folder, floor.campaigns)
    for event in floor.ledger():
        files.add(event)
    files.end()
    (path,) = folder.iterdir()
    return path


@pytest.fixture
def entries(written: Path) -> list[Entry]:
    return list(read_entries(written.read_bytes().splitlines(keepends=True)))


def found_in(entries: Sequence[Entry]) -> set[str]:
    """Chain the entries anew, read them as a file, and return the rules that were broken."""
    chain = Chain()
    lines = [chain.line(entry) for entry in entries]
    return {each.rule for each in audit([read_day(read_entries(lines))]).violations}


def first(entries: Sequence[Entry], chosen: Callable[[AttemptRecord], bool]) -> AttemptRecord:
    """Return the first attempt of a sort."""
    return next(each for each in entries if isinstance(each, AttemptRecord) and chosen(each))


def altered(entries: Sequence[Entry], record: AttemptRecord, **changes: object) -> list[Entry]:
    """Return the entries with one attempt told otherwise."""
    return [replace(each, **changes) if each is record else each for each in entries]


def talked(record: AttemptRecord) -> bool:
    return record.outcome is AttemptState.CONNECTED


def lost(record: AttemptRecord) -> bool:
    return record.outcome is AttemptState.DROPPED


def shifted(entries: list[Entry], by_s: int, region: str = "US-NY") -> list[Entry]:
    """One attempt was made later."""
    record = first(entries, lambda each: talked(each) and each.regions == (region,))
    names = ("dialed_us", "answered_us", "connected_us", "ended_us")
    return altered(entries, record, **{name: getattr(record, name) + by_s * S_US for name in names})


def abandoned(entries: list[Entry], count: int) -> list[Entry]:
    """More people found nobody."""
    for _ in range(count):
        record = first(entries, talked)
        entries = altered(
            entries,
            record,
            connected_us=None,
            outcome=AttemptState.DROPPED,
            message_us=record.answered_us,
        )
    return entries


def same_person(entries: list[Entry], count: int) -> list[Entry]:
    """So many attempts were at one person."""
    for _ in range(count):
        record = first(entries, lambda each: talked(each) and each.person_id != "P")
        entries = altered(entries, record, person_id="P")
    return entries


def after_a_drop(entries: list[Entry]) -> list[Entry]:
    """Who found nobody was dialed again within the hour."""
    before = first(entries, lost)
    again = first(entries, lambda each: talked(each) and each.dialed_us > before.dialed_us)
    return altered(entries, again, person_id=before.person_id)


def listed(entries: list[Entry]) -> list[Entry]:
    """A number was dialed a millisecond after it had been forbidden."""
    record = first(entries, talked)
    forbidden = NumberListed(at_us=record.dialed_us - 1_000, number=record.number, reason="asked")
    return [*entries[:-1], forbidden, entries[-1]]


def outdated(entries: list[Entry]) -> list[Entry]:
    """The copy of the register was older than it may be."""
    old = {"us-national-do-not-call": FRIDAY_US - 32 * DAY_US}
    return [*entries[:-1], RegistersRead(at_us=FRIDAY_US, registers_from_us=old), entries[-1]]


def late_agent(entries: list[Entry]) -> list[Entry]:
    """An agent came five seconds after the answer."""
    record = first(entries, talked)
    assert record.answered_us is not None
    return altered(entries, record, connected_us=record.answered_us + 5 * S_US)


def short_ring(entries: list[Entry]) -> list[Entry]:
    """A phone rang for nine seconds and was given up."""
    record = first(entries, lambda each: each.outcome is AttemptState.NO_ANSWER)
    return altered(entries, record, ended_us=record.dialed_us + 9 * S_US, gave_up=True)


def with_first(
    chosen: Callable[[AttemptRecord], bool], **changes: object
) -> Callable[[list[Entry]], list[Entry]]:
    """Return what alters the first attempt of a sort."""
    return lambda entries: altered(entries, first(entries, chosen), **changes)


PLANTED: dict[str, tuple[str, Callable[[list[Entry]], list[Entry]]]] = {
    "hours of the nation": ("us-ftc-hours", lambda entries: shifted(entries, 12 * 3_600)),
    "hours of a state": ("us-fl-hours", lambda entries: shifted(entries, 37_800, "US-FL")),
    "attempts in a day": ("house-attempts", lambda entries: same_person(entries, 4)),
    "attempts in a week": ("us-debt-attempts", lambda entries: same_person(entries, 8)),
    "after a conversation": ("us-debt-conversation", lambda entries: same_person(entries, 2)),
    "after an abandoned call": ("house-after-abandoned", after_a_drop),
    "do not call": ("do-not-call", listed),
    "register": ("us-ftc-register", outdated),
    "ring": ("us-fcc-ring", short_ring),
    "connect": ("us-ftc-connect", late_agent),
    "message": ("us-fcc-message", with_first(lost, message_us=None)),
    "share in a day": ("house-abandonment", lambda entries: abandoned(entries, 2)),
    "share in thirty days": ("us-ftc-abandonment", lambda entries: abandoned(entries, 2)),
    "records": ("us-ftc-records", with_first(talked, disposition="")),
    "a rule not asked": ("us-fcc-hours", with_first(talked, rules=("us-ftc-hours",))),
    "counts": ("file", lambda entries: [*entries[:-1], MISCOUNTED]),
    "not closed": ("file", lambda entries: entries[:-1]),
    "told twice": ("file", lambda entries: [*entries[:-1], *entries[3:4], entries[-1]]),
    "one left out": ("file", lambda entries: [*entries[:3], *entries[4:]]),
    "order of instants": ("file", with_first(talked, ended_us=FRIDAY_US)),
    "outcome": ("file", with_first(talked, outcome=AttemptState.BUSY)),
    "another day": ("file", lambda entries: shifted(entries, 3 * 86_400)),
}


def test_the_engines_own_file_passes(entries: list[Entry]) -> None:
    assert found_in(entries) == set()
    assert sum(isinstance(entry, AttemptRecord) for entry in entries) >= PEOPLE


@pytest.mark.parametrize("what", PLANTED)
def test_what_was_altered_is_found(entries: list[Entry], what: str) -> None:
    rule, plant = PLANTED[what]
    assert rule in found_in(plant(entries))


def test_every_kind_of_rule_has_a_planted_violation() -> None:
    kinds = {rule.id: rule.kind for rule in law_of(LAWS).rules(Rule)}  # type: ignore[attr-defined]
    broken = {kinds[rule] for rule, _ in PLANTED.values() if rule in kinds}
    assert broken == set(kinds.values())
