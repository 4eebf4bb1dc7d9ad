"""Preferred agents: the agent of last time, or the named agent of a key account, for tiers that ask for it.

A contact is held for its preferred agent for a bounded time (`TierRules.prefer_us`), and only while that
agent is at work: who leaves, pauses, or has asked to after the talk in hand sets it free at once. From then
on anybody may have it, and the preferred agent merely counts for more (`preferred_us`).

The named agent is in the customer's record and outranks the agent of last time, who is known from the talks
of this run or else from the record. It never brings a contact to somebody who could not serve it, nor a
customer back to the agent who has just passed them on. Anybody may be asked while a customer is on hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.contacts import ContactBook
from core.engine import Engine
from core.model.agent import AgentState
from core.model.commands import CancelTimer, StartTimer
from core.model.contact import Contact
from core.model.events import (
    AgentPreferred,
    AgentStateChanged,
    ContactConnected,
    InteractionRecorded,
    TimerFired,
)
from core.model.ids import AgentId, ContactId, TimerKey
from core.model.message import Event
from core.model.numbers import shown_number
from routing.router import Router
from routing.rules import Rulebook
from routing.staff import Staff
from routing.standing import Standing

NAMED, LAST = "named", "last"
"""Why an agent is preferred: the customer's record names the agent, or they talked last time."""

KNOWN_MAX = 100_000
"""Customers whose agent of last time is remembered, the latest ones: a busy day's worth, about 20 MB."""

_AWAY = frozenset({AgentState.LOGGED_OUT, AgentState.NOT_READY})


class Preference:
    """The feature that holds contacts for the agents their customers know."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        router: Router,
        rulebook: Rulebook,
        staff: Staff,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._rulebook = rulebook
        self._staff = staff
        self._last: dict[str, AgentId] = {}
        self._at_work: dict[AgentId, None] = {}
        self._held: dict[ContactId, AgentId] = {}
        if not _is_asked_for(rulebook):
            return
        router.shape(self._prefer)
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.on_timer("prefer", self._time_up)
        engine.subscribe(ContactConnected, self._connected)
        engine.subscribe(InteractionRecorded, self._ended)

    # --- a contact joins a line --------------------------------------------------------------------

    def _prefer(self, standing: Standing, why: Event) -> None:
        """Say who is preferred, and hold the contact for that agent where its time is not over yet."""
        rules = self._rulebook.tier(standing.kind)
        if standing.contact.consults or not (rules.prefer_us or rules.preferred_us):
            return
        found = self._preferred(standing)
        if found is None:
            return
        agent_id, because = found
        contact = standing.contact
        assert contact.queued_us is not None, "a contact joins a line when it is queued"
        contact.preferred_agent = agent_id
        standing.preferred, standing.preferred_us = agent_id, rules.preferred_us
        until_us = contact.queued_us + rules.prefer_us
        if standing.held_for is None and until_us > why.at_us and agent_id in self._at_work:
            standing.held_for = agent_id
            self._held[contact.contact_id] = agent_id
            self._engine.send(StartTimer(key=_timer(contact.contact_id), at_us=until_us))
        self._engine.publish(
            AgentPreferred(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                agent_id=agent_id,
                because=because,
                until_us=until_us if standing.held_for == agent_id else why.at_us,
            )
        )

    def _preferred(self, standing: Standing) -> tuple[AgentId, str] | None:
        """Return the first who is at work of those known to the customer and able, or else the first able."""
        known = [found for found in self._known(standing.contact) if found[0] != standing.contact.passed_by]
        able = [found for found in known if self._is_able(found[0], standing)]
        return next((found for found in able if found[0] in self._at_work), able[0] if able else None)

    def _known(self, contact: Contact) -> Iterator[tuple[AgentId, str]]:
        """Yield whom the customer knows, who outranks the others first, with the reason for each."""
        customer = contact.customer
        if customer is not None:
            yield AgentId(customer.attribute(self._rulebook.agent_attribute)), NAMED
        if contact.preferred_agent is not None:
            yield contact.preferred_agent, LAST  # an earlier run noted it
        last = self._last.get(_key(contact))
        if last is not None:
            yield last, LAST
        for interaction in customer.last_interactions if customer is not None else ():
            yield AgentId(interaction.agent), LAST

    def _is_able(self, agent_id: AgentId, standing: Standing) -> bool:
        profile = self._staff.get(agent_id)
        need = self._staff.asked(standing.need, standing.kind.queue)
        return profile is not None and need.level(profile.skills) is not None

    def _connected(self, event: ContactConnected) -> None:
        self._forget(event.contact_id)
        contact = self._contacts.get(event.contact_id)
        key = _key(contact) if contact is not None else ""
        if key:
            self._last.pop(key, None)  # so that the latest are at the end
            self._last[key] = event.agent_id
            if len(self._last) > KNOWN_MAX:
                del self._last[next(iter(self._last))]

    # --- a hold is over ----------------------------------------------------------------------------

    def _agent_changed(self, event: AgentStateChanged) -> None:
        if event.new not in _AWAY and event.next_state is None:
            self._at_work[event.agent_id] = None
        elif self._at_work.pop(event.agent_id, self) is None:
            for contact_id in [held for held, agent_id in self._held.items() if agent_id == event.agent_id]:
                self._release(contact_id, "preferred_away", event)

    def _time_up(self, event: TimerFired) -> None:
        self._release(ContactId(event.key[1]), "hold_over", event)

    def _release(self, contact_id: ContactId, reason: str, why: Event) -> None:
        if self._forget(contact_id):
            self._router.alter(contact_id, why, reason, held_for=None)

    def _ended(self, event: InteractionRecorded) -> None:
        self._forget(event.contact_id)

    def _forget(self, contact_id: ContactId) -> bool:
        """Take note that the contact is held no more; tell whether it was."""
        if self._held.pop(contact_id, None) is None:
            return False
        self._engine.send(CancelTimer(key=_timer(contact_id)))
        return True


def _is_asked_for(rulebook: Rulebook) -> bool:
    """Tell whether any tier, anywhere, prefers an agent."""
    return any(tier.prefer_us or tier.preferred_us for tier in rulebook.every_tier())


def _key(contact: Contact) -> str:
    """Return what a customer is recognised by next time: the id, else the number; empty for neither."""
    return (
        contact.customer.customer_id if contact.customer is not None else shown_number(contact.caller_number)
    )


def _timer(contact_id: ContactId) -> TimerKey:
    return ("prefer", contact_id)
