"""The numbers of a list, one after the other: E.164, whether they exist, and where they may lie.

To parse a number takes most of an import, and the numbers of a list lie together. So what was found of one
is kept for all of its area, as far as `crm.leads.tails` shows that the digits left out make no difference.
"""

from __future__ import annotations

import re
from time import perf_counter
from typing import NamedTuple

import phonenumbers
from phonenumbers import timezone

from core.kernel.errors import ConfigError
from core.model.lead import LeadNumber
from crm.leads.area_regions import regions_of
from crm.leads.listings import AREA_DIGITS_MAX
from crm.leads.tails import TAIL_MAX, free_tail
from crm.phones import as_typed, parsed_number

AREAS_MAX = 200_000
"""Areas remembered, of about 300 bytes: North America has as many of ten thousand numbers each."""
TAIL_MIN = 2
"""An area of fewer numbers than a hundred is not worth the place."""

_DIGITS = re.compile(r"\+?[0-9]{6,15}")
_SEPARATORS = str.maketrans("", "", " -.()/")


class Area(NamedTuple):
    """What the numbers of an area share; `begins` are the first digits of each in E.164."""

    begins: str
    country: str
    zones: tuple[str, ...]
    regions: tuple[str, ...]


class NumberReader:
    """Reads the numbers of one list; `region` is the country of those without a country code.

    Raises `ConfigError` where there is no such country.

    `looked_up` counts those that had to be parsed, `read_count` all of them, and all took `spent_s`.
    """

    def __init__(self, region: str) -> None:
        self._region = region
        self._code = phonenumbers.country_code_for_region(region)
        if not self._code:
            raise ConfigError("country", region, "two letters of a country with telephones, such as US")
        self._areas: dict[tuple[str, int], Area | None] = {}
        self.looked_up = 0
        self.read_count = 0
        self.spent_s = 0.0

    def read(self, text: str, kind: str = "main") -> LeadNumber | None:
        """Return the number written as `text`, or None where there is no such number."""
        started = perf_counter()  # det-ok: only told, nothing depends on it
        number = self._read(as_typed(text), kind)
        self.read_count += 1
        self.spent_s += perf_counter() - started  # det-ok: as above
        return number

    def _read(self, text: str, kind: str) -> LeadNumber | None:
        written = text.translate(_SEPARATORS)
        if _DIGITS.fullmatch(written) is None:
            return self._look_up(text, "", kind)
        for tail in range(TAIL_MAX, TAIL_MIN - 1, -1):
            key = (written[:-tail], tail)
            if key in self._areas:
                area = self._areas[key]
                return _number(area, written[-tail:], kind) if area else None
        return self._look_up(text, written, kind)

    def _look_up(self, text: str, written: str, kind: str) -> LeadNumber | None:
        """Parse a number the long way and keep what holds for its area."""
        self.looked_up += 1
        parsed = parsed_number(text, self._region)
        if parsed is None or not phonenumbers.is_possible_number(parsed):
            return None
        number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        tail = self._tail(written, parsed.country_code or 0, number)
        area = _area(parsed, number, tail) if phonenumbers.is_valid_number(parsed) else None
        if tail >= TAIL_MIN and len(self._areas) < AREAS_MAX:
            self._areas[written[:-tail], tail] = area
        return _number(area, number[len(number) - tail :], kind) if area else None

    def _tail(self, written: str, code: int, number: str) -> int:
        """Return how many last digits of a number are free; none where it is not clear how it was read."""
        plain = written.startswith("+") or (written and code == self._code)
        tail = free_tail(self._region, code, written.lstrip("+"), number) if plain else 0
        return tail if tail and number.endswith(written[-tail:]) else 0


def entry_of(text: str, reader: NumberReader) -> str:
    """Return a number as E.164, an area (`+1900*`) as it is kept; an empty text where it is neither."""
    plain = text.strip()
    digits = plain.removeprefix("+").removesuffix("*")
    if plain.startswith("+") and plain.endswith("*"):
        return plain if digits.isascii() and digits.isdigit() and len(digits) <= AREA_DIGITS_MAX else ""
    number = reader.read(plain)
    return number.number if number else ""


def _area(parsed: phonenumbers.PhoneNumber, number: str, tail: int) -> Area:
    return Area(
        begins=number[: len(number) - tail],
        country=phonenumbers.region_code_for_number(parsed) or "",
        zones=_zones(parsed),
        regions=regions_of(number),
    )


def _zones(parsed: phonenumbers.PhoneNumber) -> tuple[str, ...]:
    """Return every zone a number may lie in; none where nobody knows."""
    return tuple(zone for zone in timezone.time_zones_for_number(parsed) if zone != timezone.UNKNOWN_TIMEZONE)


def _number(area: Area, tail: str, kind: str) -> LeadNumber:
    return LeadNumber(
        number=area.begins + tail, kind=kind, country=area.country, zones=area.zones, regions=area.regions
    )
