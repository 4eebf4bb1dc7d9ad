"""Phone numbers in one form, E.164: the form numbers are stored in is the form they are looked up in.

Uses the parsing and validity rules of `phonenumbers` only; its geocoder alone takes 191 MB.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from crm.cells import NUMBER_ALLOWED

NUMBERS_KEPT = 16_384
"""Spellings whose E.164 form is remembered: of a day's callers nearly all; to parse one takes some 20 us."""

NUMBER_CHARS_MAX = 64
"""Longer is no phone number; refused before the parser sees it."""
DIGITS_MAX = 15
"""Of a number with its country (E.164)."""
EXTENSION_DIGITS_MAX = 7
"""What is longer is another number, not an extension of this one."""


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
    """Return `number` taken apart, or None where it is none; it need not exist.

    A cell that holds two is none: the digits of both might make a third that somebody answers.
    """
    local_part = as_typed(number).removeprefix("sip:").partition("@")[0]
    if len(local_part) > NUMBER_CHARS_MAX:
        return None
    try:
        parsed = phonenumbers.parse(local_part, region)
    except phonenumbers.NumberParseException:
        return None
    return None if _is_several(local_part, parsed.extension or "") else parsed


def _is_several(text: str, extension: str) -> bool:
    """Tell whether digits stand apart in `text` that are no `extension`."""
    if _LISTED.search(text) or len(extension) > EXTENSION_DIGITS_MAX:
        return True
    return not extension and _IN_PIECES.search(text) is not None


def as_typed(text: str) -> str:
    """Return a number without what programs add that take it for a fraction: `171123.0` ends with a 3."""
    return _FRACTION.sub(r"\1", text.strip())


def what_is_wrong(text: str) -> str:
    """Return what had to stand where `text` is no number."""
    if _ROUNDED.fullmatch(text.strip()):
        return "all digits of a number; a spreadsheet rounded this one, so make that column text there"
    text = _EXTENSION.sub("", text)
    if _LISTED.search(text) or _IN_PIECES.search(text) or len(_DIGIT.findall(text)) > DIGITS_MAX:
        return "one number in a cell; more have columns of their own, such as phone2"
    return NUMBER_ALLOWED


_FRACTION = re.compile(r"^(\+?[0-9]+)\.0+$")
_ROUNDED = re.compile(r"\+?[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
_IN_PIECES = re.compile(r"[0-9][^0-9]*[^\W\d_][^0-9]*[0-9]")
"""Digits on both sides of a letter."""
_LISTED = re.compile(r"[0-9]\s*[,;&][\s+(]*[0-9]")
"""Digits on both sides of what parts the items of a list."""
_EXTENSION = re.compile(rf"\s*(;ext=|ext\.?|x|#)\s*[0-9]{{1,{EXTENSION_DIGITS_MAX}}}\s*$", re.IGNORECASE)
_DIGIT = re.compile(r"[0-9]")
