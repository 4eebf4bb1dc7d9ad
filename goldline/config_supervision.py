"""The supervisors' side of the configuration: the phone at which they hear agents."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.kernel.clock import microseconds
from cti.control.supervising import SupervisionRules
from goldline.section import Name, Section


class SupervisionSection(Section):
    """How supervisors hear agents, whisper to them, and take calls over."""

    ring_timeout_s: Annotated[float, Field(ge=5, le=120)] = 30
    """How long the supervisor's phone rings."""
    music: Name = "default"
    """The music class that is heard there between the talks of an agent who is followed."""


def supervision_rules(supervision: SupervisionSection) -> SupervisionRules:
    """Return the rules in microseconds."""
    return SupervisionRules(ring_timeout_us=microseconds(supervision.ring_timeout_s), music=supervision.music)
