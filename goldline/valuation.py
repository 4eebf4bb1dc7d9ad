"""What contacts are worth by the configuration, and which dispositions earn it."""

from __future__ import annotations

from functools import cache

from core.model.ids import QueueName
from goldline.config import Config
from goldline.rulebook import rulebook_of
from metrics.valuation import Valuation
from routing.rules import Kind


def valuation_of(config: Config) -> Valuation:
    """Return what contacts of each queue and tier are worth, and what counts as resolved."""
    rulebook = rulebook_of(config)

    @cache
    def value_of(queue: str, tier: str) -> float:
        return rulebook.tier(Kind(QueueName(queue), tier)).value

    return Valuation(value_of=value_of, resolved=frozenset(config.quality.resolved))
