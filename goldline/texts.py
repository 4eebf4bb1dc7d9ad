"""Texts and names in a configuration that are more than text, each read once to see that it can be."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from core.model.expression import parse, parse_condition
from core.model.hours import parse_opening
from goldline.section import said


def _requirement(text: str) -> str:
    parse(text)
    return text


def _condition(text: str) -> str:
    parse_condition(text)
    return text


def _opening(text: str) -> str:
    parse_opening(text)
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError("a time zone such as Europe/Amsterdam") from error
    return name


RequirementText = Annotated[str, AfterValidator(_requirement), said("an expression, such as `billing >= 3`")]
ConditionText = Annotated[str, AfterValidator(_condition), said("a condition, such as `waiting > 5`")]
OpeningText = Annotated[str, AfterValidator(_opening), said("an opening, such as `09:00-17:30`")]
ZoneName = Annotated[str, AfterValidator(_zone), said("a time zone, such as Europe/Amsterdam")]
SoundName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$"),
    said("the name of a sound file, without its ending"),
]
PhoneNumber = Annotated[
    str,
    Field(pattern=r"^\+?[0-9A-Za-z*#]{1,40}$"),
    said("a number to dial, of at most 40 digits, letters, * and #"),
]
