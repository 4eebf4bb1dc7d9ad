"""Deserted queues: when nobody is left at work who could serve a line, those in it are sent on.

Not at once: agents come back from breaks, and a link that is lost tells nothing of them. A queue MUST have
been deserted for its whole `leave_empty_us`. One timer for each queue, and only for those that have the rule.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.agent import AT_WORK
from core.model.commands import CancelTimer, StartTimer
from core.model.destination import DivertReason
from core.model.events import AgentStateChanged, ContactQueued, TimerFired
from core.model.ids import QueueName, TimerKey
from core.model.message import Event
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from routing.divert import Diversion
from routing.door import Door
from routing.router import Router
from routing.rules import Queues


class Desertion:
    """The feature that lets nobody wait for ever where nobody comes."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        router: Router,
        door: Door,
        diversion: Diversion,
        queues: Queues,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._door = door
        self._diversion = diversion
        self._queues = queues
        self._graces_us = {
            name: rules.leave_empty_us for name, rules in queues.items() if rules.leave_empty_us is not None
        }
        self._deserted: dict[QueueName, None] = {}
        if not self._graces_us:
            return
        engine.subscribe(ContactQueued, self._queued)
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.subscribe(AgentQueuesSet, self._agent_moved)
        engine.subscribe(AgentLevelsSet, self._agent_moved)
        engine.on_timer("deserted", self._time_up)

    def _queued(self, event: ContactQueued) -> None:
        contact = self._contacts.get(event.contact_id)
        if contact is None or event.queue not in self._graces_us:
            return
        if self._door.is_staffed(contact, event.queue, event.at_us):
            self._end(event.queue)
        else:
            self._look(event.queue, event, anew=self._router.waiting(event.queue) == 1)

    def _agent_changed(self, event: AgentStateChanged) -> None:
        comes_or_goes = (event.old in AT_WORK) is not (event.new in AT_WORK)
        if comes_or_goes or event.old is event.new:  # away for another reason, and perhaps for longer
            for queue in self._graces_us:
                self._look(queue, event)

    def _agent_moved(self, event: AgentQueuesSet | AgentLevelsSet) -> None:
        for queue in self._graces_us:
            self._look(queue, event)

    def _look(self, queue: QueueName, why: Event, *, anew: bool = False) -> None:
        """Begin or end the grace of a line that somebody joined, or an agent left or came to."""
        if not self._is_deserted(queue, why.at_us):
            self._end(queue)
        elif anew or queue not in self._deserted:
            self._deserted[queue] = None
            self._wait(queue, why)

    def _end(self, queue: QueueName) -> None:
        if queue in self._deserted:
            del self._deserted[queue]
            self._engine.send(CancelTimer(key=_timer(queue)))

    def _is_deserted(self, queue: QueueName, now_us: int) -> bool:
        line = self._router.line(queue)
        return bool(line) and not any(self._door.is_staffed(contact, queue, now_us) for contact in line)

    def _wait(self, queue: QueueName, why: Event) -> None:
        self._engine.send(StartTimer(key=_timer(queue), at_us=why.at_us + self._graces_us[queue]))

    def _time_up(self, event: TimerFired) -> None:
        queue = QueueName(event.key[1])
        if not self._router.is_linked:
            self._wait(queue, event)
            return
        del self._deserted[queue]
        for contact in self._router.line(queue):
            self._diversion.send(contact, queue, self._queues[queue].empty, DivertReason.EMPTY, event)


def _timer(queue: QueueName) -> TimerKey:
    return ("deserted", queue)
