"""An agent: the person's states as a table, and the words for why somebody is not ready.

The device (the phone) is no state of the person: what it did shows in the offer's outcome. A state
asked for during a call is kept as `next_state` and entered after the wrap-up.

The table is about calls. Work of other channels (tasks, mails) lies beside it (`agents.workload`): whoever
has some in hand is ready, away or in a call all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.kernel.fsm import Table
from core.model.ids import AgentId


class AgentState(StrEnum):
    """What an agent is doing, as a supervisor's board shows it."""

    LOGGED_OUT = "logged_out"
    NOT_READY = "not_ready"
    READY = "ready"
    RESERVED = "reserved"
    ON_CONTACT = "on_contact"
    WRAP_UP = "wrap_up"


class AgentTrigger(StrEnum):
    """What moves an agent."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    GO_READY = "go_ready"
    COME_BACK = "come_back"
    GO_NOT_READY = "go_not_ready"
    RESERVE = "reserve"
    RELEASE = "release"
    MISS = "miss"
    CONNECT = "connect"
    TALK_END = "talk_end"
    FINISH = "finish"
    FINISH_NOT_READY = "finish_not_ready"
    FINISH_LOGGED_OUT = "finish_logged_out"


_S, _T = AgentState, AgentTrigger

AGENT = Table[AgentState, AgentTrigger](
    name="agent",
    start=AgentState.LOGGED_OUT,
    rows={
        (_S.LOGGED_OUT, _T.LOG_IN): _S.NOT_READY,
        (_S.NOT_READY, _T.GO_READY): _S.READY,
        # The delay after an offer that came to nothing is over.
        (_S.NOT_READY, _T.COME_BACK): _S.READY,
        # Another reason for being away is no change of state, yet a new stretch of time.
        (_S.NOT_READY, _T.GO_NOT_READY): _S.NOT_READY,
        (_S.NOT_READY, _T.LOG_OUT): _S.LOGGED_OUT,
        # Adopted after a restart: the pair already talks, whatever the person had asked for last.
        (_S.NOT_READY, _T.CONNECT): _S.ON_CONTACT,
        (_S.READY, _T.GO_NOT_READY): _S.NOT_READY,
        (_S.READY, _T.LOG_OUT): _S.LOGGED_OUT,
        (_S.READY, _T.RESERVE): _S.RESERVED,
        # Work was offered on the screen, which reserves nobody, and was rejected or not looked at.
        (_S.READY, _T.MISS): _S.NOT_READY,
        (_S.READY, _T.CONNECT): _S.ON_CONTACT,
        (_S.RESERVED, _T.RELEASE): _S.READY,
        (_S.RESERVED, _T.MISS): _S.NOT_READY,
        (_S.RESERVED, _T.CONNECT): _S.ON_CONTACT,
        (_S.RESERVED, _T.FINISH_LOGGED_OUT): _S.LOGGED_OUT,
        (_S.ON_CONTACT, _T.TALK_END): _S.WRAP_UP,
        (_S.WRAP_UP, _T.FINISH): _S.READY,
        (_S.WRAP_UP, _T.FINISH_NOT_READY): _S.NOT_READY,
        (_S.WRAP_UP, _T.FINISH_LOGGED_OUT): _S.LOGGED_OUT,
    },
)

BUSY_STATES = frozenset({_S.RESERVED, _S.ON_CONTACT, _S.WRAP_UP})
"""States in which a wish to leave or to pause waits for the end of the contact."""
AT_WORK = BUSY_STATES | {_S.READY}
"""The states of somebody who serves contacts now or after the one in hand."""


def skills_with(configured: Mapping[str, int], levels: Mapping[str, int]) -> dict[str, int]:
    """Return the skills of an agent for whom `levels` were set at work; level 0 is without the skill."""
    return {skill: level for skill, level in {**configured, **levels}.items() if level}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """Who an agent is: the name on the board and a level (1 to 10) for each skill.

    `capacity` says how many contacts of a channel at once, where it differs from what the rules give
    everybody; `wrap_up_limit_us` takes the place of the queues' limits, where it is not None. The phone of
    one who is `standing` is rung once, when work begins, and the call stands all shift.
    """

    agent_id: AgentId
    name: str = ""
    skills: Mapping[str, int] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)
    wrap_up_limit_us: int | None = None
    standing: bool = False
