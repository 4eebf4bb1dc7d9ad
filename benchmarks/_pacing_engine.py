"""A dialing day through the whole engine: lists in the store, leases, ringing, queue, offer, join, wrap-up.

The same conditions as on the light floor, as a scenario and a configuration; nothing in it depends on the
cell. Agents' calls stand, so that who answers hears an agent at once.
"""

from __future__ import annotations

from math import ceil, exp, sqrt
from pathlib import Path
from typing import Any

from benchmarks._pacing_conditions import Conditions, LogNormal
from benchmarks._pacing_world import Day
from core.kernel.clock import seconds
from core.model.agent import AgentState
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptDialed, AttemptEnded
from core.model.events import AgentStateChanged
from core.model.message import DomainEvent
from goldline.config import Config, parse_config
from goldline.harness import SimulatedDay
from simulator.scenario import Scenario, read_scenario

FOLDER = Path(__file__).parent.parent / "examples" / "winter"
_PEOPLE = AttemptState.CONNECTED, AttemptState.DROPPED
_AT_WORK = AgentState.ON_CONTACT, AgentState.WRAP_UP
_HANDLE_S = 180.0
_ANSWERED_IN_TIME = 0.9661
"""Of a gamma law of mean 12 s and shape 4, the share below the 25 s that a phone rings."""


class Tally:
    """Folds the ledger of a day into its figures; who is busy when the day ends counts up to then."""

    def __init__(self, end_s: float) -> None:
        self._end_s = end_s
        self._state: dict[str, tuple[AgentState, float]] = {}
        self.day = Day()

    def add(self, event: DomainEvent) -> None:
        """Count an event."""
        match event:
            case AttemptDialed():
                self.day.dialed += 1
            case AttemptEnded() if event.outcome in _PEOPLE and seconds(event.at_us) <= self._end_s:
                self.day.answered += 1
                self.day.abandoned += event.outcome is AttemptState.DROPPED
            case AgentStateChanged():
                self._change(event.agent_id, event.new, min(self._end_s, seconds(event.at_us)))
            case _:
                pass

    def close(self) -> Day:
        """Return the figures of the whole day."""
        for agent_id in list(self._state):
            self._change(agent_id, AgentState.LOGGED_OUT, self._end_s)
        return self.day

    def _change(self, agent_id: str, state: AgentState, now_s: float) -> None:
        before, since_s = self._state.get(agent_id, (AgentState.LOGGED_OUT, now_s))
        if before is not AgentState.LOGGED_OUT:
            self.day.logged_in_s += now_s - since_s
        if before in _AT_WORK:
            self.day.busy_s += now_s - since_s
        self._state[agent_id] = (state, now_s)


def engine_day(conditions: Conditions, seed: int, share_max: float = 0.03) -> Day:
    """Return the figures of a day whose campaign is steered for a share abandoned of `share_max` at most."""
    tally = Tally(conditions.duration_s)
    SimulatedDay(
        scenario_of(conditions), config_of(share_max), seed, watchers=[tally.add], checked=False
    ).run()
    return tally.close()


def config_of(share_max: float) -> Config:
    """Return the one configuration of all cells: a predictive campaign under the house's rules."""
    tables: dict[str, Any] = {
        "schema": 1,
        "queues": {"campaign": {"requirements": {"sales": 1}, "wrap_up_limit_s": 3_600}},
        "campaigns": {
            "campaign": {
                "queue": "campaign",
                "safe_harbour": "sorry",
                "starts": True,
                "share_max": share_max,
                # Looking twice a second instead finds the same days, in twice the time.
                "tick_s": 1.0,
                "lines_max": 10_000,
                "calls_per_second": 1_000,
                "ahead_max": 10_000,
            }
        },
        "ivr": {"flows": [str(FOLDER / "sorry.toml")], "default": "sorry"},
    }
    return parse_config(tables, "benchmarks.pacing")


def scenario_of(conditions: Conditions) -> Scenario:
    """Return the conditions as a scenario; breaks, outages and the like are of the light floor alone."""
    talk, wrap_up = conditions.talk, conditions.wrap_up
    assert isinstance(talk, LogNormal)
    assert isinstance(wrap_up, LogNormal)
    return read_scenario(
        {
            "schema": 1,
            "engine_config": "goldline.toml",
            "duration_s": conditions.duration_s,
            "leads": [
                {
                    "campaign": "campaign",
                    "count": _leads(conditions),
                    "reach": [conditions.answered / _ANSWERED_IN_TIME],
                    "answers": {"kind": "gamma", "mean_s": 12.0, "shape": 4.0},
                    "patience": {"kind": "constant", "value_s": 60.0},
                }
            ],
            "customers": [{"weight": 1}],
            "teams": [
                {
                    "name": "agent",
                    "skills": {"sales": 1},
                    "standing": True,
                    "counts": [conditions.agents],
                }
            ],
            "workforce": {
                "answers": {"kind": "constant", "value_s": 0.0},
                "settles_in": {"kind": "constant", "value_s": 0.0},
            },
            "service": [{"talk": _lognormal(talk), "wrap_up": _lognormal(wrap_up)}],
            "telephony": {"command_s": 0.0003, "bridge_s": 0.0007, "ring_s": 0.02},
        },
        FOLDER / "pacing.toml",
    )


def _lognormal(law: LogNormal) -> dict[str, object]:
    deviation_s = law.mean_s * sqrt(exp(law.sigma**2) - 1.0)
    return {"kind": "lognormal", "mean_s": law.mean_s, "deviation_s": deviation_s}


def _leads(conditions: Conditions) -> int:
    """Return more leads than the campaign can dial, each once."""
    talks = conditions.agents * conditions.duration_s / _HANDLE_S
    return ceil(1.25 * talks / conditions.answered) + 500
