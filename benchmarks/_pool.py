"""One pool of agents as queueing theory knows it, as a scenario and a configuration of the real engine.

`examples/theory/erlang-a.toml` says everything but the numbers: no menu, no ringing, no wrap-up, a telephone
system that takes no time. Here the numbers are put in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, sqrt
from pathlib import Path

from goldline.config import Config
from goldline.harness import open_scenario
from simulator.demand import CallerHabits, PoissonArrivals
from simulator.draws import Constant, Duration, Exponential
from simulator.erlang import HOUR_S, SteadyState, steady_state
from simulator.scenario import Scenario, load_scenario
from simulator.staffing import Service, Team

TEMPLATE = Path(__file__).parents[1] / "examples" / "theory" / "erlang-a.toml"
NUMBER = "8000"
WITHOUT_END = Constant(value_s=100_000)
"""Patience of callers who never leave: no wait of a pool that carries its load comes near a day."""
AT_ONCE = Constant(value_s=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What the formulas take; see `simulator.erlang.steady_state`."""

    name: str
    per_hour: float
    handle_s: float
    agents: int
    patience_s: float = inf
    lines: int | None = None
    threshold_s: float = 20.0

    @property
    def places(self) -> int | None:
        """How many may wait; None for any number."""
        return None if self.lines is None else self.lines - self.agents

    @property
    def memory_s(self) -> float:
        """How long a pool remembers, about, how full it was: a talk, and the end of the longest queue.

        A queue ends by callers who leave, by the spare capacity (the relaxation time of M/M/n), or because
        it was not long: whichever is quickest.
        """
        capacity = self.agents / self.handle_s
        spare = 1 - sqrt(self.per_hour / HOUR_S / capacity)
        draining_s = 1 / (capacity * spare**2) if spare else inf
        bounded_s = inf if self.places is None else self.places**2 / capacity
        return self.handle_s + min(self.patience_s, draining_s, bounded_s)

    def exact(self) -> SteadyState:
        """Return what theory says of the pool."""
        return steady_state(
            per_hour=self.per_hour,
            handle_s=self.handle_s,
            agents=self.agents,
            patience_s=self.patience_s,
            lines=self.lines,
            threshold_s=self.threshold_s,
        )

    def scenario(self, duration_s: float, warm_up_s: float = 0.0) -> Scenario:
        """Return the scenario of `duration_s` of arrivals with these numbers."""
        return replace(
            load_scenario(TEMPLATE),
            name=self.name,
            duration_s=duration_s,
            warm_up_s=warm_up_s,
            lines=self.lines if self.places == 0 else None,
            arrivals=(PoissonArrivals(kind="poisson", dialed_number=NUMBER, per_hour=self.per_hour),),
            callers=CallerHabits(patience=self._patience()),
            service=(Service(talk=_exponential(self.handle_s), wrap_up=AT_ONCE),),
            teams=(Team(name="agent", counts=(self.agents,)),),
        )

    def config(self) -> Config:
        """Return the engine's configuration.

        Where a limited number may wait, it is the engine's queue that turns the others away; only where
        nobody may wait at all, there are no more lines in the scenario.
        """
        config = open_scenario(load_scenario(TEMPLATE))
        if not self.places:
            return config
        limited = {
            name: queue.model_copy(update={"length_max": self.places})
            for name, queue in config.queues.items()
        }
        return config.model_copy(update={"queues": limited})

    def _patience(self) -> Duration:
        return _exponential(self.patience_s) if self.patience_s < inf else WITHOUT_END


def _exponential(mean_s: float) -> Exponential:
    return Exponential(kind="exponential", mean_s=mean_s)
