"""How long it takes to find the best pair of a contact and an agent, in a very large centre.

Contacts come (join a line, learn their position, ask for the best idle agent), agents are freed (ask for the
contact that comes first), contacts give up, and contacts are altered (a step lowers what they ask for, or the
hold for a preferred agent ends). Winner and runner-up are explained by their terms each time. Measured is
the CPU time of each event, beside the same events by a plain scan of everybody (the tests' oracle), and the
ways of app_queue and mod_callcenter restated (`benchmarks._other_ways`). A whole run measures the compiled
index as well (`scripts/compiled`, which needs a C compiler).
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from benchmarks._crowd import Crowd, rulebook
from benchmarks._other_ways import AppQueue, ModCallcenter
from benchmarks.report import Row, options, print_figures, run_by
from core.model.ids import AgentId, ContactId
from goldline.garbage import prefer_latency
from routing import index
from routing.index import Index
from routing.rules import Rulebook
from routing.scores import Scores
from routing.staff import Staff
from routing.standing import Choice
from tests.unit.routing.scan import Scan

T = TypeVar("T")

AGENTS = 10_000
TARGET_PER_S = 100_000
P99_US, P999_US = 50, 250
GROWTH_MAX = 3
SEED = 1
BETWEEN_US = 2_000
"""Longest time between two events of the centre."""
FREED_A_SECOND = 60
"""How many decisions a second so large a centre makes."""

Make = Callable[[Rulebook, Scores, Staff], Any]
"""Makes an index, or the scan in its place."""


class Regime(NamedTuple):
    """A centre: so many contacts wait, or so many agents are idle."""

    name: str
    waiting: int = 0
    idle: int = 0
    value_for_all: bool = False
    agents: int = AGENTS


WAITING = Regime("10,000 wait", waiting=10_000)
IDLE = Regime("8,000 are idle", idle=8_000)
SMALL = Regime("1,000 wait", waiting=1_000)
LARGE = Regime("100,000 wait", waiting=100_000)
WAITING_BY_VALUE = Regime("10,000 wait, all tiers by value", waiting=10_000, value_for_all=True)
IDLE_BY_VALUE = Regime("8,000 are idle, all tiers by value", idle=8_000, value_for_all=True)
REGIMES = (WAITING, IDLE, SMALL, LARGE, WAITING_BY_VALUE, IDLE_BY_VALUE)
IS_COMPILED = not index.__file__.endswith(".py")


def main() -> None:
    """Print the figures."""
    chosen = options((__doc__ or "").splitlines()[0])
    events, scans = (20_000, 40) if chosen.quick else (200_000, 400)
    costs = {regime.name: measured(regime, Index, events) for regime in REGIMES}
    if IS_COMPILED:
        rows, ratios = rows_of("index, compiled", costs), against_goals(costs)
    else:
        scanned = {regime.name: measured(regime, Scan, scans) for regime in (WAITING, IDLE)}
        rows = rows_of("index", costs) + rows_of("scan", scanned)
        ratios = against_goals(costs) | against_scan(costs, scanned) | against_other_ways(costs[WAITING.name])
        if not chosen.quick:
            more_rows, more_ratios = run_by("compiled", "benchmarks.routing")
            rows += more_rows
            ratios |= {f"compiled, {name}": ratio for name, ratio in more_ratios.items()}
    print_figures("Finding pairs: CPU time of each event", rows, chosen.as_json, ratios)


def rows_of(way: str, costs: dict[str, Cost]) -> list[Row]:
    """Return a line for each centre."""
    return [{"centre": name, "way": way, **cost.row()} for name, cost in costs.items()]


def against_goals(costs: dict[str, Cost]) -> dict[str, float]:
    """Return how the figures compare with the goals."""
    goals: dict[str, float] = {}
    for name in (WAITING.name, IDLE.name):
        cost = costs[name]
        goals |= {
            f"{name}: events a second over the goal of {TARGET_PER_S:,}": cost.per_s / TARGET_PER_S,
            f"{name}: 99 % within, over the goal of {P99_US} us": cost.at(0.99) / P99_US,
            f"{name}: 99.9 % within, over the goal of {P999_US} us": cost.at(0.999) / P999_US,
        }
    growth = costs[LARGE.name].mean_us / costs[SMALL.name].mean_us
    return goals | {f"cost of an event, 100,000 over 1,000 waiting (goal: {GROWTH_MAX} at most)": growth}


def against_scan(costs: dict[str, Cost], scanned: dict[str, Cost]) -> dict[str, float]:
    """Return how many events of the index fit into one of the scan."""
    return {
        f"{name}: index over scan (goal: 100)": costs[name].per_s / of_scan.per_s
        for name, of_scan in scanned.items()
    }


# --- what is measured ----------------------------------------------------------------------------------


class Cost:
    """The times of events."""

    def __init__(self, taken_ns: list[int]) -> None:
        self._taken_ns = sorted(taken_ns)

    @property
    def mean_us(self) -> float:
        return sum(self._taken_ns) / len(self._taken_ns) / 1_000

    @property
    def per_s(self) -> float:
        return 1_000_000 / self.mean_us

    def at(self, share: float) -> float:
        """Return within how many microseconds that share of the events was done."""
        return self._taken_ns[int(len(self._taken_ns) * share)] / 1_000

    def row(self) -> dict[str, object]:
        """Return the figures as columns of a table."""
        return {
            "events/s": round(self.per_s),
            "mean us": self.mean_us,
            "median us": self.at(0.5),
            "99 % us": self.at(0.99),
            "99.9 % us": self.at(0.999),
            "longest us": self._taken_ns[-1] / 1_000,
        }


def measured(regime: Regime, make: Make, events: int) -> Cost:
    """Return what events cost in a centre that has run for a while, garbage collected as in `serve`."""
    centre = Centre(regime, make)
    centre.warm_up()
    centre.run(events)
    prefer_latency()
    centre.taken_ns.clear()
    centre.run(events)
    gc.unfreeze()
    return Cost(centre.taken_ns)


class Bag(Generic[T]):
    """Things of which any can be drawn, and any taken out."""

    def __init__(self) -> None:
        self.items: list[T] = []
        self._at: dict[T, int] = {}

    def add(self, item: T) -> None:
        """Put `item` in."""
        self._at[item] = len(self.items)
        self.items.append(item)

    def remove(self, item: T) -> None:
        """Take `item` out; the last one takes its place."""
        last = self.items.pop()
        at = self._at.pop(item)
        if last != item:
            self.items[at] = last
            self._at[last] = at


class Centre:
    """A centre that stays near its size while events befall it; only the work of the index is timed."""

    def __init__(self, regime: Regime, make: Make) -> None:
        self.taken_ns: list[int] = []
        self._regime = regime
        self._crowd = Crowd(regime.agents, SEED)
        self._chance = self._crowd.chance
        rules = rulebook(value_for_all=regime.value_for_all)
        self._profiles = {profile.agent_id: profile for profile in self._crowd.profiles}
        self._index = make(rules, self._crowd.scores(rules), Staff(self._profiles))
        self._now_us = 0
        self._waiting: Bag[ContactId] = Bag()
        self._busy: Bag[AgentId] = Bag()
        self._idle: Bag[AgentId] = Bag()
        for agent_id in self._profiles:
            self._busy.add(agent_id)
        for agent_id in list(self._profiles)[: regime.idle]:
            self._sit_down(agent_id)
        for _ in range(regime.waiting):
            self._join()

    def run(self, events: int) -> None:
        """Let so many things happen."""
        for _ in range(events):
            self._now_us += self._chance.randrange(BETWEEN_US)
            self._one()

    def warm_up(self) -> None:
        """Let busy agents ask once, and a contact of every tier for every skill: their pairs are weighed."""
        if not isinstance(self._index, Index):
            return
        for agent_id in self._busy.items:
            self._index.seat(self._crowd.seat(self._profiles[agent_id], self._now_us))
            self._index.best_contact(agent_id, self._now_us)
            self._index.unseat(agent_id)
        for standing in self._crowd.one_of_each():
            self._index.join(standing)
            self._index.best_agent(standing.contact.contact_id, self._now_us)
            self._index.leave(standing.contact.contact_id)

    def _one(self) -> None:
        if self._regime.idle:
            return self._free() if len(self._idle.items) < self._regime.idle else self._come()
        draw = self._chance.random()
        if draw < 0.1:
            return self._alter()
        if draw < 0.2:
            return self._give_up()
        return self._come() if len(self._waiting.items) < self._regime.waiting else self._free()

    # Each event as the router does it: only what stands between `started` and `_took` is timed.

    def _come(self) -> None:
        standing = self._crowd.standing(self._now_us)
        contact_id = standing.contact.contact_id
        started = time.thread_time_ns()
        self._index.join(standing)
        self._index.position(contact_id)
        choice = self._index.best_agent(contact_id, self._now_us)
        self._carry_out(choice)
        self._took(started)
        if choice is None:
            self._waiting.add(contact_id)
        else:
            self._note_busy(choice)

    def _free(self) -> None:
        agent_id = self._chance.choice(self._busy.items)
        seat = self._crowd.seat(self._profiles[agent_id], self._now_us)
        started = time.thread_time_ns()
        self._index.seat(seat)
        choice = self._index.best_contact(agent_id, self._now_us)
        self._carry_out(choice)
        self._took(started)
        if choice is None:
            self._busy.remove(agent_id)
            self._idle.add(agent_id)
        else:
            self._waiting.remove(choice.winner.contact_id)

    def _give_up(self) -> None:
        contact_id = self._chance.choice(self._waiting.items)
        self._waiting.remove(contact_id)
        started = time.thread_time_ns()
        self._index.leave(contact_id)
        self._took(started)

    def _alter(self) -> None:
        contact_id = self._chance.choice(self._waiting.items)
        standing = self._index.standing(contact_id)
        hold_ends = standing.held_for is not None
        changes = {"held_for": None} if hold_ends else {"need": self._crowd.relaxed(standing.need)}
        started = time.thread_time_ns()
        self._index.alter(contact_id, **changes)
        choice = self._index.best_agent(contact_id, self._now_us)
        self._carry_out(choice)
        self._took(started)
        if choice is not None:
            self._waiting.remove(contact_id)
            self._note_busy(choice)

    def _carry_out(self, choice: Choice | None) -> None:
        if choice is not None:
            self._index.leave(choice.winner.contact_id)
            self._index.unseat(choice.winner.agent_id)

    def _took(self, started_ns: int) -> None:
        self.taken_ns.append(time.thread_time_ns() - started_ns)

    def _note_busy(self, choice: Choice) -> None:
        self._idle.remove(choice.winner.agent_id)
        self._busy.add(choice.winner.agent_id)

    def _sit_down(self, agent_id: AgentId) -> None:
        self._index.seat(self._crowd.seat(self._profiles[agent_id], self._now_us))
        self._busy.remove(agent_id)
        self._idle.add(agent_id)

    def _join(self) -> None:
        standing = self._crowd.standing(self._now_us)
        self._index.join(standing)
        self._waiting.add(standing.contact.contact_id)
        self._now_us += self._chance.randrange(BETWEEN_US)


# --- other ways -----------------------------------------------------------------------------------------


def against_other_ways(ours: Cost) -> dict[str, float]:
    """Return how many events of ours fit into a decision of theirs, and what their polling costs."""
    return app_queue_ratios(ours) | mod_callcenter_ratios(ours)


def app_queue_ratios(ours: Cost) -> dict[str, float]:
    crowd = Crowd(AGENTS, SEED)
    theirs = AppQueue(crowd.profiles)
    for number in range(WAITING.waiting):
        theirs.join(crowd.standing(number * BETWEEN_US))
    started = time.thread_time()
    for profile in crowd.profiles[:FREED_A_SECOND]:
        theirs.free(profile.agent_id, 0)
    decision_us = (time.thread_time() - started) / FREED_A_SECOND * 1_000_000
    started = time.thread_time()
    theirs.ask_all()
    return {
        "app_queue's way: a freed agent, over an event of ours": decision_us / ours.mean_us,
        "app_queue's way: CPU seconds in which all who wait ask once, as each second": time.thread_time()
        - started,
    }


def mod_callcenter_ratios(ours: Cost) -> dict[str, float]:
    crowd = Crowd(AGENTS, SEED)
    theirs = ModCallcenter(crowd.profiles)
    for number in range(WAITING.waiting):
        theirs.join(crowd.standing(number * BETWEEN_US))
    for profile in crowd.profiles[:FREED_A_SECOND]:
        theirs.free(profile.agent_id)
    started = time.thread_time()
    seen = theirs.look(WAITING.waiting * BETWEEN_US, FREED_A_SECOND)
    pass_us = (time.thread_time() - started) * 1_000_000
    return {
        "mod_callcenter's way: a freed agent, over an event of ours": pass_us / seen.decisions / ours.mean_us,
        "mod_callcenter's way: CPU seconds of a pass, ten of which are due each second": pass_us / 1_000_000,
    }


if __name__ == "__main__":
    main()
