"""The rules for pressed keys: what is a complete entry, what is a choice. Pure.

The telephone system ends a collection at the most keys, at a terminator or after silence; whether what
came is good is judged here, so that every telephone system judges alike.
"""

from __future__ import annotations

from enum import StrEnum

KEYS = "0123456789*#"
"""The keys of a telephone, in the order a menu lists them."""


class Entry(StrEnum):
    """What a collection brought."""

    ACCEPTED = "accepted"
    SILENT = "silent"
    INVALID = "invalid"


def judge_entry(digits: str, outcome: str, digits_min: int, digits_max: int) -> Entry:
    """Judge `digits` collected with the step's `outcome` (`done`, or `timeout` after silence).

    Silence after enough digits completes an entry: not every caller finds the terminator.
    """
    if not digits and outcome != "done":
        return Entry.SILENT
    complete = digits.isascii() and digits.isdigit() and digits_min <= len(digits) <= digits_max
    return Entry.ACCEPTED if complete else Entry.INVALID


def judge_choice(digits: str, outcome: str, keys: tuple[str, ...]) -> Entry:
    """Judge one pressed key against the `keys` a menu offers."""
    if not digits and outcome != "done":
        return Entry.SILENT
    return Entry.ACCEPTED if digits in keys else Entry.INVALID
