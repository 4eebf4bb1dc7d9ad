"""The topics of the live connection: what their tables are called, who may see them, how fast they change.

A `Fold` hears all that the engine tells and yields what became of rows, of one topic or of several. Whoever
adds a topic names it here, writes a fold, and lets `goldline.web_side` give that to `Live.own`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from core.model.commands import DeskCommand
from core.model.message import DomainEvent
from web.roles import Caller, Role
from web.views.desk import DeskView, OwnContactView, OwnDayView, RecordView
from web.views.floor import AgentView, AlertView, CampaignView, ContactView, GroupView, QueueView
from web.views.frames import EventView
from web.views.view import View

FLOOR_READERS = frozenset({Role.SUPERVISOR, Role.READ_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A table of rows by key. `readers` may see it, everybody who signed in where it is None.

    An `at_once` topic is told change by change and nobody may miss any; of the others the newest state is
    told, at most `PER_SECOND` times a second. Of an `own` topic there is one table for each agent. One that
    `is_log` has no rows: what happens is told, and nothing of it stays. `views` are what its rows may be.
    """

    name: str
    views: tuple[type[View], ...]
    readers: frozenset[Role] | None = FLOOR_READERS
    at_once: bool = False
    own: bool = False
    is_log: bool = False

    def is_for(self, caller: Caller) -> bool:
        """Tell whether `caller` may see it."""
        if self.own:
            return caller.agent_id is not None
        return self.readers is None or caller.may(*self.readers)


PER_SECOND = 5
"""How often figures are told: people read no faster, and screens draw no faster without effort."""

DESK = Topic(name="desk", views=(DeskView, RecordView), at_once=True, own=True)
OWN_DAY = Topic(name="own_day", views=(OwnDayView, OwnContactView), own=True)
EVENTS = Topic(name="events", views=(EventView,), at_once=True, is_log=True)
QUEUES = Topic(name="queues", views=(QueueView,), readers=None)
TIERS = Topic(name="tiers", views=(GroupView,), readers=None)
CENTRE = Topic(name="centre", views=(GroupView,), readers=None)
AGENTS = Topic(name="agents", views=(AgentView,))
CONTACTS = Topic(name="contacts", views=(ContactView,))
CAMPAIGNS = Topic(name="campaigns", views=(CampaignView,), readers=FLOOR_READERS | {Role.CAMPAIGN_MANAGER})
ALERTS = Topic(name="alerts", views=(AlertView,))

TOPICS = {
    topic.name: topic
    for topic in (DESK, OWN_DAY, EVENTS, QUEUES, TIERS, CENTRE, AGENTS, CONTACTS, CAMPAIGNS, ALERTS)
}
"""Every topic by its name."""


class Change(NamedTuple):
    """What became of a row: its view, or None where it is gone. `owner` is whose table of an `own` topic."""

    topic: Topic
    key: str
    view: View | None
    owner: str = ""


class Fold(Protocol):
    """Makes rows of all that the engine tells. Nothing of it blocks or waits.

    `topics` are those whose rows it makes; they are all `at_once`, or none of them is.
    """

    @property
    def topics(self) -> Sequence[Topic]:
        """Return the topics."""
        ...

    def add(self, event: DomainEvent) -> None:
        """Hear of a fact."""
        ...

    def show(self, command: DeskCommand) -> None:
        """Hear what an agent's screen shows."""
        ...

    def tick(self, now_us: int) -> None:
        """Hear what time it is, about once a second: for rows that time alone changes."""
        ...

    def changes(self) -> Iterable[Change]:
        """Return what may have changed since this was last asked; rows that did not are sorted out later."""
        ...
