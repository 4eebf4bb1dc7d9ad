"""The feature `Ivr`: runs a flow on each caller's leg until a queue, a number or nobody has the call.

It begins when a leg without a note of ours opens its dialogue, or when routing sends a contact out of its
line to a flow, and again from the flow's start when a leg comes back whose contact was still in the IVR (our
process, or the leg's link, had died). A node that needs
nothing from outside returns the one that follows; any other returns None and goes on when its step or its
lookup ends. What the far side does twice, late or out of turn is not heard: only the step in hand is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, assert_never

from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import HangUpLeg, TagLeg, TransferLeg
from core.model.contact import Contact, ContactState, ContactTrigger
from core.model.destination import DestinationKind
from core.model.events import (
    ChoiceMade,
    ContactAbandoned,
    ContactClosed,
    ContactDiverted,
    ContactEvent,
    ContactSentOn,
    DialogueClosed,
    DialogueOpened,
    LegEnded,
    MessageLeft,
    QueueingAsked,
    StepFinished,
)
from core.model.ids import Ids, LegId, QueueName
from core.model.message import Event
from ivr.decide import Callbacks, QueueView, decide
from ivr.dialogue import Dialogue
from ivr.flow import Flow
from ivr.hearing import Heard, hear, keep_message
from ivr.nodes import (
    NO_PROMPT,
    Answer,
    Balance,
    Branch,
    Callback,
    Collect,
    Enqueue,
    HangUp,
    Hours,
    Lookup,
    Menu,
    NodeName,
    Play,
    PromptName,
    QueueState,
    Record,
    Say,
    SetValues,
    TellWait,
    Transfer,
)
from ivr.prompts import spoken_language
from ivr.reception import Reception
from ivr.recognition import LookupOutcome, Recognition, way_on
from ivr.steps import step_for, unsaid

_NEED_CUSTOMER = (Branch, Say, TellWait, Balance, Lookup, Enqueue, Callback)
"""The nodes that wait for a lookup still on its way; who asks a second question waits for the first."""


class Ivr:
    """The feature that talks to callers before a human does.

    `flows` are by dialed number, `default_flow` is for any other, `named_flows` by their own names are for
    those whom routing sends. `deadline_us` bounds each lookup;
    `tiers` are the tiers that routing knows, `default_tier` stands for any other and for nobody known.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        contacts: ContactBook,
        ids: Ids,
        flows: Mapping[str, Flow],
        default_flow: Flow,
        named_flows: Mapping[str, Flow],
        queue_view: QueueView,
        callbacks: Callbacks,
        deadline_us: int,
        default_tier: str,
        tiers: Collection[str],
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._flows = flows
        self._default_flow = default_flow
        self._named_flows = named_flows
        self._queue_view = queue_view
        self._callbacks = callbacks
        self._dialogues: dict[LegId, Dialogue] = {}
        self._steps = 0
        self._reception = Reception(engine, contacts=contacts, ids=ids, default_tier=default_tier)
        self._recognition = Recognition(
            engine,
            deadline_us=deadline_us,
            default_tier=default_tier,
            tiers=tiers,
            settled=self._lookup_settled,
        )
        engine.subscribe(DialogueOpened, self._opened)
        engine.subscribe(ContactDiverted, self._sent)
        engine.subscribe(DialogueClosed, self._link_closed)
        engine.subscribe(StepFinished, self._step_finished)
        engine.subscribe(LegEnded, self._leg_ended)

    def __len__(self) -> int:
        """Return how many callers are in the IVR."""
        return len(self._dialogues)

    @property
    def late_answers(self) -> int:
        """Return how many answers of the store came when nobody waited for them any more."""
        return self._recognition.late_answers

    # --- callers come, callers go -----------------------------------------------------------------

    def _opened(self, event: DialogueOpened) -> None:
        returning = self._dialogues.get(event.leg_id)
        if returning is not None:
            self._recognition.forget(returning)
            self._begin(returning.contact, event)
            return
        contact = self._reception.receive(event)
        if contact is not None:
            self._begin(contact, event)

    def _sent(self, event: ContactDiverted) -> None:
        """Take over a contact that routing sends out of a line, or from the door of a queue."""
        contact = self._contacts.get(event.contact_id)
        if contact is not None and event.to is DestinationKind.FLOW:
            self._begin(contact, event)

    def _begin(self, contact: Contact, why: Event) -> None:
        """Take the contact's flow from its start.

        What an earlier attempt had brought is void, but not what a caller told who has stood in line.
        """
        flow = self._flow_of(contact)
        contact.language = spoken_language(contact.language, flow.prompts) or flow.language
        if not contact.flow:
            contact.choices = ()
            contact.requirements = ()
        dialogue = Dialogue(contact=contact, flow=flow, at=flow.start, identified=bool(contact.flow))
        self._dialogues[contact.leg_id] = dialogue
        self._go(dialogue, flow.start, why)

    def _flow_of(self, contact: Contact) -> Flow:
        by_number = self._flows.get(contact.dialed_number, self._default_flow)
        return self._named_flows.get(contact.flow, by_number)

    def _link_closed(self, event: DialogueClosed) -> None:
        """Hold still: the leg either comes back through a new dialogue or ends."""
        dialogue = self._dialogues.get(event.leg_id)
        if dialogue is not None:
            dialogue.step = ""
            dialogue.awaits_lookup = False

    def _leg_ended(self, event: LegEnded) -> None:
        dialogue = self._dialogues.get(event.leg_id)
        if dialogue is not None:
            self._caller_gone(dialogue, event)

    def _caller_gone(self, dialogue: Dialogue, why: Event) -> None:
        if isinstance(dialogue.node, Record) and dialogue.step:
            # Most callers end their message by hanging up.
            keep_message(dialogue, dialogue.node, "hangup", why)
        self._leave(dialogue, dialogue.if_gone, why)

    def _hang_up(self, dialogue: Dialogue, why: Event) -> None:
        """End a call whose caller got what there is: a message left, a callback booked, or the menu's all."""
        in_vain = dialogue.if_gone is ContactTrigger.LEAVE
        self._leave(dialogue, ContactTrigger.FINISH if in_vain else dialogue.if_gone, why)
        self._engine.send(HangUpLeg(leg_id=dialogue.contact.leg_id))

    def _leave(self, dialogue: Dialogue, trigger: ContactTrigger, why: Event) -> None:
        """End the contact, and tell what became of it."""
        self._forget(dialogue)
        self._contacts.move(dialogue.contact, trigger)
        self._engine.publish(_farewell(dialogue, why))

    def _forget(self, dialogue: Dialogue) -> None:
        if dialogue.lookup is not None:
            self._recognition.forget(dialogue)
        del self._dialogues[dialogue.contact.leg_id]

    # --- the way through the flow --------------------------------------------------------------------

    def _go(self, dialogue: Dialogue, target: NodeName, why: Event) -> None:
        """Take node after node from `target` until one has to wait or the call is out of our hands."""
        following: NodeName | None = target
        while following is not None:
            if dialogue.taken >= dialogue.flow.nodes_per_call:
                self._hang_up(dialogue, why)
                return
            dialogue.at = following
            dialogue.taken += 1
            dialogue.tries = 0
            dialogue.prompted = False
            following = self._take(dialogue, why)

    def _take(self, dialogue: Dialogue, why: Event) -> NodeName | None:
        node = dialogue.node
        if dialogue.lookup is not None and isinstance(node, _NEED_CUSTOMER):
            dialogue.awaits_lookup = True
            return None
        match node:
            case Enqueue():
                self._enqueue(dialogue, node, why)
            case Answer() | Play() | Menu() | Collect() | Say() | Balance() | Record():
                return self._begin_step(dialogue, why)
            case Branch() | Hours() | QueueState():
                return decide(node, dialogue, self._queue_view, why.at_us)
            case TellWait(queue=queue):
                tier = dialogue.contact.tier
                dialogue.wait_min = self._queue_view.expected_band_min(QueueName(queue), tier, why.at_us)
                return self._begin_step(dialogue, why)
            case SetValues():
                dialogue.set_values(node)
                return node.next
            case Lookup():
                return self._look_up(dialogue, node, why)
            case Callback():
                return self._book_callback(dialogue, node, why)
            case Transfer():
                self._transfer(dialogue, node, why)
            case HangUp():
                self._hang_up(dialogue, why)
            case _:
                assert_never(node)
        return None

    def _look_up(self, dialogue: Dialogue, node: Lookup, why: Event) -> NodeName | None:
        outcome = self._recognition.ask(dialogue, node, why)
        if outcome is not None:
            return way_on(node, outcome)
        dialogue.awaits_lookup = node.wait
        return None if node.wait else node.next

    def _lookup_settled(self, dialogue: Dialogue, node: Lookup, outcome: LookupOutcome, why: Event) -> None:
        if not dialogue.awaits_lookup:
            return
        dialogue.awaits_lookup = False
        asked_here = dialogue.node is node
        self._go(dialogue, way_on(node, outcome) if asked_here else dialogue.at, why)

    def _enqueue(self, dialogue: Dialogue, node: Enqueue, why: Event) -> None:
        contact = dialogue.contact
        if not dialogue.identified:
            self._recognition.skip(dialogue, why)
        dialogue.require(node.skills)
        self._forget(dialogue)
        self._engine.publish(
            QueueingAsked(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=contact.contact_id,
                queue=QueueName(node.queue),
                requirements=contact.requirements,
            )
        )

    def _book_callback(self, dialogue: Dialogue, node: Callback, why: Event) -> NodeName | None:
        contact, queue = dialogue.contact, QueueName(node.queue)
        number = dialogue.variables.get(node.number, "")
        if self._callbacks.refusal(contact, queue, number):
            return node.refused
        dialogue.require(node.skills)
        self._callbacks.book(contact, queue, why, number)
        dialogue.if_gone = ContactTrigger.BOOK_CALLBACK
        if node.thanks:
            return self._begin_step(dialogue, why)
        self._hang_up(dialogue, why)
        return None

    def _transfer(self, dialogue: Dialogue, node: Transfer, why: Event) -> None:
        leg_id = dialogue.contact.leg_id
        self._leave(dialogue, ContactTrigger.OVERFLOW, why)
        # Without our note: should the number lead back to us, a new contact arrives.
        self._engine.send(TagLeg(leg_id=leg_id, tag=""))
        self._engine.send(TransferLeg(leg_id=leg_id, number=node.number))

    # --- steps ---------------------------------------------------------------------------------------

    def _begin_step(self, dialogue: Dialogue, why: Event, opening: PromptName = NO_PROMPT) -> NodeName | None:
        """Ask for the step that the node in hand needs; return where to go if it has nothing to say."""
        self._steps += 1
        command = step_for(dialogue, f"ivr:{self._steps}", opening)
        if command is None:
            return unsaid(dialogue.node)
        dialogue.step = command.step
        dialogue.step_began_us = why.at_us
        self._engine.send(command)
        return None

    def _step_finished(self, event: StepFinished) -> None:
        dialogue = self._dialogues.get(event.leg_id)
        if dialogue is None or not dialogue.step or event.step != dialogue.step:
            return
        if event.outcome == "hangup":
            self._caller_gone(dialogue, event)
            return
        dialogue.step = ""
        if isinstance(dialogue.node, Answer) and event.outcome == "failed":
            self._give_up(dialogue, event)
        else:
            self._go_on(dialogue, hear(dialogue, event), event)

    def _go_on(self, dialogue: Dialogue, heard: Heard, why: Event) -> None:
        """Do what follows a step."""
        if heard.chosen:
            self._tell_choice(dialogue, why)
        following = self._begin_step(dialogue, why, heard.opening) if heard.once_more else heard.to
        if following is not None:
            self._go(dialogue, following, why)
        elif not heard.once_more:
            self._hang_up(dialogue, why)

    def _give_up(self, dialogue: Dialogue, why: Event) -> None:
        """Let go of a leg that cannot be answered: it is on its way out, and its end may have been told."""
        self._leave(dialogue, ContactTrigger.LEAVE, why)
        self._engine.send(HangUpLeg(leg_id=dialogue.contact.leg_id))

    def _tell_choice(self, dialogue: Dialogue, why: Event) -> None:
        self._engine.publish(
            ChoiceMade(
                at_us=why.at_us,
                cause_id=why.cause_id,
                contact_id=dialogue.contact.contact_id,
                node=dialogue.at,
                choice=dialogue.contact.choices[-1],
            )
        )


def _farewell(dialogue: Dialogue, why: Event) -> ContactEvent:
    """Return the one event that tells how the contact ended; its state says so already."""
    contact = dialogue.contact
    cause: dict[str, Any] = {"at_us": why.at_us, "cause_id": why.cause_id}
    match contact.state, dialogue.node:
        case ContactState.ABANDONED, _:
            return ContactAbandoned(
                **cause,
                contact_id=contact.contact_id,
                queue="",
                tier=contact.tier,
                stage="ivr",
                waited_us=0,
            )
        case ContactState.VOICEMAIL, _:
            return MessageLeft(**cause, contact_id=contact.contact_id, recording=contact.contact_id)
        case ContactState.OVERFLOWED, Transfer(number=number):
            return ContactSentOn(**cause, contact_id=contact.contact_id, number=number)
    return ContactClosed(**cause, contact_id=contact.contact_id, outcome=contact.state)
