"""One line of a customer list: which column means what, what each may hold, and the record it makes.

Pure: text in, a `CustomerRecord` or the reasons against it out. A column no rule knows becomes an
attribute of the customer. An empty cell says nothing and so changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.kernel.errors import ConfigError
from core.model.ids import CustomerId
from crm.cells import (
    KEY,
    LANGUAGE,
    LINE,
    NOTES,
    NUMBER_ALLOWED,
    Reject,
    Rule,
    matching,
    misplaced,
    one_of,
    phone_kind,
    plain_name,
    read_cells,
)
from crm.phones import e164, is_assignable
from crm.pins import hash_pin
from crm.records import AccountRecord, CustomerRecord, Phone


class RowReader:
    """Turn the lines under one header into records.

    `region` is the country of numbers without a country code, `tiers` the tiers a customer may have.
    Raises `ConfigError` where the header names no column `external_id`, or names one twice.
    """

    def __init__(self, header: Sequence[str], region: str, tiers: Sequence[str]) -> None:
        self.columns = tuple(_canonical(name) for name in header)
        rules = _rules(region, tiers)
        self._rules = {name: rules.get(_rule_name(name), LINE) for name in self.columns if name}
        self._attributes = tuple(name for name in self._rules if _rule_name(name) not in rules)
        if "external_id" not in self.columns:
            raise ConfigError("header", ", ".join(header), "it must name a column external_id")
        twice = [name for name in self.columns if name and self.columns.count(name) > 1]
        if twice:
            raise ConfigError("header", ", ".join(twice), "each column must have a name of its own")

    def read(self, line: int, cells: Sequence[str]) -> CustomerRecord | list[Reject]:
        """Return the record on `line`, or every reason why there is none."""
        surplus = misplaced(line, self.columns, cells)
        if surplus is not None:
            return [surplus]
        named = zip(self.columns, cells, strict=False)
        filled = {name: text for name, cell in named if name and (text := cell.strip())}
        gaps = [
            Reject(line=line, column=name, value="", allowed=reason) for name, reason in _gaps(filled).items()
        ]
        values, rejects = read_cells(line, filled, self._rules)
        return [*gaps, *rejects] or self._record(values)

    def _record(self, values: Mapping[str, Any]) -> CustomerRecord:
        phones = tuple(Phone(text, kind) for name, text in values.items() if (kind := phone_kind(name)))
        attributes = {name: values[name] for name in self._attributes if name in values}
        return CustomerRecord(
            external_id=CustomerId(values["external_id"]),
            name=values.get("name"),
            tier=values.get("tier"),
            language=values.get("language"),
            notes=values.get("notes"),
            attributes=attributes if self._attributes else None,
            phones=phones or None,
            account=_account(values),
        )


def _rule_name(column: str) -> str:
    return "phone" if phone_kind(column) else column


def _account(values: Mapping[str, Any]) -> AccountRecord | None:
    if "account_number" not in values:
        return None
    pin = values.get("pin")
    return AccountRecord(
        number=values["account_number"],
        pin_hash=None if pin is None else hash_pin(pin),
        balance_cents=values.get("balance"),
        currency=values.get("currency"),
    )


def _gaps(filled: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that must be filled and are not, each with the reason."""
    gaps = {}
    if "external_id" not in filled:
        gaps["external_id"] = "every line needs one"
    if "account_number" not in filled and not filled.keys().isdisjoint(("pin", "balance", "currency")):
        gaps["account_number"] = "a PIN, balance or currency needs one"
    return gaps


# --- columns ---------------------------------------------------------------------------------------

ALIASES = {
    alias: name
    for name, aliases in {
        "external_id": "id customer_id customer_number customer_no vendor_lead_code 客户编号 客户号",
        "name": "customer_name full_name 姓名 客户姓名 名称",
        "phone": "phone_number phone1 telephone tel 电话 电话号码",
        "phone2": "alt_phone 备用电话",
        "mobile": "mobile_phone cell cell_phone 手机 手机号",
        "home_phone": "phone_home",
        "work_phone": "phone_work office_phone",
        "tier": "level vip_level customer_tier 等级 客户等级",
        "language": "lang 语言",
        "account_number": "account account_no 账号",
        "pin": "pin_code 密码",
        "balance": "account_balance 余额",
        "currency": "ccy 币种",
        "notes": "note comments comment remarks 备注",
    }.items()
    for alias in aliases.split()
}
"""Other names of columns: those of common CRM exports, of VICIdial's lists, and of Chinese ones."""


def _canonical(name: str) -> str:
    """Return our name of a column: lower case, underscores, aliases resolved."""
    plain = plain_name(name)
    return ALIASES.get(plain, plain)


# --- cells -----------------------------------------------------------------------------------------


def _rules(region: str, tiers: Sequence[str]) -> Mapping[str, Rule]:
    return {
        "external_id": KEY,
        "name": LINE,
        "phone": Rule(lambda text: _phone(text, region), NUMBER_ALLOWED),
        "tier": Rule(lambda text: one_of(tiers, text.lower()), f"one of {', '.join(tiers)}"),
        "language": LANGUAGE,
        "account_number": Rule(matching(r"[0-9]{3,20}"), "3 to 20 digits, as a caller keys them in"),
        "pin": Rule(matching(r"[0-9]{4,12}"), "4 to 12 digits", hidden=True),
        "balance": Rule(_cents, "an amount such as -1234.56, without thousands separators"),
        "currency": Rule(matching(r"[A-Z]{3}"), "an ISO 4217 code such as USD"),
        "notes": NOTES,
    }


def _phone(text: str, region: str) -> str:
    number = e164(text, region)
    if not is_assignable(number):
        raise ValueError(text)
    return number


_AMOUNT = matching(r"[+-]?[0-9]{1,15}(\.[0-9]{1,2})?")


def _cents(text: str) -> int:
    return int(Decimal(_AMOUNT(text)) * 100)
