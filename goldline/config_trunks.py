"""The sections `[trunks.NAME]` and `[caller_ids.NAME]`, and what a campaign says of machines that answer.

A limit that stands here and in a campaign holds twice: for all campaigns together, and for that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError, KeyRefused
from core.model.detection import Detection
from dialer.back_off import BackOffRules
from dialer.caller_ids import OwnNumber, PoolRules
from dialer.machine_rules import MachineRules
from dialer.trunks import TrunkRules
from goldline.section import Country, Section, said
from goldline.texts import SoundName

_RESOURCE = r"[A-Za-z0-9_/@.:+*#;-]*"
_ADDRESS = rf"^[A-Za-z][A-Za-z0-9]*/{_RESOURCE}\{{number\}}{_RESOURCE}$"

Address = Annotated[
    str, Field(pattern=_ADDRESS), said("technology and resource with {number}, such as PJSIP/{number}@trunk")
]
Region = Annotated[
    str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$"), said("a region of ISO 3166-2, such as US-NY")
]
E164 = Annotated[
    str, Field(pattern=r"^\+[1-9][0-9]{6,14}$"), said("a number with its country, such as +12025550123")
]

OUTSIDE = "outside"
"""The trunk that a house without trunks has: `pbx.outside`, as wide as the campaigns."""
CALLS_PER_SECOND_MAX, LINES_MAX = 1_000, 10_000


class TrunkSection(Section):
    """A way out for the calls of campaigns. Trunks are tried in the order of the file."""

    address: Address = "PJSIP/{number}@trunk"
    """How a number is dialed over it."""
    strip: Annotated[str, Field(pattern=r"^\+?[0-9]{0,4}$"), said("a plus and up to four digits")] = ""
    """What numbers lose at their front, such as + or +1."""
    prefix: Annotated[str, Field(pattern=r"^\+?[0-9]{0,10}$"), said("up to ten digits")] = ""
    """What stands before them instead."""
    countries: tuple[Country, ...] = ()
    """The countries whose numbers go this way; without, all."""
    calls_per_second: Annotated[float, Field(gt=0, le=CALLS_PER_SECOND_MAX)] = 10
    """How many calls it takes in a second."""
    lines_max: Annotated[int, Field(ge=1, le=LINES_MAX)] = 100
    """How many calls it carries at once."""
    lines_kept: Annotated[int, Field(ge=0, le=LINES_MAX)] = 0
    """How many of these are left to calls that agents make."""
    refusals_max: Annotated[int, Field(ge=1, le=100)] = 3
    """After so many refused calls in a row it rests."""
    back_off_s: Annotated[float, Field(ge=0.1, le=600)] = 5
    """How long it rests then. One call is tried after that; if it is refused, it rests twice as long."""
    back_off_max_s: Annotated[float, Field(ge=0.1, le=3_600)] = 60
    """How long it rests at most."""


class OwnNumberSection(Section):
    """One of our numbers, which the carrier lets us show."""

    number: E164
    """The number, as the carrier knows it."""
    country: Country | None = None
    """Where it is from."""
    regions: tuple[Region, ...] = ()
    """The regions of those who see it as a number of theirs."""


class CallerIdSection(Section):
    """Numbers of ours, of which those who are called see one: the nearest that was seldom shown."""

    numbers: tuple[OwnNumberSection, ...] = Field(min_length=1)
    """The numbers."""
    per_hour: Annotated[int, Field(ge=1, le=10_000)] = 60
    """How often each is shown in an hour at most."""
    per_day: Annotated[int, Field(ge=1, le=100_000)] = 500
    """How often in 24 hours."""
    judged_by: Annotated[int, Field(ge=20, le=10_000)] = 100
    """By how many of its last calls a number is judged."""
    answers_min: Annotated[float, Field(ge=0, le=1)] = 0.6
    """It rests where it is answered less often than the others of the pool, by less than this part of it."""
    rest_s: Annotated[float, Field(ge=60, le=2_592_000)] = 86_400
    """How long it rests then."""


class MachineSection(Section):
    """How a campaign tells machines from persons, and what it does about machines."""

    message: SoundName | None = None
    """The sound that machines are told after their greeting; without it they are hung up on."""
    silence_s: Annotated[float, Field(ge=0.2, le=10)] = 1
    """How long a machine is silent once its greeting is over."""
    greeting_max_s: Annotated[float, Field(ge=1, le=120)] = 30
    """How long a greeting is listened to at most, before the message."""
    audited: Annotated[float, Field(ge=0, le=1)] = 0.02
    """The share of those taken for machines that agents hear all the same, to know how many are people."""
    initial_silence_ms: Annotated[int, Field(ge=500, le=10_000)] = 2_500
    """Who says nothing for so long is a machine."""
    greeting_ms: Annotated[int, Field(ge=500, le=10_000)] = 1_500
    """Who speaks for so long in all is a machine."""
    silence_ms: Annotated[int, Field(ge=200, le=5_000)] = 800
    """Who is silent for so long after a greeting is a person."""
    total_ms: Annotated[int, Field(ge=1_000, le=20_000)] = 5_000
    """Who is neither by then goes to an agent."""
    word_ms: Annotated[int, Field(ge=20, le=1_000)] = 100
    """No sound is a word that is shorter."""
    pause_ms: Annotated[int, Field(ge=20, le=1_000)] = 50
    """So long is it silent between two words at least."""
    words_max: Annotated[int, Field(ge=1, le=20)] = 3
    """Who says more words is a machine."""
    loudness: Annotated[int, Field(ge=0, le=32_767)] = 256
    """What is not louder is silence."""
    word_max_ms: Annotated[int, Field(ge=500, le=20_000)] = 5_000
    """A sound that lasts longer comes from a machine."""

    @model_validator(mode="after")
    def _can_be_told_in_time(self) -> MachineSection:
        if self.silence_ms >= self.total_ms:
            raise KeyRefused("silence_ms", self.silence_ms, f"less than total_ms, which is {self.total_ms}")
        return self


def trunk_rules(sections: Mapping[str, TrunkSection], outside: str) -> tuple[TrunkRules, ...]:
    """Return the trunks in their order; where there are none, the one that `outside` is the address of."""
    if not sections:
        wide = TrunkRules(
            name=OUTSIDE, address=outside, calls_per_second=CALLS_PER_SECOND_MAX, lines_max=LINES_MAX
        )
        return (wide,)
    return tuple(_trunk(name, section) for name, section in sections.items())


def _trunk(name: str, section: TrunkSection) -> TrunkRules:
    if section.lines_kept >= section.lines_max:
        allowed = f"less than its lines_max, which is {section.lines_max}"
        raise ConfigError(f"trunks.{name}.lines_kept", section.lines_kept, allowed)
    return TrunkRules(
        name=name,
        address=section.address,
        strip=section.strip,
        prefix=section.prefix,
        countries=section.countries,
        calls_per_second=section.calls_per_second,
        lines_max=section.lines_max,
        lines_kept=section.lines_kept,
        back_off=BackOffRules(
            failures_max=section.refusals_max,
            first_us=microseconds(section.back_off_s),
            longest_us=microseconds(section.back_off_max_s),
        ),
    )


def pool_rules(sections: Mapping[str, CallerIdSection]) -> tuple[PoolRules, ...]:
    """Return the pools of numbers."""
    return tuple(_pool(name, section) for name, section in sections.items())


def _pool(name: str, section: CallerIdSection) -> PoolRules:
    return PoolRules(
        name=name,
        numbers=tuple(
            OwnNumber(number=own.number, country=own.country or "", regions=own.regions)
            for own in section.numbers
        ),
        per_hour=section.per_hour,
        per_day=section.per_day,
        judged_by=section.judged_by,
        answers_ppm_min=round(section.answers_min * 1_000_000),
        rest_us=microseconds(section.rest_s),
    )


def machine_rules(section: MachineSection | None) -> MachineRules | None:
    """Return what a campaign does about machines, None where it does not listen for them."""
    if section is None:
        return None
    heard = {name: getattr(section, name) for name in Detection.__struct_fields__}
    return MachineRules(
        detection=Detection(**heard),
        message=section.message or "",
        silence_us=microseconds(section.silence_s),
        greeting_max_us=microseconds(section.greeting_max_s),
        audited_ppm=round(section.audited * 1_000_000),
    )
