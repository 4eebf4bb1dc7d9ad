"""What a caller can be made to hear, as values.

A prompt is a tuple of parts, spoken in order. Amounts, positions and sentences are composed of these
parts by `ivr.prompts`; the telephone system only has to know the four kinds below.
"""

from __future__ import annotations

from core.kernel.record import Record


class Sound(Record, frozen=True):
    """A recording, by its name within the prompt set of the leg's language, such as `vm-goodbye`."""

    name: str


class SayNumber(Record, frozen=True):
    """A whole number as one says it: 17 is "seventeen"."""

    number: int


class SayDigits(Record, frozen=True):
    """Digits one by one; `digits` holds 0-9 only."""

    digits: str


class SayDate(Record, frozen=True):
    """A calendar day, given as seconds since 1970-01-01 UTC at noon of that day."""

    epoch_s: int


Part = Sound | SayNumber | SayDigits | SayDate
Prompt = tuple[Part, ...]
