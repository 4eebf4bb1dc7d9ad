"""Who calls, when, and what they do on the telephone: the demand side of a scenario. Data only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from core.kernel.errors import KeyRefused, Said
from core.kernel.schema import ALLOWED, number
from core.model.contact import VOICE
from simulator.columns import ScenarioFile
from simulator.draws import STRICT, Constant, Duration, Exponential, Uniform
from simulator.trace import Arrival, read_trace
from simulator.words import Count, NotNegative, Number, Positive, Share, Weight, Word

HANG_UP = "hangup"
"""In place of keys: the caller hangs up in this menu."""

Keys = Annotated[
    str,
    Field(
        pattern=rf"^({HANG_UP}|([0-9*#]|\{{account\}}|\{{pin\}})*)$",
        json_schema_extra={ALLOWED: f"keys to press, such as 1, {{account}}# or {HANG_UP}"},
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalsEntry:
    """What all kinds of arrivals have in common.

    Calls come from `from_s` on and before `until_s`, or to the end of the scenario; intervals count from
    `from_s`. `customers` names the group that calls, empty where all do by their weights. `patience` is
    that of these calls, whoever calls.
    """

    __pydantic_config__ = STRICT
    channel: Word = VOICE
    """What comes: calls, or work of this channel, such as task or mail, which other programs bring."""
    queue: str = ""
    """The queue that work is for; calls find theirs by the menu."""
    dialed_number: Number = ""
    """The number these callers dial."""
    from_s: NotNegative = 0.0
    """When the first of them may call, in seconds; intervals count from here."""
    until_s: Positive | None = None
    """When the last may call, in seconds; without, the end of the scenario."""
    customers: str = ""
    """The name of the group that calls; empty: all groups by their weights."""
    patience: Duration | None = None
    """How long they wait, whoever calls; without, as the group or all callers do. Work without waits on."""
    talk: Duration | None = None
    """How long they talk, in seconds, whoever serves them; without, as the service says."""

    def __post_init__(self) -> None:
        if self.until_s is not None and self.until_s <= self.from_s:
            raise KeyRefused("until_s", self.until_s, f"more than from_s, {number(self.from_s)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedArrivals(ArrivalsEntry):
    """Arrivals with a rate; the day factor named `factor` multiplies it."""

    factor: str = ""
    """The name of the day factor that multiplies the rate; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoissonArrivals(RatedArrivals):
    """Calls at one constant rate, independent of each other."""

    kind: Literal["poisson"]
    per_hour: Positive
    """Calls an hour, on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalArrivals(RatedArrivals):
    """Calls at a rate that changes with each interval: `counts[i]` is the mean number in interval i."""

    kind: Literal["intervals"]
    interval_s: Positive
    """How long an interval is, in seconds."""
    counts: tuple[NotNegative, ...]
    """How many calls come in each interval, on average; the intervals fill the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalArrivals(RatedArrivals):
    """Calls one after the other, `between` apart; a day factor of 2 halves the gaps."""

    kind: Literal["renewal"]
    between: Duration
    """From one call to the next, in seconds."""

    def __post_init__(self) -> None:
        ArrivalsEntry.__post_init__(self)
        if self.between.mean_s <= 0:
            raise KeyRefused("between", Said("a mean of 0"), "a mean above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileArrivals(ArrivalsEntry):
    """Calls of a CSV file: its column `at_s` says when, others may say more (`simulator.trace`)."""

    kind: Literal["file"]
    path: ScenarioFile
    """The CSV file, beside the scenario."""
    trace: Sequence[Arrival] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ArrivalsEntry.__post_init__(self)
        object.__setattr__(self, "trace", read_trace(self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedArrivals(FileArrivals):
    """Calls that a program has at hand and gives as `trace`; a scenario's file cannot."""

    kind: Literal["file"] = "file"
    path: Path = Path()
    trace: Sequence[Arrival]

    def __post_init__(self) -> None:
        ArrivalsEntry.__post_init__(self)


_AT_ONCE = Constant(value_s=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialerArrivals(ArrivalsEntry):
    """People an outside dialer reaches, and puts through to `dialed_number`, while agents are idle.

    When an agent becomes idle and at least `idle_min` of those in `watches` are, it dials
    `per_idle` x (idle ones of `agents`) + `constant` numbers, less those that still ring. Both lists name
    teams or agents; `watches` is the same as `agents` where it is empty. Of interval i a share `reach[i]`
    answers, after `answers`; the last share holds to the end.
    """

    kind: Literal["dialer"]
    agents: tuple[Word, ...]
    """Ids of agents or names of teams that it dials for."""
    watches: tuple[Word, ...] = ()
    """Those whose becoming idle makes it dial; empty: the same."""
    idle_min: Count = 1
    """How many of those it watches must be idle before it dials."""
    per_idle: NotNegative = 1.0
    """Numbers dialed for each idle agent it dials for."""
    constant: Annotated[int, Field(ge=-1000, le=1000)] = 0
    """Numbers dialed besides; below 0, fewer."""
    interval_s: Positive = 1e6
    """How long an interval of `reach` is, in seconds."""
    reach: Annotated[tuple[Share, ...], Field(min_length=1)]
    """The share of numbers where somebody answers, in each interval; the last holds to the end."""
    answers: Duration = _AT_ONCE
    """How long they ring until answered, in seconds."""


Arrivals = Annotated[
    PoissonArrivals | IntervalArrivals | RenewalArrivals | FileArrivals | DialerArrivals,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGroup:
    """`count` customers of one tier in the CRM; `weight` says how often one of them calls.

    A group without a tier is unknown to the CRM. Its `name` lets arrivals say that it is this group who
    calls.
    """

    __pydantic_config__ = STRICT
    weight: Weight
    """How often one of the group calls, beside the weights of the other groups."""
    name: str = ""
    """A name, for arrivals to say that it is this group who calls."""
    tier: str = ""
    """Their value tier in the CRM; empty: nobody knows them."""
    count: Count = 1
    """How many they are."""
    language: Word = "en"
    """The language they speak, as the CRM has it."""
    patience: Duration | None = None
    """How long they wait; without, as all callers do."""

    @property
    def known(self) -> int:
        """Return how many of the group are in the CRM."""
        return self.count if self.tier else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A way through the menus: one entry of keys for each prompt that takes keys.

    `{account}` and `{pin}` stand for the caller's own; the entry `hangup` ends the call there.
    """

    __pydantic_config__ = STRICT
    weight: Weight = 1.0
    """How often this way is taken, beside the weights of the others."""
    keys: tuple[Keys, ...] = ()
    """One entry for each prompt that takes keys: the keys to press there."""
    dialed_number: str = ""
    """The number it is for; empty: all."""


_PATIENCE = Exponential(kind="exponential", mean_s=446)  # mean of a bank's callers, Brown et al. 2005
_THINKING = Uniform(kind="uniform", low_s=0.5, high_s=2.5)
_BETWEEN_KEYS = Constant(value_s=0.3)
_MESSAGE = Uniform(kind="uniform", low_s=5, high_s=30)
_OUTSIDE_TALK = Exponential(kind="exponential", mean_s=120)
_RETRY_AFTER = Constant(value_s=1200)
_CALLBACK_ANSWER = Uniform(kind="uniform", low_s=3, high_s=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHabits:
    """What all callers have in common. Patience counts from the first music on hold.

    Of those who lost patience a share `retry_share` calls once more after `retry_after`, of those who
    heard busy a share `retry_blocked_share`, of those whose matter was not settled a share
    `retry_unsettled_share`: each time as patient as before and with the same matter.

    Who waits and is offered a callback takes it in a share `callback_share`. Whoever is called back answers
    in a share `callback_answered_share` of all cases, after `callback_answer`, and else lets it ring.
    """

    __pydantic_config__ = STRICT
    patience: Duration = _PATIENCE
    """How long a caller hears music before hanging up, in seconds."""
    thinking: Duration = _THINKING
    """From the beginning of a prompt to the first key, in seconds."""
    between_keys: Duration = _BETWEEN_KEYS
    """From key to key, in seconds."""
    message: Duration = _MESSAGE
    """How long a recorded message is, in seconds."""
    outside_talk: Duration = _OUTSIDE_TALK
    """How long a caller talks who was sent on to an outside number, in seconds."""
    retry_share: Share = 0.0
    """The share of those who lost patience that call once more."""
    retry_blocked_share: Share = 0.0
    """The share of those who heard busy that call once more."""
    retry_unsettled_share: Share = 0.0
    """The share of those whose matter was not settled that call once more."""
    retry_after: Duration = _RETRY_AFTER
    """How long they wait before they do, in seconds."""
    callback_share: Share = 0.0
    """The share of those offered a callback while they wait that take it."""
    callback_answered_share: Share = 0.8
    """The share of callbacks that the customer answers."""
    callback_answer: Duration = _CALLBACK_ANSWER
    """How long the customer's phone rings until answered, in seconds."""
