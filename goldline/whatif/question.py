"""What is asked: targets, prices and bounds, from the scenario's `[whatif]` table and the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

from core.kernel.errors import ConfigError
from goldline.config import Config
from goldline.harness import open_scenario
from metrics.frame import Frame
from simulator.planning import Target, TeamTerms, WhatIf
from simulator.scenario import Scenario, load_scenario
from simulator.staffing import Team
from simulator.staffing_measure import Staffing

_TARGET = re.compile(
    r"((?P<tier>[^:@/]*)(@(?P<queue>[^:@/]+))?:)?(?P<share>\d+(\.\d+)?)/(?P<within>\d+(\.\d+)?)"
)


def parse_target(text: str) -> Target:
    """Return the target that `text` spells: `80/20`, `gold:90/10`, `@loans:80/30` or `gold@loans:95/10`.

    The share is in percent, the wait in seconds. Raises `ConfigError`.
    """
    found = _TARGET.fullmatch(text)
    share = float(found["share"]) / 100 if found else 0.0
    if found is None or not 0 < share < 1:
        allowed = "TIER@QUEUE:SHARE/SECONDS, tier and queue only where meant, such as 80/20 or gold:90/10"
        raise ConfigError("--target", text, allowed)
    return Target(
        share=share, within_s=float(found["within"]), tier=found["tier"] or "", queue=found["queue"] or ""
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A scenario whose teams are to be staffed anew, interval by interval, and what they are to meet."""

    scenario: Scenario
    config: Config
    targets: tuple[Target, ...]
    terms: tuple[TeamTerms, ...]
    interval_s: float

    @property
    def frame(self) -> Frame:
        """Return how a day is measured: with its warm-up, for that wants to be staffed too."""
        return Frame(duration_s=self.scenario.duration_s, interval_s=self.interval_s)

    @property
    def team_names(self) -> tuple[str, ...]:
        """Return the names of the teams, in the order of their counts in a staffing."""
        return tuple(team.name for team in self.scenario.teams)

    @property
    def covers(self) -> frozenset[tuple[int, int]]:
        """Return the pairs of teams of which the first has every skill of the second."""
        skills = [set(team.skills) for team in self.scenario.teams]
        return frozenset(
            (first, second)
            for first, second in permutations(range(len(skills)), 2)
            if skills[first] >= skills[second]
        )

    @property
    def own_staffing(self) -> Staffing:
        """Return the staffing that the scenario itself has."""
        return tuple(self._counts(team) for team in self.scenario.teams)

    def staffed(self, staffing: Staffing) -> Scenario:
        """Return the scenario with other counts for its teams."""
        teams = tuple(
            replace(team, counts=counts, interval_s=self.interval_s, from_s=0.0)
            for team, counts in zip(self.scenario.teams, staffing, strict=True)
        )
        return replace(self.scenario, teams=teams)

    def _counts(self, team: Team) -> tuple[int, ...]:
        return tuple(team.count_at(start_s) for start_s in self.frame.starts_s)


def ask(path: Path, targets: Sequence[str] = ()) -> Question:
    """Return the question in the scenario at `path`; `targets` from the command line replace its own.

    Raises `ConfigError` that names file and key.
    """
    return make_question(load_scenario(path), [parse_target(text) for text in targets], str(path))


def make_question(scenario: Scenario, targets: Sequence[Target] = (), origin: str = "scenario") -> Question:
    """Return the question about a scenario in memory; `origin` names it in errors."""
    config, asked = open_scenario(scenario), scenario.whatif
    if not scenario.teams:
        raise ConfigError(f"{origin}: teams", "none", "at least one team, whose counts are to be found")
    _check_bounds(asked, origin)
    chosen = tuple(targets) or asked.targets
    for target in chosen:
        _check_target(target, config, origin)
    return Question(
        scenario=scenario,
        config=config,
        targets=chosen,
        terms=tuple(asked.terms(team.name) for team in scenario.teams),
        interval_s=asked.interval_s or scenario.teams[0].interval_s,
    )


def _check_bounds(asked: WhatIf, origin: str) -> None:
    for name, terms in asked.teams.items():
        if terms.at_most is not None and terms.at_most < terms.at_least:
            allowed = f"not below at_least, {terms.at_least}"
            raise ConfigError(f"{origin}: whatif.teams.{name}.at_most", terms.at_most, allowed)


def _check_target(target: Target, config: Config, origin: str) -> None:
    for what, word, known in (("tier", target.tier, config.tiers), ("queue", target.queue, config.queues)):
        if word and word not in known:
            raise ConfigError(f"{origin}: target {target}", word, f"a {what}: {', '.join(sorted(known))}")
