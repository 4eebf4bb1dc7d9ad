"""A floor of agents, leads of two kinds, and the real pacer: the smallest world in which a score can matter.

Event by event in virtual seconds, under the conditions of the dialer's acceptance: talks of 150 s and
wrap-ups of 30 s (lognormal), answers after about 12 s of ringing, everything else rings 25 s, whoever answers
waits 2 s. Of the telephone system nothing takes part: the whole engine is for `benchmarks.pacing`. What a
lead is and does is drawn by its number, so every way of telling leads apart meets the same list.
"""

from __future__ import annotations

import heapq
from bisect import insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from math import log
from random import Random
from typing import Protocol

from core.kernel.rng import KeyedDraws
from dialer.answering import AnswerRates, Rates, Segment, Traits
from dialer.budget import Budget
from dialer.cohorts import Cohorts
from dialer.pacing import Floor, Learned, Pacer, Phase
from dialer.scoring import AnswerScores

TALK_S, TALK_SIGMA = 150.0, 0.9
WRAP_UP_S, WRAP_UP_SIGMA = 30.0, 0.5
RING_SHAPE, RING_S, RING_TIMEOUT_S = 4, 12.0, 25.0
PATIENCE_S = 2.0
TICK_S, REFRESH_S = 2.0, 20.0
LIKELY, UNLIKELY = 1.8, 0.2
"""How often leads of the two kinds answer, as factors of the mean; half of the leads are of each."""
HOURS, REGIONS = 5, 5
"""Values of two more traits, which mean nothing."""
LINES_EACH = 30
"""Lines for each agent: more than any decision asks for."""
AHEAD_EACH, AHEAD_MIN = 4, 20
"""Leads at hand, for each agent and at least."""


@dataclass(frozen=True, slots=True, order=True)
class ListedLead:
    """A lead as the list has it, and what only the world knows: whether and when it answers, for how long."""

    number: int
    traits: Traits
    ring_s: float
    answers: bool
    talk_s: float
    wrap_up_s: float


class Teller(Protocol):
    """A way to tell leads apart."""

    rates: Rates

    def traits(self, lead: ListedLead) -> Traits:
        """Return what is known of a lead."""
        ...


class Alike:
    """All leads of the list are alike."""

    def __init__(self) -> None:
        self.rates: Rates = AnswerRates()

    def traits(self, lead: ListedLead) -> Traits:
        """Know nothing but the list."""
        return ("list",)


class Told(Alike):
    """Somebody has told which trait it is that matters."""

    def traits(self, lead: ListedLead) -> Traits:
        """Know the list and the kind."""
        return ("list", lead.traits[0])


class Scored:
    """It is learned from the calls which traits matter, and how much."""

    def __init__(self) -> None:
        self.rates: Rates = AnswerScores()

    def traits(self, lead: ListedLead) -> Traits:
        """Know all that the list says."""
        return lead.traits


def leads(rate: float, seed: int) -> Callable[[int], ListedLead]:
    """Return the list of one seed, by number; `rate` is the mean answer rate."""
    draws = KeyedDraws(seed, "leads")

    def lead(number: int) -> ListedLead:
        draw = draws.of(number)
        kind, factor = ("mobile", LIKELY) if draw.random() < 0.5 else ("office", UNLIKELY)
        traits = (kind, f"hour {draw.randrange(HOURS)}", f"region {draw.randrange(REGIONS)}")
        answers = draw.random() < rate * factor
        ring_s = _ring_s(draw) if answers else RING_TIMEOUT_S
        talk_s, wrap_up_s = _spread(draw, TALK_S, TALK_SIGMA), _spread(draw, WRAP_UP_S, WRAP_UP_SIGMA)
        return ListedLead(number, traits, ring_s, answers, talk_s, wrap_up_s)

    return lead


def _spread(draw: Random, mean_s: float, sigma: float) -> float:
    return draw.lognormvariate(log(mean_s) - sigma * sigma / 2, sigma)


def _ring_s(draw: Random) -> float:
    while True:
        ring_s = draw.gammavariate(RING_SHAPE, RING_S / RING_SHAPE)
        if ring_s < RING_TIMEOUT_S:
            return ring_s


@dataclass(slots=True)
class Result:
    """What a day came to: shares of time and of answers, and how many of the calls were answered."""

    busy_share: float
    abandoned_share: float
    answered_share: float


