"""How agents take part in a campaign: what they see, hear and decide before a number is dialed."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.clock import SECOND_US


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRules:
    """The agents' part in one campaign.

    Where agents come `first`, one is on the line before anybody is dialed, in whatever mode. A preview lasts
    `preview_us`; then the lead is dialed (`preview_dials`) or passed over. Who was passed over comes up again
    after `skip_again_us`. Agents who `dial` call numbers of their own. `script` is what they are to say, and
    `music` what they hear while the customer's phone rings.
    """

    first: bool = False
    preview_us: int = 60 * SECOND_US
    preview_dials: bool = False
    skip_again_us: int = 3_600 * SECOND_US
    dial: bool = False
    script: str = ""
    music: str = "default"
