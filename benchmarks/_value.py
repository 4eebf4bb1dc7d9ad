"""One run of the value study: a centre with agents and callers of one seed, under each policy.

The centre is examples/value/centre.toml, its agents drawn anew for each seed, its load made exact for them.
What the engine knows of them it has learned on earlier days of first come, first served.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle, islice
from math import ceil
from pathlib import Path
from statistics import fmean

from goldline.config import Config, load_config
from goldline.experience import Learned, experience
from goldline.flows import load_flows
from goldline.harness import SimulatedDay
from goldline.valuation import valuation_of
from ivr.flow import Flow
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.frame import Frame
from simulator.demand import IntervalArrivals
from simulator.proficiency import Proficiency, Talents
from simulator.scenario import Scenario, load_scenario

FOLDER = Path(__file__).parents[1] / "examples" / "value"
USUAL, MILD = "usual", "mild"
SPREADS = {
    MILD: Proficiency(
        resolution=(0.70, 0.75, 0.80), resolution_deviation=0.02, pace=(1.0,), pace_deviation=0.10
    )
}
"""How much agents differ, where it is not as in the example."""
USUAL_LOAD = 1.0
EARLIER_DAYS = 3
FIFO, STRICT, VALUE = "fifo", "strict", "value"
POLICIES = (FIFO, STRICT, VALUE)
TIERS = ("standard", "silver", "gold", "platinum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How much agents differ, and how busy they are."""

    spread: str
    load: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What became of the contacts of a run, by tier and of all."""

    tiers: Mapping[str, ContactFigures]
    everybody: ContactFigures

    @property
    def value_share(self) -> float:
        return self.everybody.earned / self.everybody.value


Outcome = dict[tuple[Setting, str], Served]
"""What one run came to, by setting and policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRun:
    """All settings under all policies, with agents and callers of one seed."""

    calls: int
    settings: Sequence[Setting]

    def __call__(self, seed: int) -> Outcome:
        """Return what each policy came to in each setting."""
        known: dict[str, Learned] = {}
        outcome: Outcome = {}
        for setting in self.settings:
            if setting.spread not in known:
                known[setting.spread] = self._learned(setting.spread, seed)
            for policy in POLICIES:
                scenario = centre(setting, seed, self.calls)
                outcome[setting, policy] = _served(scenario, policy, seed, known[setting.spread])
        return outcome

    def _learned(self, spread: str, seed: int) -> Learned:
        """Return what days of first come, first served teach of these agents."""
        days = centre(Setting(spread=spread, load=USUAL_LOAD), seed, self.calls)
        config, flows = opened(FIFO)
        return experience(days, config, flows, days=EARLIER_DAYS, first_seed=seed * 1_000)


def _served(scenario: Scenario, policy: str, seed: int, learned: Learned) -> Served:
    config, flows = opened(policy)
    frame = Frame(duration_s=scenario.duration_s, warm_up_s=scenario.warm_up_s)
    fold = DayFigures(frame, valuation=valuation_of(config))
    day = SimulatedDay(
        scenario, config, seed, watchers=[fold.add], checked=False, flows=flows, recalled=learned
    )
    day.run()
    return Served(tiers={tier: fold.of(tier=tier) for tier in TIERS}, everybody=fold.of())


@cache
def opened(policy: str) -> tuple[Config, Mapping[str, Flow]]:
    """Return the engine's configuration under a policy, and its menus."""
    config = load_config(FOLDER / f"{policy}.toml")
    return config, load_flows(config, FOLDER)


def centre(setting: Setting, people: int, calls: int) -> Scenario:
    """Return the centre with these people, and so many calls at the load of the setting after the warm-up.

    At a load of 1 all agents would talk all the time, if each took as many calls of either skill.
    """
    usual = load_scenario(FOLDER / "centre.toml")
    spread = SPREADS.get(setting.spread, usual.proficiency)
    staffed = replace(usual, proficiency=replace(spread, people=people))
    waves = [entry for entry in usual.arrivals if isinstance(entry, IntervalArrivals)]
    interval_s = waves[0].interval_s
    written_per_s = sum(fmean(wave.counts) for wave in waves) / interval_s
    per_s = setting.load * len(usual.staff) / (usual.service[0].talk.mean_s * _mean_pace(staffed))
    intervals = ceil((usual.warm_up_s + calls / per_s) / interval_s)
    return replace(
        staffed,
        duration_s=intervals * interval_s,
        arrivals=tuple(_scaled(wave, per_s / written_per_s, intervals) for wave in waves),
    )


def _mean_pace(scenario: Scenario) -> float:
    talents = Talents(scenario.proficiency)
    return fmean(talents.of(agent, skill).pace for agent in scenario.staff for skill in agent.skills)


def _scaled(wave: IntervalArrivals, factor: float, intervals: int) -> IntervalArrivals:
    return replace(wave, counts=tuple(factor * count for count in islice(cycle(wave.counts), intervals)))
