"""Do-not-call lists and copies of registers in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.kernel.clock import Clock
from core.model.lead_orders import ListNumber
from crm.leads.listings import entries_for, is_register, listing_key, told_of


class MemoryListed:
    """The part of a store in memory that knows what forbids a number.

    What is `listed` is by entry, a number or an area, and by list, with when and why.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.listed: dict[str, dict[str, tuple[int, str]]] = {}
        self._registers: dict[str, int] = {}

    async def list_number(self, order: ListNumber) -> None:
        """Put a number or an area on the list of the house or of the campaign."""
        key = listing_key("" if order.everywhere else order.campaign)
        self.list_once(order.number, key, order.reason)

    def list_once(self, number: str, listing: str, reason: str) -> None:
        """Put a number or an area on a list; one that stands there stays as it is."""
        self.listed.setdefault(number, {}).setdefault(listing, (self._clock.now_us(), reason))

    async def listings(self, campaign: str, numbers: Sequence[str]) -> Sequence[tuple[str, ...]]:
        """Return what forbids each of `numbers` to `campaign` at this moment, in their order."""
        listed = self.listed_among(campaign, numbers)
        return [listed.get(number, ()) for number in numbers]

    async def registers_from_us(self) -> Mapping[str, int]:
        """Return of when our copy of each register is."""
        return dict(self._registers)

    async def save_listed(self, listing: str, numbers: Sequence[str], at_us: int) -> None:
        """Put numbers and areas on a list or a register."""
        for number in numbers:
            self.listed.setdefault(number, {})[listing] = (at_us, "")

    async def renew_register(self, name: str, from_us: int) -> None:
        """Say that our copy of a register is whole and of this instant; older entries go."""
        assert is_register(name), name
        self._registers[name] = from_us
        for listings in self.listed.values():
            if listings.get(name, (from_us, ""))[0] < from_us:
                del listings[name]

    def listed_among(self, campaign: str, numbers: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return what forbids each of `numbers` to `campaign`; those that nothing forbids are left out."""
        entries = dict.fromkeys(entry for number in numbers for entry in entries_for(number))
        found = {entry: self.listed[entry] for entry in entries if entry in self.listed}
        return told_of(numbers, found, campaign)
