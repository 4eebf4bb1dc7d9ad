"""A conversation in hand: agent, customer, and whoever else is called; what its desk may wish for.

`state` changes only through `COURSE`. A leg is in hand where it takes orders, by what was told last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.kernel.record import Entity
from core.model.contact import Contact
from core.model.control import TargetKind
from core.model.ids import NO_LEG, AgentId, ContactId, LegId, TimerKey
from cti.control.course import COURSE, CourseState, CourseTrigger

_S = CourseState

_OF_CONSULT = ("SwapConsult", "CompleteConsult", "CancelConsult", "StartConference")

LEGAL: Mapping[CourseState, tuple[str, ...]] = {
    _S.TALKING: ("HoldContact", "TransferContact", "StartConsult", "SendDigits", "HangUpContact"),
    _S.HELD: ("ResumeContact", "TransferContact", "StartConsult", "HangUpContact"),
    _S.CALLING: ("CancelConsult",),
    _S.CONSULTING: (*_OF_CONSULT, "SendDigits"),
    _S.ASIDE: (*_OF_CONSULT, "SendDigits", "HangUpContact"),
    _S.CONFERRING: ("LeaveConference", "SendDigits", "HangUpContact"),
}
"""What the desk may wish for; in any other state it waits a moment."""

_HEARD = frozenset({_S.TALKING, _S.CONSULTING, _S.ASIDE, _S.CONFERRING})
"""The states in which somebody hears the agent, who may be muted then."""


def _granted(state: CourseState, is_muted: bool) -> tuple[str, ...]:
    mute = ("UnmuteContact" if is_muted else "MuteContact",) if state in _HEARD else ()
    return LEGAL.get(state, ()) + mute


_GRANTED = {(state, muted): _granted(state, muted) for state in CourseState for muted in (False, True)}

_CARRIED_OUT: Mapping[CourseState, str] = {
    _S.RESUMING: "ResumeContact",
    _S.TURNING: "SwapConsult",
    _S.RETURNING: "SwapConsult",
    _S.GIVING: "CompleteConsult",
    _S.MERGING: "StartConference",
    _S.FETCHED: "TransferContact",
}
"""The wish that the telephone system is carrying out; parting serves several."""


class Third(Entity, kw_only=True):
    """Whom the agent called: `name` says who. One whom we serve has a contact, the consultation."""

    to: TargetKind
    name: str
    leg_id: LegId = NO_LEG
    contact_id: ContactId = ContactId("")


class Talk(Entity, kw_only=True):
    """One agent's conversation with one customer."""

    contact: Contact
    state: CourseState = COURSE.start
    in_hand: dict[LegId, None] = {}
    # All legs that anybody ever was in it by: the book of talks finds it by them.
    found_by: dict[LegId, None] = {}
    # When the hold began, None where there is none.
    held_us: int | None = None
    is_muted: bool = False
    third: Third | None = None
    # Whom to call as soon as the customer is on hold; and whether to come back at once instead.
    wanted: Third | None = None
    comes_back: bool = False
    # Whether somebody is asked: until the customer is theirs, all three talk, or it is called off.
    asks: bool = False
    # To whom the customer is passed on, and why: by the agent's wish or because the phone was lost.
    onward: Third | None = None
    because: str = "wish"
    # How often a step that was late has been asked for again.
    tries: int = 0
    # The last wish, where the telephone system has not carried it out.
    undone: str = ""
    agent_is_gone: bool = False
    # Whether the agent hung up the customer at the desk.
    hung_up: bool = False

    @property
    def customer_leg(self) -> LegId:
        """The leg of the customer."""
        return self.contact.leg_id

    @property
    def agent_leg(self) -> LegId:
        """The leg of the agent."""
        assert self.contact.agent_leg_id is not None
        return self.contact.agent_leg_id

    @property
    def agent_id(self) -> AgentId:
        """Whose conversation it is."""
        assert self.contact.agent_id is not None
        return self.contact.agent_id

    @property
    def third_leg(self) -> LegId:
        """The leg of whoever was called, `NO_LEG` where there is none yet."""
        return self.third.leg_id if self.third is not None else NO_LEG

    @property
    def heard_leg(self) -> LegId:
        """The leg of whom the agent talks with, of two: the customer, or whoever is asked."""
        return self.third_leg if self.state is _S.CONSULTING else self.customer_leg

    @property
    def waiting_leg(self) -> LegId:
        """The leg of the other one of the two."""
        return self.customer_leg if self.state is _S.CONSULTING else self.third_leg

    @property
    def legs(self) -> tuple[LegId, ...]:
        """All legs there are."""
        return tuple([leg for leg in (self.customer_leg, self.agent_leg, self.third_leg) if leg != NO_LEG])

    @property
    def wish_in_hand(self) -> str:
        """The wish that the step in hand carries out, empty where it is nobody's."""
        if self.state is _S.PARTING and not self.comes_back:
            return "HoldContact" if self.wanted is None else "StartConsult"
        return _CARRIED_OUT.get(self.state, "")

    @property
    def timer(self) -> TimerKey:
        """The name of the timer of the step in hand."""
        return ("control", self.contact.contact_id)

    def move(self, trigger: CourseTrigger) -> None:
        """Change the state."""
        self.state = COURSE.after(self.state, trigger)

    def all_in_hand(self, legs: Iterable[LegId]) -> bool:
        """Tell whether all of the legs take orders."""
        return all(leg in self.in_hand for leg in legs)

    def legal(self) -> tuple[str, ...]:
        """Return the wishes that would be granted now."""
        return _GRANTED[self.state, self.is_muted]
