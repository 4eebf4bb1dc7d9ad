"""The course of a conversation under control, as a table: hold, transfer, consultation, conference.

An agent talks with a customer (TALKING). Whatever is done to such a call begins by taking both legs into our
hands: PARTING, then HELD. From there the agent comes back (RESUMING), or somebody is called (CALLING) and
asked (CONSULTING), and given the customer (GIVING) or brought together with them (MERGING, CONFERRING). As
often as the agent likes, the customer and whoever is asked take turns: TURNING to the customer, who talks
while the other one waits ASIDE, and RETURNING. A customer who is passed on without a word is FETCHED. OVER is
the end of the agent's part.

Every state that waits for the telephone system has a deadline (`WAITING`), and rows by which a failure leads
back to where nobody is left in silence: the pair talks, or the customer hears music and stands in line.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table


class CourseState(StrEnum):
    """Where a conversation stands."""

    TALKING = "talking"
    PARTING = "parting"
    HELD = "held"
    RESUMING = "resuming"
    CALLING = "calling"
    CONSULTING = "consulting"
    TURNING = "turning"
    ASIDE = "aside"
    RETURNING = "returning"
    GIVING = "giving"
    MERGING = "merging"
    CONFERRING = "conferring"
    FETCHED = "fetched"
    OVER = "over"


class CourseTrigger(StrEnum):
    """What moves it: wishes of the desk, and what the telephone system says."""

    PART = "part"
    PARTED = "parted"
    RESUME = "resume"
    JOINED = "joined"
    CALL = "call"
    REACHED = "reached"
    SWAP = "swap"
    COMPLETE = "complete"
    CONFER = "confer"
    CANCEL = "cancel"
    PASS_ON = "pass_on"
    LOSE_AGENT = "lose_agent"
    TIME_OUT = "time_out"
    END = "end"


_S, _T = CourseState, CourseTrigger

COURSE = Table[CourseState, CourseTrigger](
    name="conversation",
    start=CourseState.TALKING,
    rows={
        (_S.TALKING, _T.PART): _S.PARTING,
        (_S.TALKING, _T.PASS_ON): _S.FETCHED,
        (_S.PARTING, _T.PARTED): _S.HELD,
        # They talk still: Asterisk did not do as it was told.
        (_S.PARTING, _T.TIME_OUT): _S.TALKING,
        # Whoever loses the phone while the customer is on hold has not said good-bye: back in line.
        (_S.PARTING, _T.LOSE_AGENT): _S.FETCHED,
        (_S.HELD, _T.RESUME): _S.RESUMING,
        (_S.HELD, _T.CALL): _S.CALLING,
        (_S.HELD, _T.PASS_ON): _S.FETCHED,
        (_S.HELD, _T.LOSE_AGENT): _S.FETCHED,
        (_S.RESUMING, _T.JOINED): _S.TALKING,
        (_S.RESUMING, _T.TIME_OUT): _S.HELD,
        (_S.RESUMING, _T.LOSE_AGENT): _S.FETCHED,
        (_S.CALLING, _T.REACHED): _S.CONSULTING,
        # Called off, or whoever was called cannot be had.
        (_S.CALLING, _T.CANCEL): _S.RESUMING,
        (_S.CALLING, _T.LOSE_AGENT): _S.FETCHED,
        (_S.CONSULTING, _T.COMPLETE): _S.GIVING,
        (_S.CONSULTING, _T.CONFER): _S.MERGING,
        # Called off, or whoever was asked has hung up: agent and customer are brought together again.
        (_S.CONSULTING, _T.CANCEL): _S.PARTING,
        # Hanging up on whom one has asked gives them the customer, as on a desk phone.
        (_S.CONSULTING, _T.LOSE_AGENT): _S.GIVING,
        # To the customer for a word, while whoever is asked hears music; and back.
        (_S.CONSULTING, _T.SWAP): _S.TURNING,
        # Taken apart by an order that was given up, and came late: together again.
        (_S.CONSULTING, _T.PARTED): _S.RETURNING,
        (_S.TURNING, _T.JOINED): _S.ASIDE,
        # Asterisk did not do as it was told: back to how it was before the turn.
        (_S.TURNING, _T.TIME_OUT): _S.RETURNING,
        (_S.TURNING, _T.CANCEL): _S.PARTING,
        (_S.TURNING, _T.LOSE_AGENT): _S.GIVING,
        (_S.ASIDE, _T.SWAP): _S.RETURNING,
        (_S.ASIDE, _T.PARTED): _S.TURNING,
        (_S.ASIDE, _T.COMPLETE): _S.GIVING,
        (_S.ASIDE, _T.CONFER): _S.MERGING,
        # Agent and customer talk already: nothing has to move.
        (_S.ASIDE, _T.CANCEL): _S.TALKING,
        (_S.ASIDE, _T.LOSE_AGENT): _S.GIVING,
        (_S.RETURNING, _T.JOINED): _S.CONSULTING,
        (_S.RETURNING, _T.TIME_OUT): _S.TURNING,
        (_S.RETURNING, _T.CANCEL): _S.PARTING,
        (_S.RETURNING, _T.LOSE_AGENT): _S.GIVING,
        (_S.GIVING, _T.JOINED): _S.OVER,
        (_S.GIVING, _T.CANCEL): _S.PARTING,
        (_S.MERGING, _T.JOINED): _S.CONFERRING,
        (_S.MERGING, _T.CANCEL): _S.PARTING,
        (_S.MERGING, _T.LOSE_AGENT): _S.GIVING,
        # The third one has left: the other two are joined as before.
        (_S.CONFERRING, _T.CANCEL): _S.PARTING,
        # The agent has left, by the desk or by the phone: the customer goes on with the third one.
        (_S.CONFERRING, _T.COMPLETE): _S.GIVING,
        (_S.CONFERRING, _T.LOSE_AGENT): _S.GIVING,
        (_S.FETCHED, _T.TIME_OUT): _S.TALKING,
        # The customer hung up, or is passed on.
        **{(state, _T.END): _S.OVER for state in CourseState if state is not _S.OVER},
    },
)

WAITING = frozenset({_S.PARTING, _S.RESUMING, _S.TURNING, _S.RETURNING, _S.GIVING, _S.MERGING, _S.FETCHED})
"""The states in which the telephone system has to do something, soon."""
