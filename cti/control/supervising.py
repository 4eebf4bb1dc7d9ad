"""Supervision: whoever supervises hears an agent's talk, speaks to the agent alone, or to both.

The supervisor's phone is rung as a leg of ours, and sent to hear the agent's leg once it is answered; the
agent's own conversation never notices. It ends with the talk, or waits with music for the agent's next one.
One supervisor hears one agent at a time; an agent may be heard by several.

Who takes a talk over is an agent as well, and ready: the customer is passed on as agents do it
(`TransferContact`), once the phone is free that is to ring for it.

A leg of this kind that nobody knows was an earlier run's. It is hung up: whether anybody may still hear that
agent, nobody can say.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.kernel.errors import RequestRefused
from core.kernel.record import replace
from core.model.agent import AgentState
from core.model.commands import (
    CancelTimer,
    HangUpLeg,
    PlayMusic,
    RingLeg,
    StartTimer,
    SuperviseLeg,
    TakeLeg,
)
from core.model.contact import VOICE, Contact, ContactState
from core.model.control import TargetKind, TransferContact
from core.model.events import (
    AgentStateChanged,
    ContactConnected,
    DialogueOpened,
    LegEnded,
    LegFailed,
    LegTagged,
    TalkEnded,
    TimerFired,
)
from core.model.ids import AgentId, ContactId, Ids, LegId, TimerKey
from core.model.message import Event
from core.model.requests import StopSupervising, Supervise, TakeOver
from core.model.supervision import AgentSupervised, LegHears, SupervisionEnded
from core.model.tag import SUPERVISOR, Tag, decode_tag
from cti.control.ear import ON_THE_MOVE, Ear, EarState, EarTrigger
from cti.control.free_agents import FreeAgents
from cti.control.talks import Talks

WAITING_STEP = "supervision:music"
MOVE_LIMIT_US = 5 * SECOND_US
"""How long it may take Asterisk to let a leg hear another: fifty times what it does take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionRules:
    """How long a supervisor's phone rings, and what it hears between the talks of an agent it follows."""

    ring_timeout_us: int = 30 * SECOND_US
    music: str = "default"


