"""One agent at work: what is known of the person, and what follows from it without asking anybody.

`Agent.state` changes only through the roster; whatever else a feature of this package keeps of an agent
stands here too, so that there is one place to look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agents.standing_leg import StandingLeg
from core.model.agent import AGENT, BUSY_STATES, AgentProfile, AgentState
from core.model.contact import VOICE
from core.model.control import ConversationChanged
from core.model.desk import DESK, DeskState
from core.model.ids import ContactId, OfferId
from core.model.requests import GoReady
from core.model.standing_leg import StandingState

LEGAL: Mapping[AgentState, tuple[str, ...]] = {
    AgentState.LOGGED_OUT: ("LogIn",),
    AgentState.NOT_READY: ("GoReady", "GoNotReady", "LogOut"),
    AgentState.READY: ("GoNotReady", "LogOut"),
    AgentState.RESERVED: ("RejectOffer", "GoNotReady", "GoReady", "LogOut"),
    AgentState.ON_CONTACT: ("HangUpContact", "GoNotReady", "GoReady", "LogOut"),
    AgentState.WRAP_UP: ("FinishWrapUp", "GoReady", "GoNotReady", "LogOut"),
}
"""What a desk may ask for its agent in each state, whatever else the agent has in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRules:
    """How calls and other work go together.

    `capacity` says how many contacts of a channel an agent has at once, where the profile does not say. Work
    is offered `during_calls` or only to ready agents; calls come beside work (`calls_interrupt`) or after it.
    Who asks to pause or to leave finishes first what is in hand, or it goes back in line (`returns`).
    """

    capacity: Mapping[str, int] = field(default_factory=lambda: {VOICE: 1})
    during_calls: bool = False
    calls_interrupt: bool = True
    returns: bool = False


