"""The course of a conversation under control, as a table: hold, transfer, consultation, conference.

An agent talks with a customer (TALKING). Whatever is done to such a call begins by taking both legs into our
hands: PARTING, then HELD. From there the agent comes back (RESUMING), or somebody is called (CALLING) and
asked (CONSULTING), and given the customer (GIVING), or let in (MERGING, CONFERRING). A customer who is passed
on without a word is FETCHED. OVER is the end of the agent's part.

Every state that waits for the telephone system has a deadline, and a row for TIME_OUT or LOSE that leads back
to where nobody is left in silence: see `cti.control.conversation`.
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
    GIVING = "giving"
    MERGING = "merging"
    CONFERRING = "conferring"
    FETCHED = "fetched"
    OVER = "over"


class CourseTrigger(StrEnum):
    """What moves it: wishes of the desk, and what the telephone system says."""

    HOLD = "hold"
    PARTED = "parted"
    RESUME = "resume"
    JOINED = "joined"
    CALL = "call"
    REACHED = "reached"
    LOSE = "lose"
    CANCEL = "cancel"
    COMPLETE = "complete"
    CONFER = "confer"
    LEAVE = "leave"
    PASS_ON = "pass_on"
    TIME_OUT = "time_out"
    END = "end"


_S, _T = CourseState, CourseTrigger

COURSE = Table(
    name="conversation",
    start=CourseState.TALKING,
    rows={
        (_S.TALKING, _T.HOLD): _S.PARTING,
        (_S.TALKING, _T.PASS_ON): _S.FETCHED,
        (_S.TALKING, _T.END): _S.OVER,
        (_S.PARTING, _T.PARTED): _S.HELD,
        # They talk still: Asterisk did not do as it was told.
        (_S.PARTING, _T.TIME_OUT): _S.TALKING,
        (_S.PARTING, _T.END): _S.OVER,
        (_S.HELD, _T.RESUME): _S.RESUMING,
        (_S.HELD, _T.CALL): _S.CALLING,
        (_S.HELD, _T.PASS_ON): _S.FETCHED,
        # The agent's phone is gone: the customer, on hold, goes back in line.
        (_S.HELD, _T.LOSE): _S.FETCHED,
        (_S.HELD, _T.END): _S.OVER,
        (_S.RESUMING, _T.JOINED): _S.TALKING,
        (_S.RESUMING, _T.TIME_OUT): _S.HELD,
        (_S.RESUMING, _T.LOSE): _S.FETCHED,
        (_S.RESUMING, _T.END): _S.OVER,
        (_S.CALLING, _T.REACHED): _S.CONSULTING,
        (_S.CALLING, _T.CANCEL): _S.RESUMING,
        (_S.CALLING, _T.LOSE): _S.FETCHED,
        (_S.CALLING, _T.END): _S.OVER,
        (_S.CONSULTING, _T.COMPLETE): _S.GIVING,
        (_S.CONSULTING, _T.CONFER): _S.MERGING,
        # Called off, or whoever was asked has hung up: agent and customer are brought together again.
        (_S.CONSULTING, _T.CANCEL): _S.PARTING,
        (_S.CONSULTING, _T.END): _S.OVER,
        (_S.GIVING, _T.JOINED): _S.OVER,
        # Whoever was to have the customer is gone, or cannot be joined.
        (_S.GIVING, _T.CANCEL): _S.PARTING,
        (_S.GIVING, _T.LOSE): _S.FETCHED,
        (_S.GIVING, _T.END): _S.OVER,
        (_S.MERGING, _T.JOINED): _S.CONFERRING,
        (_S.MERGING, _T.CANCEL): _S.PARTING,
        (_S.MERGING, _T.END): _S.OVER,
        (_S.CONFERRING, _T.LEAVE): _S.OVER,
        # The third one has left: the other two are joined as before.
        (_S.CONFERRING, _T.CANCEL): _S.PARTING,
        (_S.CONFERRING, _T.END): _S.OVER,
        (_S.FETCHED, _T.TIME_OUT): _S.TALKING,
        (_S.FETCHED, _T.END): _S.OVER,
    },
)
