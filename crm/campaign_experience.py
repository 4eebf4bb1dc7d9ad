"""What campaigns had learned when the program last ran, folded from the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from core.model.campaign_events import CampaignLearned
from core.model.campaign_requests import RestoreExperience


def fold_campaign_experience(learned: Iterable[CampaignLearned]) -> tuple[RestoreExperience, ...]:
    """Return one `RestoreExperience` for each campaign of `learned`, by name; the last word holds all."""
    last = {event.campaign: event for event in learned}
    return tuple(
        RestoreExperience(at_us=event.at_us, campaign=name, experience=event.experience)
        for name, event in sorted(last.items())
    )
