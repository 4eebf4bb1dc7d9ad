"""The faults that a scenario lets strike by chance, and the plan that draws them from the run's seed.

Two shapes: a `Slip` strikes a share of all occasions (an event, an action, a ringing phone), a `Spell`
comes by itself, so often an hour, and lasts a while. Each takes part in a share of all runs, so that a
sweep over seeds meets every fault alone and in company. What a kind means on the telephone is applied
where it happens: `simulator.faulty_pbx` without a wire, `simulator.faulty_wire` on the bytes,
`simulator.faulty_people` on the phones, `goldline.strained` on the store and the clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random  # det-ok: the type alone; the generator comes from the run's streams
from typing import Annotated, Literal

from pydantic import Field

from core.kernel.clock import SECOND_US
from core.kernel.rng import Streams
from simulator.draws import STRICT, Duration, Uniform, happens
from simulator.words import Positive, Share

HOUR_US = 3_600 * SECOND_US


class FaultKind(StrEnum):
    """What can go wrong, in the words of a scenario file."""

    EVENT_LOST = "event_lost"
    EVENT_DOUBLED = "event_doubled"
    EVENT_LATE = "event_late"
    OUTCOME_LATE = "outcome_late"
    """The OriginateResponse, which comes in any order with the channel's own events."""
    DIALOGUE_LATE = "dialogue_late"
    """What FastAGI tells, which comes in any order with what AMI tells."""
    ACTION_LOST = "action_lost"
    ACTION_LATE = "action_late"
    REPLY_DOUBLED = "reply_doubled"
    REPLY_LATE = "reply_late"
    BYTES_SPLIT = "bytes_split"
    HANG_UP_RACE = "hang_up_race"
    PHONE_FAILS = "phone_fails"
    STORE_SLOW = "store_slow"
    STORE_AWAY = "store_away"
    LINK_CUT = "link_cut"
    DIALOGUES_CUT = "dialogues_cut"
    READER_STALLED = "reader_stalled"
    PBX_RESTART = "pbx_restart"
    CLOCK_LEAP = "clock_leap"


SlipKind = Literal[
    FaultKind.EVENT_LOST,
    FaultKind.EVENT_DOUBLED,
    FaultKind.EVENT_LATE,
    FaultKind.OUTCOME_LATE,
    FaultKind.DIALOGUE_LATE,
    FaultKind.ACTION_LOST,
    FaultKind.ACTION_LATE,
    FaultKind.REPLY_DOUBLED,
    FaultKind.REPLY_LATE,
    FaultKind.BYTES_SPLIT,
    FaultKind.HANG_UP_RACE,
    FaultKind.PHONE_FAILS,
    FaultKind.STORE_SLOW,
]
SpellKind = Literal[
    FaultKind.STORE_AWAY,
    FaultKind.LINK_CUT,
    FaultKind.DIALOGUES_CUT,
    FaultKind.READER_STALLED,
    FaultKind.PBX_RESTART,
    FaultKind.CLOCK_LEAP,
]

_A_MOMENT = Uniform(kind="uniform", low_s=0.001, high_s=0.5)
_A_WHILE = Uniform(kind="uniform", low_s=0.1, high_s=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A fault of single occasions: `share` of them are struck; what is late is late by `lasts`."""

    __pydantic_config__ = STRICT
    kind: SlipKind
    share: Share
    """The share of occasions that it strikes."""
    lasts: Duration = _A_MOMENT
    """How late what is late comes, in seconds."""
    in_runs: Share = 1.0
    """The share of runs in which it strikes at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A fault that comes `per_hour` times, at instants independent of each other, and `lasts` each time."""

    __pydantic_config__ = STRICT
    kind: SpellKind
    per_hour: Positive
    """How often it comes in an hour, on average."""
    lasts: Duration = _A_WHILE
    """How long it lasts each time, in seconds."""
    in_runs: Share = 1.0
    """The share of runs in which it strikes at all."""


RandomFault = Annotated[Slip | Spell, Field(discriminator="kind")]


class FaultPlan:
    """What strikes in one run; everything about a fault is drawn from a stream of its own kind."""

    def __init__(self, faults: Iterable[Slip | Spell], seed: int) -> None:
        self._streams = Streams(seed)
        taking_part = [each for each in faults if happens(each.in_runs, self.stream(f"{each.kind}/in_runs"))]
        self._slips: dict[FaultKind, Slip] = {
            each.kind: each for each in taking_part if isinstance(each, Slip)
        }
        self._spells = [each for each in taking_part if isinstance(each, Spell)]
        self.kinds = tuple(each.kind for each in taking_part)
        self.struck: Counter[FaultKind] = Counter()

    def __bool__(self) -> bool:
        return bool(self.kinds)

    def __str__(self) -> str:
        return ", ".join(f"{kind} ({self.struck[kind]} times)" for kind in self.kinds) or "none"

    def _takes_part(self, fault: Slip | Spell) -> bool:
        return happens(fault.in_runs, self.stream(f"{fault.kind}/in_runs"))

    def stream(self, name: str) -> Random:
        """Return the random numbers for one purpose of the faults."""
        return self._streams.stream(f"fault/{name}")

    def strikes(self, kind: FaultKind) -> bool:
        """Tell whether this occasion is struck."""
        slip = self._slips.get(kind)
        if slip is None or not happens(slip.share, self.stream(kind)):
            return False
        self.struck[kind] += 1
        return True

    def lag_us(self, kind: FaultKind) -> int:
        """Return how late this occasion is made, 0 where it is not struck."""
        return self._slips[kind].lasts.draw_us(self.stream(kind)) if self.strikes(kind) else 0

    def spells(self, kind: FaultKind, until_us: int) -> Iterator[tuple[int, int]]:
        """Yield when the spells of this kind begin and how long each lasts, in microseconds."""
        stream = self.stream(kind)
        for spell in self._spells:
            at_us = 0
            while spell.kind == kind:
                at_us += round(stream.expovariate(spell.per_hour / HOUR_US))
                if at_us >= until_us:
                    break
                yield at_us, spell.lasts.draw_us(stream)
