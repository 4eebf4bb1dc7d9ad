"""What happens to contacts and agents, under the names that other systems know it by: the topic `events`.

The catalogue is a contract: a name keeps its meaning, new ones may come. Nothing here is personal: no number
and no name of a customer; who may see those asks the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.kernel.clock import seconds
from core.model.attempt_events import AttemptAnswered, AttemptDialed, AttemptEnded
from core.model.callback_events import CallbackBooked, CallbackClosed
from core.model.campaign_events import TrunkDisbelieved
from core.model.commands import DeskCommand
from core.model.control import ContactHeld, ContactResumed, ContactTransferred
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactArrived,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    InteractionRecorded,
    OfferFailed,
    OfferMade,
    TalkEnded,
)
from core.model.message import DomainEvent
from web.live.topic import EVENTS, Change
from web.times import moment
from web.views.frames import EventView

CATALOGUE: Mapping[type[DomainEvent], str] = {
    ContactArrived: "contact.arrived",
    ContactQueued: "contact.queued",
    OfferMade: "contact.offered",
    OfferFailed: "contact.offer_failed",
    ContactConnected: "contact.answered",
    ContactHeld: "contact.held",
    ContactResumed: "contact.retrieved",
    ContactTransferred: "contact.transferred",
    ContactDiverted: "contact.diverted",
    TalkEnded: "contact.talk_ended",
    ContactAbandoned: "contact.abandoned",
    InteractionRecorded: "contact.ended",
    CallbackBooked: "callback.booked",
    CallbackClosed: "callback.closed",
    AttemptDialed: "attempt.dialed",
    AttemptAnswered: "attempt.answered",
    AttemptEnded: "attempt.ended",
    TrunkDisbelieved: "campaign.trunk_disbelieved",
    AgentStateChanged: "agent.state",
}
"""What each event of the ledger is called; those that are not here are the engine's own affair."""
_AS_THEY_ARE = (
    *("contact_id", "agent_id", "queue", "tier", "campaign", "channel"),
    *("outcome", "reason", "disposition"),
)
_SECONDS = {"waited_us": "waited_seconds", "talked_us": "talked_seconds"}


def happening(event: DomainEvent) -> EventView | None:
    """Return what is told of an event, None for one that is nobody else's affair."""
    kind = CATALOGUE.get(type(event))
    if kind is None:
        return None
    told = {name: getattr(event, name) or "" for name in _AS_THEY_ARE if hasattr(event, name)}
    lengths = {
        shown: seconds(getattr(event, name)) for name, shown in _SECONDS.items() if hasattr(event, name)
    }
    state = {"outcome": event.new} if isinstance(event, AgentStateChanged) else {}
    return EventView.model_validate({"type": kind, "at": moment(event.at_us)} | told | lengths | state)


class Happenings:
    """The fold of the topic `events`."""

    topics = (EVENTS,)

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact."""
        told = happening(event)
        if told is not None:
            self._changes.append(Change(EVENTS, "", told))

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows: that is for the agent alone."""

    def tick(self, now_us: int) -> None:
        """Hear what time it is: nothing happens by that."""

    def changes(self) -> Iterable[Change]:
        """Return what happened since this was last asked."""
        changes, self._changes = self._changes, []
        return changes
