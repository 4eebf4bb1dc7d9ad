"""Phone numbers in one form, E.164: the form numbers are stored in is the form they are looked up in.

Uses the parsing and validity rules of `phonenumbers` only; its geocoder alone takes 191 MB.
"""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

NUMBERS_KEPT = 16_384
"""Spellings whose E.164 form is remembered: of a day's callers nearly all; to parse one takes some 20 us."""

NUMBER_CHARS_MAX = 64
"""Longer is no phone number; refused before the parser sees it."""


@lru_cache(maxsize=NUMBERS_KEPT)
def e164(number: str, region: str) -> str:
    """Return `number` as E.164, or an empty text where it is none (anonymous, an extension, a name).

    `region` is the ISO 3166 country that a number without a country code belongs to, such as `US`.
    A SIP address gives its part before the `@`.
    """
    parsed = parsed_number(number, region)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def is_assignable(number: str) -> bool:
    """Tell whether the E.164 `number` lies in a range its country has given out.

    One that is read as another, such as a Serbian one of two zeros after the country's code, does not.
    """
    parsed = parsed_number(number, "ZZ")
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return False
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number


def parsed_number(number: str, region: str) -> phonenumbers.PhoneNumber | None:
    """Return `number` taken apart, or None where it is none; it need not exist."""
    local_part = number.strip().removeprefix("sip:").partition("@")[0]
    if len(local_part) > NUMBER_CHARS_MAX:
        return None
    try:
        return phonenumbers.parse(local_part, region)
    except phonenumbers.NumberParseException:
        return None
