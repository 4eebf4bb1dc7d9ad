"""An agent's standing leg as it is at the moment, and the rules for ringing it."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.clock import SECOND_US
from core.model.ids import NO_LEG, LegId
from core.model.standing_leg import STANDING_LEG, STANDS, StandingState, StandingTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRules:
    """How a standing leg is brought up, and rung again when it was lost; `music` is what it hears meanwhile.

    After `attempts_max` in vain in a row the phone is left alone until its agent asks to be ready.
    """

    ring_timeout_us: int = 30 * SECOND_US
    retry_delay_us: int = 5 * SECOND_US
    attempts_max: int = 3
    music: str = "default"

    @property
    def patience_us(self) -> int:
        """Return how long it takes at the longest until a lost leg is back, or given up."""
        return self.attempts_max * (self.retry_delay_us + self.ring_timeout_us)


@dataclass(slots=True, kw_only=True)
class StandingLeg:
    """One agent's; `state` changes only through `STANDING_LEG`. `attempts` counts ringing since it was up."""

    state: StandingState = STANDING_LEG.start
    leg_id: LegId = NO_LEG
    attempts: int = 0

    def allows(self, trigger: StandingTrigger) -> bool:
        """Tell whether the telephone system may say this of it now."""
        return STANDING_LEG.allows(self.state, trigger)

    def move(self, trigger: StandingTrigger) -> None:
        """Change the state."""
        self.state = STANDING_LEG.after(self.state, trigger)

    @property
    def stands(self) -> bool:
        """Tell whether the leg is there, as far as we know."""
        return self.state in STANDS

    @property
    def in_hand(self) -> bool:
        """Tell whether the leg can be joined with a customer's."""
        return self.state is StandingState.IN_HAND
