"""Calling somebody for an agent whose customer is on hold, and letting them go again.

An agent of ours, named or of a queue, is offered the consultation as a contact without a leg: routing
reserves, pops the record up, and has the phone answered before the agent who asks is joined. A number is rung
into our hands. Either way it is the leg of whoever was called that joins the agent's, and spares it: so each
is back with us when the other one leaves.
"""

from __future__ import annotations

from core.contacts import ContactBook
from core.engine import Engine
from core.model.attempt_events import EndingAsked, JoiningAsked
from core.model.commands import HangUpLeg, JoinLeg, RingLeg, TakeLeg
from core.model.contact import Contact, ContactState
from core.model.control import ConsultStarted, TalkOver, TargetKind
from core.model.ids import NO_LEG, Ids, LegId
from core.model.message import Event
from core.model.tag import PARTY, Tag
from cti.control.handover import HandOver
from cti.control.talk import Talk, Third
from cti.control.targets import ControlRules, Targets


class Thirds:
    """Calls whomever an agent wants to ask."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        ids: Ids,
        handover: HandOver,
        targets: Targets,
        rules: ControlRules,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids
        self._handover = handover
        self._targets = targets
        self._rules = rules

    def call(self, talk: Talk, why: Event) -> None:
        """Begin to call the third one of the talk."""
        third = talk.third
        assert third is not None
        if third.to is TargetKind.NUMBER:
            third.leg_id = LegId(self._ids.new("L"))
            self._ring(talk, third)
        else:
            contact = self._handover.next_contact(talk, NO_LEG, why, consults=True)
            third.contact_id = contact.contact_id
            self._handover.stand_in_line(contact, third, talk.contact.queue, why)
        self._engine.publish(
            ConsultStarted(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=talk.contact.contact_id,
                agent_id=talk.agent_id,
                to=third.to,
                target=third.name,
                consult_id=third.contact_id,
            )
        )

    def _ring(self, talk: Talk, third: Third) -> None:
        self._engine.send_first(
            RingLeg(
                leg_id=third.leg_id,
                address=self._targets.address_of(third.name),
                ring_timeout_us=self._rules.ring_timeout_us,
                tag=Tag(role=PARTY, contact=talk.contact.contact_id).encode(),
            )
        )

    def meet(self, talk: Talk, why: Event) -> None:
        """Join whom the agent called, and who has answered, with the agent."""
        third = talk.third
        assert third is not None
        contact = self._contacts.get(third.contact_id)
        if contact is None:
            self._engine.send(JoinLeg(leg_id=third.leg_id, bridge_with=talk.agent_leg, spares=True))
            return
        self._contacts.give_leg(contact, talk.agent_leg)
        self._engine.publish(
            JoiningAsked(at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id)
        )

    def let_go(self, third: Third, why: Event) -> None:
        """See to it that whoever was called neither rings nor talks on."""
        contact = self._contacts.get(third.contact_id)
        if contact is not None:
            self._let_go_of(contact, why)
        elif third.leg_id != NO_LEG and not third.contact_id:
            self._engine.send(HangUpLeg(leg_id=third.leg_id))

    def _let_go_of(self, contact: Contact, why: Event) -> None:
        """End a consultation, wherever it is by now."""
        self._contacts.give_leg(contact, NO_LEG)
        if contact.state is ContactState.CONNECTED:
            if contact.stands and contact.agent_leg_id is not None:
                self._engine.send(TakeLeg(leg_id=contact.agent_leg_id))
            self._engine.publish(
                TalkOver(
                    at_us=why.at_us,
                    cause_id=why.cause_id,
                    contact_id=contact.contact_id,
                    ended_by="agent",
                )
            )
        else:
            self._engine.publish(
                EndingAsked(
                    at_us=why.at_us,
                    cause_id=why.cause_id,
                    contact_id=contact.contact_id,
                    outcome=ContactState.CANCELLED,
                    reason="consult_over",
                )
            )
