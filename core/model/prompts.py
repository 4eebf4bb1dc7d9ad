"""What a caller can be made to hear, as values.

A prompt is a tuple of parts, spoken in order. Amounts, positions and sentences are composed of these
parts by `ivr.prompts`; the telephone system only has to know the four kinds below.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording, by its name within the prompt set of the leg's language, such as `vm-goodbye`."""

    name: str


@dataclass(frozen=True, slots=True)
class SayNumber:
    """A whole number as one says it: 17 is "seventeen"."""

    number: int


@dataclass(frozen=True, slots=True)
class SayDigits:
    """Digits one by one; `digits` holds 0-9 only."""

    digits: str


@dataclass(frozen=True, slots=True)
class SayDate:
    """A calendar day, given as seconds since 1970-01-01 UTC at noon of that day."""

    epoch_s: int


Part = Sound | SayNumber | SayDigits | SayDate
Prompt = tuple[Part, ...]
