"""Scenarios for the engine out of a month: each real day replayed, and the typical weekday.

The engine's side is `examples/bank/goldline.toml`: a queue and a skill for each kind of call, a tier for
each step of priority.

A replayed day has the real callers: when they called, how long they talked, and as much of their patience as
showed. Drawn, by key, is only what the records cannot know: how long those would have talked who hung up,
how long those would have waited who were served, and the priority of those who never waited; each like
other calls of the same kind in the month. The wrap-up stands for all that keeps agents from the next call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

from core.kernel.clock import microseconds
from core.kernel.rng import KeyedDraws
from simulator.bank.calls import BankCall, BankDay, BankMonth
from simulator.bank.rule import days_with_priority
from simulator.bank.shifts import Skills, stretches
from simulator.bank.waits import Patience
from simulator.demand import CustomerGroup, TracedArrivals
from simulator.draws import Constant, Exponential
from simulator.scenario import Scenario
from simulator.staffing import AgentHabits, AgentPlan, Service
from simulator.trace import Arrival

DIALED = {"PS": "8001", "PE": "8002", "NW": "8003", "NE": "8004", "IN": "8005", "TT": "8006"}
"""The number behind which each kind of call has its queue."""

USUAL = DIALED["PS"]
"""Where calls of a kind go that nobody knows."""

TIERS = ("stranger", "customer", "good-customer")
"""The tier of each priority."""

CUSTOMERS = (
    CustomerGroup(name="stranger", weight=1),
    CustomerGroup(name="customer", tier="customer", count=20, weight=1),
    CustomerGroup(name="good-customer", tier="good-customer", count=20, weight=1),
)

AT_ONCE = Constant(value_s=0)
HABITS = AgentHabits(answers=AT_ONCE, settles_in=AT_ONCE)
"""The moments in which a phone is picked up are part of the fitted wrap-up."""


class Replay:
    """The days of one month as scenarios; `folder` holds the engine's configuration."""

    def __init__(self, month: BankMonth, folder: Path) -> None:
        self.month = month
        self._file = folder / f"{month.name}.toml"
        self._skills = Skills(month)
        self._patience = Patience(month)
        self._with_priority = days_with_priority(month)
        self._talks_s = _Seen(month.calls, lambda call: call.talk_s)
        self._priorities = _Seen(month.calls, lambda call: call.priority if call.queued else None)

    def scenario(self, day: BankDay, wrap_up_s: float, seed: int) -> Scenario:
        """Return the day for agents whose wrap-up is exponential with mean `wrap_up_s`."""
        wrap_up = Exponential(kind="exponential", mean_s=wrap_up_s)
        return Scenario(
            schema=1,
            name=f"{self.month.name}-{day.date.day:02d}",
            file=self._file,
            engine_config="goldline.toml",
            seed=seed,
            duration_s=day.calls[-1].at_s + 1,
            arrivals=(TracedArrivals(dialed_number=USUAL, trace=self._calls(day, seed)),),
            customers=CUSTOMERS,
            agents=tuple(self._agents(day)),
            service=(Service(talk=AT_ONCE, wrap_up=wrap_up),),
            workforce=HABITS,
        )

    def _calls(self, day: BankDay, seed: int) -> list[Arrival]:
        """Return the calls in the order of `day.calls`."""
        patience, talk, priority = (
            KeyedDraws(seed, f"bank/{day.date}/{unknown}") for unknown in ("patience", "talk", "priority")
        )
        return [
            Arrival(
                at_us=microseconds(call.at_s),
                dialed_number=DIALED.get(call.kind, USUAL),
                customers=self._tier(call, day, priority.of(place)),
                patience_us=self._patience.draw_us(call, patience.of(place)),
                talk_us=microseconds(self._talk_s(call, talk.of(place))),
            )
            for place, call in enumerate(day.calls)
        ]

    def _tier(self, call: BankCall, day: BankDay, stream: Random) -> str:
        if day.date not in self._with_priority:
            return TIERS[0]
        return TIERS[self._priorities.draw(call, stream) if call.priority is None else call.priority]

    def _talk_s(self, call: BankCall, stream: Random) -> int:
        return self._talks_s.draw(call, stream) if call.talk_s is None else call.talk_s

    def _agents(self, day: BankDay) -> Iterator[AgentPlan]:
        """Yield a seat for each stretch: who comes back from a break sits down anew."""
        skills = {
            agent: {kind: 1 for kind in kinds if kind in DIALED}
            for agent, kinds in self._skills.of(day).items()
        }
        for number, stretch in enumerate(stretches(day)):
            seat = f"{stretch.agent}-{number:03d}"
            yield AgentPlan(
                id=seat,
                name=stretch.agent,
                extension=f"PJSIP/{seat}",
                skills=skills[stretch.agent],
                from_s=stretch.from_s,
                until_s=max(stretch.until_s, stretch.from_s + 1),
            )


class _Seen:
    """Values that calls of each kind had, to draw from."""

    def __init__(self, calls: Iterable[BankCall], value: Callable[[BankCall], int | None]) -> None:
        self._all: list[int] = []
        self._of_kind: dict[str, list[int]] = defaultdict(list)
        for call in calls:
            seen = value(call)
            if seen is not None:
                self._all.append(seen)
                self._of_kind[call.kind].append(seen)

    def draw(self, call: BankCall, stream: Random) -> int:
        """Return one of the values of calls of this kind, of any kind where none of this has any."""
        values = self._of_kind.get(call.kind, self._all)
        return values[int(stream.random() * len(values))]
