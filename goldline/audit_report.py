"""`goldline audit`: reads audit files, has them judged, and tells people or machines what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from dialer.audit import DayCounts, audit
from dialer.audit_day import FILE, Day, Violation, read_day
from dialer.audit_file import AuditBroken, read_entries
from goldline.audit_disk import SUFFIX
from simulator.report.blocks import Section, Table

SHOWN_MAX = 20
"""Violations that are shown on the terminal; all of them are in the JSON."""


def audited(paths: Sequence[Path]) -> dict[str, Any]:
    """Return what is found in these files, and in the audit files of these folders.

    A file that is not as it was written is a violation of its own, and the others are judged without it.
    Raises `OSError` where one cannot be read, `ConfigError` where there is none.
    """
    days: list[Day] = []
    broken: list[Violation] = []
    for path in _files(paths):
        with path.open("rb") as lines:
            try:
                days.append(read_day(read_entries(lines)))
            except (AuditBroken, ConfigError) as error:
                said = f"{path.name}: {error}"
                broken.append(Violation(rule=FILE, campaign="", day="", attempt_id="", said=said))
    findings = audit(days)
    violations = (*broken, *findings.violations)
    return {
        "files": len(days) + len(broken),
        "days": [_day(counts) for counts in findings.days],
        "violations": [_violation(each) for each in violations],
        "violations_by_rule": dict(Counter(each.rule for each in violations)),
    }


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(path.glob(f"*{SUFFIX}"))
            if not found:
                raise ConfigError("audit", str(path), f"a folder with files that end in {SUFFIX}")
            yield from found
        else:
            yield path


def _day(counts: DayCounts) -> dict[str, Any]:
    return {
        "campaign": counts.campaign,
        "drop_group": counts.drop_group,
        "day": counts.day,
        "attempts": counts.attempts,
        "answered_by_person": counts.answered_by_person,
        "abandoned": counts.abandoned,
        "share": counts.share,
        "share_below": counts.upper,
    }


def _violation(violation: Violation) -> dict[str, Any]:
    return {
        "rule": violation.rule,
        "campaign": violation.campaign,
        "day": violation.day,
        "attempt": violation.attempt_id,
        "said": violation.said,
    }


def audit_table(found: dict[str, Any]) -> Table:
    """Return the table of the days."""
    return Table(
        title="1 audit file" if found["files"] == 1 else f"{found['files']:,} audit files",
        headings=("", "attempts", "answered", "abandoned", "share", "below"),
        sections=(Section(title="", rows=tuple(_row(day) for day in found["days"])),),
        note="share: abandoned of those answered by a person; below: what that share is below in the long "
        "run, with 97.5 in 100 certainty",
    )


def _row(day: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{day['campaign']} {day['day']}",
        f"{day['attempts']:,}",
        f"{day['answered_by_person']:,}",
        f"{day['abandoned']:,}",
        f"{day['share']:.2%}",
        f"{day['share_below']:.2%}",
    )


def remarks(found: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong, a line each, and how much more there is."""
    violations = found["violations"]
    for each in violations[:SHOWN_MAX]:
        whose = " ".join(filter(None, (each["campaign"], each["day"], each["attempt"])))
        yield f"{each['rule']}: {whose}{' ' if whose else ''}{each['said']}"
    if len(violations) > SHOWN_MAX:
        by_rule = ", ".join(f"{rule} {count:,}" for rule, count in found["violations_by_rule"].items())
        yield f"{len(violations) - SHOWN_MAX:,} more; in all: {by_rule}"
    yield f"{len(violations):,} violations" if violations else "no violation found"
