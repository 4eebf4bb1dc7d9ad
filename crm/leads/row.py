"""One line of a list of leads: which column means what, what each may hold, and the lead it makes.

Pure: text in, a `LeadRecord` or the reasons against it out. Columns go by our names, by those of VICIdial's
lists and by Chinese ones; one that no rule knows is kept as a field of the lead. Where a number may lie is
what its digits say, and what the list says of state and zone besides: all of it has to allow a call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from phonenumbers import SUPPORTED_REGIONS

from core.kernel.errors import ConfigError
from core.kernel.record import replace
from core.model.lead import LeadNumber
from core.model.list_import import Fault
from crm.cells import (
    KEY,
    LANGUAGE,
    LINE,
    NOTES,
    Reject,
    Rule,
    matching,
    misplaced,
    one_of,
    phone_kind,
    plain_name,
    read_cells,
)
from crm.customer_row import ALIASES as CUSTOMER_ALIASES
from crm.leads.numbers import NumberReader
from crm.leads.records import LeadRecord
from crm.leads.standing import RANK_MAX
from crm.leads.states import clocks_of, region_told
from crm.phones import what_is_wrong

NUMBERS_MAX = 10
"""Most numbers of a lead: more are a directory, and each may be dialed as often as the law lets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSettings:
    """How a line is read. `region` is the country of numbers that name none.

    `tier_ranks` are the tiers a lead may have, with the rank that leads of each have whose line names none.
    `mapping` says of columns what they hold, whatever they are called; what it calls nothing is left out.
    """

    region: str = "US"
    tier_ranks: Mapping[str, int] = field(default_factory=dict)
    mapping: Mapping[str, str] = field(default_factory=dict)


class LeadRowReader:
    """Turn the lines under one header into leads; raises `ConfigError` where it cannot be a list of leads."""

    def __init__(self, header: Sequence[str], settings: RowSettings) -> None:
        self.columns = tuple(_meant(name, settings.mapping) for name in header)
        self._kinds = {name: kind for name in self.columns if (kind := phone_kind(name))}
        self._readers: dict[str, NumberReader] = {}
        self._settings = settings
        rules = _rules(settings.tier_ranks)
        self._rules = {name: rules.get(name, LINE) for name in self.columns if name not in self._kinds}
        self._is_whole = "" not in self.columns
        used = [name for name in self.columns if name not in ("", LEFT_OUT)]
        self._kept = tuple(name for name in used if name not in {*_OWN_PLACE, *self._kinds})
        twice = [name for name in used if used.count(name) > 1]
        if twice:
            raise ConfigError("header", ", ".join(twice), "each column must have a name of its own")
        if not 1 <= len(self._kinds) <= NUMBERS_MAX:
            allowed = f"it must name 1 to {NUMBERS_MAX} columns of numbers, such as phone or mobile"
            raise ConfigError("header", ", ".join(header), allowed)

    @property
    def names_leads(self) -> bool:
        """Tell whether lines may name a lead by more than its first number."""
        return not {"external_id", "customer_id"}.isdisjoint(self.columns)

    @property
    def number_readers(self) -> Sequence[NumberReader]:
        """Return the readers that numbers went through, one for each country that lines name."""
        return tuple(self._readers.values())

    def read(self, line: int, cells: Sequence[str]) -> LeadRecord | list[Reject]:
        """Return the lead on `line`, or every reason why there is none."""
        if not self._is_whole or len(cells) > len(self.columns):
            surplus = misplaced(line, self.columns, cells)
            if surplus is not None:
                return [surplus]
        filled = {
            name: text
            for name, cell in zip(self.columns, cells, strict=False)
            if cell and name != LEFT_OUT and (text := cell.strip())
        }
        values, rejects = read_cells(line, filled, self._rules)
        numbers = self._numbers(line, filled, values, rejects)
        if not numbers and not rejects:
            first = next(iter(self._kinds))
            rejects.append(_no_number(line, first, "", Fault.NO_NUMBER))
        return rejects or self._record(values, numbers)

    def _numbers(
        self, line: int, filled: Mapping[str, str], values: Mapping[str, Any], rejects: list[Reject]
    ) -> tuple[LeadNumber, ...]:
        """Return the numbers of a line in the order of their columns, each once; add what is wrong."""
        region = values.get("country", self._settings.region)
        reader = self._readers.get(region) or self._readers.setdefault(region, NumberReader(region))
        found: dict[str, LeadNumber] = {}
        for column, kind in self._kinds.items():
            text = filled.get(column)
            if text is None:
                continue
            number = reader.read(_international(text, values.get("phone_code", "")), kind)
            if number is None:
                rejects.append(_no_number(line, column, text, Fault.BAD_NUMBER))
            else:
                found.setdefault(number.number, number)
        return tuple(_placed(number, values) for number in found.values())

    def _record(self, values: Mapping[str, Any], numbers: tuple[LeadNumber, ...]) -> LeadRecord:
        customer_id = values.get("customer_id", "")
        external_id = values.get("external_id") or customer_id or numbers[0].number
        tier = values.get("tier", "")
        return LeadRecord(
            external_id=external_id,
            person_id=values.get("person_id") or customer_id or external_id,
            customer_id=customer_id,
            numbers=numbers,
            name=values.get("name") or _full_name(values),
            tier=tier,
            language=values.get("language", ""),
            owner=values.get("owner", ""),
            rank=values.get("rank", self._settings.tier_ranks.get(tier, 0)),
            fields=tuple((name, str(values[name])) for name in self._kept if name in values),
        )


