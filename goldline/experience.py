"""What an engine had learned before the day that is looked at: earlier days, one after the other.

Each begins with what the days before taught, as a live engine begins with what its ledger remembers, and
meets callers of its own. Nothing of the truth that the simulated world knows gets through but outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.model.events import QualityLearned
from core.model.message import DomainEvent
from core.model.requests import RestoreQuality
from crm.agent_quality import fold_quality
from goldline.config import Config
from goldline.harness import SimulatedDay
from ivr.flow import Flow
from simulator.scenario import Scenario

FIRST_SEED = 1_000_003
"""Earlier days have seeds of their own, far from those of the days that are looked at."""

Learned = tuple[RestoreQuality, ...]


def experience(
    scenario: Scenario, config: Config, flows: Mapping[str, Flow], *, days: int, first_seed: int = FIRST_SEED
) -> Learned:
    """Return what the engine has learned of the agents after so many days of the scenario."""
    learned: Learned = ()
    for seed in range(first_seed, first_seed + days):
        learned = _after_day(scenario, config, flows, seed, learned)
    return learned


def _after_day(
    scenario: Scenario, config: Config, flows: Mapping[str, Flow], seed: int, before: Learned
) -> Learned:
    news: list[QualityLearned] = []

    def hear(event: DomainEvent) -> None:
        if isinstance(event, QualityLearned):
            news.append(event)

    day = SimulatedDay(scenario, config, seed, watchers=[hear], checked=False, flows=flows, recalled=before)
    day.run()
    return fold_quality(news)
