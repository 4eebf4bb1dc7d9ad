"""The real days of a month as scenarios: the same callers at the same instants, the same agents at work.

Callers call when they did, talk as long as they did, and show as much of their patience as they did. Drawn,
by key, is only what no record can know: how long those would have talked who hung up, how long those would
have waited who were served, and the priority of those who never waited; each like other calls of the same
kind in the month. The wrap-up stands for all that keeps agents from the next call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

from core.kernel.clock import microseconds
from core.kernel.rng import KeyedDraws
from simulator.bank.calls import BankCall, BankDay, BankMonth
from simulator.bank.centre import (
    AT_ONCE,
    CUSTOMERS,
    ENGINE_CONFIG,
    HABITS,
    NUMBERS,
    TIERS,
    USUAL_KIND,
    number_of,
)
from simulator.bank.rule import days_with_priority
from simulator.bank.shifts import Skills, stretches
from simulator.bank.waits import Patience
from simulator.demand import TracedArrivals
from simulator.draws import Exponential
from simulator.scenario import Scenario
from simulator.staffing import AgentPlan, Service
from simulator.trace import Arrival


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
            engine_config=ENGINE_CONFIG,
            seed=seed,
            duration_s=day.calls[-1].at_s + 1,
            arrivals=(TracedArrivals(dialed_number=NUMBERS[USUAL_KIND], trace=self._calls(day, seed)),),
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
                dialed_number=number_of(call.kind),
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
        skills = self._skills.of(day)
        for number, stretch in enumerate(stretches(day)):
            seat = f"{stretch.agent}-{number:03d}"
            yield AgentPlan(
                id=seat,
                name=stretch.agent,
                extension=f"PJSIP/{seat}",
                skills=dict.fromkeys(skills[stretch.agent], 1),
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