class Supervising:
    """The feature that lets supervisors hear agents."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        ids: Ids,
        free: FreeAgents,
        talks: Talks,
        rules: SupervisionRules,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._ids = ids
        self._free = free
        self._talks = talks
        self._rules = rules
        self._ears: dict[str, Ear] = {}
        self._by_leg: dict[LegId, Ear] = {}
        # What is to be done as soon as a supervisor's phone is free.
        self._passing: dict[LegId, TransferContact] = {}
        engine.serve(Supervise, self._supervise)
        engine.serve(StopSupervising, self._stop)
        engine.serve(TakeOver, self._take_over)
        engine.subscribe(LegTagged, self._tagged)
        engine.subscribe(DialogueOpened, self._opened)
        engine.subscribe(LegHears, self._hears)
        engine.subscribe(LegFailed, self._gone)
        engine.subscribe(LegEnded, self._gone)
        engine.subscribe(ContactConnected, self._talk_begun)
        engine.subscribe(TalkEnded, self._talk_ended)
        engine.subscribe(AgentStateChanged, self._agent_changed)
        engine.on_timer("ear", self._time_up)

    # --- wishes ---------------------------------------------------------------------------------------

    def _supervise(self, request: Supervise) -> None:
        talk = self._talk_of(request.agent_id)
        if talk is None:
            raise RequestRefused("no_conversation", f"{request.agent_id} talks to nobody now")
        ear = self._ears.get(request.asked_by)
        if ear is None:
            self._ring(request, talk)
            return
        if ear.agent_id != request.agent_id:
            self._tell_end(ear, "other_agent", request)
        ear.agent_id, ear.mode, ear.follows = request.agent_id, request.mode, request.follows
        ear.contact_id = talk.contact_id
        if ear.allows(EarTrigger.SEND):
            self._send(ear, talk, request)

    def _ring(self, request: Supervise, talk: Contact) -> None:
        if not request.asked_by:
            raise RequestRefused("not_signed_in", "who supervises has a name")
        if not request.extension:
            raise RequestRefused("no_extension", "say at which phone the agent is to be heard")
        ear = Ear(
            asked_by=request.asked_by,
            agent_id=request.agent_id,
            leg_id=LegId(self._ids.new("L")),
            mode=request.mode,
            follows=request.follows,
            contact_id=talk.contact_id,
        )
        self._ears[ear.asked_by] = self._by_leg[ear.leg_id] = ear
        self._engine.send(
            RingLeg(
                leg_id=ear.leg_id,
                address=request.extension,
                ring_timeout_us=self._rules.ring_timeout_us,
                caller_name=request.agent_id,
                tag=Tag(role=SUPERVISOR, agent=request.agent_id).encode(),
            )
        )

    def _stop(self, request: StopSupervising) -> None:
        self._end(self._ear_of(request), "stopped", request)

    def _take_over(self, request: TakeOver) -> None:
        ear, talk = self._ear_of(request), self._talk_of(request.agent_id)
        if talk is None:
            raise RequestRefused("no_conversation", f"{request.agent_id} talks to nobody now")
        if request.by not in self._free:
            raise RequestRefused("agent_not_ready", f"{request.by} has to be ready to take a call over")
        if not self._talks.may_pass_on(talk):
            raise RequestRefused("not_now", f"{request.agent_id} and the customer are not alone together now")
        self._passing[ear.leg_id] = TransferContact(
            at_us=request.at_us,
            agent_id=request.agent_id,
            contact_id=talk.contact_id,
            to=TargetKind.AGENT,
            target=request.by,
            asked_by=request.asked_by,
            because=request.because,
        )
        # How it ended is told when the phone is free: until then the customer may be gone.
        self._engine.send(HangUpLeg(leg_id=ear.leg_id))
        self._drop(ear, request)

    def _ear_of(self, request: StopSupervising | TakeOver) -> Ear:
        ear = self._ears.get(request.asked_by)
        if ear is None or ear.agent_id != request.agent_id:
            raise RequestRefused("not_supervising", f"you do not hear {request.agent_id}")
        return ear

    # --- the supervisor's leg -------------------------------------------------------------------------

    def _tagged(self, event: LegTagged) -> None:
        self._drop_unknown(event.leg_id, event.tag)

    def _drop_unknown(self, leg_id: LegId, note: str) -> None:
        """Hang up a leg that an earlier run rang for a supervisor."""
        tag = decode_tag(note)
        if tag is not None and tag.role == SUPERVISOR and leg_id not in self._by_leg:
            self._engine.send(HangUpLeg(leg_id=leg_id))

    def _opened(self, event: DialogueOpened) -> None:
        ear = self._by_leg.get(event.leg_id)
        if ear is None:
            if event.tag:
                self._drop_unknown(event.leg_id, event.tag)
            return
        self._move(ear, EarTrigger.OPEN, event)
        self._engine.send(PlayMusic(leg_id=ear.leg_id, step=WAITING_STEP, music=self._rules.music))
        talk = self._talk_of(ear.agent_id)
        if talk is not None and talk.contact_id == ear.contact_id:
            self._send(ear, talk, event)
        elif not ear.follows:
            self._end(ear, "talk_over", event)

    def _send(self, ear: Ear, talk: Contact, why: Event) -> None:
        assert talk.agent_leg_id is not None, "who talks has a leg"
        ear.contact_id = talk.contact_id
        ear.sent = (ear.contact_id, ear.mode)
        self._move(ear, EarTrigger.SEND, why)
        self._engine.send(SuperviseLeg(leg_id=ear.leg_id, hears=talk.agent_leg_id, mode=ear.mode))

    def _hears(self, event: LegHears) -> None:
        ear = self._by_leg.get(event.leg_id)
        if ear is None or not ear.allows(EarTrigger.HEAR):
            return
        self._move(ear, EarTrigger.HEAR, event)
        talk = self._talk_of(ear.agent_id)
        if ear.sent != (ear.contact_id, ear.mode) and talk is not None:
            self._send(ear, talk, event)
            return
        self._engine.publish(
            AgentSupervised(
                at_us=event.at_us,
                cause_id=event.cause_id,
                agent_id=ear.agent_id,
                contact_id=ear.contact_id or ContactId(""),
                mode=ear.mode,
                asked_by=ear.asked_by,
            )
        )

    def _gone(self, event: LegFailed | LegEnded) -> None:
        passing = self._passing.pop(event.leg_id, None)
        if passing is not None:
            self._pass_on(replace(passing, at_us=event.at_us, cause_id=event.cause_id))
        ear = self._by_leg.get(event.leg_id)
        if ear is not None:
            self._forget(ear, "not_answered" if ear.state is EarState.RINGING else "hung_up", event)

    def _pass_on(self, passing: TransferContact) -> None:
        """Pass the customer on whom a supervisor takes over, where that may still be done."""
        may_pass = self._may_still_pass(passing)
        self._engine.publish(
            SupervisionEnded(
                at_us=passing.at_us,
                cause_id=passing.cause_id,
                agent_id=passing.agent_id,
                asked_by=passing.asked_by,
                reason="taken_over" if may_pass else "not_taken_over",
            )
        )
        if may_pass:
            self._engine.publish(passing)

    def _may_still_pass(self, passing: TransferContact) -> bool:
        talk = self._talk_of(passing.agent_id)
        return (
            talk is not None
            and talk.contact_id == passing.contact_id
            and self._talks.may_pass_on(talk)
            and AgentId(passing.target) in self._free
        )

    # --- the agent's talks ----------------------------------------------------------------------------

    def _talk_of(self, agent_id: AgentId) -> Contact | None:
        """Return the call that the agent talks about now."""
        of_agent = (contact for contact in self._contacts if contact.agent_id == agent_id)
        return next((each for each in of_agent if _is_talk(each)), None)

    def _talk_begun(self, event: ContactConnected) -> None:
        if not self._ears:
            return
        talk = self._contacts.get(event.contact_id)
        if talk is None or not _is_talk(talk):
            return
        for ear in list(self._ears.values()):
            if ear.agent_id == event.agent_id and ear.contact_id is None:
                ear.contact_id = talk.contact_id
                if ear.state is EarState.IN_HAND:
                    self._send(ear, talk, event)

    def _talk_ended(self, event: TalkEnded) -> None:
        if not self._ears:
            return
        for ear in [ear for ear in self._ears.values() if ear.contact_id == event.contact_id]:
            if not ear.follows:
                self._end(ear, "talk_over", event)
                continue
            ear.contact_id = None
            if ear.allows(EarTrigger.RECALL):
                self._move(ear, EarTrigger.RECALL, event)
                self._engine.send(TakeLeg(leg_id=ear.leg_id))

    def _agent_changed(self, event: AgentStateChanged) -> None:
        if self._ears and event.new is AgentState.LOGGED_OUT:
            for ear in [ear for ear in self._ears.values() if ear.agent_id == event.agent_id]:
                self._end(ear, "agent_left", event)

    # --- time, and the end ----------------------------------------------------------------------------

    def _move(self, ear: Ear, trigger: EarTrigger, why: Event) -> None:
        """Change the state; one that waits for the telephone system has so long and no longer."""
        ear.move(trigger)
        if ear.state in ON_THE_MOVE:
            self._engine.send(StartTimer(key=_timer(ear), at_us=why.at_us + MOVE_LIMIT_US))
        else:
            self._engine.send(CancelTimer(key=_timer(ear)))

    def _time_up(self, event: TimerFired) -> None:
        self._end(self._by_leg[LegId(event.key[1])], "failed", event)

    def _end(self, ear: Ear, reason: str, why: Event) -> None:
        self._engine.send(HangUpLeg(leg_id=ear.leg_id))
        self._forget(ear, reason, why)

    def _forget(self, ear: Ear, reason: str, why: Event) -> None:
        self._drop(ear, why)
        self._tell_end(ear, reason, why)

    def _drop(self, ear: Ear, why: Event) -> None:
        self._move(ear, EarTrigger.END, why)
        del self._ears[ear.asked_by], self._by_leg[ear.leg_id]

    def _tell_end(self, ear: Ear, reason: str, why: Event) -> None:
        self._engine.publish(
            SupervisionEnded(
                at_us=why.at_us,
                cause_id=why.cause_id,
                agent_id=ear.agent_id,
                asked_by=ear.asked_by,
                reason=reason,
            )
        )


def _is_talk(contact: Contact) -> bool:
    return contact.channel == VOICE and contact.state is ContactState.CONNECTED


def _timer(ear: Ear) -> TimerKey:
    return ("ear", ear.leg_id)
