"""An attempt: one number of one lead dialed once, and the table of its states.

    PLANNED -> DIALING -> ANSWERED -> CLASSIFIED -> CONNECTED

Who answers is a person or a machine; a person finds an agent in time (CONNECTED) or not (DROPPED). However
it ends, the lead then comes up again (RETRY) or does not (DONE). Our own code drives this machine, so a
missing row raises.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.fsm import Table
from core.kernel.record import Record


class AttemptState(StrEnum):
    """Where an attempt stands."""

    PLANNED = "planned"
    DIALING = "dialing"
    ANSWERED = "answered"
    CLASSIFIED = "classified"
    CONNECTED = "connected"
    DROPPED = "dropped"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    RETRY = "retry"
    DONE = "done"


class AttemptTrigger(StrEnum):
    """What moves an attempt."""

    DIAL = "dial"
    FORBID = "forbid"
    ANSWER = "answer"
    FIND_BUSY = "find_busy"
    RING_OUT = "ring_out"
    FAIL = "fail"
    FIND_PERSON = "find_person"
    FIND_MACHINE = "find_machine"
    CONNECT = "connect"
    DROP = "drop"
    PUT_BACK = "put_back"
    FINISH = "finish"


_S, _T = AttemptState, AttemptTrigger

ATTEMPT = Table[AttemptState, AttemptTrigger](
    name="attempt",
    start=AttemptState.PLANNED,
    rows={
        (_S.PLANNED, _T.DIAL): _S.DIALING,
        # Allowed when it was leased, no longer at the moment of dialing.
        (_S.PLANNED, _T.FORBID): _S.DONE,
        (_S.PLANNED, _T.PUT_BACK): _S.RETRY,
        (_S.DIALING, _T.ANSWER): _S.ANSWERED,
        (_S.DIALING, _T.FIND_BUSY): _S.BUSY,
        (_S.DIALING, _T.RING_OUT): _S.NO_ANSWER,
        (_S.DIALING, _T.FAIL): _S.FAILED,
        (_S.ANSWERED, _T.FIND_PERSON): _S.CLASSIFIED,
        (_S.ANSWERED, _T.FIND_MACHINE): _S.MACHINE,
        # Hung up before anything was known of who answered: the law counts a person whom nobody greeted.
        (_S.ANSWERED, _T.DROP): _S.DROPPED,
        (_S.CLASSIFIED, _T.CONNECT): _S.CONNECTED,
        (_S.CLASSIFIED, _T.DROP): _S.DROPPED,
        **{
            (ended, put): after
            for ended in (_S.CONNECTED, _S.DROPPED, _S.MACHINE, _S.BUSY, _S.NO_ANSWER, _S.FAILED)
            for put, after in ((_T.PUT_BACK, _S.RETRY), (_T.FINISH, _S.DONE))
        },
    },
)

OUTCOMES = frozenset({_S.CONNECTED, _S.DROPPED, _S.MACHINE, _S.BUSY, _S.NO_ANSWER, _S.FAILED})
"""What an attempt that was dialed comes to."""
ANSWERED_BY_PERSON = frozenset({_S.CONNECTED, _S.DROPPED})
"""The outcomes that every share of abandoned calls is a share of."""
MISSED = OUTCOMES - ANSWERED_BY_PERSON
"""The outcomes of which no contact tells: whoever was called may only see our number."""


class AttemptRecord(Record, frozen=True, kw_only=True):
    """One attempt as it is kept for ever: what the law asks to be kept, and what proves it was kept to.

    Instants are microseconds, None where they did not come. `number` is E.164; `zones` and `regions` are all
    that it may lie in. `rules` are those that allowed it. `gave_up` says that we ended the ringing.
    `agent_was_sure` says that an agent was reserved for this very call before it was dialed.

    How the leg ended tell its Q.850 `cause` and the status of the signalling behind it, `tech_cause`.
    `answerer` is who was heard to answer, empty where nobody listened; who was taken for a machine, and was
    to be heard by an agent all the same, is `audited`.

    For results: `nth` counts the attempts of the campaign at the lead from 1, `segment` and `arm` are how the
    campaign parts its leads, `tier` and `customer_id` are the customer's at the time.
    """

    attempt_id: str
    person_id: str
    number: str
    country: str
    zones: tuple[str, ...]
    regions: tuple[str, ...] = ()
    list_name: str = ""
    caller_id: str = ""
    trunk: str = ""
    mode: str
    dialed_us: int
    answered_us: int | None = None
    greeting_end_us: int | None = None
    connected_us: int | None = None
    message_us: int | None = None
    ended_us: int
    outcome: AttemptState
    cause: int = 0
    tech_cause: int = 0
    answerer: str = ""
    audited: bool = False
    gave_up: bool = False
    agent_id: str = ""
    agent_was_sure: bool = False
    refused: bool = False
    disposition: str = ""
    rules: tuple[str, ...] = ()
    nth: int = 0
    segment: str = ""
    arm: str = ""
    tier: str = ""
    customer_id: str = ""
