"""Which leads come up first where their lists do not say: those of the highest tier."""

from __future__ import annotations

from goldline.config import Config

TIER_STEP = 100
"""Ranks between two tiers: room for a list to rank some leads of a tier over the others."""


def tier_ranks(config: Config) -> dict[str, int]:
    """Return the rank of leads of each tier whose line names none: the highest tier comes up first."""
    return {tier: TIER_STEP * place for place, tier in enumerate(reversed(config.tiers))}
