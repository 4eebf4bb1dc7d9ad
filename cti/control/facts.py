"""The facts of a conversation under control, and what its desk is shown, as messages."""

from __future__ import annotations

from typing import Any

from core.model.control import (
    ConferenceLeft,
    ConferenceStarted,
    ConsultEnded,
    ConsultOutcome,
    ContactHeld,
    ContactResumed,
    ConversationChanged,
    PartyShown,
    TalkOver,
)
from core.model.message import Event
from cti.control.course import CourseState
from cti.control.talk import Talk

_PARTY_STATES = {CourseState.CALLING: "called", CourseState.ASIDE: "held"}
"""Where whoever was called does not talk."""


def held(talk: Talk, why: Event) -> ContactHeld:
    """Return the fact that the customer is on hold."""
    return ContactHeld(**_about(talk, why))


def resumed(talk: Talk, held_us: int, why: Event) -> ContactResumed:
    """Return the fact that the hold is over."""
    return ContactResumed(**_about(talk, why), held_us=held_us)


def consult_ended(talk: Talk, outcome: ConsultOutcome, why: Event) -> ConsultEnded:
    """Return the fact that the agent asks nobody any more."""
    return ConsultEnded(**_about(talk, why), outcome=outcome)


def conference_started(talk: Talk, why: Event) -> ConferenceStarted:
    """Return the fact that all three hear each other."""
    return ConferenceStarted(**_about(talk, why))


def conference_left(talk: Talk, who: str, why: Event) -> ConferenceLeft:
    """Return the fact that one of the three has left."""
    return ConferenceLeft(**_about(talk, why), who=who)


def talk_over(talk: Talk, ended_by: str, why: Event) -> TalkOver:
    """Return the word that the agent's part is over."""
    return TalkOver(
        at_us=why.at_us, cause_id=why.cause_id, contact_id=talk.contact.contact_id, ended_by=ended_by
    )


def shown(talk: Talk, why: Event) -> ConversationChanged:
    """Return how it stands with the conversation."""
    return ConversationChanged(
        **_about(talk, why),
        on_hold=talk.held_us is not None,
        is_muted=talk.is_muted,
        parties=_parties(talk),
        legal=talk.legal(),
        undone=talk.undone,
    )


def _parties(talk: Talk) -> tuple[PartyShown, ...]:
    if talk.third is None:
        return ()
    state = _PARTY_STATES.get(talk.state, "talking")
    return (PartyShown(leg_id=talk.third.leg_id, name=talk.third.name, state=state),)


def _about(talk: Talk, why: Event) -> dict[str, Any]:
    return {
        "at_us": why.at_us,
        "cause_id": why.cause_id,
        "contact_id": talk.contact.contact_id,
        "agent_id": talk.agent_id,
    }
