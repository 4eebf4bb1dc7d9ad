"""Puts a lead to the law: from what the store knows of it to what `dialer.permission` asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from core.kernel.record import replace
from core.model.attempt import AttemptState
from core.model.lead import CAMPAIGN_LIST, HOUSE_LIST, Lead, LeadNumber, PastAttempt
from dialer.campaign import CampaignRules
from dialer.permission import LOOK_AGAIN_US, Callee, Past, PastOutcome, Verdict, permission

_OUTCOMES: Mapping[AttemptState, PastOutcome] = {
    AttemptState.DROPPED: PastOutcome.ABANDONED,
    AttemptState.MACHINE: PastOutcome.MACHINE,
    AttemptState.CONNECTED: PastOutcome.CONVERSATION,
}
OWN_LISTS = frozenset({HOUSE_LIST, CAMPAIGN_LIST})
"""Do-not-call lists that hold whatever the law says."""


def asked(
    rules: CampaignRules,
    lead: Lead,
    number: LeadNumber,
    now_us: int,
    registers_from_us: Mapping[str, int],
    listed_on: Sequence[str] | None = None,
    *,
    agent_is_sure: bool = False,
) -> Verdict:
    """Return whether the lead may be called at `number` now; `listed_on` is a fresher word than its own."""
    listed = tuple(number.listed_on if listed_on is None else listed_on)
    ours = tuple(name for name in listed if name in OWN_LISTS)
    if ours:
        return Verdict(allowed=False, rules=tuple(f"do-not-call-{name}" for name in ours))
    return permission(
        rules.law,
        callee_of(rules, lead, number, listed),
        now_us,
        registers_from_us=registers_from_us,
        holidays=rules.holidays,
        agent_is_sure=agent_is_sure or waits_for_agent(rules, lead),
    )


def located(rules: CampaignRules, number: LeadNumber) -> LeadNumber:
    """Return the number with a country and a zone: where nobody knows its own, the campaign's."""
    return replace(number, country=number.country or rules.country, zones=number.zones or (rules.zone.key,))


def callee_of(
    rules: CampaignRules, lead: Lead, number: LeadNumber, listed_on: tuple[str, ...] = ()
) -> Callee:
    """Return what the law asks about of a lead at one of its numbers."""
    number = located(rules, number)
    return Callee(
        number=number.number,
        country=number.country,
        zones=tuple(map(ZoneInfo, number.zones)),
        regions=number.regions,
        listed_on=listed_on,
        past=tuple(map(_past, lead.past)),
    )


def waits_for_agent(rules: CampaignRules, lead: Lead) -> bool:
    """Tell whether the lead is dialed only when an agent is on the line for it, as a promised callback is."""
    return lead.callback or rules.agents_first


def next_allowed_us(verdicts: Sequence[Verdict], now_us: int) -> int:
    """Return when to ask again about a lead of which no number may be called; in a day if nobody knows."""
    known = [verdict.again_us for verdict in verdicts if verdict.again_us is not None]
    return min(known, default=now_us + LOOK_AGAIN_US)


def _past(attempt: PastAttempt) -> Past:
    outcome = _OUTCOMES.get(attempt.outcome, PastOutcome.NOTHING)
    return Past(at_us=attempt.at_us, number=attempt.number, outcome=outcome, refused=attempt.refused)
