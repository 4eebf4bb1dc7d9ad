"""The audit files on the disk: one a day, gone on with after a restart, never written over."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.attempt import AttemptRecord, AttemptState
from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import CampaignDayEnded, NumberForbidden, RegistersSeen
from core.model.ids import QueueName
from core.model.message import DomainEvent
from core.model.need import need_of
from dialer.audit import Findings, audit
from dialer.audit_day import Day, read_day
from dialer.audit_file import AuditBroken, read_entries
from dialer.campaign import CampaignRules
from dialer.packs import law_of
from goldline.audit_files import AuditFiles
from tests.unit.goldline.test_command_line import Run, goldline

__all__ = ["goldline"]  # the fixture

NEW_YORK = ZoneInfo("America/New_York")
WINTER = CampaignRules(
    name="winter", queue=QueueName("sales"), need=need_of(()), law=law_of(["us-ftc", "house"]), zone=NEW_YORK
)
RULES = ("us-ftc-hours", "house-attempts", "house-after-abandoned", "us-ftc-register")


def at(text: str) -> int:
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp())


REGISTERS = RegistersSeen(
    at_us=at("2026-11-20T08:00"),
    registers_from_us=(("us-national-do-not-call", at("2026-11-18T00:00")),),
)
MIDNIGHT = CampaignDayEnded(at_us=at("2026-11-21T00:00"), campaign="winter", day="2026-11-20")


def ended(number: int, dialed: str = "2026-11-20T10:00", talk_s: int = 90) -> AttemptEnded:
    """Somebody answered after eight seconds and talked with an agent."""
    dialed_us = at(dialed) + number * SECOND_US
    record = AttemptRecord(
        attempt_id=f"A-1-{number:06d}",
        person_id=f"P-{number}",
        number=f"+1212555{number:04d}",
        country="US",
        zones=("America/New_York",),
        mode="predictive",
        dialed_us=dialed_us,
        answered_us=dialed_us + 8 * SECOND_US,
        connected_us=dialed_us + 9 * SECOND_US,
        ended_us=dialed_us + talk_s * SECOND_US,
        outcome=AttemptState.CONNECTED,
        disposition="sold",
        rules=RULES,
    )
    return AttemptEnded(
        at_us=record.ended_us, campaign="winter", lead_id="1", outcome=record.outcome, record=record
    )


def written(folder: Path, *events: DomainEvent) -> None:
    """One run of the program hears of these events."""
    files = AuditFiles(folder, {"winter": WINTER})
    for event in events:
        files.add(event)
    files.close()


def read(path: Path) -> Day:
    return read_day(read_entries(path.read_bytes().splitlines(keepends=True)))


def judged(folder: Path) -> Findings:
    return audit([read(path) for path in sorted(folder.glob("*.audit"))])


def test_a_day_is_written_closed_and_passes(tmp_path: Path) -> None:
    written(tmp_path / "audit", REGISTERS, ended(1), ended(2), MIDNIGHT)
    [path] = (tmp_path / "audit").iterdir()
    assert path.name == "winter-2026-11-20.audit"
    assert path.stat().st_mode & 0o077 == 0, "what it holds is personal"
    findings = judged(tmp_path / "audit")
    assert findings.violations == ()
    assert [(day.attempts, day.answered_by_person) for day in findings.days] == [(2, 2)]


def test_the_chain_goes_on_after_a_restart_in_the_middle_of_the_day(tmp_path: Path) -> None:
    written(tmp_path, REGISTERS, ended(1), ended(2))
    newer = RegistersSeen(
        at_us=at("2026-11-20T11:00"),
        registers_from_us=(("us-national-do-not-call", at("2026-11-20T00:00")),),
    )
    written(tmp_path, newer, ended(3, "2026-11-20T12:00"), MIDNIGHT)
    findings = judged(tmp_path)
    assert findings.violations == ()
    assert [day.attempts for day in findings.days] == [3]


def test_the_file_of_today_may_be_read_before_anything_happens(tmp_path: Path) -> None:
    written(tmp_path, REGISTERS, ended(1))
    files = AuditFiles(tmp_path, {"winter": WINTER})
    files.resume(at("2026-11-20T11:00"))
    for event in (REGISTERS, ended(2, "2026-11-20T12:00"), MIDNIGHT):
        files.add(event)
    files.close()
    assert judged(tmp_path).violations == ()
    assert [day.attempts for day in judged(tmp_path).days] == [2]


def test_nothing_is_made_of_a_day_on_which_nothing_happened(tmp_path: Path) -> None:
    files = AuditFiles(tmp_path / "audit", {"winter": WINTER})
    files.resume(at("2026-11-20T11:00"))
    files.add(MIDNIGHT)
    files.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [1, 7, 300])
def test_a_line_cut_short_by_a_power_failure_is_taken_off(tmp_path: Path, cut: int) -> None:
    written(tmp_path, REGISTERS, ended(1), ended(2))
    [path] = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-cut])
    written(tmp_path, REGISTERS, ended(3), MIDNIGHT)
    assert judged(tmp_path).violations == ()
    assert [record.attempt_id for record in read(path).attempts] == ["A-1-000001", "A-1-000003"]


def test_a_talk_over_midnight_is_told_to_its_day_which_is_closed_anew(tmp_path: Path) -> None:
    late = ended(2, "2026-11-20T20:59", talk_s=4 * 3_600)
    written(tmp_path, REGISTERS, ended(1), MIDNIGHT, late)
    day = read(tmp_path / "winter-2026-11-20.audit")
    assert day.close is not None
    assert (day.close.attempts, len(day.attempts)) == (2, 2)
    assert judged(tmp_path).violations == ()


def test_a_day_of_which_no_run_saw_the_end_is_closed_with_the_next(tmp_path: Path) -> None:
    written(tmp_path, REGISTERS, ended(1))
    after = CampaignDayEnded(at_us=at("2026-11-24T00:00"), campaign="winter", day="2026-11-23")
    written(tmp_path, REGISTERS, ended(2, "2026-11-23T10:00"), after)
    assert [(day.day, day.attempts) for day in judged(tmp_path).days] == [
        ("2026-11-20", 1),
        ("2026-11-23", 1),
    ]
    assert judged(tmp_path).violations == ()


def test_a_file_that_was_changed_is_left_as_evidence(tmp_path: Path) -> None:
    written(tmp_path, REGISTERS, ended(1), ended(2))
    [path] = tmp_path.iterdir()
    changed = path.read_bytes().replace(b"connected", b"no_answer")
    path.write_bytes(changed)
    written(tmp_path, REGISTERS, ended(3), MIDNIGHT)
    assert path.read_bytes() == changed
    assert [record.attempt_id for record in read(tmp_path / "winter-2026-11-20-2.audit").attempts] == [
        "A-1-000003"
    ]
    with pytest.raises(AuditBroken):
        read(path)


def test_two_engines_write_two_files(tmp_path: Path) -> None:
    first, second = (AuditFiles(tmp_path, {"winter": WINTER}) for _ in range(2))
    for number, files in enumerate((first, second)):
        files.add(REGISTERS)
        files.add(ended(number))
        files.add(MIDNIGHT)
    first.close()
    second.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "winter-2026-11-20-2.audit",
        "winter-2026-11-20.audit",
    ]
    assert judged(tmp_path).violations == ()


def test_what_the_disk_did_not_take_is_written_when_it_does(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    folder.write_text("in the way")
    files = AuditFiles(folder, {"winter": WINTER})
    files.add(REGISTERS)
    files.add(ended(1))
    files.add(ended(2))
    folder.unlink()
    files.add(MIDNIGHT)
    files.close()
    assert judged(folder).violations == ()
    assert [day.attempts for day in judged(folder).days] == [2]


def test_a_number_that_is_dialed_after_it_was_forbidden_is_found(tmp_path: Path) -> None:
    first, second = ended(1), ended(2)
    forbidden = NumberForbidden(
        at_us=second.record.dialed_us - 1_000,
        campaign="winter",
        number=second.record.number,
        reason="asked for it",
    )
    written(tmp_path, REGISTERS, forbidden, first, second, MIDNIGHT)
    assert [(found.rule, found.attempt_id) for found in judged(tmp_path).violations] == [
        ("do-not-call", "A-1-000002")
    ]


# --- the command ------------------------------------------------------------------------------------------


def test_honest_files_pass_the_command(goldline: Run, tmp_path: Path) -> None:
    written(tmp_path / "audit", REGISTERS, ended(1), ended(2), MIDNIGHT)
    printed = goldline("audit", tmp_path / "audit")
    assert printed.status == 0
    assert "winter 2026-11-20" in printed.out
    assert "no violation found" in printed.out


def test_violations_are_named_and_the_command_fails(goldline: Run, tmp_path: Path) -> None:
    written(tmp_path, REGISTERS, ended(1), ended(2, "2026-11-20T22:00"), MIDNIGHT)
    [path] = tmp_path.iterdir()
    printed = goldline("audit", path)
    assert printed.status == 1
    assert (
        "us-ftc-hours: winter 2026-11-20 A-1-000002 was dialed although this rule forbids it" in printed.out
    )
    found = json.loads(goldline("audit", path, "--json").out)
    assert found["violations_by_rule"] == {"us-ftc-hours": 1}
    assert found["days"][0]["answered_by_person"] == 2


def test_a_changed_file_is_named_and_the_others_are_judged(goldline: Run, tmp_path: Path) -> None:
    written(tmp_path, REGISTERS, ended(1), MIDNIGHT)
    changed = tmp_path / "winter-2026-11-19.audit"
    changed.write_bytes((tmp_path / "winter-2026-11-20.audit").read_bytes().replace(b"A-1-", b"A-2-"))
    found = json.loads(goldline("audit", tmp_path, "--json").out)
    assert (found["files"], len(found["days"]), found["violations_by_rule"]) == (2, 1, {"file": 1})


def test_a_folder_without_audit_files_is_a_mistake(goldline: Run, tmp_path: Path) -> None:
    assert goldline("audit", tmp_path).status == 2
