"""Telephone numbers as callers show them: which of them say who calls."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\+?[0-9]{3,20}")
"""Digits enough to call back: a withheld number is empty, a word, or a bare 0."""


def shown_number(number: str) -> str:
    """Return `number` where it says who calls, an empty text where it is withheld."""
    return number if _NUMBER.fullmatch(number) else ""
