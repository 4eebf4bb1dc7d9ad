"""What is known of a lead before it is dialed, as the traits by which `dialer.scoring` tells leads apart.

Nothing here names a person: an hour where the number lies, how often it was tried, what kind of number it is,
what came of the tries before. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from core.kernel.clock import seconds
from core.model.attempt import AttemptState
from core.model.lead import Lead, LeadNumber
from dialer.answering import Traits
from dialer.campaign import CampaignRules

ATTEMPTS_APART = 6
"""From this attempt on one is like the next."""
TRIES_APART = 3
"""Tries in vain at one number that are told apart; more say nothing new."""
SATURDAY = 5

_PERSON_ANSWERED = frozenset({AttemptState.CONNECTED, AttemptState.DROPPED})


def known_of(rules: CampaignRules, lead: Lead, number: LeadNumber, at_us: int) -> Traits:
    """Return what the campaign goes by of a lead: all its traits, or its list and its attempt in it alone."""
    if rules.scores_leads:
        return traits_of(lead, number, at_us)
    return (f"list {lead.list_name}", f"attempt {lead.attempts + 1}")


def traits_of(lead: Lead, number: LeadNumber, at_us: int) -> Traits:
    """Return the traits of `lead`, to be dialed at `number` at the instant `at_us`."""
    return tuple(_traits(lead, number, at_us))


def _traits(lead: Lead, number: LeadNumber, at_us: int) -> Iterator[str]:
    yield f"list {lead.list_name}"
    yield f"attempt {min(lead.attempts + 1, ATTEMPTS_APART)}"
    yield f"kind {number.kind}"
    yield f"tier {lead.tier}"
    if number.zones:
        local = datetime.fromtimestamp(seconds(at_us), ZoneInfo(number.zones[0]))
        yield f"{'weekend' if local.weekday() >= SATURDAY else 'weekday'} {local.hour}"
    yield from _history(lead, number)


def _history(lead: Lead, number: LeadNumber) -> Iterator[str]:
    """Say what came of the tries at this very number: did anybody ever answer, and what was the last one."""
    past = sorted((one for one in lead.past if one.number == number.number), key=lambda one: one.at_us)
    if not past:
        return
    answers = sum(one.outcome in _PERSON_ANSWERED for one in past)
    yield "answered before" if answers else f"in vain {min(len(past), TRIES_APART)}"
    yield f"last {past[-1].outcome}"
