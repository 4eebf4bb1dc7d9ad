"""One agent at work: what is known of the person, and what follows from it without asking anybody.

`Agent.state` changes only through the roster; whatever else a feature of this package keeps of an agent
stands here too, so that there is one place to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.model.agent import AGENT, BUSY_STATES, AgentProfile, AgentState
from core.model.contact import VOICE
from core.model.ids import ContactId, OfferId

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

    `contact_id` is the call offered or talked, `work` all else. `misses` counts offers in a row that came to
    nothing by the agent's side. `shut` says that one of work did so during a call: no more before it is over.
    `extensions` of the wrap-up are left.
    """

    profile: AgentProfile
    rules: WorkRules
    state: AgentState = AGENT.start
    reason: str = ""
    since_us: int = 0
    until_us: int = 0
    extension: str = ""
    next_state: AgentState | None = None
    next_reason: str = ""
    contact_id: str = ""
    work: dict[ContactId, Work] = field(default_factory=dict)
    misses: int = 0
    shut: bool = False
    extensions: int = 0
    capacity: tuple[tuple[str, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.capacity = tuple(sorted({**self.rules.capacity, **self.profile.capacity}.items()))

    @property
    def is_bound(self) -> bool:
        """Tell whether something has to be finished before the agent can pause or leave."""
        return self.state in BUSY_STATES or (bool(self.work) and not self.rules.returns)

    def open_channels(self) -> tuple[str, ...]:
        """Return the channels of which the agent can be offered a contact now."""
        if self.next_state is not None:
            return ()
        return tuple(channel for channel, count in self.capacity if count and self._is_open(channel, count))

    def _is_open(self, channel: str, count: int) -> bool:
        if channel == VOICE:
            return self.state is AgentState.READY and (self.rules.calls_interrupt or not self.work)
        takes_work = self.state is AgentState.READY or (
            self.rules.during_calls and self.state in BUSY_STATES and not self.shut
        )
        return takes_work and sum(work.channel == channel for work in self.work.values()) < count

    def has_room(self, channel: str) -> bool:
        """Tell whether the agent is there, and can have in hand one more contact of `channel`."""
        count = dict(self.capacity).get(channel, 0)
        has = sum(work.channel == channel for work in self.work.values())
        return self.state is not AgentState.LOGGED_OUT and has < count

    def legal(self) -> tuple[str, ...]:
        """Return the requests that would be granted now, so that no illegal button can be pressed."""
        return tuple(dict.fromkeys((*LEGAL[self.state], *self._also_legal())))

    def _also_legal(self) -> Iterator[str]:
        if self.state is AgentState.READY and self.next_state is not None:
            yield "GoReady"
        if self.state is AgentState.WRAP_UP and self.extensions:
            yield "ExtendWrapUp"
        if any(not work.in_hand for work in self.work.values()):
            yield from ("AcceptOffer", "RejectOffer")
        if any(work.in_hand for work in self.work.values()):
            yield from ("FinishWork", "ReturnWork")
