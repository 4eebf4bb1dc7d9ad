"""Why a campaign dials nobody, as far as that is more than the pace of its agents."""

from __future__ import annotations

from enum import StrEnum


class Hindrance(StrEnum):
    """One reason; several may hold at once."""

    STOPPED = "stopped"
    """Nobody has started it."""
    PAUSED = "paused"
    """Somebody paused it."""
    ENDED = "ended"
    """It has all that was wanted of it."""
    NOT_LINKED = "telephone_system_away"
    """There is no link to the telephone system."""
    OUT_OF_SCHEDULE = "outside_its_schedule"
    """It is not the time that the campaign dials at."""
    NO_AGENTS = "no_agents"
    """Nobody who serves it is logged in and at work."""
    STORE_AWAY = "lead_store_away"
    """The store of leads gave no answer."""
    NOT_ALLOWED = "no_lead_may_be_called_now"
    """Leads are there, and by the law none may be called now: the hours of the called, most of all."""
    LIST_DRY = "no_lead_may_come_up"
    """No lead is left, or none whose time has come."""
    NOT_COUNTED = "earlier_calls_not_counted"
    """How many were abandoned before is not known yet."""
    RESTING = "rests_after_abandoned_calls"
    """People were abandoned although each call had an agent: something is broken."""
    LINES = "all_lines_busy"
    """The campaign has as many calls as it may have."""
    TRUNKS = "no_trunk_has_room"
    """No trunk takes another call."""
    TRUNKS_FAIL = "trunks_refuse_calls"
    """Every trunk has refused calls, and is only tried now and then."""
    NOTHING_RINGS = "calls_fail_at_once"
    """Whatever is dialed fails before a telephone rings; it is only tried now and then."""
