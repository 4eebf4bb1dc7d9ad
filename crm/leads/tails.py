"""How many of a number's last digits say nothing of where it is or whether it exists.

The numbering plan of a country is a set of patterns, and nearly all of their branches end in digits of which
any will do: `(?:20[1-9]|...)[2-9]\\d{6}`. Numbers that differ only in such digits share country, zones and
validity, so one of them stands for ten thousand. What cannot be shown here to be free counts as not free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc
from phonenumbers.tzdata import TIMEZONE_DATA

TAIL_MAX = 4
"""More is not asked for: an area of ten thousand numbers is all that pays."""

_DESCRIPTIONS = (
    "general_desc",
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
_ANY_DIGITS = re.compile(r"\\d(?:\{(\d+)(?:,\d*)?\})?$")
_ONLY_DIGITS = re.compile(r"(?:\\d|\{[0-9,]+\}|\(\?:|[()?|])*")
_LITERAL = re.compile(r"[0-9]*(?![?{])")

_INNERMOST = re.compile(r"\((?:\?[:!=])?([^()]*)\)")
_WIDE = re.compile(r"(?:<(\d+)>|[0-9])(?:\{(?:\d*,)?(\d+)\})?")


class Branch(NamedTuple):
    """One way to be a number: its first digits, its greatest length, and how many of its last may be any."""

    begins: str
    width: int
    tail: int

    def may_match(self, digits: str) -> bool:
        """Tell whether `digits` and any `TAIL_MAX` more could be written this way."""
        return len(digits) + TAIL_MAX <= self.width and (
            digits.startswith(self.begins) or self.begins.startswith(digits)
        )


def free_tail(region: str, country_code: int, written: str, number: str) -> int:
    """Return how many last digits of `number` (E.164) are free, where it was `written` so, in digits alone.

    `region` is the country of numbers without a code. Every stretch that a parser may have held against the
    plan counts: with and without the country code and the prefix for trunk calls.
    """
    national = number[1 + len(str(country_code)) :]
    stretches = (national, written, written.removeprefix(str(country_code)))
    looked_at = [digits[:-TAIL_MAX] for digits in stretches]
    tails = (
        branch.tail for branch in _plan(country_code) for digits in looked_at if branch.may_match(digits)
    )
    main_region = COUNTRY_CODE_TO_REGION_CODE[country_code][0]
    seen = max(_prefix_width(main_region), _prefix_width(region), _zone_width(country_code))
    return max(0, min([TAIL_MAX, len(national) - seen, *tails]))


@cache
def _plan(country_code: int) -> frozenset[Branch]:
    """Return the ways to be a number of which fewer last digits are free than are asked for."""
    ways = (
        Branch(_begins(branch), width(branch), _tail_of(branch))
        for region in COUNTRY_CODE_TO_REGION_CODE[country_code]
        for pattern in _patterns(country_code, region)
        for alternative in branches(pattern)
        for branch in _unfolded(alternative)
    )
    return frozenset(way for way in ways if way.tail < TAIL_MAX)


def _patterns(country_code: int, region: str) -> Iterator[str]:
    plan = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    for name in _DESCRIPTIONS:
        description: PhoneNumberDesc | None = getattr(plan, name)
        if description is not None and description.national_number_pattern:
            yield re.sub(r"\s", "", description.national_number_pattern)


@cache
def _prefix_width(region: str) -> int:
    """Return how many first digits the pattern of the trunk prefix looks at."""
    plan = PhoneMetadata.metadata_for_region(region)
    return width(re.sub(r"\s", "", (plan and plan.national_prefix_for_parsing) or ""))


@cache
def _zone_width(country_code: int) -> int:
    """Return how many first digits of national numbers the table of time zones looks at."""
    code = str(country_code)
    return max((len(prefix) for prefix in TIMEZONE_DATA if prefix.startswith(code)), default=0) - len(code)


# --- patterns ---------------------------------------------------------------------------------------


def branches(pattern: str) -> list[str]:
    """Return the alternatives of a pattern, those inside its groups left as they are."""
    found, depth, in_class, start = [], 0, False, 0
    for place, sign in enumerate(pattern):
        in_class = sign == "[" or (in_class and sign != "]")
        if in_class:
            continue
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            found.append(pattern[start:place])
            start = place + 1
    return [*found, pattern[start:]]


def width(pattern: str) -> int:
    """Return the greatest number of digits that `pattern` looks at."""
    flat = re.sub(r"\[[^]]*\]|\\d", "0", pattern)
    while group := _INNERMOST.search(flat):
        flat = f"{flat[: group.start()]}<{_flat_width(group[1])}>{flat[group.end() :]}"
    return 99 if re.search(r"[*+]", flat) else _flat_width(flat)


def _flat_width(flat: str) -> int:
    return max(
        sum(int(token[1] or 1) * int(token[2] or 1) for token in _WIDE.finditer(branch))
        for branch in flat.split("|")
    )


def _unfolded(branch: str) -> list[str]:
    """Return `branch` once for each way in which the group or class that it begins with may turn out."""
    if branch.startswith("(?:"):
        end = _end_of_group(branch)
        if branch[end : end + 1] not in ("?", "{"):
            ways = (inside + branch[end:] for inside in branches(branch[3 : end - 1]))
            return [unfolded for way in ways for unfolded in _unfolded(way)]
    return [branch]


def _begins(branch: str) -> str:
    """Return the digits that all that `branch` matches begins with."""
    found = _LITERAL.match(branch)
    return found[0] if found else ""


def _tail_of(branch: str) -> int:
    """Return how many digits at the end of what `branch` matches may be any."""
    digits = _ANY_DIGITS.search(branch)
    if digits:
        return int(digits[1] or 1) + _tail_of(branch[: digits.start()])
    if not branch.endswith((")", ")?")):
        return 0
    before, inside = _last_group(branch.removesuffix("?"))
    if _ONLY_DIGITS.fullmatch(inside):
        return _tail_of(before)
    tail = 0 if inside.startswith("?") else min(_tail_of(way) for way in branches(inside))
    return min(tail, _tail_of(before)) if branch.endswith("?") else tail


def _last_group(branch: str) -> tuple[str, str]:
    """Part a branch that ends in a group into what stands before it and what is in it."""
    depth = 0
    for place in range(len(branch) - 1, -1, -1):
        depth += (branch[place] == ")") - (branch[place] == "(")
        if depth == 0:
            return branch[:place], branch[place + 1 : -1].removeprefix("?:")
    return "", branch


def _end_of_group(branch: str) -> int:
    """Return where the group ends that a branch begins with."""
    depth = 0
    for end, sign in enumerate(branch, start=1):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return end
    return len(branch)
