"""The audit files: each campaign's day in a file of its own, written as it happens, never written over.

Fed with every event of the ledger (`add`). A file that is there already is gone on with: after a restart its
chain is continued behind the last whole line. One that another engine writes, or that somebody changed, is
left alone, and another begun beside it. What the disk does not take is kept and tried again with the next
line. An edge file: it blocks on the disk, for tens of microseconds a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from core.model.attempt_events import AttemptEnded
from core.model.campaign_events import CampaignDayEnded, NumberForbidden, RegistersSeen
from core.model.message import DomainEvent
from dialer.audit_file import AuditHead, Entry, NumberListed, RegistersRead
from dialer.campaign import CampaignRules
from dialer.packs import law_as_json
from dialer.windows import day_of
from goldline.audit_disk import SUFFIX, DayOnDisk, is_closed


class AuditFiles:
    """The files of a folder, which is made when there is something to write."""

    def __init__(self, folder: Path, campaigns: Mapping[str, CampaignRules]) -> None:
        self._folder = folder
        self._campaigns = campaigns
        self._days: dict[tuple[str, str], DayOnDisk] = {}
        self._registers: RegistersRead | None = None

    def resume(self, now_us: int) -> None:
        """Read what today's files hold already, before calls come: a large campaign's takes a second."""
        for name, rules in self._campaigns.items():
            day = day_of(now_us, rules.zone).isoformat()
            if (self._folder / f"{name}-{day}{SUFFIX}").exists():
                self._day(name, day)

    def add(self, event: DomainEvent) -> None:
        """Write down what belongs on file."""
        match event:
            case AttemptEnded():
                self._write(event.campaign, event.record.dialed_us, event.record)
            case NumberForbidden():
                self._write(event.campaign, event.at_us, _listed(event))
            case RegistersSeen():
                self._registers = _read(event)
                for file in self._days.values():
                    if not file.is_closed:
                        file.write(self._registers)
            case CampaignDayEnded():
                self._end(event.campaign, event.day)

    def end(self) -> None:
        """Close every day: a simulated world has come to its end."""
        for file in self._days.values():
            file.end()
        self.close()

    def close(self) -> None:
        """Let go of the files; a day that is not over stays open, for the next run to go on with."""
        for file in self._days.values():
            file.close()
        self._days.clear()

    def _write(self, campaign: str, at_us: int, entry: Entry) -> None:
        """Add an entry to the day of that instant; where that is over already it is closed anew."""
        file = self._day(campaign, day_of(at_us, self._campaigns[campaign].zone).isoformat())
        was_closed = file.is_closed
        file.write(entry)
        if was_closed:
            file.end()

    def _end(self, campaign: str, day: str) -> None:
        """Close the day, and those before it of which no run saw the end."""
        for told in self._days_until(campaign, day):
            self._day(campaign, told).end()
            if told < day:
                self._days.pop((campaign, told)).close()

    def _days_until(self, campaign: str, day: str) -> list[str]:
        """Return the days up to `day` whose files are in hand, or were left without their last line."""
        days = {told for name, told in self._days if name == campaign and told <= day}
        pattern = re.compile(rf"{re.escape(campaign)}-(\d{{4}}-\d\d-\d\d){re.escape(SUFFIX)}")
        for path in self._folder.glob(f"{campaign}-*{SUFFIX}"):
            found = pattern.fullmatch(path.name)
            if found and found[1] < day and not is_closed(path):
                days.add(found[1])
        return sorted(days)

    def _day(self, campaign: str, day: str) -> DayOnDisk:
        """Return the file of a day, its head written."""
        if (campaign, day) not in self._days:
            file = DayOnDisk(self._folder / f"{campaign}-{day}")
            self._days[campaign, day] = file
            if file.is_empty:
                file.write(self._head(campaign, day))
            elif self._registers is not None:
                file.write(self._registers)
        return self._days[campaign, day]

    def _head(self, campaign: str, day: str) -> AuditHead:
        rules = self._campaigns[campaign]
        return AuditHead(
            campaign=campaign,
            drop_group=rules.group,
            day=day,
            zone=rules.zone.key,
            law=law_as_json(rules.law),
            registers_from_us=self._registers.registers_from_us if self._registers else {},
            holidays={
                country: tuple(each.isoformat() for each in days) for country, days in rules.holidays.items()
            },
        )


def _read(event: RegistersSeen) -> RegistersRead:
    return RegistersRead(at_us=event.at_us, registers_from_us=dict(event.registers_from_us))


def _listed(event: NumberForbidden) -> NumberListed:
    return NumberListed(
        at_us=event.at_us, number=event.number, reason=event.reason, everywhere=event.everywhere
    )
