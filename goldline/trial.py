"""One run of a scenario as a function of its seed: what joblib and Dask carry to other cores and machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.model.contact import VOICE
from core.model.ids import AgentId
from core.model.requests import RestoreQuality
from goldline.config import Config
from goldline.experience import experience
from goldline.flows import load_flows
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_file import HashJournal
from goldline.progress import Told
from goldline.valuation import valuation_of
from goldline.watched import Watcher
from ivr.flow import Flow
from metrics.campaigns import Campaigns, campaign_summary
from metrics.day import DayFigures
from metrics.frame import USUAL_THRESHOLD_S, Frame
from metrics.occupancy import Stretch
from metrics.summary import Tree, day_summary
from metrics.time_lines import TimeLines
from metrics.work import WorkByChannel, work_summary
from simulator.scenario import Scenario
from simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run came to; `time_lines` are empty unless it is to be pictured."""

    figures: Tree
    time_lines: dict[AgentId, list[Stretch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A scenario with all that its files say: picklable, so that any core of any machine may run it.

    `pictured` is the seed of the run whose agents' time lines are kept, `recalled` what was learned before.
    """

    scenario: Scenario
    config: Config
    flows: Mapping[str, Flow]
    frame: Frame
    pictured: int | None = None
    recalled: tuple[RestoreQuality, ...] = ()

    def __call__(self, seed: int) -> Run:
        """Return the run of this seed."""
        return self.run(seed)

    def run(
        self,
        seed: int,
        *,
        journal: HashJournal | None = None,
        told: Told | None = None,
        audit: Path | None = None,
    ) -> Run:
        """Run once, every invariant checked at every step; raise `InvariantBroken` where one is."""
        lines = TimeLines()
        counts = _Counts(self, [lines.add] if seed == self.pictured else [])
        day = SimulatedDay(
            self.scenario,
            self.config,
            seed,
            journal=journal,
            watchers=counts.folds,
            flows=self.flows,
            recalled=self.recalled,
            audit=audit,
        )
        day.run(told)
        figures = counts.figures_until(day.runner.now_us())
        return Run(figures=_telephony(day.world) | figures, time_lines=lines.of)

    def tiers(self) -> list[str]:
        """Return the tiers that callers may be of, the worthiest first as the configuration has them."""
        default = self.config.rules.default_tier
        found = {default} | {group.tier or default for group in self.scenario.customers}
        ranked = [tier for tier in self.config.tiers if tier in found]
        return [*ranked, *sorted(found.difference(ranked))]


class _Counts:
    """What is counted of one run of a trial, event by event."""

    def __init__(self, trial: Trial, watch_stretch: Sequence[Callable[[Stretch], None]]) -> None:
        self._trial = trial
        teams, valuation = teams_of(trial.scenario), valuation_of(trial.config)
        self._day = DayFigures(trial.frame, teams, watch_stretch, valuation)
        self._work, self._channels = WorkByChannel(trial.frame), _channels(trial.scenario)
        self._dialed, self._campaigns = Campaigns(trial.frame), _campaigns(trial.scenario)

    @property
    def folds(self) -> list[Watcher]:
        """Return what is to be shown every event: only what may hear of something, as each costs its time."""
        work = [self._work.add] if self._channels else []
        dialed = [self._dialed.add] if self._campaigns else []
        return [self._day.add, *work, *dialed]

    def figures_until(self, end_us: int) -> Tree:
        """Return what it comes to, as the run has ended."""
        self._day.close(end_us)
        tree = day_summary(self._day, tiers=self._trial.tiers(), queues=self._trial.config.queues)
        return tree | {
            "work": work_summary(self._work, self._channels),
            "campaigns": campaign_summary(self._dialed, self._campaigns, tree["occupancy"]),
        }


def _channels(scenario: Scenario) -> list[str]:
    """Return the channels of the work that the scenario brings."""
    return sorted({entry.channel for entry in scenario.arrivals} - {VOICE})


def _campaigns(scenario: Scenario) -> list[str]:
    """Return the campaigns that the scenario has leads for."""
    return list(dict.fromkeys(listed.campaign for listed in scenario.leads))


def _telephony(world: World) -> Tree:
    """Return what only callers and dialers know: calls and numbers that may never have come to a queue."""
    callers, dialers = world.callers, world.dialers
    return {
        "calls": callers.calls,
        "busy": callers.blocked,
        "retrials": callers.retrials,
        "tried": sum(dialer.tried for dialer in dialers),
        "reached": sum(dialer.reached for dialer in dialers),
    }


def make_trial(
    scenario: Scenario,
    *,
    interval_s: float | None = None,
    threshold_s: float = USUAL_THRESHOLD_S,
    pictured: int | None = None,
) -> Trial:
    """Return the trial of a scenario with its engine's configuration and menus; raise `ConfigError`."""
    config = open_scenario(scenario)
    flows = load_flows(config, (scenario.folder / scenario.engine_config).parent)
    frame = Frame(
        duration_s=scenario.duration_s,
        warm_up_s=scenario.warm_up_s,
        interval_s=interval_s or usual_interval_s(scenario.duration_s),
        threshold_s=threshold_s,
    )
    return Trial(
        scenario=scenario,
        config=config,
        flows=flows,
        frame=frame,
        pictured=pictured,
        recalled=experience(scenario, config, flows, days=scenario.proficiency.earlier_days),
    )


def usual_interval_s(duration_s: float) -> float:
    """Return the length of the intervals that a day is cut into: half hours, or less where it is short."""
    return next((length_s for length_s in (1800.0, 900.0, 300.0) if duration_s >= 6 * length_s), 60.0)


def teams_of(scenario: Scenario) -> dict[AgentId, str]:
    """Return the team of each agent of the scenario."""
    return {AgentId(plan.id): plan.team for plan in scenario.staff}
