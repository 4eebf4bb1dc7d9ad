"""One day of a scenario in examples/theory, told as the published tables tell theirs.

The agents' ringing, the wrap-up and the telephone system take no time in these scenarios, so a day is known
from the contacts' records and from who was logged in when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from core.kernel.clock import SECOND_US, microseconds
from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.events import AgentStateChanged, InteractionRecorded
from core.model.message import DomainEvent
from goldline.config import Config
from goldline.harness import SimulatedDay, open_scenario
from simulator.scenario import Scenario, load_scenario

FOLDER = Path(__file__).parents[1] / "examples" / "theory"

Stretch = tuple[str, int, int]
"""A team, and from when to when one of its members talked or was there."""


@dataclass(slots=True)
class TheoryDay:
    """The fold of one day, from `counted_from_us` on: what became of the contacts, when agents were there."""

    counted_from_us: int = 0
    answered: list[InteractionRecorded] = field(default_factory=list)
    abandoned: list[InteractionRecorded] = field(default_factory=list)
    turned_away: int = 0
    heard_busy: int = 0
    retrials: int = 0
    tried: int = 0
    reached: int = 0
    present: list[Stretch] = field(default_factory=list)
    end_us: int = 0
    _came_us: dict[str, int] = field(default_factory=dict)

    def add(self, event: DomainEvent) -> None:
        """Take in one event of the ledger."""
        match event:
            case InteractionRecorded():
                self.end_us = max(self.end_us, event.at_us)
                if event.arrived_us >= self.counted_from_us:
                    self._record(event)
            case AgentStateChanged(old=AgentState.LOGGED_OUT):
                self._came_us[event.agent_id] = event.at_us
            case AgentStateChanged(new=AgentState.LOGGED_OUT):
                came_us = self._came_us.pop(event.agent_id)
                self.present.append((team_of(event.agent_id), came_us, event.at_us))
            case _:
                pass

    def _record(self, contact: InteractionRecorded) -> None:
        match contact.outcome:
            case ContactState.CLOSED:
                self.answered.append(contact)
            case ContactState.ABANDONED:
                self.abandoned.append(contact)
            case _:
                self.turned_away += 1

    def close(self) -> None:
        """Send home whoever is still there, at the end of the last contact."""
        for agent_id, came_us in self._came_us.items():
            self.present.append((team_of(agent_id), came_us, max(came_us, self.end_us)))
        self._came_us.clear()

    @property
    def blocked(self) -> int:
        """Calls that found no line or no place to wait."""
        return self.turned_away + self.heard_busy

    @property
    def offered(self) -> int:
        """All calls."""
        return len(self.answered) + len(self.abandoned) + self.blocked

    def answered_within(self, limit_s: float, queue: str = "", hours: tuple[float, float] = (0, 1e6)) -> int:
        """Count who waited less than `limit_s`, of one queue or all, of those who came in these seconds."""
        limit_us, from_us, until_us = map(microseconds, (limit_s, *hours))
        return sum(
            contact.queue_us < limit_us and from_us <= contact.arrived_us < until_us
            for contact in of_queue(queue, self.answered)
        )

    def abandoned_within(self, limit_s: float, queue: str = "") -> int:
        """Count who hung up after less than `limit_s`, of one queue or all."""
        limit_us = microseconds(limit_s)
        return sum(contact.queue_us < limit_us for contact in of_queue(queue, self.abandoned))

    def answered_within_attempts(self, limit_s: float) -> int:
        """Count the callers answered who waited less than `limit_s` in all their attempts together."""
        limit_us = microseconds(limit_s)
        waited_us: Counter[str] = Counter()
        for contact in self.answered + self.abandoned:
            waited_us[contact.caller_number] += contact.queue_us
        return sum(waited_us[contact.caller_number] < limit_us for contact in self.answered)

    def wait_s(self, contacts: Iterable[InteractionRecorded]) -> float:
        """Return how long `contacts` have waited in all."""
        return sum(contact.queue_us for contact in contacts) / SECOND_US

    def talked_s(self, teams: tuple[str, ...] = (), until_s: float = 1e6) -> float:
        """Return how long the teams, or all, talked before `until_s`."""
        stretches = ((team_of(c.agent_id), *_talk_us(c)) for c in self.answered)
        return _length_s(stretches, teams, until_s)

    def staffed_s(self, teams: tuple[str, ...] = (), until_s: float = 1e6) -> float:
        """Return how long members of the teams, or of all, were there before `until_s`."""
        return _length_s(self.present, teams, until_s)


def simulated_day(name: str, seed: int, scenario: Scenario | None = None, rules: str = "") -> TheoryDay:
    """Run the scenario of this name, or another one in its place, and return the day; see `opened`."""
    usual, config = opened(name, rules)
    scenario = scenario or usual
    fold = TheoryDay(scenario.warm_up_us)
    day = SimulatedDay(scenario, config, seed, watchers=[fold.add], checked=False)
    day.run()
    fold.close()
    fold.heard_busy, fold.retrials = day.world.callers.blocked, day.world.callers.retrials
    fold.tried = sum(dialer.tried for dialer in day.world.dialers)
    fold.reached = sum(dialer.reached for dialer in day.world.dialers)
    return fold


@cache
def opened(name: str, rules: str = "") -> tuple[Scenario, Config]:
    """Return the scenario of this name and its engine configuration, or that of the name `rules`."""
    scenario = load_scenario(FOLDER / f"{name}.toml")
    return scenario, open_scenario(replace(scenario, engine_config=f"{rules}.toml") if rules else scenario)


def of_queue(queue: str, contacts: Iterable[InteractionRecorded]) -> list[InteractionRecorded]:
    """Return those of `contacts` that were of one queue, or all where it is empty."""
    return [contact for contact in contacts if queue in ("", contact.queue)]


def team_of(agent_id: str) -> str:
    """Return the team of one of its members."""
    return agent_id.rpartition("-")[0]


def _talk_us(contact: InteractionRecorded) -> tuple[int, int]:
    connected_us = contact.arrived_us + contact.ivr_us + contact.queue_us
    return connected_us, connected_us + contact.talk_us


def _length_s(stretches: Iterable[Stretch], teams: tuple[str, ...], until_s: float) -> float:
    until_us = microseconds(until_s)
    lengths = (
        min(end_us, until_us) - begin_us
        for team, begin_us, end_us in stretches
        if begin_us < until_us and (not teams or team in teams)
    )
    return sum(lengths) / SECOND_US
