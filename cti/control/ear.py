"""A supervisor's ear: the leg by which one hears an agent, and the table of its states.

The supervisor's phone is rung (RINGING) and its leg comes into our hands (IN_HAND), where it hears music
while there is nothing else to hear. From there it is SENT to the agent's leg and hears it (HEARING); another
mode, or another talk of the agent, sends it again. To leave a talk that goes on it is RECALLED. It is OVER
when the phone is hung up, by either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.kernel.fsm import Table
from core.model.ids import AgentId, ContactId, LegId
from core.model.supervision import SupervisionMode


class EarState(StrEnum):
    """Where the supervisor's leg is."""

    RINGING = "ringing"
    IN_HAND = "in_hand"
    SENT = "sent"
    HEARING = "hearing"
    RECALLED = "recalled"
    OVER = "over"


class EarTrigger(StrEnum):
    """What moves it."""

    OPEN = "open"
    SEND = "send"
    HEAR = "hear"
    RECALL = "recall"
    END = "end"


_S, _T = EarState, EarTrigger

EAR = Table[EarState, EarTrigger](
    name="ear",
    start=EarState.RINGING,
    rows={
        (_S.RINGING, _T.OPEN): _S.IN_HAND,
        (_S.RINGING, _T.END): _S.OVER,
        # Its link was made anew.
        (_S.IN_HAND, _T.OPEN): _S.IN_HAND,
        (_S.IN_HAND, _T.SEND): _S.SENT,
        (_S.IN_HAND, _T.END): _S.OVER,
        (_S.SENT, _T.HEAR): _S.HEARING,
        # Whom it was to hear has just gone.
        (_S.SENT, _T.OPEN): _S.IN_HAND,
        (_S.SENT, _T.RECALL): _S.RECALLED,
        (_S.SENT, _T.END): _S.OVER,
        (_S.HEARING, _T.SEND): _S.SENT,
        (_S.HEARING, _T.OPEN): _S.IN_HAND,
        (_S.HEARING, _T.RECALL): _S.RECALLED,
        (_S.HEARING, _T.END): _S.OVER,
        (_S.RECALLED, _T.OPEN): _S.IN_HAND,
        (_S.RECALLED, _T.END): _S.OVER,
    },
)

ON_THE_MOVE = frozenset({_S.SENT, _S.RECALLED})
"""The states that wait for the telephone system."""


@dataclass(slots=True, kw_only=True)
class Ear:
    """One supervisor's; `state` changes only through `EAR`. It is to hear the talk `contact_id` in `mode`.

    `sent` is what it was sent to last: of a wish made meanwhile the leg knows nothing yet. Where it `follows`
    the agent, it waits for the next talk when one is over.
    """

    asked_by: str
    agent_id: AgentId
    leg_id: LegId
    mode: SupervisionMode
    follows: bool
    contact_id: ContactId | None
    sent: tuple[ContactId | None, SupervisionMode] | None = None
    state: EarState = EAR.start

    def allows(self, trigger: EarTrigger) -> bool:
        """Tell whether the telephone system may say this of it now."""
        return EAR.allows(self.state, trigger)

    def move(self, trigger: EarTrigger) -> None:
        """Change the state."""
        self.state = EAR.after(self.state, trigger)
