"""Queues: what a queue is configured to do, and the line of contacts that wait in it.

A contact's place is its key: the instant of queueing less the head start of its tier, so a platinum
caller with 120 seconds of head start stands before everybody who came up to two minutes earlier, and
nobody's key ever changes while waiting. Contacts of equal keys stand in the order they came.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.model.contact import Contact, Requirement
from core.model.ids import QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueConfig:
    """A queue. `length_max` bounds the line so that a flood of calls is told so instead of kept for ever."""

    name: QueueName
    requirements: tuple[Requirement, ...] = ()
    ring_timeout_us: int = 15_000_000
    music: str = "default"
    announce_first_us: int = 20_000_000
    announce_every_us: int = 60_000_000
    handle_expected_us: int = 240_000_000
    length_max: int = 1_000


class Queues(dict[QueueName, QueueConfig]):
    """Queues by name.

    A queue that left the configuration while callers waited in it is served to its end with the ordinary
    settings: their notes still name it, and say what they need.
    """

    def __missing__(self, name: QueueName) -> QueueConfig:
        return QueueConfig(name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierConfig:
    """What a value tier is worth: seconds of head start, and whether the best agent is chosen first."""

    name: str
    head_start_us: int = 0
    best_agent_first: bool = False


class Place(NamedTuple):
    """Where a contact stands: by key, then by the order in which it came."""

    key_us: int
    sequence: int


class WaitingLine:
    """All waiting contacts of all queues, in the order of their places."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._by_queue: dict[QueueName | None, list[Place]] = {}
        self._contacts: dict[Place, Contact] = {}
        self._place_of: dict[str, Place] = {}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Contact]:
        return (self._contacts[place] for place in self._places)

    def __contains__(self, contact: Contact) -> bool:
        return contact.contact_id in self._place_of

    def join(self, contact: Contact, key_us: int) -> Place:
        """Let the contact stand at `key_us`, behind those of the same key; return its place."""
        self._sequence += 1
        place = Place(key_us, self._sequence)
        self.rejoin(contact, place)
        return place

    def rejoin(self, contact: Contact, place: Place) -> None:
        """Let a contact that was taken out stand at its former place again."""
        insort(self._places, place)
        insort(self._by_queue.setdefault(contact.queue, []), place)
        self._contacts[place] = contact
        self._place_of[contact.contact_id] = place

    def leave(self, contact: Contact) -> Place:
        """Take the contact out and return the place it had."""
        place = self._place_of.pop(contact.contact_id)
        del self._contacts[place]
        _take_out(self._places, place)
        _take_out(self._by_queue[contact.queue], place)
        return place

    def of_queue(self, queue: QueueName) -> list[Contact]:
        """Return the contacts that wait in `queue`, first in line first."""
        return [self._contacts[place] for place in self._by_queue.get(queue, ())]

    def length(self, queue: QueueName) -> int:
        """Return how many contacts wait in `queue`."""
        return len(self._by_queue.get(queue, ()))

    def position(self, contact: Contact) -> int:
        """Return the contact's rank in its own queue, 1 for the next to be served."""
        return 1 + bisect_left(self._by_queue[contact.queue], self._place_of[contact.contact_id])


def _take_out(places: list[Place], place: Place) -> None:
    del places[bisect_left(places, place)]
