"""Who worked when, and at what: inferred from the calls agents took, for nobody wrote it down.

An agent is taken to be at work from a call to the next where fewer than ten minutes lie between the two;
a longer gap is a break, or the day's end. What an agent serves shows in the month as a whole, and on days
when somebody helps out (Saturday nights) in the day itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from simulator.bank.calls import BankCall, BankDay, BankMonth

BREAK_S = 600
"""A gap of this length between two calls is no longer waiting for the next one."""

ORDINARY_SHARE = 0.25
"""Who takes calls of a kind less than a quarter as often as all agents together does not serve it."""

TELLING_CALLS = 30
"""Fewer calls than this in the month do not show what an agent leaves to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which an agent was at work without a break, in seconds of the day."""

    agent: str
    from_s: int
    until_s: int


def stretches(day: BankDay) -> list[Stretch]:
    """Return who was at work when, agent by agent."""
    services: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for call in day.calls:
        if call.served_s is not None:
            services[call.agent].append((call.served_s, call.served_s + (call.talk_s or 0)))
    return [
        Stretch(agent=agent, from_s=from_s, until_s=until_s)
        for agent in sorted(services)
        for from_s, until_s in _joined(sorted(services[agent]))
    ]


def _joined(services: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join services with less than a break between them; they ascend by their beginnings."""
    begun: tuple[int, int] | None = None
    for from_s, until_s in services:
        if begun is not None and from_s - begun[1] < BREAK_S:
            begun = begun[0], max(begun[1], until_s)
            continue
        if begun is not None:
            yield begun
        begun = from_s, until_s
    if begun is not None:
        yield begun


class Skills:
    """What the agents of a month serve."""

    def __init__(self, month: BankMonth) -> None:
        self._kinds = month.kinds
        self._in_month = _Served(month.calls)

    def of(self, day: BankDay) -> dict[str, tuple[str, ...]]:
        """Return the kinds of calls that each agent of the day serves, the most frequent first."""
        that_day = _Served(day.calls)
        return {
            agent: tuple(kind for kind in self._kinds if self._serves(agent, kind, that_day))
            for agent in that_day.agents
        }

    def _serves(self, agent: str, kind: str, that_day: _Served) -> bool:
        usually = self._in_month.by(agent) < TELLING_CALLS or self._in_month.is_ordinary(agent, kind)
        return usually or that_day.is_ordinary(agent, kind)


class _Served:
    """How many calls of each kind were served, by all agents and by each."""

    def __init__(self, calls: Iterable[BankCall]) -> None:
        self._by_agent: dict[str, Counter[str]] = defaultdict(Counter)
        for call in calls:
            if call.agent:
                self._by_agent[call.agent][call.kind] += 1
        self._by_all: Mapping[str, int] = sum(self._by_agent.values(), Counter())

    @property
    def agents(self) -> list[str]:
        return sorted(self._by_agent)

    def by(self, agent: str) -> int:
        return self._by_agent[agent].total()

    def is_ordinary(self, agent: str, kind: str) -> bool:
        """Tell whether the agent took calls of the kind, and not much less often than everybody did."""
        own = self._by_agent[agent]
        expected = own.total() * self._by_all[kind] / sum(self._by_all.values())
        return own[kind] > 0 and own[kind] >= ORDINARY_SHARE * expected
