"""A call centre without a PBX, for tests: the real features on a real engine, fed by hand.

Says what happens on the telephone side (`arrive`, `answer`, `hang_up`) and what agents wish (`ready`), and
keeps every command and every event of the ledger for looking at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar

from agents.agent import WorkRules
from agents.consequences import Consequences
from agents.lost_desks import LostDesks
from agents.misses import Misses, MissRules
from agents.previews import Previews
from agents.quality import QualityLearner
from agents.required_results import RequiredResults
from agents.reservations import Reservations
from agents.roster import Roster
from agents.standing_leg import StandingRules
from agents.standing_legs import StandingLegs
from agents.wishes import Wishes
from agents.workload import Workload
from agents.wrap_up import Results, WrapUp, WrapUpLimit
from core.calls import CallBook
from core.contacts import ContactBook
from core.engine import Engine
from core.kernel.clock import microseconds
from core.model.agent import AgentProfile
from core.model.callback_events import CallbackBooked
from core.model.commands import AppendToLedger, CancelTimer, RingLeg, StartTimer, TagLeg
from core.model.contact import Contact, ContactState, Requirement
from core.model.customer import Customer
from core.model.destination import DestinationKind
from core.model.events import (
    ContactArrived,
    CustomerIdentified,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegJoined,
    LegTagged,
    OfferMade,
    PbxSynced,
    QueueingAsked,
    TimerFired,
)
from core.model.ids import AgentId, BridgeId, ContactId, Ids, LegId, QueueName, TimerKey
from core.model.message import Command, Event
from core.model.prompts import Sound
from core.model.requests import GoNotReady, GoReady, LogIn
from goldline.config_quality import QualitySection, quality_rules
from metrics.interaction import InteractionRecorder
from routing.admission import Admission
from routing.adoption import Adoption
from routing.assignments import Assignments
from routing.callback_desk import CallbackDesk
from routing.callback_dialer import CallbackDialer
from routing.callback_recall import CallbackRecall
from routing.callback_wishes import CallbackWishes
from routing.circumstances import Circumstances
from routing.conversation import Conversations
from routing.desertion import Desertion
from routing.divert import Diversion
from routing.door import Door
from routing.hold import Hold
from routing.index import Index
from routing.levels import Levels
from routing.lost import LostContacts
from routing.offer_desk import OfferDesk
from routing.outbound import OutboundContacts
from routing.plan import Plan
from routing.preference import Preference
from routing.priority import Priority
from routing.resume import Resume
from routing.router import Router
from routing.rules import QueueRules, Queues, Rulebook, Strategy, TierRules
from routing.scores import ScoresByStrategy
from routing.staff import Staff
from routing.strategies import StrategyScores
from routing.track_record import TrackRecords
from routing.value import ValueNews, ValueScores
from routing.waits import WaitEstimates
from routing.work import WorkDesk, WorkDeskRules
from routing.work_recall import WorkRecall

E = TypeVar("E", bound=Event)
C = TypeVar("C", bound=Command)

TIERS = {
    "platinum": TierRules(name="platinum", head_start_us=microseconds(120), choose=Strategy.HIGHEST_LEVEL),
    "standard": TierRules(name="standard"),
}
CARDS = QueueRules(name=QueueName("cards"), requirements=(Requirement(skill="cards"),))
WRAP_UP_S = 30
GRACE_S = 30
WRAP_UP = WrapUpLimit(microseconds(WRAP_UP_S))
STANDING = StandingRules(music="calm")
TASK = "task"


class Floor:
    """The brain with agents of the given skills (a level alone is of cards), gate open, nobody ready yet.

    Callers come into `queue`, if they do not ask for one of the `others`.
    """

    results: Results | None = None
    """Who knows what contacts may come to."""
    required: ClassVar[Mapping[QueueName, tuple[str, ...]]] = {}
    """The words of queues whose contacts are finished with a result only."""
    seen_within_s = 0.0
    """How long phones wait for the record to be seen on a live desk."""
    answers = False
    """Whether phones that ring can be answered from the desk."""

    def __init__(
        self,
        skills: Mapping[str, int | Mapping[str, int]],
        synced: bool = True,
        queue: QueueRules = CARDS,
        tiers: Mapping[str, TierRules] = TIERS,
        others: Sequence[QueueRules] = (),
        misses: MissRules | None = None,
        work: WorkRules | None = None,
        wrap_up: WrapUpLimit = WRAP_UP,
        policies: Mapping[str, Mapping[str, TierRules]] | None = None,
        standing: Sequence[str] = (),
    ) -> None:
        self.now_us = 0
        self.commands: list[Command] = []
        self.engine = Engine()
        self.contacts = ContactBook()
        self.queue = queue
        queues = Queues({each.name: each for each in (queue, *others)})
        rulebook = Rulebook(queues=queues, tiers=tiers, policies=policies or {})
        profiles = {
            AgentId(name): AgentProfile(
                agent_id=AgentId(name),
                skills={"cards": levels} if isinstance(levels, int) else levels,
                standing=name in standing,
            )
            for name, levels in skills.items()
        }
        ids = self.ids = Ids(run=1)
        self._at_the_door: tuple[Contact, QueueName, Mapping[str, int]] | None = None
        self.timers: dict[TimerKey, int] = {}
        self.engine.subscribe(DialogueOpened, self._let_in)
        self.engine.on_timer("leaving", self._leave)
        calls = self.calls = CallBook(self.engine)
        self.adoption = Adoption(self.engine, self.contacts, calls, deadline_us=200_000)
        self.recorder = InteractionRecorder(self.engine, self.contacts)
        self.lost = LostContacts(self.engine, calls)
        offers = OfferDesk(self.engine, self.contacts, ids, queues, self.answers)
        self.conversations = Conversations(self.engine, self.contacts)
        quality = quality_rules(QualitySection())
        self.staff = Staff(profiles)
        values = self.values = ValueScores(rulebook, self.staff, quality.prior)
        ordinary = StrategyScores(rulebook, TrackRecords(self.engine, rulebook), values.quality)
        index = Index(rulebook, ScoresByStrategy(rulebook, {Strategy.VALUE: values}, ordinary), self.staff)
        ValueNews(self.engine, values, index, rulebook)
        self.router = Router(self.engine, self.contacts, offers, rulebook, index, self.staff)
        self._build_lines(rulebook, ids, offers)
        self._build_desks(profiles, ids, misses or MissRules(), work, wrap_up)
        QualityLearner(self.engine, self.contacts, profiles, queues.skills(), quality)
        if synced:
            self.hear(PbxSynced(at_us=0, pbx="main"))

    def _build_lines(self, rulebook: Rulebook, ids: Ids, offers: OfferDesk) -> None:
        """Build what brings contacts into line, and what becomes of them there."""
        self.estimates = WaitEstimates(self.engine, self.contacts, self.router, rulebook)
        circumstances = Circumstances(self.router, self.estimates, rulebook.queues)
        door = Door(self.router, circumstances, rulebook.queues)
        diversion = Diversion(self.engine, self.contacts, self.router, door)
        self.resume = Resume(self.engine, self.contacts, self.router, rulebook.queues)
        self.callbacks = CallbackDesk(
            self.engine, self.contacts, ids, self.router, offers, rulebook, lambda _: (Sound("bye"),)
        )
        diversion.guard(DestinationKind.CALLBACK, self.callbacks.refusal)
        CallbackDialer(self.engine, self.contacts, ids, self.callbacks, offers, rulebook)
        CallbackWishes(self.engine, self.callbacks, self.adoption, rulebook, "standard")
        CallbackRecall(self.engine, self.contacts, self.callbacks, self.adoption, rulebook)
        OutboundContacts(self.engine, self.contacts, self.router, offers)
        self.plan = Plan(self.engine, self.contacts, self.router, rulebook, circumstances, diversion)
        Priority(self.engine, self.contacts, self.router)
        self.preference = Preference(self.engine, self.contacts, self.router, rulebook, self.staff)
        Levels(self.engine, self.router, self.staff, rulebook.queues, self.values)
        Assignments(self.engine, self.router, self.staff, rulebook.queues)
        Admission(self.engine, self.contacts, self.router, door, diversion, rulebook)
        Desertion(self.engine, self.contacts, self.router, door, diversion, rulebook.queues)
        self.hold = Hold(
            self.engine,
            self.contacts,
            self.router,
            self.estimates,
            rulebook.queues,
            self.callbacks,
            lambda *_: (Sound("wait"),),
        )
        brought = WorkDeskRules(channels=frozenset({TASK}), default_tier="standard", deadline_us=200_000)
        self.work_desk = WorkDesk(self.engine, self.contacts, ids, self.router, offers, rulebook, brought)
        WorkRecall(self.engine, self.contacts, self.work_desk, rulebook)

    def _build_desks(
        self,
        profiles: Mapping[AgentId, AgentProfile],
        ids: Ids,
        misses: MissRules,
        work: WorkRules | None,
        wrap_up: WrapUpLimit,
    ) -> None:
        """Build the agents' side."""
        self.roster = Roster(self.engine, profiles, work, answers=self.answers)
        self.standing_legs = StandingLegs(self.engine, self.roster, ids, STANDING)
        missed = Misses(self.engine, self.roster, misses)
        self.wishes = Wishes(self.engine, self.roster, missed, ("break", "lunch"))
        desks = LostDesks(self.engine, self.roster, microseconds(GRACE_S))
        seen_within_us = microseconds(self.seen_within_s)
        self.reservations = Reservations(self.engine, self.contacts, self.roster, missed, seen_within_us)
        Previews(self.engine, self.contacts, self.roster, ("not_now", "bad_number"))
        required = RequiredResults(self.required)
        self.workload = Workload(self.engine, self.contacts, self.roster, missed, required)
        Consequences(self.engine, self.roster, self.standing_legs, desks, self.workload)
        limits = {self.queue.name: wrap_up}
        self.wrap_up = WrapUp(self.engine, self.contacts, self.roster, limits, required, self.results)

    # --- time and messages ----------------------------------------------------------------------

    def pass_s(self, seconds: float) -> None:
        self.now_us += microseconds(seconds)

    def let_pass(self, seconds: float) -> None:
        """Let time pass, and every timer fire that is due by its end."""
        end_us = self.now_us + microseconds(seconds)
        while due := [(at_us, key) for key, at_us in self.timers.items() if at_us <= end_us]:
            at_us, key = min(due, key=lambda timer: timer[0])
            del self.timers[key]
            self.now_us = max(self.now_us, at_us)
            self.hear(TimerFired(at_us=self.now_us, key=key))
        self.now_us = end_us

    def hear(self, message: Event) -> list[Command]:
        """Give the engine `message` and keep what it orders."""
        commands = self.engine.handle(message)
        self.commands += commands
        for command in commands:
            if isinstance(command, StartTimer):
                self.timers[command.key] = command.at_us
            elif isinstance(command, CancelTimer):
                self.timers.pop(command.key, None)
        return commands

    def ledger(self) -> list[Event]:
        """Return everything that went to the ledger, in order."""
        return [command.event for command in self.commands if isinstance(command, AppendToLedger)]

    def events(self, kind: type[E]) -> list[E]:
        """Return the ledger's events of one class, in order."""
        return [event for event in self.ledger() if isinstance(event, kind)]

    def orders(self, kind: type[C]) -> list[C]:
        """Return the commands of one class, in order."""
        return [command for command in self.commands if isinstance(command, kind)]

    def fire(self, *key: str) -> None:
        """Let the timer `key` fire at the instant it was last asked for."""
        asked = [c for c in self.orders(StartTimer) if c.key == key]
        self.now_us = max(self.now_us, asked[-1].at_us)
        self.timers.pop(key, None)
        self.hear(TimerFired(at_us=self.now_us, key=key))

    # --- callers ---------------------------------------------------------------------------------

    def arrive(
        self,
        name: str,
        tier: str = "standard",
        needs: Mapping[str, int] | None = None,
        number: str = "",
        customer: Customer | None = None,
        queue: str = "",
    ) -> Contact:
        """A caller comes out of the IVR into a queue; the leg is called `leg-NAME`."""
        contact = Contact(
            contact_id=ContactId(name),
            leg_id=LegId(f"leg-{name}"),
            arrived_us=self.now_us,
            tier=tier,
            caller_number=number,
            customer=customer,
        )
        self._at_the_door = (contact, QueueName(queue) or self.queue.name, needs or {})
        self.hear(DialogueOpened(at_us=self.now_us, leg_id=contact.leg_id))
        return contact

    def _let_in(self, event: DialogueOpened) -> None:
        """Do what the shortest possible menu does: take the call and hand it to the queue."""
        if self._at_the_door is None:
            return
        (contact, queue, needs), self._at_the_door = self._at_the_door, None
        self.contacts.add(contact)
        self.engine.publish(
            ContactArrived(
                at_us=event.at_us,
                contact_id=contact.contact_id,
                leg_id=contact.leg_id,
                caller_number=contact.caller_number,
                dialed_number="",
            )
        )
        self.engine.publish(
            CustomerIdentified(
                at_us=event.at_us,
                contact_id=contact.contact_id,
                customer_id=contact.customer.customer_id if contact.customer else "",
                tier=contact.tier,
                lookup="found" if contact.customer else "unknown",
            )
        )
        self.engine.publish(
            QueueingAsked(
                at_us=event.at_us,
                contact_id=contact.contact_id,
                queue=queue,
                requirements=tuple(Requirement(skill=skill, minimum=needs[skill]) for skill in needs),
            )
        )

    def leave_for_callback(self, contact: Contact) -> bool:
        """The caller takes the offer to be called back; tell whether it stood."""
        self._leaving = contact
        self.hear(TimerFired(at_us=self.now_us, key=("leaving",)))
        return contact.state is ContactState.CALLBACK

    def _leave(self, event: TimerFired) -> None:
        self.callbacks.leave_line(self._leaving, event)

    def callback_of(self, name: str) -> Contact:
        """Return the contact of the callback that the caller booked."""
        booked = next(event for event in self.events(CallbackBooked) if event.of_contact_id == name)
        return next(contact for contact in self.contacts if contact.contact_id == booked.contact_id)

    def on_the_pbx(self, notes: Mapping[LegId, str], bridge: str = "") -> None:
        """A snapshot shows these legs with the notes we left on them, in one bridge where it has a name."""
        for leg_id, note in notes.items():
            self.hear(LegCreated(at_us=self.now_us, leg_id=leg_id, address=f"PJSIP/{leg_id}"))
            if bridge:
                self.hear(LegJoined(at_us=self.now_us, leg_id=leg_id, bridge_id=BridgeId(bridge)))
            self.hear(LegTagged(at_us=self.now_us, leg_id=leg_id, tag=note))

    def hang_up(self, leg_id: str, cause: int = 16) -> None:
        self.hear(LegEnded(at_us=self.now_us, leg_id=LegId(leg_id), cause=cause))

    # --- agents ------------------------------------------------------------------------------------

    def ready(self, *names: str) -> None:
        """Log the agents in at the phones `PJSIP/NAME` and make them ready, in this order."""
        for name in names:
            self.hear(LogIn(at_us=self.now_us, agent_id=AgentId(name), extension=f"PJSIP/{name}"))
            self.hear(GoReady(at_us=self.now_us, agent_id=AgentId(name)))

    def not_ready(self, name: str, reason: str = "break") -> None:
        """Let the agent pause."""
        self.hear(GoNotReady(at_us=self.now_us, agent_id=AgentId(name), reason=reason))

    def state(self, name: str) -> tuple[str, str]:
        """Return the agent's state and its reason."""
        agent = self.roster._agents[AgentId(name)]
        return agent.state.value, agent.reason

    def note_on(self, leg_id: LegId) -> str:
        """Return the note we left on the leg last."""
        return [order.tag for order in self.orders(TagLeg) if order.leg_id == leg_id][-1]

    def offered(self) -> list[tuple[str, str]]:
        """Return (contact, agent) of every offer so far."""
        return [(offer.contact_id, offer.agent_id) for offer in self.events(OfferMade)]

    def phone_of(self, name: str) -> LegId:
        """Return the leg of the last ringing of the agent's phone."""
        return [order.leg_id for order in self.orders(RingLeg) if order.address == f"PJSIP/{name}"][-1]

    def answer(self, name: str) -> None:
        """The agent's phone is answered and joined with the caller."""
        leg_id = self.phone_of(name)
        caller = next(order.bridge_with for order in self.orders(RingLeg) if order.leg_id == leg_id)
        bridge = BridgeId(f"bridge-{leg_id}")
        self.hear(LegAnswered(at_us=self.now_us, leg_id=leg_id))
        self.hear(LegJoined(at_us=self.now_us, leg_id=leg_id, bridge_id=bridge))
        self.hear(LegJoined(at_us=self.now_us, leg_id=caller, bridge_id=bridge))


class Softphones(Floor):
    """The same where phones that ring can be answered from the desk."""

    answers = True
