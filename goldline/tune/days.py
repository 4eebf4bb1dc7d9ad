"""A day of the scenario under some rules, and what it shows: what was earned, and how each tier fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.model.contact import VOICE, ContactState
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from goldline.config import Config
from goldline.harness import SimulatedDay
from goldline.trial import Trial
from goldline.valuation import valuation_of
from metrics.contacts import ContactFigures
from metrics.day import DayFigures
from metrics.ratio import Ratio
from metrics.valuation import Valuation
from simulator.planning import Target
from simulator.proficiency import Talents
from simulator.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class TierDay:
    """How the contacts of a tier fared on a day."""

    in_time: Ratio
    mean_wait_s: Ratio
    abandoned: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDay:
    """What a day showed. `earned` is of what contacts were worth; `expected` is what the day was good for.

    The two differ by the luck of who happened to settle what, which says nothing of the rules.
    """

    earned: Ratio
    expected: Ratio
    tiers: Mapping[str, TierDay]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A scenario, ready to be run under any rules from any seed; picklable, so that any core may do it.

    `promises` say what being in time is for their tiers; for others it is what it is in most centres.
    """

    trial: Trial
    promises: Sequence[Target] = ()

    def __call__(self, run: tuple[Config, int]) -> ShownDay:
        """Return what the day of a seed shows under a configuration."""
        config, seed = run
        trial, valuation = self.trial, valuation_of(config)
        figures = DayFigures(trial.frame, valuation=valuation)
        prospects = Prospects(trial.scenario, valuation, trial.frame.warm_us)
        SimulatedDay(
            trial.scenario,
            config,
            seed,
            watchers=[figures.add, prospects.add],
            checked=False,
            flows=trial.flows,
            recalled=trial.recalled,
        ).run()
        everybody = figures.of()
        return ShownDay(
            earned=everybody.value_share,
            expected=Ratio(prospects.earned, everybody.value),
            tiers={name: self._tier_day(name, figures.of(tier=name)) for name in config.tiers},
        )

    def _tier_day(self, tier: str, contacts: ContactFigures) -> TierDay:
        frame = self.trial.frame
        promise = next((each for each in self.promises if each.tier == tier), None)
        if promise is not None:
            frame = replace(frame, threshold_s=promise.within_s)
        return TierDay(
            in_time=contacts.service_level(frame),
            mean_wait_s=contacts.mean_wait_all_s,
            abandoned=Ratio(contacts.abandoned, contacts.offered),
        )


class Prospects:
    """A fold of what agents could expect to earn by the contacts they handled, known to the simulated world.

    Whether a matter is settled is drawn for each call; its chance, by the agent's proficiency, is the same
    figure without the luck, and tells two rules apart by far fewer days.
    """

    def __init__(self, scenario: Scenario, valuation: Valuation, counts_from_us: int) -> None:
        self.earned = 0.0
        self._scenario = scenario
        self._valuation = valuation
        self._counts_from_us = counts_from_us
        self._plans = {plan.id: plan for plan in scenario.staff}
        self._talents = Talents(scenario.proficiency)

    def add(self, event: DomainEvent) -> None:
        """Fold one event in."""
        if (
            isinstance(event, InteractionRecorded)
            and event.channel == VOICE
            and event.outcome is ContactState.CLOSED
            and event.agent_id
            and event.arrived_us >= self._counts_from_us
        ):
            self.earned += self._valuation.value_of(event.queue, event.tier) * self._chance(event)

    def _chance(self, event: InteractionRecorded) -> float:
        plan = self._plans[event.agent_id]
        service = self._scenario.service_of(event.queue, event.tier, plan)
        if not service.skill:
            return float(event.disposition in self._valuation.resolved)
        return self._talents.of(plan, service.skill).resolution
