"""From opening hours as a configuration says them to those the engine asks."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from core.model.hours import OpeningHours, parse_opening
from goldline.config_routing import HoursSection


def opening_hours(section: HoursSection) -> OpeningHours:
    """Return when it is open."""
    weekly = {day: tuple(map(parse_opening, openings)) for day, openings in section.weekly.items()}
    return OpeningHours(zone=ZoneInfo(section.zone), weekly=weekly, holidays=section.holidays)
