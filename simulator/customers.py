"""The simulated customers: their records for the CRM store, and who of them calls next."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from core.kernel.rng import Streams
from core.model.customer import Customer
from core.model.ids import CustomerId
from simulator.demand import CustomerGroup
from simulator.draws import Duration
from simulator.scenario import Scenario

_GIVEN_NAMES = ("Ada", "Bo", "Carmen", "Deng", "Elif", "Femi", "Greta", "Hana", "Ivo", "Jin", "Kofi", "Lan")
_FAMILY_NAMES = ("Adler", "Bosch", "Chen", "Dijk", "Evans", "Fang", "Garcia", "Huang", "Ito", "Jansen")
_KNOWN_NUMBER = "+3120{:07d}"
_STRANGER_NUMBER = "+4420{:08d}"
_NUMBERS = 8_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmRecord:
    """A customer with what the store keeps beside the record: the phone in E.164, and the PIN."""

    customer: Customer
    phone: str
    pin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may call; strangers have no account."""

    number: str
    name: str
    patience: Duration
    account: str = ""
    pin: str = ""


class Population:
    """Everybody who may call, in the groups of the scenario."""

    def __init__(self, scenario: Scenario, streams: Streams) -> None:
        self._scenario = scenario
        self._who = streams.stream("who_calls")
        self._numbers = streams.stream("strangers")
        self._weights = [group.weight for group in scenario.customers]
        self._groups = _groups(scenario, streams.stream("customers"))
        self.records = tuple(record for group in self._groups for record in group)

    def next_caller(self) -> Person:
        """Return who calls now."""
        place = self._who.choices(range(len(self._groups)), self._weights)[0]
        group = self._scenario.customers[place]
        patience = group.patience or self._scenario.callers.patience
        if not self._groups[place]:
            number = _STRANGER_NUMBER.format(70_000_000 + self._numbers.randrange(_NUMBERS))
            return Person(number=number, name="", patience=patience)
        record = self._who.choice(self._groups[place])
        return Person(
            number=record.phone,
            name=record.customer.name,
            patience=patience,
            account=record.customer.account_number,
            pin=record.pin,
        )


def _groups(scenario: Scenario, stream: Random) -> list[list[CrmRecord]]:
    groups: list[list[CrmRecord]] = []
    made = 0
    for group in scenario.customers:
        count = group.count if group.tier else 0
        groups.append([_record(group, made + place, stream) for place in range(count)])
        made += count
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