def _no_number(line: int, column: str, value: str, fault: Fault) -> Reject:
    return Reject(line=line, column=column, value=value, allowed=what_is_wrong(value), fault=fault)


def _full_name(values: Mapping[str, Any]) -> str:
    return " ".join(values[part] for part in ("first_name", "last_name") if part in values)


def _international(text: str, code: str) -> str:
    """Return a number with the country's code that stands in a column beside it."""
    return f"+{code}{text}" if code and not text.startswith("+") else text


def _placed(number: LeadNumber, values: Mapping[str, Any]) -> LeadNumber:
    """Return the number with what the list says of where it is, beside what its digits say.

    What the list says comes first: promises and parts of the day go by the first clock.
    """
    zone, region = values.get("timezone"), region_told(number.country, values.get("state", ""))
    if zone and number.zones[:1] != (zone,):
        number = replace(number, zones=(zone, *(other for other in number.zones if other != zone)))
    if region and region not in number.regions:
        number = replace(number, regions=(*number.regions, region))
    clocks = clocks_of(region)
    if clocks and not set(clocks) & set(number.zones):
        number = replace(number, zones=(*clocks, *number.zones))
    return number


# --- columns ---------------------------------------------------------------------------------------

_ALIASES = {
    **CUSTOMER_ALIASES,
    **{
        alias: name
        for name, aliases in {
            "external_id": "id lead_id vendor_lead_code vendor_id 编号 线索编号",
            "customer_id": "customer_number customer_no 客户编号 客户号",
            "person_id": "person",
            "first_name": "firstname given_name 名",
            "last_name": "lastname surname family_name 姓",
            "phone_code": "country_calling_code 区号 国家代码",
            "country": "country_code 国家",
            "state": "province region 省 省份 州",
            "timezone": "time_zone tz zone 时区",
            "rank": "priority score 优先级",
            "owner": "agent 坐席 归属人 所有者",
        }.items()
        for alias in aliases.split()
    },
}
_OWN_PLACE = frozenset(
    (
        "external_id",
        "customer_id",
        "person_id",
        "name",
        "tier",
        "language",
        "owner",
        "rank",
        "phone_code",
    )
)
"""Columns that have a place of their own in a lead; the others are kept as its fields."""
MEANINGS = (
    *("phone", "mobile", "home_phone", "work_phone", *(f"phone{nth}" for nth in range(2, 10))),
    *("phone_code", "country", "state", "timezone"),
    *("external_id", "customer_id", "person_id", "name", "first_name", "last_name"),
    *("tier", "language", "owner", "rank", "notes"),
)
"""What a column may hold that more follows from than that agents see it, for people to choose from."""
LEFT_OUT = "-"
"""Stands for columns that a mapping leaves out: no name of a column becomes this (`plain_name`)."""


def canonical(name: str) -> str:
    """Return our name of a column."""
    plain = plain_name(name)
    return _ALIASES.get(plain, plain)


def _meant(name: str, mapping: Mapping[str, str]) -> str:
    """Return what the mapping says that a column holds, our name of it where it says nothing."""
    if name not in mapping:
        return canonical(name)
    return canonical(mapping[name]) if mapping[name] else LEFT_OUT


# --- cells -----------------------------------------------------------------------------------------


def _rules(tier_ranks: Mapping[str, int]) -> Mapping[str, Rule]:
    return {
        "external_id": KEY,
        "customer_id": KEY,
        "person_id": KEY,
        "tier": Rule(_tier(tier_ranks), f"one of {', '.join(tier_ranks)}") if tier_ranks else LINE,
        "language": LANGUAGE,
        "phone_code": Rule(_calling_code, "the code of a country in digits, such as 44"),
        "country": Rule(country_code, "a country in two letters, such as US", Fault.BAD_COUNTRY),
        "state": Rule(str.upper, "a state or province"),
        "timezone": Rule(
            lambda text: one_of(_zones(), text), "a zone such as America/New_York", Fault.BAD_ZONE
        ),
        "rank": Rule(_rank, f"a whole number from -{RANK_MAX} to {RANK_MAX}"),
        "notes": NOTES,
    }


def _tier(tier_ranks: Mapping[str, int]) -> Callable[[str], str]:
    return lambda text: one_of(tier_ranks, text.lower())


_RANK = matching(r"-?[0-9]{1,4}")
_CODE = matching(r"\+?[1-9][0-9]{0,2}")
_LONG_COUNTRIES = {
    "USA": "US",
    "CAN": "CA",
    "MEX": "MX",
    "GBR": "GB",
    "IRL": "IE",
    "AUS": "AU",
    "NZL": "NZ",
    "CHN": "CN",
    "HKG": "HK",
    "TWN": "TW",
    "SGP": "SG",
    "IND": "IN",
    "DEU": "DE",
    "FRA": "FR",
    "ESP": "ES",
    "ITA": "IT",
    "NLD": "NL",
    "BRA": "BR",
    "ZAF": "ZA",
    "PHL": "PH",
}
"""Three letters, as VICIdial's lists have them, of the countries that it is most used for."""


def _rank(text: str) -> int:
    return int(_RANK(text))


def _calling_code(text: str) -> str:
    return _CODE(text).lstrip("+")


def country_code(text: str) -> str:
    """Return a country in two capital letters; raise `ValueError` where `text` is none."""
    letters = text.upper()
    return one_of(SUPPORTED_REGIONS, _LONG_COUNTRIES.get(letters, letters))


@cache
def _zones() -> frozenset[str]:
    """Return the names of all time zones; they are read from the disk."""
    return frozenset(available_timezones())
