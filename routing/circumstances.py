"""What the rules of a queue may ask at an instant: of the contact, of the clock, of the queue.

The names are those of `core.model.variables`. Only what is asked for is worked out, for some of it costs a
look at every agent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from core.model.contact import Contact, ContactState
from core.model.expression import Expression, variables_in
from core.model.ids import QueueName
from core.model.variables import Value, Values, facts_of
from routing.router import Router
from routing.rules import QueueRules, Queues
from routing.waits import WaitEstimates

_Look = Callable[[Contact, QueueName, int], Value]


class Circumstances:
    """The values of variables, for a contact in the line of a queue or at its door."""

    def __init__(self, router: Router, estimates: WaitEstimates, queues: Queues) -> None:
        self._router = router
        self._estimates = estimates
        self._asked = {name: _asked_by(rules) for name, rules in queues.items()}
        self._looks: Mapping[str, _Look] = {
            "wait": _waited_us,
            "policy": lambda contact, queue, now_us: contact.policy,
            "queue": lambda contact, queue, now_us: queue,
            "ewt": self._expected_us,
            "longest_wait": lambda contact, queue, now_us: router.longest_wait_us(queue, now_us),
            "waiting": lambda contact, queue, now_us: router.waiting(queue),
            "ready": lambda contact, queue, now_us: router.ready_agents(queue),
            "working": lambda contact, queue, now_us: router.working_agents(queue),
        }

    def values(self, contact: Contact, queue: QueueName, now_us: int) -> Values:
        """Return the value of every variable that the rules of `queue` ask for."""
        asked = self._asked.get(queue, ())
        if not asked:
            return {}
        looks = {name: look for name, look in self._looks.items() if name in asked}
        return facts_of(contact) | {name: look(contact, queue, now_us) for name, look in looks.items()}

    def _expected_us(self, contact: Contact, queue: QueueName, now_us: int) -> int:
        if contact.queue == queue and contact.state in (ContactState.QUEUED, ContactState.OFFERED):
            return self._estimates.left_us(contact, now_us)
        return self._estimates.whole_us(queue, contact.tier, now_us)


def _waited_us(contact: Contact, queue: QueueName, now_us: int) -> int:
    return 0 if contact.queue != queue or contact.entered_us is None else now_us - contact.entered_us


def _asked_by(rules: QueueRules) -> frozenset[str]:
    """Return the names of the variables that the rules of a queue ask for."""
    expressions: Iterable[Expression | None] = (
        rules.needs,
        *(step.when for step in rules.steps),
        *(step.needs for step in rules.steps),
    )
    return frozenset(name for each in expressions if each is not None for name in variables_in(each))
