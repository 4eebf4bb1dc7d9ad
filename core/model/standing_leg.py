"""An agent's leg that stands: its states as a table.

The phone of such an agent is rung once, when work begins, and its leg then waits in our hands, with music,
for one contact after the other ("nailed up"). So a customer hears the agent the moment they are joined, and
nobody who answered a campaign's call waits for a phone to be picked up.

IN_HAND alone can be joined. UP is answered and elsewhere: talking, on its way back to us, or without a link
to us for a moment. EXPECTED may be there: we are new, or the link with the telephone system is down, and the
next snapshot will tell. LOST is rung again soon, DOWN is not before the agent asks for it.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table


class StandingState(StrEnum):
    """Where an agent's standing leg is."""

    DOWN = "down"
    EXPECTED = "expected"
    RINGING = "ringing"
    UP = "up"
    IN_HAND = "in_hand"
    LOST = "lost"


class StandingTrigger(StrEnum):
    """What moves a standing leg."""

    EXPECT = "expect"
    FIND = "find"
    RING = "ring"
    ANSWER = "answer"
    OPEN = "open"
    CLOSE = "close"
    LOSE = "lose"
    GIVE_UP = "give_up"
    LET_GO = "let_go"


_S, _T = StandingState, StandingTrigger

STANDING_LEG = Table[StandingState, StandingTrigger](
    name="standing leg",
    start=StandingState.DOWN,
    rows={
        (_S.DOWN, _T.RING): _S.RINGING,
        (_S.DOWN, _T.EXPECT): _S.EXPECTED,
        (_S.DOWN, _T.LET_GO): _S.DOWN,
        (_S.EXPECTED, _T.FIND): _S.UP,
        # It asked for us before the snapshot told of it.
        (_S.EXPECTED, _T.OPEN): _S.IN_HAND,
        (_S.EXPECTED, _T.RING): _S.RINGING,
        (_S.EXPECTED, _T.GIVE_UP): _S.DOWN,
        (_S.EXPECTED, _T.LET_GO): _S.DOWN,
        (_S.RINGING, _T.ANSWER): _S.UP,
        # AMI tells of the answer and FastAGI of the dialogue, each in its own time.
        (_S.RINGING, _T.OPEN): _S.IN_HAND,
        (_S.RINGING, _T.LOSE): _S.LOST,
        (_S.RINGING, _T.LET_GO): _S.DOWN,
        (_S.UP, _T.OPEN): _S.IN_HAND,
        (_S.UP, _T.LOSE): _S.LOST,
        (_S.UP, _T.LET_GO): _S.DOWN,
        (_S.IN_HAND, _T.CLOSE): _S.UP,
        # Its link was made anew, and the end of the old one is told later or never.
        (_S.IN_HAND, _T.OPEN): _S.IN_HAND,
        (_S.IN_HAND, _T.LOSE): _S.LOST,
        (_S.IN_HAND, _T.LET_GO): _S.DOWN,
        (_S.LOST, _T.RING): _S.RINGING,
        (_S.LOST, _T.EXPECT): _S.EXPECTED,
        (_S.LOST, _T.GIVE_UP): _S.DOWN,
        (_S.LOST, _T.LET_GO): _S.DOWN,
    },
)

STANDS = frozenset({_S.EXPECTED, _S.UP, _S.IN_HAND})
"""The states in which there is a leg as far as we know: its agent can be ready."""
