"""`goldline audit`: reads audit files, has them judged, and tells people or machines what was found."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from dialer.audit import DayCounts, audit
from dialer.audit_day import FILE, Day, Violation, read_day
from dialer.audit_file import AuditBroken, read_entries
from dialer.audit_shares import WindowShare
from dialer.law import Rule
from dialer.law_words import WINDOWS, asks
from goldline.audit_disk import SUFFIX
from simulator.report.blocks import Section, Table

SHOWN_MAX = 20
"""Violations that are shown on the terminal; all of them are in the JSON."""


@dataclass(slots=True)
class FilesRead:
    """Audit files as they were read; a file that is not as it was written is `broken`, and has no day."""

    days: list[Day] = field(default_factory=list)
    broken: list[Violation] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each file, by its name."""


def read_files(paths: Sequence[Path]) -> FilesRead:
    """Return what these files hold, and the audit files of these folders.

    Raises `OSError` where one cannot be read, `ConfigError` where there is none.
    """
    read = FilesRead()
    for path in _files(paths):
        with path.open("rb") as lines:
            try:
                read.days.append(read_day(read_entries(lines)))
            except (AuditBroken, ConfigError) as error:
                said = f"{path.name}: {error}"
                read.broken.append(Violation(rule=FILE, campaign="", day="", attempt_id="", said=said))
            lines.seek(0)
            read.digests[str(path)] = hashlib.file_digest(lines, "sha256").hexdigest()
    return read


def audited(read: FilesRead) -> dict[str, Any]:
    """Return what is found in the files; one that is broken is a violation of its own."""
    findings = audit(read.days)
    violations = (*read.broken, *findings.violations)
    return {
        "files": len(read.digests),
        "digests": read.digests,
        "days": [_day(counts) for counts in findings.days],
        "windows": [_window(share) for share in findings.windows],
        "rules": _rules(read.days),
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


def _window(share: WindowShare) -> dict[str, Any]:
    return {
        "rule": share.rule,
        "window": share.window,
        "campaign": share.campaign,
        "drop_group": share.drop_group,
        "day": share.day,
        "answered_by_person": share.answered_by_person,
        "abandoned": share.abandoned,
        "machines_counted": share.machines,
        "share": share.share,
        "share_max": share.cap,
    }


def _rules(days: Sequence[Day]) -> list[dict[str, Any]]:
    """Return the rules that the days were dialed under, each wording once, with the campaigns it held for."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for day in days:
        for rule in (rule for pack in day.law.packs for rule in pack.rules):
            campaigns = found.setdefault((rule.id, asks(rule)), _rule(rule))["campaigns"]
            if day.head.campaign not in campaigns:
                campaigns.append(day.head.campaign)
    return list(found.values())


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "campaigns": [],
        "regions": list(rule.regions),
        "asks": asks(rule),
        "source": rule.source,
        "checked": rule.checked,
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
        look="rows",
        title="1 audit file" if found["files"] == 1 else f"{found['files']:,} audit files",
        headings=("", "attempts", "answered", "abandoned", "share", "below"),
        sections=(Section(title="", rows=tuple(_row(day) for day in found["days"])),),
        note="share: abandoned of those answered by a person; below: what that share is below in the long "
        "run, with 97.5 in 100 certainty",
    )


def window_table(found: dict[str, Any]) -> Table:
    """Return for each cap on abandoned calls the last window, and the worst there was."""
    return Table(
        title="Abandoned calls in the windows of the law",
        look="rows",
        headings=("", "at most", "ends", "answered", "abandoned", "share", "worst", "ended"),
        sections=tuple(
            Section(title=title, rows=tuple(_window_row(windows) for windows in by_rule))
            for title, by_rule in _by_campaign(found["windows"]).items()
        ),
        note="the window that ends with the last day, and the worst of those that end with any day",
    )


def _by_campaign(windows: list[dict[str, Any]]) -> dict[str, list[list[dict[str, Any]]]]:
    """Return the windows of each campaign, and of it with its drop group, by rule, in the order of days."""
    found: dict[str, list[list[dict[str, Any]]]] = {}
    ordered = sorted(
        windows, key=lambda each: (each["campaign"], each["drop_group"], each["rule"], each["day"])
    )
    for (campaign, group, _), of_rule in groupby(
        ordered, key=lambda each: (each["campaign"], each["drop_group"], each["rule"])
    ):
        title = f"{campaign} with its drop group {group}" if group else campaign
        found.setdefault(title, []).append(list(of_rule))
    return found


def _window_row(windows: list[dict[str, Any]]) -> tuple[str, ...]:
    last, worst = windows[-1], max(windows, key=lambda each: float(each["share"]))
    return (
        f"{last['rule']}: {WINDOWS[last['window']]}",
        f"{last['share_max'] * 100:g}%",
        last["day"],
        f"{last['answered_by_person'] + last['machines_counted']:,}",
        f"{last['abandoned'] + last['machines_counted']:,}",
        f"{last['share']:.2%}",
        f"{worst['share']:.2%}",
        worst["day"],
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
