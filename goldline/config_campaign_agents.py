"""The agents' part of a campaign in the configuration file.

[campaigns.winter.agents]
first = true
dial = true
script = "Good day, ..."
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.kernel.clock import microseconds
from dialer.agent_rules import AgentRules
from goldline.section import Section

SCRIPT_CHARS_MAX = 4_000
"""More than anybody reads while a telephone rings."""


class CampaignAgentsSection(Section):
    """What agents see, hear and decide before a number is dialed."""

    first: bool = False
    """Whether an agent is on the line before a customer is dialed, in whatever mode: who is rung, first."""
    preview_s: Annotated[float, Field(ge=5, le=3_600)] = 60
    """How long an agent may look at a lead before it is called, in preview mode."""
    preview_dials: bool = False
    """Whether the lead is called when that time is over; else it is passed over."""
    skip_again_s: Annotated[float, Field(ge=60, le=30 * 86_400)] = 3_600
    """When a lead comes up again that an agent passed over."""
    dial: bool = False
    """Whether agents may call numbers that they type or click, under the laws of this campaign."""
    script: Annotated[str, Field(max_length=SCRIPT_CHARS_MAX)] = ""
    """What the agent is to say, shown with the lead; `{name}` and other fields are filled in (desk.md)."""


def agent_rules(section: CampaignAgentsSection, music: str) -> AgentRules:
    """Return the rules that a section asks for; `music` is that of the campaign's queue."""
    return AgentRules(
        first=section.first,
        preview_us=microseconds(section.preview_s),
        preview_dials=section.preview_dials,
        skip_again_us=microseconds(section.skip_again_s),
        dial=section.dial,
        script=section.script,
        music=music,
    )
