"""Phones: what happens at the other end when the simulated Asterisk rings an address.

A phone answers the question "you are being rung: what will you do, and when?" with a `Reaction`. Fixed
reactions make test phones; the workforce gives each agent's phone a reaction of its own. The measured
outcomes on a real Asterisk are in `REFUSALS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.model.causes import Cause


class Reach(StrEnum):
    """What a phone does with a call."""

    ANSWER = "answer"
    IGNORE = "ignore"
    BUSY = "busy"
    REJECT = "reject"
    BLOCKED = "blocked"
    CONGESTED = "congested"
    NOT_FOUND = "not_found"
    DEAD = "dead"
    UNREGISTERED = "unregistered"


@dataclass(frozen=True, slots=True)
class Refusal:
    """How Asterisk tells that a phone did not take the call: DIALSTATUS, Q.850 cause, status of SIP.

    Asterisk 22 gives 0 as the reason of every OriginateResponse to a refusal.
    """

    status: str
    cause: Cause
    tech_cause: int


REFUSALS = {
    Reach.BUSY: Refusal("BUSY", Cause.BUSY, 486),
    Reach.REJECT: Refusal("NOANSWER", Cause.REJECTED, 603),
    Reach.BLOCKED: Refusal("NOANSWER", Cause.INTERWORKING, 608),
    Reach.CONGESTED: Refusal("CONGESTION", Cause.CONGESTION, 503),
    Reach.NOT_FOUND: Refusal("NOANSWER", Cause.UNALLOCATED, 404),
}
"""Measured by Originate on Asterisk 22.10 against phones that answered so."""

OUTSIDE_ANSWER_US = 4_000_000
"""How long somebody outside lets the phone ring before picking up."""
OUTSIDE_LINES = 1_000
"""Calls the trunk carries at once."""
_TRUNK = "@trunk"


@dataclass(frozen=True, slots=True)
class Voice:
    """What is to be heard when a phone is answered: nothing for `silent_us`, then words for `speaks_us`."""

    silent_us: int = 200_000
    speaks_us: int = 600_000


HELLO = Voice()


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a phone will do, `after_us` microseconds from now, and what is heard if it is answered."""

    reach: Reach
    after_us: int = 0
    voice: Voice = HELLO


React = Callable[[str], Reaction]


@dataclass(slots=True)
class Phone:
    """One address. `react` is asked once for each call that reaches a free line.

    It is told the uniqueid of the channel that the phone is rung for, empty where nobody knows.
    """

    address: str
    react: React
    lines: int = 1
    in_use: int = 0


def always(reach: Reach, after_us: int = 0, voice: Voice = HELLO) -> React:
    """Return the behaviour of a phone that reacts alike to every call."""
    reaction = Reaction(reach, after_us, voice)
    return lambda peer: reaction


def outside_address(number: str) -> str:
    """Return the address of `number` beyond the trunk."""
    return f"PJSIP/{number}{_TRUNK}"


def number_outside(address: str) -> str:
    """Return the number of an address beyond the trunk."""
    return address.removesuffix(_TRUNK).rpartition("/")[2]


def is_outside(address: str) -> bool:
    """Tell whether `address` lies beyond the trunk."""
    return address.endswith(_TRUNK)


class PhoneBook:
    """All phones by address. Numbers beyond the trunk are always there; any other unknown address is not.

    `people` knows who is at an address beyond the trunk; where it knows nobody, somebody answers as well.
    """

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}
        self.people: Callable[[str], Phone | None] = _nobody
        self._outside = Phone(_TRUNK, always(Reach.ANSWER, OUTSIDE_ANSWER_US), lines=OUTSIDE_LINES)

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._phones.values())

    def add(self, address: str, react: React, lines: int = 1) -> Phone:
        """Register a phone, replacing the one that had the address before."""
        phone = Phone(address, react, lines)
        self._phones[address] = phone
        return phone

    def find(self, address: str) -> Phone | None:
        """Return the phone at `address`, or None where there is none."""
        phone = self._phones.get(address)
        if phone is None and is_outside(address):
            return self.people(address) or self._outside
        return phone


def _nobody(address: str) -> Phone | None:
    """Know nobody at the address."""
    return None
