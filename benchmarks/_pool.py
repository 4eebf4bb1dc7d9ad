"""One pool of agents as queueing theory knows it, as a scenario for the real engine.

`examples/theory/erlang-a.toml` says everything but the numbers: no menu, no ringing, no wrap-up, a telephone
system that takes no time. Here the numbers are put in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from simulator.demand import CallerHabits, PoissonArrivals
from simulator.draws import Constant, Duration, Exponential
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

    def scenario(self, duration_s: float, warm_up_s: float = 0.0) -> Scenario:
        """Return the scenario of `duration_s` of arrivals that fit these numbers."""
        return replace(
            load_scenario(TEMPLATE),
            name=self.name,
            duration_s=duration_s,
            warm_up_s=warm_up_s,
            lines=self.lines,
            arrivals=(PoissonArrivals(kind="poisson", dialed_number=NUMBER, per_hour=self.per_hour),),
            callers=CallerHabits(patience=self._patience()),
            service=(Service(talk=_exponential(self.handle_s), wrap_up=AT_ONCE),),
            teams=(Team(name="agent", counts=(self.agents,)),),
        )

    def _patience(self) -> Duration:
        return _exponential(self.patience_s) if self.patience_s < inf else WITHOUT_END


def _exponential(mean_s: float) -> Exponential:
    return Exponential(kind="exponential", mean_s=mean_s)
