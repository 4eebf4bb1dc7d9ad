"""The simulated customers: their records for the CRM store, and which of them calls."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from core.kernel.record import Struct
from core.kernel.rng import Streams
from core.model.customer import Customer
from core.model.ids import CustomerId
from simulator.demand import CustomerGroup
from simulator.draws import Duration
from simulator.scenario import Scenario

_GIVEN_NAMES = ("Ada", "Bo", "Carmen", "Deng", "Elif", "Femi", "Greta", "Hana", "Ivo", "Jin", "Kofi", "Lan")
_FAMILY_NAMES = ("Adler", "Bosch", "Chen", "Dijk", "Evans", "Fang", "Garcia", "Huang", "Ito", "Jansen")
_KNOWN_NUMBER = "+3120{:07d}"
_STRANGER_NUMBER = "+44207{:08d}"
_STRANGERS = 10_000_000
"""How many numbers there are that a caller nobody knows may have; those of traces come after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmRecord:
    """A customer with what the store keeps beside the record: the phone in E.164, and the PIN."""

    customer: Customer
    phone: str
    pin: str


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who may call; strangers have no account."""

    number: str
    name: str
    patience: Duration
    customer_id: str = ""
    account: str = ""
    pin: str = ""


class Population:
    """Everybody who may call, in the groups of the scenario."""

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        records = _records(scenario, streams.stream("customers"))
        self.records = tuple(record for group in records for record in group)
        usual = scenario.callers.patience
        self._groups = [
            _Group(group.patience or usual, known)
            for group, known in zip(scenario.customers, records, strict=True)
        ]
        self._shares = list(accumulate(group.weight for group in scenario.customers))
        self._by_name = {
            group.name: people for group, people in zip(scenario.customers, self._groups, strict=True)
        }

    def caller(self, name: str, place: int | None, stream: Random) -> Person:
        """Return who calls: of the group `name`, or of any by weight, the one at `place`, or anybody."""
        group = self._by_name[name] if name else self._any_group(stream)
        return group.anybody(stream) if place is None else group.at(place)

    def _any_group(self, stream: Random) -> _Group:
        return self._groups[bisect_right(self._shares, stream.random() * self._shares[-1])]


class _Group:
    """The people of one entry of `[[customers]]`; strangers where the CRM store knows none of them."""

    def __init__(self, patience: Duration, records: Sequence[CrmRecord]) -> None:
        self._patience = patience
        self._people = [_known(record, patience) for record in records]

    def anybody(self, stream: Random) -> Person:
        """Return one of them, all alike likely."""
        if self._people:
            return self._people[int(stream.random() * len(self._people))]
        return self._stranger(int(stream.random() * _STRANGERS))

    def at(self, place: int) -> Person:
        """Return always the same one for the same place."""
        return self._people[place] if self._people else self._stranger(_STRANGERS + place)

    def _stranger(self, serial: int) -> Person:
        return Person(number=_STRANGER_NUMBER.format(serial), name="", patience=self._patience)


def _known(record: CrmRecord, patience: Duration) -> Person:
    customer = record.customer
    return Person(
        number=record.phone,
        name=customer.name,
        patience=patience,
        customer_id=customer.customer_id,
        account=customer.account_number,
        pin=record.pin,
    )


def _records(scenario: Scenario, stream: Random) -> list[list[CrmRecord]]:
    """Return the records of each group; none of one that the CRM store does not know."""
    groups: list[list[CrmRecord]] = []
    made = 0
    for group in scenario.customers:
        groups.append([_record(group, made + place, stream) for place in range(group.known)])
        made += group.known
    return groups


def _record(group: CustomerGroup, serial: int, stream: Random) -> CrmRecord:
    customer = Customer(
        customer_id=CustomerId(f"K-{serial:06d}"),
        name=f"{stream.choice(_GIVEN_NAMES)} {stream.choice(_FAMILY_NAMES)}",
        tier=group.tier,
        language=group.language,
        account_number=f"{10_000_000 + serial}",
        balance_cents=stream.randrange(-50_000, 2_000_000),
    )
    pin = f"{stream.randrange(10_000):04d}"
    return CrmRecord(customer=customer, phone=_KNOWN_NUMBER.format(2_000_000 + serial), pin=pin)
