"""Lists of leads that the engine's own campaigns dial: who is on them, and who answers when. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from core.kernel.errors import KeyRefused, Said
from core.kernel.schema import ALLOWED, number
from simulator.draws import STRICT, Constant, Duration, Gamma, Uniform
from simulator.words import LeadCount, NotNegative, Positive, Share, Word

LEADS_MAX = 5_000_000
"""Leads of all lists together: each has a number of its own, of seven digits."""

Zone = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
        json_schema_extra={ALLOWED: "a time zone such as America/New_York"},
    ),
]

_ANSWERS = Gamma(kind="gamma", mean_s=12, shape=4)
_FAILS_AFTER = Uniform(kind="uniform", low_s=1, high_s=5)
_MACHINE_ANSWERS = Uniform(kind="uniform", low_s=12, high_s=20)
_GREETING = Uniform(kind="uniform", low_s=3, high_s=12)
_HELLO = Uniform(kind="uniform", low_s=0.4, high_s=1.2)
_MACHINE_TALK = Uniform(kind="uniform", low_s=4, high_s=10)
_PATIENCE = Constant(value_s=2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadList:
    """A list of `count` leads of a campaign, each with one number.

    Of the attempts in interval i a share `reach[i]` is answered by a person; the last share holds to the end.
    Shares of all attempts meet a machine, a busy line, no such number, or a network that has no room. Who is
    left lets it ring. A share `alike` of all attempts comes to what the lead's nature says, the same each
    time: some are never at home.
    """

    __pydantic_config__ = STRICT
    campaign: Word
    """The campaign of the engine's configuration that dials it."""
    name: Word = "list"
    """What the list is called; of one campaign no two are called alike."""
    count: LeadCount
    """How many leads are on it."""
    from_s: NotNegative = 0.0
    """When it is loaded, in seconds; the campaign is started with the first of its lists."""
    tier: str = ""
    """The value tier of its leads."""
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "US"
    """The country of its numbers."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)] = ("UTC",)
    """The time zones of the numbers, one after the other."""
    reach: Annotated[tuple[Share, ...], Field(min_length=1)]
    """The share of attempts that a person answers, in each interval; the last holds to the end."""
    interval_s: Positive = 1e6
    """How long an interval of `reach` is, in seconds."""
    answers: Duration = _ANSWERS
    """How long it rings until a person answers, in seconds; who takes longer than we ring is not reached."""
    machines: Share = 0.0
    """The share of attempts that a machine answers."""
    machine_answers: Duration = _MACHINE_ANSWERS
    """How long it rings until a machine answers, in seconds."""
    greeting: Duration = _GREETING
    """How long the greeting of a machine is, in seconds."""
    hello: Duration = _HELLO
    """How long the greeting of a person is, in seconds."""
    machine_talk: Duration = _MACHINE_TALK
    """How long an agent listens to a machine, in seconds."""
    busy: Share = 0.0
    """The share of attempts that find the line busy."""
    invalid: Share = 0.0
    """The share of attempts at numbers that there are not."""
    congested: Share = 0.0
    """The share of attempts for which the network has no room."""
    fails_after: Duration = _FAILS_AFTER
    """How long it takes until one of these is known, in seconds."""
    alike: Share = 0.0
    """The share of attempts that come to what the lead's nature says, the same each time."""
    patience: Duration = _PATIENCE
    """How long a person who answered waits in silence, in seconds."""
    opts_out: Share = 0.0
    """The share of those who hear the message for the abandoned that press its key."""
    talk: Duration | None = None
    """How long they talk, in seconds; without, as the service says."""

    def __post_init__(self) -> None:
        others = self.machines + self.busy + self.invalid + self.congested
        if max(self.reach) + others > 1:
            found = Said(f"{number(max(self.reach) + others)} of all attempts")
            raise KeyRefused("reach", found, "at most 1 with machines, busy, invalid and congested")
