"""How quick the simulated telephone system is, and how near: a scenario's table `[telephony]`. Data only.

The defaults were measured on Asterisk 22. Where all are 0, and agents answer at once, a caller who finds
an agent free has waited for exactly nothing, as in the formulas of queueing theory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from simulator.draws import STRICT

Delay = Annotated[float, Field(ge=0, le=10)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephony:
    """The delays of the telephone system in seconds, and whether there is a wire before it."""

    __pydantic_config__ = STRICT
    command_s: Delay = 0.0003
    """From the engine's command to its effect, without the wire: 0.17 ms by FastAGI, more by AMI."""
    bridge_s: Delay = 0.0007
    """From the answer of a phone to both legs in the bridge."""
    ring_s: Delay = 0.02
    """From INVITE to 180 Ringing on a local network."""
    wire: bool = False
    """Whether the engine reaches it through AMI and FastAGI, byte by byte, which is slower to simulate."""


AS_MEASURED = Telephony()
