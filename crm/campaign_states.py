"""Which campaigns dialed when the program last ran, folded from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.campaign_events import CampaignChanged
from core.model.campaign_requests import RestoreCampaign


def fold_campaign_states(changes: Iterable[CampaignChanged]) -> tuple[RestoreCampaign, ...]:
    """Return one `RestoreCampaign` for each campaign after `changes`, which are in order; by name."""
    last = {change.campaign: change for change in changes}
    return tuple(
        RestoreCampaign(at_us=change.at_us, campaign=name, state=change.state)
        for name, change in sorted(last.items())
    )
