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
from core.kernel.clock import microseconds
from core.kernel.errors import InvariantBroken
from core.model.commands import HangUpLeg, TagLeg, TransferLeg
from core.model.contact import Contact, ContactState, ContactTrigger, Requirement
from core.model.destination import DestinationKind
from core.model.events import (
    ChoiceMade,
    ContactAbandoned,
    ContactAdopted,
    ContactArrived,
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
from core.model.ids import ContactId, Ids, LegId, QueueName
from core.model.message import Event
from core.model.tag import CALLER, Tag, decode_tag
from ivr.decide import Callbacks, QueueView, decide
from ivr.dialogue import Dialogue
from ivr.digits import Entry, judge_choice, judge_entry
from ivr.flow import (
    NO_PROMPT,
    Answer,
    Balance,
    Branch,
    Callback,
    Collect,
    Enqueue,
    Flow,
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
from ivr.recognition import LookupOutcome, Recognition
from ivr.steps import step_for

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
        self._ids = ids
        self._flows = flows
        self._default_flow = default_flow
        self._named_flows = named_flows
        self._queue_view = queue_view
        self._callbacks = callbacks
        self._default_tier = default_tier
        self._dialogues: dict[LegId, Dialogue] = {}
        self._steps = 0
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
        tag = self._note_of(event) if event.tag else None
        if tag is not None and (tag.queue or tag.role != CALLER):
            return  # waits in a queue, or is an agent: not ours
        if self._contacts.of_leg(event.leg_id) is None:
            self._begin(self._welcome(event, tag), event)
        # else handed to a queue a moment ago: the note that says so was not read yet

    def _note_of(self, event: DialogueOpened) -> Tag | None:
        """Return the note on the leg; none where its contact has another caller, or left for good."""
        tag = decode_tag(event.tag)
        if tag is None or tag.role != CALLER:
            return tag
        contact_id = ContactId(tag.contact)
        contact = self._contacts.get(contact_id)
        copied = contact is not None and contact.leg_id != event.leg_id
        outlived = not tag.queue and self._contacts.has_ended(contact_id)
        return None if copied or outlived else tag

    def _welcome(self, event: DialogueOpened, tag: Tag | None) -> Contact:
        """Return the contact of a leg that is new to this run of the engine, known to all."""
        note = tag or self._new_note(event)
        contact = Contact(
            contact_id=ContactId(note.contact),
            leg_id=event.leg_id,
            arrived_us=note.arrived_us,
            caller_number=event.caller_number,
            dialed_number=event.dialed_number,
            language=note.language or event.language,
            tier=note.tier or self._default_tier,
            queued_us=note.queued_us or None,
            attempt=note.attempt,
            flow=note.flow,
            hops=note.hops,
        )
        self._contacts.add(contact)
        self._engine.publish(_adoption(contact, event) if tag else _arrival(contact, event))
        if tag is None:
            self._engine.send(TagLeg(leg_id=contact.leg_id, tag=note.encode()))
        return contact

    def _new_note(self, event: DialogueOpened) -> Tag:
        return Tag(role=CALLER, contact=self._ids.new("C"), arrived_us=event.arrived_us or event.at_us)

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
            self._keep_message(dialogue, dialogue.node, "hangup", why)
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
                return _set_values(dialogue, node)
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
            return _after_lookup(node, outcome)
        dialogue.awaits_lookup = node.wait
        return None if node.wait else node.next

    def _lookup_settled(self, dialogue: Dialogue, node: Lookup, outcome: LookupOutcome, why: Event) -> None:
        if not dialogue.awaits_lookup:
            return
        dialogue.awaits_lookup = False
        asked_here = dialogue.node is node
        self._go(dialogue, _after_lookup(node, outcome) if asked_here else dialogue.at, why)

    def _enqueue(self, dialogue: Dialogue, node: Enqueue, why: Event) -> None:
        contact = dialogue.contact
        if not dialogue.identified:
            self._recognition.skip(dialogue, why)
        contact.requirements = _with_skills(contact.requirements, node.skills)
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
        contact.requirements = _with_skills(contact.requirements, node.skills)
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
            return _unsaid(dialogue)
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
        following = self._after_step(dialogue, event)
        if following is not None:
            self._go(dialogue, following, event)

    def _after_step(self, dialogue: Dialogue, event: StepFinished) -> NodeName | None:
        match dialogue.node:
            case Answer(next=following):
                return self._answered(dialogue, following, event)
            case Play(next=following) | Say(next=following) | TellWait(next=following):
                return following
            case Menu() as menu:
                return self._menu_heard(dialogue, menu, event)
            case Collect() as collect:
                return self._collected(dialogue, collect, event)
            case Balance(next=following):
                # Who has heard it and hangs up was served, and did not leave in vain.
                dialogue.if_gone = ContactTrigger.FINISH
                return following
            case Record() as record:
                return self._recorded(dialogue, record, event)
            case Callback():
                self._hang_up(dialogue, event)
                return None
        raise InvariantBroken(f"{type(dialogue.node).__name__} takes no step, yet one was awaited")

    def _answered(self, dialogue: Dialogue, following: NodeName, event: StepFinished) -> NodeName | None:
        if event.outcome != "failed":
            return following
        # A leg that cannot be answered is on its way out; its end may have been told before it came.
        self._leave(dialogue, ContactTrigger.LEAVE, event)
        self._engine.send(HangUpLeg(leg_id=dialogue.contact.leg_id))
        return None

    def _menu_heard(self, dialogue: Dialogue, menu: Menu, event: StepFinished) -> NodeName | None:
        if not (menu.barge_in or dialogue.prompted):
            dialogue.prompted = True
            return self._begin_step(dialogue, event)
        entry = judge_choice(event.digits, event.outcome, tuple(menu.options))
        if entry is not Entry.ACCEPTED:
            return self._ask_again(dialogue, menu, entry, event)
        choice = menu.options[event.digits]
        dialogue.contact.choices += (choice,)
        self._engine.publish(
            ChoiceMade(
                at_us=event.at_us,
                cause_id=event.cause_id,
                contact_id=dialogue.contact.contact_id,
                node=dialogue.at,
                choice=choice,
            )
        )
        return choice

    def _collected(self, dialogue: Dialogue, collect: Collect, event: StepFinished) -> NodeName | None:
        entry = judge_entry(event.digits, event.outcome, collect.digits_min, collect.digits_max)
        if entry is not Entry.ACCEPTED:
            return self._ask_again(dialogue, collect, entry, event)
        dialogue.variables[collect.into] = event.digits
        return collect.next

    def _ask_again(
        self, dialogue: Dialogue, node: Menu | Collect, entry: Entry, why: Event
    ) -> NodeName | None:
        dialogue.tries += 1
        dialogue.prompted = False
        if dialogue.tries > node.retries:
            return node.exhausted
        return self._begin_step(dialogue, why, node.silent if entry is Entry.SILENT else node.invalid)

    def _recorded(self, dialogue: Dialogue, record: Record, event: StepFinished) -> NodeName | None:
        if dialogue.if_gone is not ContactTrigger.RECORD:  # else it was the thanks that ended
            kept = self._keep_message(dialogue, record, event.outcome, event)
            if kept and record.thanks:
                return self._begin_step(dialogue, event)
        self._hang_up(dialogue, event)
        return None

    def _keep_message(self, dialogue: Dialogue, record: Record, outcome: str, why: Event) -> bool:
        """Take what was recorded for a message; tell whether it was long enough to be one."""
        silence_us = microseconds(record.silence_s) if outcome == "timeout" else 0
        spoken_us = why.at_us - dialogue.step_began_us - silence_us
        if outcome == "failed" or spoken_us < microseconds(record.shortest_s):
            return False
        dialogue.if_gone = ContactTrigger.RECORD
        return True


def _after_lookup(node: Lookup, outcome: LookupOutcome) -> NodeName:
    match outcome:
        case LookupOutcome.FOUND:
            return node.next
        case LookupOutcome.UNKNOWN | LookupOutcome.SKIPPED:
            return node.unknown or node.next
        case LookupOutcome.LATE | LookupOutcome.AWAY | LookupOutcome.REFUSED:
            return node.unavailable or node.next


def _set_values(dialogue: Dialogue, node: SetValues) -> NodeName:
    contact = dialogue.contact
    if node.language:
        contact.language = node.language
        dialogue.language_set = True
    contact.requirements = _with_skills(contact.requirements, node.skills)
    dialogue.variables.update(node.variables)
    return node.next


def _with_skills(requirements: tuple[Requirement, ...], skills: Mapping[str, int]) -> tuple[Requirement, ...]:
    """Return `requirements` with those of `skills` added; the later level of a skill holds."""
    if not skills:
        return requirements
    levels = {need.skill: need.minimum for need in requirements} | dict(skills)
    return tuple([Requirement(skill=skill, minimum=level) for skill, level in levels.items()])


def _unsaid(dialogue: Dialogue) -> NodeName:
    """Return where a node leads whose value does not exist."""
    match dialogue.node:
        case Say() as say:
            return say.missing or say.next
        case Balance() as balance:
            return balance.unavailable
    raise InvariantBroken(f"{type(dialogue.node).__name__} has no step")


def _arrival(contact: Contact, why: Event) -> ContactEvent:
    return ContactArrived(
        at_us=why.at_us,
        cause_id=why.cause_id,
        contact_id=contact.contact_id,
        leg_id=contact.leg_id,
        caller_number=contact.caller_number,
        dialed_number=contact.dialed_number,
    )


def _adoption(contact: Contact, why: Event) -> ContactEvent:
    return ContactAdopted(
        at_us=why.at_us, cause_id=why.cause_id, contact_id=contact.contact_id, state=contact.state
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
