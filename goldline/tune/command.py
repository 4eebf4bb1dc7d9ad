"""`goldline tune`: weights looked for on some days, judged on others, written as rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.kernel.clock import seconds
from core.kernel.errors import ConfigError
from core.kernel.rng import Streams
from core.kernel.whole_file import write_whole
from goldline.config import Config
from goldline.progress import Told, progress_bar
from goldline.replications import each_run
from goldline.trial import make_trial
from goldline.tune.days import Rehearsal, ShownDay
from goldline.tune.objective import Objective, Pair
from goldline.tune.rules_file import rules_text
from goldline.tune.search import Effort, Point, Search, Trial
from goldline.tune.space import Space
from goldline.tune.verdict import AFTER, BEFORE, IN_TURN, verdict_tree
from goldline.wall_clock import WallClock
from goldline.whatif.question import parse_target
from metrics.summary import Tree
from simulator.planning import Target
from simulator.scenario import load_scenario

SEARCH_SEEDS = 2_000_003
"""Days that are looked at in the search have seeds of their own, far from those of the verdict."""
CROWD, CROWD_MIN = 16, 6
GENERATIONS_MIN = 12
"""Where days are few, fewer sets of weights race, so that there are at least about so many generations."""
USUAL_PROMISE = (0.97, 20.0)
"""What the top tier is promised if nobody says otherwise: the share, and the seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a user may choose. `days` is how many the search may look at, `minutes` how long; 0: no limit."""

    config: Path | None = None
    out: Path | None = None
    policy: str = "tuned"
    promises: Sequence[str] = ()
    days: int = 300
    minutes: float = 0.0
    replications: int = 10
    seed: int | None = None
    cores: int = -1
    cluster: str = ""


def tune(path: Path, choices: Choices, progress: bool = False) -> Tree:
    """Return the best rules found for the scenario at `path` and what fresh days say of them.

    Without a limit of time the same seed finds the same. Raises `ConfigError`.
    """
    if choices.out and not choices.out.parent.is_dir():
        raise ConfigError("--out", str(choices.out), "a file in a folder that is there")
    tuner = Tuner(path, choices)
    with progress_bar(f"{tuner.name}: looking for weights", progress) as told:
        result = tuner.result(told)
    if choices.out:
        write_whole(choices.out, _rules_of(path, result))
    return result


class Tuner:
    """A scenario with its rules and guards, and all days of it that were looked at."""

    def __init__(self, path: Path, choices: Choices) -> None:
        scenario = load_scenario(path)
        if choices.config:
            scenario = replace(scenario, engine_config=str(choices.config.resolve()))
        trial = make_trial(scenario)
        self.name = scenario.name
        self._choices = choices
        self._seed = scenario.seed if choices.seed is None else choices.seed
        self._config = trial.config
        self._space = Space(trial.config)
        self._objective = Objective(promises=self._promises(), lowest=self._space.lowest)
        self._rehearsal = Rehearsal(trial=trial, promises=self._objective.promises)
        self._clock = WallClock()
        self._begun_us = self._clock.now_us()
        self._in_turn = self._space.under(choices.policy, self._space.in_turn())
        self._days_in_turn: dict[int, ShownDay] = {}
        self._days = 0

    def _promises(self) -> tuple[Target, ...]:
        share, within_s = USUAL_PROMISE
        usual = Target(share=share, within_s=within_s, tier=self._space.highest)
        promises = tuple(map(parse_target, self._choices.promises)) or (usual,)
        for promise in promises:
            if promise.tier not in self._config.tiers or promise.queue:
                raise ConfigError("--promise", str(promise), f"for a tier: {', '.join(self._config.tiers)}")
        return promises

    def result(self, told: Told) -> Tree:
        """Look for the best rules, try them on fresh days, and return all there is to tell."""
        point = self._search(told).best()
        told(1.0, f"{self.name}: trying what was found on fresh days")
        return {
            "scenario": self.name,
            "seed": self._seed,
            "days": self._days,
            "replications": self._choices.replications,
            "policy": self._choices.policy,
            "rules": self._space.tables(point),
            "rules_file": str(self._choices.out or ""),
            **self._verdict(point),
        }

    # --- the search --------------------------------------------------------------------------------

    def _search(self, told: Told) -> Search[Pair]:
        limit_s, days = self._choices.minutes * 60, self._choices.days
        effort = Effort(days=days, crowd=max(CROWD_MIN, min(CROWD, days // GENERATIONS_MIN)))
        chance = Streams(self._seed).stream("tune")

        def has_time(share: float, best: Point) -> bool:
            passed_s = seconds(self._clock.now_us() - self._begun_us)
            told(max(share, passed_s / limit_s if limit_s else 0.0))
            return not limit_s or passed_s < limit_s * (1 - effort.kept)

        return Search(self._space.start, self._pairs, self._objective.score, chance, effort, has_time)

    def _pairs(self, trials: Sequence[Trial]) -> list[Pair]:
        """Return what each trial shows, beside its day under first come, first served."""
        self._days += len(trials)
        new = sorted({number for _, number in trials} - self._days_in_turn.keys())
        configs = {point: self._under(point) for point, _ in trials}
        runs = [(self._in_turn, number) for number in new]
        runs += [(configs[point], number) for point, number in trials]
        shown = list(self._rehearse((config, SEARCH_SEEDS + number) for config, number in runs))
        self._days_in_turn.update(zip(new, shown, strict=False))
        chosen = shown[len(new) :]
        return [
            Pair(day, self._days_in_turn[number]) for day, (_, number) in zip(chosen, trials, strict=True)
        ]

    def _under(self, point: Point) -> Config:
        return self._space.under(self._choices.policy, self._space.choice(point))

    def _rehearse(self, runs: Iterable[tuple[Config, int]]) -> Iterable[ShownDay]:
        return each_run(self._rehearsal, runs, cores=self._choices.cores, cluster=self._choices.cluster)

    # --- the verdict -------------------------------------------------------------------------------

    def _verdict(self, point: Point) -> Tree:
        seeds = range(self._seed, self._seed + self._choices.replications)
        rules = {IN_TURN: self._in_turn, BEFORE: self._config, AFTER: self._under(point)}
        shown = iter(self._rehearse((config, seed) for config in rules.values() for seed in seeds))
        days = {name: [next(shown) for _ in seeds] for name in rules}
        return verdict_tree(self._objective, list(self._config.tiers), days)


def _rules_of(path: Path, result: Tree) -> str:
    share = result["value_share"]
    after, before, in_turn = (f"{share[rules]['mean']:.2%}" for rules in (AFTER, BEFORE, IN_TURN))
    remarks = (
        f"Found by `goldline tune {path.name}` on {result['days']} simulated days.",
        f"On {result['replications']} others {after} of the value was earned; {before} before, and {in_turn}",
        "under first come, first served.",
    )
    return rules_text(result["policy"], result["rules"], remarks)
