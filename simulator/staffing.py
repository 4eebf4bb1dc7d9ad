"""Who works, when, and how long the work takes: the supply side of a scenario. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from core.kernel.errors import KeyRefused
from core.kernel.schema import number
from simulator.draws import STRICT, Constant, Duration, Uniform
from simulator.words import (
    Address,
    Headcount,
    Level,
    NotNegative,
    Pace,
    Positive,
    Share,
    Slots,
    Weight,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How long talk and wrap-up take, for a queue, a tier, a channel and an agent; an empty word fits all.

    `agent` is the id of an agent or the name of a team.
    """

    __pydantic_config__ = STRICT
    talk: Duration
    """How long the two talk, in seconds."""
    wrap_up: Duration
    """How much work the agent has afterwards, in seconds."""
    queue: str = ""
    """The queue it is for; empty: all."""
    tier: str = ""
    """The value tier it is for; empty: all."""
    channel: str = ""
    """The channel it is for, such as voice or task; empty: all. Work besides calls takes its `talk` alone."""
    agent: str = ""
    """The id of the agent, or the name of the team, it is for; empty: all."""
    customer_ends: Share = 0.7
    """The share of talks in which it is the customer who hangs up."""
    disposition: str = ""
    """What the agent enters as the outcome, where neither `dispositions` nor a `skill` decides it."""
    dispositions: dict[Word, Weight] = field(default_factory=dict)
    """What agents enter, each in proportion to its weight; without, always the same."""
    skill: str = ""
    """The skill that the matter takes: the agent's proficiency in it decides outcome and pace."""

    def fits(self, queue: str, tier: str, agent: AgentPlan, channel: str) -> bool:
        """Tell whether a contact of `queue`, `tier` and `channel` takes `agent` this long."""
        return (
            self.queue in ("", queue)
            and self.tier in ("", tier)
            and self.channel in ("", channel)
            and (not self.agent or self.agent in (agent.id, agent.team))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One pause of a shift, under a not-ready reason the engine knows."""

    __pydantic_config__ = STRICT
    at_s: NotNegative
    """When it begins, in seconds; a contact in hand is finished first."""
    for_s: Positive
    """How long it is, in seconds."""
    reason: Word = "break"
    """The not-ready reason, one of those that the engine's configuration knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlan:
    """One agent and the day in front of them; without `until_s` they stay to the end.

    `pace` multiplies talk and wrap-up; `team` is a word that a service may name.
    """

    __pydantic_config__ = STRICT
    id: Word
    """Who it is, in figures and time lines."""
    extension: Address
    """Their phone."""
    skills: dict[str, Level] = field(default_factory=dict)
    """The level of each skill, 1 to 10."""
    capacity: dict[Word, Slots] = field(default_factory=dict)
    """How many contacts of a channel at once; without, as the engine's configuration says."""
    name: str = ""
    """What the board calls them."""
    team: str = ""
    """A word that a service may name."""
    pace: Pace = 1.0
    """Multiplies their talk and wrap-up: 0.8 is a fifth quicker than usual."""
    from_s: NotNegative = 0.0
    """When the shift begins, in seconds."""
    until_s: Positive | None = None
    """When it ends, in seconds; without, they stay to the end."""
    breaks: tuple[Break, ...] = ()
    """The pauses of the shift."""
    standing: bool = False
    """Whether their phone is rung once, at log-in, and the call stands all shift."""

    def __post_init__(self) -> None:
        if self.until_s is not None and self.until_s <= self.from_s:
            raise KeyRefused("until_s", self.until_s, f"more than from_s, {number(self.from_s)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Agents who are alike, by headcount: `counts[i]` of them work in interval i.

    The first interval begins at `from_s`, and the last count holds to the end (`simulator.crew`).
    """

    __pydantic_config__ = STRICT
    name: Word
    """Its members are NAME-001, NAME-002 and so on, at the phones PJSIP/NAME-001 and so on."""
    skills: dict[str, Level] = field(default_factory=dict)
    """The level of each skill, 1 to 10, of every member."""
    capacity: dict[Word, Slots] = field(default_factory=dict)
    """How many contacts of a channel each has at once; without, as the engine's configuration says."""
    pace: Pace = 1.0
    """Multiplies their talk and wrap-up: 0.8 is a fifth quicker than usual."""
    from_s: NotNegative = 0.0
    """When the first interval begins, in seconds."""
    interval_s: Positive = 1800.0
    """How long an interval is, in seconds."""
    counts: Annotated[tuple[Headcount, ...], Field(min_length=1)]
    """How many work in each interval; the last count holds to the end."""
    standing: bool = False
    """Whether their phones are rung once, at log-in, and the calls stand all shift."""

    def members(self) -> tuple[AgentPlan, ...]:
        """Return the plan of each who may work in the team: `NAME-001` at the phone `PJSIP/NAME-001`."""
        names = (f"{self.name}-{number:03d}" for number in range(1, max(self.counts) + 1))
        return tuple(self._member(name) for name in names)

    def _member(self, name: str) -> AgentPlan:
        phone = f"PJSIP/{name}"
        return AgentPlan(
            id=name,
            extension=phone,
            name=name,
            skills=self.skills,
            capacity=self.capacity,
            team=self.name,
            pace=self.pace,
            standing=self.standing,
        )

    def count_at(self, at_s: float) -> int:
        """Return how many work at an instant, in seconds from the start."""
        place = int((at_s - self.from_s) // self.interval_s)
        return self.counts[min(place, len(self.counts) - 1)] if place >= 0 else 0

    def changes(self) -> list[tuple[float, int]]:
        """Return when the headcount changes, in seconds from the start, and to what."""
        before = (0, *self.counts)
        return [
            (self.from_s + place * self.interval_s, count)
            for place, count in enumerate(self.counts)
            if count != before[place]
        ]


_ANSWERS = Uniform(kind="uniform", low_s=1, high_s=4)
_ACCEPTS = Uniform(kind="uniform", low_s=2, high_s=10)
_LOOKS = Constant(value_s=10)
_SETTLES_IN = Constant(value_s=1)
_COMES_BACK = Constant(value_s=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHabits:
    """What all agents have in common. `misses` is the share of ringing calls they let ring out."""

    __pydantic_config__ = STRICT
    answers: Duration = _ANSWERS
    """How long a phone rings until the agent answers, in seconds."""
    misses: Share = 0.0
    """The share of ringing calls that they let ring out, and of offered work that they overlook."""
    accepts: Duration = _ACCEPTS
    """From work showing on the screen to taking it, or turning it down, in seconds."""
    rejects: Share = 0.0
    """The share of offered work that they turn down."""
    looks: Duration = _LOOKS
    """How long they look at a lead that is shown before it is called, in seconds."""
    skips: Share = 0.0
    """The share of these that they pass over."""
    settles_in: Duration = _SETTLES_IN
    """From logging in to being ready, in seconds."""
    comes_back: Duration = _COMES_BACK
    """From a missed call to being ready again, in seconds."""
