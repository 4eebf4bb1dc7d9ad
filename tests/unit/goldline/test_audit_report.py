"""What a manager hands over: the audit as a page without numbers, and every attempt as a CSV file."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.kernel.record import replace
from core.model.attempt import AttemptRecord
from tests.unit.dialer.test_audit import (
    PACKS,
    S_US,
    TEN_US,
    abandoned,
    attempt,
    counted,
    head,
    later,
    lines_of,
)
from tests.unit.goldline.test_command_line import PRIVATE, Run, goldline

__all__ = ["goldline"]  # the fixture

DAYS = ("2026-11-20", "2026-11-21")


def of_day(nth: int, lost: int) -> list[AttemptRecord]:
    """A hundred who answered on the day so many after the first, the first `lost` of them abandoned."""
    people = [abandoned(n) if n < lost else attempt(n) for n in range(100)]
    unique = {"attempt_id": "", "person_id": "", "number": ""}
    return [
        later(
            person,
            nth * 24 * 3_600,
            **{name: f"{getattr(person, name)}{nth}" for name in unique},
        )
        for person in people
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two days of a campaign, one and four abandoned: 2.5 % in thirty days, 4 % in the second."""
    folder = tmp_path / "audit"
    folder.mkdir()
    for nth, (day, lost) in enumerate(zip(DAYS, (1, 4), strict=True)):
        people = of_day(nth, lost)
        registers = {"us-national-do-not-call": TEN_US + (nth * 24 - 1) * 3_600 * S_US}
        lines = lines_of(head(day=day, registers_from_us=registers), *people, counted(*people))
        (folder / f"winter-{day}.audit").write_bytes(b"".join(lines))
    return folder


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def test_each_window_of_the_law_is_told_with_what_it_allows(folder: Path, goldline: Run) -> None:
    found = json.loads(goldline("audit", folder, "--json").out)
    shares = {(each["rule"], each["day"]): (each["share"], each["share_max"]) for each in found["windows"]}
    assert shares == {
        ("us-ftc-abandonment", DAYS[0]): (0.01, 0.03),
        ("us-ftc-abandonment", DAYS[1]): (0.025, 0.03),
        ("house-abandonment", DAYS[0]): (0.01, 0.03),
        ("house-abandonment", DAYS[1]): (0.04, 0.03),
    }
    assert found["violations_by_rule"] == {"house-abandonment": 1}
    lines = goldline("audit", folder).out.splitlines()
    (month,) = [line.split() for line in lines if "us-ftc-abandonment: in any 30 days" in line]
    assert month[-7:] == ["3%", DAYS[1], "200", "5", "2.50%", "2.50%", DAYS[1]]


def test_page_has_windows_law_and_files_and_nobody_s_number(folder: Path, goldline: Run) -> None:
    printed = goldline("audit", folder, "--report", "report.html")
    assert printed.status == 1, "a page about violations is no pardon"
    page = Path("report.html").read_text("utf-8")
    for path in folder.iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest() in page
    for said in ("4 of 100 answered by a person, 4.00%", "16 CFR 310.4(b)(4)(i)", "in any 30 days", "2.50%"):
        assert said in page
    assert "+1212555" not in page
    assert all(pack.partition("-")[0] in page for pack in PACKS)


def test_every_attempt_is_a_row_with_its_instants_on_the_campaign_s_clock(
    folder: Path, goldline: Run
) -> None:
    goldline("audit", folder, "--csv", "attempts.csv")
    proof = list(rows(Path("attempts.csv")))
    assert len(proof) == 200
    lost, reached = proof[0], proof[1]
    assert (lost["abandoned"], lost["answered_by_person"], lost["connected_at"]) == ("yes", "yes", "")
    assert (reached["abandoned"], reached["answer_to_agent_s"]) == ("no", "0.300")
    assert reached["dialed_at"] == "2026-11-20T10:01:00.000-05:00"
    assert reached["rules"] == "us-ftc-hours house-attempts house-after-abandoned us-ftc-register"
    assert reached["number"].startswith("'+"), "no spreadsheet takes it for a formula"
    assert Path("attempts.csv").stat().st_mode & 0o777 == PRIVATE


def test_agent_who_came_too_late_is_named_with_the_rule(tmp_path: Path, goldline: Run) -> None:
    late = attempt(1, connected_us=attempt(1).dialed_us + 12 * S_US)
    (tmp_path / "a.audit").write_bytes(b"".join(lines_of(head(), late, counted(late))))
    goldline("audit", "a.audit", "--csv", "attempts.csv")
    (row,) = rows(Path("attempts.csv"))
    assert (row["abandoned"], row["late_by"]) == ("yes", "us-ftc-connect house-connect")


def test_two_files_of_one_day_are_one_window(tmp_path: Path, goldline: Run) -> None:
    for name, person in (("a", attempt(1)), ("b", replace(attempt(2), attempt_id="A-2b"))):
        (tmp_path / f"{name}.audit").write_bytes(b"".join(lines_of(head(), person, counted(person))))
    found = json.loads(goldline("audit", tmp_path, "--json").out)
    assert [each["answered_by_person"] for each in found["windows"]] == [2, 2]


@pytest.mark.parametrize("option", ["--report", "--csv"])
def test_folder_that_is_not_there_is_named_before_anything_is_judged(
    option: str, folder: Path, goldline: Run
) -> None:
    printed = goldline("audit", folder, option, "nowhere/file")
    assert (printed.status, printed.out) == (2, "")
    assert f"{option}: found 'nowhere/file'" in printed.err
