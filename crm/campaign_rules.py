"""What was set at work for campaigns when the program last ran, folded from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.at_work import AtWork
from core.model.campaign_events import RulesSet
from core.model.campaign_requests import RestoreRules


def fold_campaign_rules(told: Iterable[RulesSet]) -> tuple[RestoreRules, ...]:
    """Return one `RestoreRules` for each campaign that does not go by its file alone, by name.

    `told` is in the order of the ledger; the last of each campaign holds.
    """
    last = {event.campaign: event for event in told}
    return tuple(
        RestoreRules(at_us=event.at_us, campaign=name, at_work=event.at_work)
        for name, event in sorted(last.items())
        if event.at_work != AtWork()
    )