@dataclass(slots=True, kw_only=True)
class Work:
    """A contact of another channel than voice: offered on the screen, or `in_hand`."""

    contact_id: ContactId
    channel: str
    offer_id: OfferId
    version: int
    in_hand: bool = False


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent; `state` changes only through `AGENT`.

    Who `dials` may call numbers for a campaign. `contact_id` is the call offered or talked, `work` all else.
    `misses` counts offers in a row that came to nothing by the agent's side. `shut` says that one of work did
    so during a call: no more before it is over. Who `looks` has a record on the screen, to say if it is to be
    called. `extensions` of the wrap-up are left; who `owes_result` does not finish it without one. An agent
    without a `standing_leg` is rung for each call, and who `answers` can have the phone that rings answered
    from the desk. `talk` is how it stands with the call. `asked_by` is the supervisor who asked for the state
    or, where there is one, for the next.
    """

    profile: AgentProfile
    rules: WorkRules
    dials: bool = False
    answers: bool = False
    state: AgentState = AGENT.start
    reason: str = ""
    since_us: int = 0
    until_us: int = 0
    extension: str = ""
    next_state: AgentState | None = None
    next_reason: str = ""
    asked_by: str = ""
    because: str = ""
    desk: DeskState = DESK.start
    contact_id: str = ""
    standing_leg: StandingLeg | None = None
    work: dict[ContactId, Work] = field(default_factory=dict)
    looks: bool = False
    misses: int = 0
    shut: bool = False
    extensions: int = 0
    owes_result: bool = False
    talk: ConversationChanged | None = None
    # What is open in a state to one whose hands are free: it never changes.
    _open: dict[AgentState, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    capacity: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.capacity = dict(sorted({**self.rules.capacity, **self.profile.capacity}.items()))

    @property
    def has_work_to_finish(self) -> bool:
        """Tell whether there is work that has to be finished before the agent can pause or leave."""
        return bool(self.work) and not self.rules.returns

    @property
    def is_bound(self) -> bool:
        """Tell whether anything has to be finished before that."""
        return self.state in BUSY_STATES or self.has_work_to_finish

    @property
    def is_reachable(self) -> bool:
        """Tell whether the agent is ready, and can be joined at once if that is how calls come."""
        return self.state is AgentState.READY and (self.standing_leg is None or self.standing_leg.in_hand)

    @property
    def standing(self) -> StandingState | None:
        """How the standing leg is, None where there is to be none."""
        if self.standing_leg is None or self.state is AgentState.LOGGED_OUT:
            return None
        return self.standing_leg.state

    @property
    def has_to_tell(self) -> bool:
        """Tell whether the agent is in a wrap-up that ends with a result only."""
        return self.state is AgentState.WRAP_UP and self.owes_result

    def has_to_tell_before(self, request: GoReady) -> bool:
        """Tell whether the agent cannot be ready before that; a supervisor's word lets the agent off."""
        return self.has_to_tell and not request.asked_by

    def open_channels(self) -> tuple[str, ...]:
        """Return the channels of which the agent can be offered a contact now."""
        if self.next_state is not None or self.desk is DeskState.CUT_OFF:
            return ()
        if self.work or self.shut or self.standing_leg is not None:
            return self._with_room()
        if self.state not in self._open:
            self._open[self.state] = self._with_room()
        return self._open[self.state]

    def _with_room(self) -> tuple[str, ...]:
        return tuple(channel for channel in self.capacity if self._takes(channel) and self.has_room(channel))

    def _takes(self, channel: str) -> bool:
        """Tell whether the agent's state lets contacts of `channel` come, were there room for them."""
        if channel == VOICE:
            return self.is_reachable and (self.rules.calls_interrupt or not self.work)
        if self.state in BUSY_STATES:
            return self.rules.during_calls and not self.shut
        return self.state is AgentState.READY

    def has_room(self, channel: str) -> bool:
        """Tell whether the agent can have one more contact of `channel` in hand."""
        has = sum(work.channel == channel for work in self.work.values())
        return has < self.capacity.get(channel, 0)

    def legal(self) -> tuple[str, ...]:
        """Return the requests that would be granted now, so that no illegal button can be pressed."""
        by_state = _LEGAL_WHEN.get(self.state)
        legal = LEGAL[self.state] if by_state is None else by_state(self)
        return tuple(dict.fromkeys(legal + self._legal_for_work())) if self.work else legal

    def _legal_for_work(self) -> tuple[str, ...]:
        has = {work.in_hand for work in self.work.values()}
        of_offers = ("AcceptOffer", "RejectOffer") if False in has else ()
        return of_offers + (("FinishWork", "ReturnWork") if True in has else ())


_READY = LEGAL[AgentState.READY]
_RESERVED = LEGAL[AgentState.RESERVED]
_IN_CALL = LEGAL[AgentState.ON_CONTACT]
_WRAP_UP = LEGAL[AgentState.WRAP_UP]


def _when_ready(agent: Agent) -> tuple[str, ...]:
    if agent.next_state is not None:
        return (*_READY, "GoReady")
    return (*_READY, "DialNumber") if agent.dials and VOICE in agent.open_channels() else _READY


def _when_reserved(agent: Agent) -> tuple[str, ...]:
    if agent.looks:
        return (*_RESERVED, "PreviewDial", "PreviewSkip")
    return (*_RESERVED, "AcceptOffer") if agent.answers and agent.standing_leg is None else _RESERVED


def _when_in_call(agent: Agent) -> tuple[str, ...]:
    """Return the same in a call; one under control says itself whether it can be hung up."""
    if agent.talk is None:
        return _IN_CALL
    return tuple([each for each in _IN_CALL if each != "HangUpContact"]) + agent.talk.legal


def _when_in_wrap_up(agent: Agent) -> tuple[str, ...]:
    legal = tuple([each for each in _WRAP_UP if each != "GoReady"]) if agent.owes_result else _WRAP_UP
    return (*legal, "ExtendWrapUp") if agent.extensions else legal


_LEGAL_WHEN: Mapping[AgentState, Callable[[Agent], tuple[str, ...]]] = {
    AgentState.READY: _when_ready,
    AgentState.RESERVED: _when_reserved,
    AgentState.ON_CONTACT: _when_in_call,
    AgentState.WRAP_UP: _when_in_wrap_up,
}
"""What may be asked for in a state in which that hangs on more than the state."""
