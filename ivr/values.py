"""Values a flow can ask for by name, and how they are said.

A reference is one of `FACTS`, `attribute.X` (a free attribute of the customer) or `variable.X` (what the
caller keyed in, or a `set` node gave). A value that does not exist is the empty text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from core.model.contact import Contact
from core.model.customer import Customer
from core.model.prompts import Prompt, SayDigits, SayNumber
from ivr.prompts import PromptSet, day

NUMBER_MAX = 2**31 - 1
"""The largest number Asterisk's SAY NUMBER takes (a C int)."""

ATTRIBUTE = "attribute."
VARIABLE = "variable."

FACTS: Mapping[str, Callable[[Contact], str]] = {
    "tier": lambda contact: contact.tier,
    "language": lambda contact: contact.language,
    "found": lambda contact: "no" if contact.customer is None else "yes",
    "caller_number": lambda contact: contact.caller_number,
    "dialed_number": lambda contact: contact.dialed_number,
    "customer.account_number": lambda contact: _of_customer(contact, lambda it: it.account_number),
    "customer.balance": lambda contact: _of_customer(contact, _balance),
}


def is_reference(text: str) -> bool:
    """Tell whether `text` names something a flow can ask for."""
    return text in FACTS or any(text.startswith(kind) and text != kind for kind in (ATTRIBUTE, VARIABLE))


def is_private(reference: str) -> bool:
    """Tell whether the value is of the customer's record: read out only to who has proved account and PIN."""
    return reference.startswith(("customer.", ATTRIBUTE))


def value_of(reference: str, contact: Contact, variables: Mapping[str, str]) -> str:
    """Return the value that `reference` names, empty where there is none."""
    if reference.startswith(VARIABLE):
        return variables.get(reference.removeprefix(VARIABLE), "")
    if reference.startswith(ATTRIBUTE):
        return _of_customer(contact, lambda it: it.attribute(reference.removeprefix(ATTRIBUTE)))
    return FACTS[reference](contact)


def spoken(what: str, text: str, currency: str, language: PromptSet) -> Prompt | None:
    """Return how `text` is said as a `number`, `digits`, `amount` or `date`, None where it is none."""
    try:
        return _SPOKEN[what](text, currency, language)
    except ValueError:
        return None


def _number(text: str, _currency: str, _language: PromptSet) -> Prompt:
    return (SayNumber(_sayable(int(text))),)


def _digits(text: str, _currency: str, _language: PromptSet) -> Prompt:
    if not (text.isascii() and text.isdigit()):
        raise ValueError
    return (SayDigits(text),)


def _amount(text: str, currency: str, language: PromptSet) -> Prompt:
    return language.amount(_sayable(int(text)), currency)


def _date(text: str, _currency: str, _language: PromptSet) -> Prompt:
    return day(date.fromisoformat(text))


_SPOKEN: Mapping[str, Callable[[str, str, PromptSet], Prompt]] = {
    "number": _number,
    "digits": _digits,
    "amount": _amount,
    "date": _date,
}


def _sayable(number: int) -> int:
    if abs(number) > NUMBER_MAX:
        raise ValueError
    return number


def _of_customer(contact: Contact, field: Callable[[Customer], str]) -> str:
    return "" if contact.customer is None else field(contact.customer)


def _balance(customer: Customer) -> str:
    return "" if customer.balance_cents is None else str(customer.balance_cents)
