"""Tells other programs how the floor is: retained state of queues, agents and campaigns, and what happens.

The state is the same view that screens are shown (`web.views`), told when it changes and as often as screens
are told at most. Of an agent, a queue or a campaign that is configured no more what an earlier run left at
the broker is taken away. What happens to contacts and agents is told once, under the names of the catalogue
(`web.live.happenings`). Nothing of a customer is in it but the customer's id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.kernel.clock import Clock
from core.model.message import DomainEvent
from web.bus.envelope import Envelopes
from web.bus.outbox import GONE, Outbox, Outgoing
from web.bus.topics import Topics
from web.house import House
from web.live.feed import Table
from web.live.happenings import happening
from web.live.live import Live
from web.live.topic import AGENTS, CAMPAIGNS, QUEUES, Topic
from web.views.frames import EventView
from web.views.view import View

EVENT_EXPIRES_S = 300
"""A subscriber that was away for longer asks the API what has happened."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a topic of screens: as the state of `what`, under `word`."""

    what: str
    word: str

    @property
    def kind(self) -> str:
        """Return the type of the messages."""
        return f"{self.what}.{self.word}.v1"


TOLD: dict[Topic, Told] = {
    QUEUES: Told("queue", "state"),
    AGENTS: Told("agent", "state"),
    CAMPAIGNS: Told("campaign", "progress"),
}


class Publisher:
    """Follows `live` on behalf of the broker."""

    def __init__(self, site: str, run: int, outbox: Outbox, clock: Clock) -> None:
        self._topics = Topics(site)
        self._envelopes = Envelopes(f"{site}/engine", str(run))
        self._outbox = outbox
        self._clock = clock
        self._tables: dict[Topic, Table] = {}
        self._last: dict[str, View] = {}
        self._known: frozenset[str] | None = None

    @property
    def subscriptions(self) -> list[str]:
        """Return the topics under which an earlier run may have left something."""
        root = self._topics.root
        return [f"{root}/{told.what}/+/{told.word}" for told in TOLD.values()]

    def follow(self, live: Live, house: House) -> None:
        """Tell what `live` tells from now on, of what there is in `house`."""
        names: dict[Topic, Iterable[str]] = {
            QUEUES: house.queues,
            AGENTS: house.agents,
            CAMPAIGNS: house.campaigns,
        }
        self._known = frozenset(self._topic(topic, name) for topic in TOLD for name in names[topic])
        for topic in TOLD:
            table = live.feed(topic)
            assert isinstance(table, Table), "these topics have rows"
            self._tables[topic] = table
            live.follow(table, self)
        self.wake()

    def hear(self, topic: str, payload: bytes) -> None:
        """Take away what is retained of something that there is no more."""
        if payload and self._known is not None and topic not in self._known:
            self._outbox.keep(topic, GONE)

    def wake(self) -> None:
        """Tell the rows that are others than they were."""
        for topic, table in self._tables.items():
            for name, view in table.rows.items():
                where = self._topic(topic, name)
                if self._last.get(where) is not view:
                    self._last[where] = view
                    self._outbox.keep(where, self._wrap(TOLD[topic].kind, name, view))

    def tick(self, now_s: float, beat: str) -> None:
        """Nothing changes by time alone."""

    def add(self, event: DomainEvent) -> None:
        """Tell what happened, where it is other programs' affair."""
        told = happening(event)
        if told is not None:
            what, _, word = told.type.partition(".")
            subject = _subject(told)
            where = self._topics.event(what, subject, word)
            payload = self._wrap(f"{told.type}.v1", subject, told)
            self._outbox.send(Outgoing(where, payload, expires_s=EVENT_EXPIRES_S))

    def _topic(self, topic: Topic, name: str) -> str:
        told = TOLD[topic]
        return self._topics.state(told.what, name, told.word)

    def _wrap(self, kind: str, subject: str, view: View) -> bytes:
        return self._envelopes.wrap(kind, subject, self._clock.now_us(), view.model_dump_json().encode())


def _subject(told: EventView) -> str:
    """Return whom or what it is about: the contact, or else the agent, or else the campaign."""
    return told.contact_id or told.agent_id or told.campaign