@dataclass(slots=True)
class Day:
    """One day of `agents`; where `likely_first`, the leads at hand that are likely to answer go first."""

    agents: int
    lead: Callable[[int], ListedLead]
    teller: Teller
    lasts_s: float
    likely_first: bool = False
    budget: Budget = field(default_factory=Budget)
    _agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _now_s: float = 0.0
    _idle: int = 0
    _busy: dict[int, tuple[Phase, float]] = field(default_factory=dict)
    _waiting: deque[ListedLead] = field(default_factory=deque)
    _ringing: dict[int, tuple[Segment, float]] = field(default_factory=dict)
    _at_hand: list[tuple[float, ListedLead]] = field(default_factory=list)
    _drawn: int = 0
    _dialed: int = 0
    _busy_s: float = 0.0
    _refreshed_s: float = 0.0
    _learned: Learned = field(init=False)
    _pacer: Pacer = field(init=False)
    _cohorts: Cohorts = field(init=False)

    def __post_init__(self) -> None:
        self._idle = self.agents
        self._learned = Learned(rates=self.teller.rates)
        self._pacer = Pacer(self._learned, PATIENCE_S)
        self._cohorts = Cohorts(self.teller.rates, self._learned.ringing)

    def run(self) -> Result:
        """Let the day pass."""
        self._after(0.0, self._tick)
        while self._agenda[0][0] < self.lasts_s:
            self._now_s, _, action = heapq.heappop(self._agenda)
            action()
        busy_s = self._busy_s + sum(self.lasts_s - since_s for _, since_s in self._busy.values())
        return Result(
            busy_s / (self.agents * self.lasts_s), self.budget.share, self.budget.answered / self._dialed
        )

    def _after(self, delay_s: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self._now_s + delay_s, next(self._order), action))

    # --- dialing ------------------------------------------------------------------------------------

    def _tick(self) -> None:
        self._cohorts.fold(self._now_s)
        if self._now_s - self._refreshed_s >= REFRESH_S:
            self._refreshed_s = self._now_s
            self._pacer.refresh()
        self._dial()
        self._after(TICK_S, self._tick)

    def _dial(self) -> None:
        self._fill()
        floor = Floor(
            idle=self._idle,
            busy=[(phase, self._now_s - since_s) for phase, since_s in self._busy.values()],
            waiting=len(self._waiting),
            ringing=[(segment, self._now_s - since_s) for segment, since_s in self._ringing.values()],
        )
        segment, traits = self.teller.rates.segment, self.teller.traits
        next_up = (segment(traits(lead)) for _, lead in self._at_hand)
        calls = self._pacer.calls(floor, next_up, self.budget.boldness(), LINES_EACH * self.agents)
        for _, lead in self._at_hand[:calls]:
            self._ring(lead)
        del self._at_hand[:calls]

    def _fill(self) -> None:
        """Take as many leads in hand as there should be, in the order in which they are to be dialed."""
        rates = self.teller.rates
        while len(self._at_hand) < AHEAD_EACH * self.agents + AHEAD_MIN:
            lead = self.lead(self._drawn)
            self._drawn += 1
            rate = rates.cautious(rates.segment(self.teller.traits(lead))) if self.likely_first else 0.0
            insort(self._at_hand, (-rate, lead))

    def _ring(self, lead: ListedLead) -> None:
        traits, began_s = self.teller.traits(lead), self._now_s
        self._dialed += 1
        self._ringing[lead.number] = (self.teller.rates.segment(traits), began_s)
        self._cohorts.launch(traits, began_s)
        self._after(lead.ring_s, lambda: self._rung(lead, began_s))

    def _rung(self, lead: ListedLead, began_s: float) -> None:
        del self._ringing[lead.number]
        self._cohorts.end(self.teller.traits(lead), began_s, self._now_s, answered=lead.answers)
        if not lead.answers:
            return
        self.budget.answered += 1
        if self._idle:
            self._talk(lead)
        else:
            self._waiting.append(lead)
            self._after(PATIENCE_S, lambda: self._give_up(lead))

    def _give_up(self, lead: ListedLead) -> None:
        if lead in self._waiting:
            self._waiting.remove(lead)
            self.budget.abandoned += 1

    # --- agents -------------------------------------------------------------------------------------------

    def _talk(self, lead: ListedLead) -> None:
        self._idle -= 1
        self._busy[lead.number] = (Phase.TALK, self._now_s)
        self._after(lead.talk_s, lambda: self._wrap_up(lead))

    def _wrap_up(self, lead: ListedLead) -> None:
        self._live(lead)
        self._busy[lead.number] = (Phase.WRAP_UP, self._now_s)
        self._after(lead.wrap_up_s, lambda: self._free(lead))

    def _free(self, lead: ListedLead) -> None:
        self._live(lead)
        del self._busy[lead.number]
        self._idle += 1
        if self._waiting:
            self._talk(self._waiting.popleft())
        else:
            self._dial()

    def _live(self, lead: ListedLead) -> None:
        """Count what has just ended, and learn how long it was."""
        phase, since_s = self._busy[lead.number]
        lasted_s = self._now_s - since_s
        law = self._learned.talk if phase is Phase.TALK else self._learned.wrap_up
        law.live(0.0, lasted_s)
        law.end(lasted_s)
        self._busy_s += lasted_s
