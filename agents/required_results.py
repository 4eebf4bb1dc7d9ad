"""Results that have to be told: the contacts of some queues are finished with one of the house's words only.

Whoever lets the time of a wrap-up run out has told nothing, and that is what stands in the record then. Of a
consultation nothing is to be told: the matter is that of who asked. Contacts of campaigns have words of their
own, which `dialer.results` looks after.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.errors import RequestRefused
from core.model.contact import Contact
from core.model.disposition import TALKED
from core.model.ids import QueueName


class RequiredResults:
    """Knows whose contacts are finished with a result only; `by_queue` has the words of each such queue."""

    def __init__(self, by_queue: Mapping[QueueName, tuple[str, ...]]) -> None:
        self._by_queue = by_queue

    def is_owed(self, contact: Contact) -> bool:
        """Tell whether the contact is finished with a result only."""
        return contact.queue in self._by_queue and not contact.consults

    def check(self, contact: Contact, disposition: str) -> None:
        """Raise `RequestRefused` where the contact cannot be finished with that word, or without one."""
        words = self._by_queue.get(contact.queue) if contact.queue is not None else None
        if words is None or contact.consults:
            return
        if not disposition:
            raise RequestRefused("disposition_required", f"say what came of it, one of: {', '.join(words)}")
        if contact.lead is None and disposition not in words:
            raise RequestRefused("unknown_disposition", f"say one of: {', '.join(words)}")

    def untold(self, contact: Contact) -> str:
        """Return what the record says of a contact about which nobody told anything."""
        return TALKED if self.is_owed(contact) else ""
