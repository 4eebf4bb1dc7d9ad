"""An offer: one timed proposal of one contact to one agent, and the table of its states.

    PENDING -> ACCEPTED | REJECTED | EXPIRED (rung out: RONA) | WITHDRAWN

Each change counts the version up, so whoever speaks of an offer as it was before is known to be out of date.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table
from core.kernel.record import Entity
from core.model.contact import Contact
from core.model.ids import NO_LEG, AgentId, BridgeId, LegId, OfferId, TimerKey


class OfferState(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OfferTrigger(StrEnum):
    """What moves an offer."""

    TAKE = "take"
    REFUSE = "refuse"
    RUN_OUT = "run_out"
    WITHDRAW = "withdraw"


_S, _T = OfferState, OfferTrigger

OFFER = Table[OfferState, OfferTrigger](
    name="offer",
    start=OfferState.PENDING,
    rows={
        (_S.PENDING, _T.TAKE): _S.ACCEPTED,
        (_S.PENDING, _T.REFUSE): _S.REJECTED,
        (_S.PENDING, _T.RUN_OUT): _S.EXPIRED,
        (_S.PENDING, _T.WITHDRAW): _S.WITHDRAWN,
        # The phone was answered and fell silent before the caller was joined to it.
        (_S.ACCEPTED, _T.REFUSE): _S.REJECTED,
        # The caller hung up between the agent's answer and the bridge.
        (_S.ACCEPTED, _T.WITHDRAW): _S.WITHDRAWN,
    },
)

LIVE = frozenset({OfferState.PENDING, OfferState.ACCEPTED})


class Offer(Entity, kw_only=True):
    """One proposal; `state` changes only through `OFFER`, and the version with it.

    Work that is offered on the screen has no leg.
    """

    offer_id: OfferId
    contact: Contact
    agent_id: AgentId
    agent_leg_id: LegId
    level: int
    version: int = 1
    state: OfferState = OFFER.start
    caller_bridge: BridgeId | None = None
    agent_bridge: BridgeId | None = None
    # Its time ran out while the link was down.
    overdue: bool = False
    # The agent's phone has been rung: not while the agent looks first.
    rung: bool = False
    # The phone is heard to ring; and whether the agent has wished at the desk that it be answered.
    is_ringing: bool = False
    to_answer: bool = False
    # The agent's leg stands: it is not rung for this offer, and outlives it.
    stands: bool = False
    # Whether that leg takes orders now, how often it was sent to join the caller's, and whether it shall be.
    in_hand: bool = False
    joins: int = 0
    to_join: bool = False

    @property
    def timer(self) -> TimerKey:
        """The name of the timer that ends the ringing, or the waiting for an answer on the screen."""
        return ("offer", self.offer_id)

    @property
    def is_call(self) -> bool:
        """Tell whether it is about a call, so that a leg of the agent's belongs to it."""
        return self.agent_leg_id != NO_LEG

    @property
    def is_joining(self) -> bool:
        """Tell whether the agent's leg is on its way to the caller's."""
        return self.joins > 0 and not self.in_hand

    @property
    def is_at_phone(self) -> bool:
        """Tell whether the agent's phone does something for it: it was rung, or its call is being joined."""
        return self.is_joining if self.stands else self.rung

    def move(self, trigger: OfferTrigger) -> None:
        """Change the state; who saw the offer as it was before is out of date from now on."""
        self.state = OFFER.after(self.state, trigger)
        self.version += 1
