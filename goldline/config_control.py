"""The section `[control]`: what agents may do with a call in hand."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, field_validator

from core.kernel.clock import microseconds
from cti.control.targets import ControlRules
from goldline.section import Name, Section


class ControlSection(Section):
    """What agents may do with a call in hand.

    They may consult and pass customers on to `numbers`: regular expressions, one of which the whole number
    (digits, and a plus at the front) has to match.
    """

    numbers: tuple[str, ...] = ()
    """Which numbers agents may consult and transfer to; none without any."""
    flows: tuple[Name, ...] = ()
    """The flows to which agents may transfer, voicemail say."""
    music: Name = "default"
    """What a customer on hold hears."""
    ring_timeout_s: Annotated[float, Field(ge=5, le=120)] = 30
    """How long the phone of a number that is consulted rings."""
    queue_limit_s: Annotated[float, Field(ge=10, le=3_600)] = 180
    """How long an agent who consults a queue is kept waiting for somebody."""

    @field_validator("numbers")
    @classmethod
    def _are_patterns(cls, numbers: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in numbers:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return numbers


def control_rules(section: ControlSection) -> ControlRules:
    """Return the rules that the section says."""
    return ControlRules(
        music=section.music,
        ring_timeout_us=microseconds(section.ring_timeout_s),
        queue_limit_us=microseconds(section.queue_limit_s),
    )
