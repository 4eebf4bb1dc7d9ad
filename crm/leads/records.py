"""Leads on their way into a store: what an import, or a test, hands to `save_leads`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from hashlib import blake2b
from typing import NamedTuple, Protocol

from core.kernel import json_text
from core.kernel.record import Struct
from core.model.lead import LeadNumber
from core.model.list_import import POSITION_MAX, WEIGHT_MAX, Fault, ListChange


class LeadState(IntEnum):
    """Where a lead is: in line, waiting until an instant (of its own or of a lease's end), or out."""

    READY = 0
    WAITING = 1
    HELD = 2
    """Of a list that is not yet loaded to its end."""
    DONE = 3


class Scope(StrEnum):
    """How far one looks for a number that is there already; each includes those before it."""

    NONE = "none"
    FILE = "file"
    LIST = "list"
    CAMPAIGN = "campaign"
    SYSTEM = "system"


class Verdict(StrEnum):
    """What became of a line."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    LISTED = "do not call"
    REJECTED = "rejected"


class Moved(StrEnum):
    """What became of a wish to have a promised call made from another list."""

    MOVED = "moved"
    UNKNOWN_LIST = "unknown_list"
    NOT_PROMISED = "not_promised"
    THERE_ALREADY = "there_already"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlan:
    """A list and how it is loaded.

    Lists of one `position` are dialed mixed, in proportion to their `weight`, and after those of smaller
    positions. `duplicates` says where a lead's first number may not stand yet; `keeps_listed` lets leads in
    that may not be called: they wait until they may.
    """

    campaign: str
    name: str
    position: int = 0
    weight: int = 1
    duplicates: Scope = Scope.LIST
    keeps_listed: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.position <= POSITION_MAX and 1 <= self.weight <= WEIGHT_MAX):
            raise ValueError(f"position {self.position} or weight {self.weight}")


class LeadRecord(Struct, frozen=True, kw_only=True, gc=False):
    """A lead as a list knows one; `external_id` names it within its list."""

    external_id: str
    person_id: str
    numbers: tuple[LeadNumber, ...]
    name: str = ""
    tier: str = ""
    customer_id: str = ""
    language: str = ""
    owner: str = ""
    rank: int = 0
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> int:
        """Return a number that another content would not have: tells whether a lead has changed."""
        return int.from_bytes(blake2b(_ENCODER.encode(self), digest_size=8).digest(), signed=True)


_ENCODER = json_text.Encoder()


class Place(NamedTuple):
    """Where a lead stands already."""

    campaign: str
    list_name: str
    external_id: str

    def __str__(self) -> str:
        return f"{self.campaign}/{self.list_name}: {self.external_id}"

    def fault(self, plan: ListPlan) -> Fault:
        """Return how far from the list of `plan` that is."""
        if self.campaign != plan.campaign:
            return Fault.ELSEWHERE
        return Fault.IN_LIST if self.list_name == plan.name else Fault.IN_CAMPAIGN


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one lead of a batch; `because` says where it was found, or what forbids it."""

    verdict: Verdict
    because: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a store knows about a batch beforehand.

    `digests` are those of the leads that are in the list, by external id; `taken` says of first numbers
    where they stand already; `listed` what forbids a number.
    """

    digests: dict[str, int] = field(default_factory=dict)
    taken: dict[str, Place] = field(default_factory=dict)
    listed: dict[str, tuple[str, ...]] = field(default_factory=dict)


def judge(plan: ListPlan, records: Sequence[LeadRecord], known: Known) -> list[Judgement]:
    """Return what becomes of each lead. The file has been looked through for twins of its own."""
    return [_judged(plan, record, known) for record in records]


def _judged(plan: ListPlan, record: LeadRecord, known: Known) -> Judgement:
    digest = known.digests.get(record.external_id)
    if digest is not None:
        return Judgement(Verdict.UNCHANGED if digest == record.digest else Verdict.UPDATED)
    where = known.taken.get(record.numbers[0].number)
    if where is not None:
        return Judgement(Verdict.DUPLICATE, str(where), where.fault(plan))
    against = [known.listed.get(number.number, ()) for number in record.numbers]
    if all(against) and not plan.keeps_listed:
        names = sorted({name for names in against for name in names})
        return Judgement(Verdict.LISTED, ", ".join(names), Fault.LISTED)
    return Judgement(Verdict.NEW)


class LeadSink(Protocol):
    """Where lists are written: the SQL store, or the one in memory. Raises as `core.ports.LeadStore`."""

    async def judge_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        """Return what `save_leads` would, and write nothing."""
        ...

    async def save_leads(self, plan: ListPlan, records: Sequence[LeadRecord]) -> Sequence[Judgement]:
        """Create or update leads, all or none; they do not come up before `finish_list`.

        External ids are unique within `records`. A lead that is known keeps its place, its attempts and its
        next time; the list is made where it is not there yet, and then keeps its position and weight.
        """
        ...

    async def finish_list(self, plan: ListPlan) -> None:
        """Let all leads of the list come up; an interrupted one goes on where it is called again."""
        ...

    async def forget_held(self, plan: ListPlan) -> None:
        """Forget the leads of the list that never were in line: what a load that was given up has left.

        A list that has none after that is forgotten too.
        """
        ...

    async def arrange_list(self, campaign: str, name: str, change: ListChange) -> bool:
        """Say otherwise when the list has its turn, from the next lease on; tell whether it is there.

        Those who are leased already go on.
        """
        ...

    async def move_promise(self, campaign: str, lead_id: str, to: str) -> Moved:
        """Let a lead that is promised a call stand in the list `to` of its campaign, and be done in its own.

        It keeps its attempts, its owner and its time; not one that is leased, or has a namesake there.
        """
        ...

    async def save_listed(self, listing: str, numbers: Sequence[str], at_us: int) -> None:
        """Put numbers and areas (`+1900*`) on a do-not-call list or a register (`listing_key`)."""
        ...

    async def renew_register(self, name: str, from_us: int) -> None:
        """Say that our copy of a register is whole and of this instant: what older copies had more, goes."""
        ...
