"""A call that stands all shift: rung once, joined with one contact after the other, rung again if lost."""

from __future__ import annotations

from core.kernel.clock import microseconds
from core.model.agent import AgentState
from core.model.causes import Cause
from core.model.commands import (
    AnswerRequest,
    HangUpLeg,
    JoinLeg,
    PlayMusic,
    PopScreen,
    RingLeg,
    ShowAgentState,
)
from core.model.contact import Contact, ContactState
from core.model.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactConnected,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    OfferFailed,
    PbxLost,
    PbxSynced,
    TalkEnded,
)
from core.model.ids import NO_LEG, AgentId, BridgeId, LegId
from core.model.requests import GoReady, HangUpContact, LogIn, LogOut, RejectOffer, RestoreAgent
from core.model.tag import STANDING, Tag
from tests.unit.floor import STANDING as RULES
from tests.unit.floor import Floor

ANN = AgentId("ann")
NOTE = Tag(role=STANDING, agent="ann").encode()
DELAY_S = RULES.retry_delay_us / 1_000_000


class Shift:
    """A floor where ann's call stands, and the telephone system's side of it."""

    def __init__(self, floor: Floor | None = None) -> None:
        self.floor = floor or Floor({"ann": 5})
        self.log_in()

    def log_in(self) -> None:
        self.hear(LogIn(at_us=self.now_us, agent_id=ANN, extension="PJSIP/ann", standing=True))

    @property
    def now_us(self) -> int:
        return self.floor.now_us

    @property
    def leg(self) -> LegId:
        return self.floor.phone_of("ann")

    @property
    def rung(self) -> int:
        return sum(order.address == "PJSIP/ann" for order in self.floor.orders(RingLeg))

    @property
    def hung_up(self) -> list[LegId]:
        return [order.leg_id for order in self.floor.orders(HangUpLeg)]

    @property
    def joined(self) -> list[tuple[LegId, LegId]]:
        return [(order.leg_id, order.bridge_with) for order in self.floor.orders(JoinLeg)]

    @property
    def shown(self) -> ShowAgentState:
        return self.floor.orders(ShowAgentState)[-1]

    def hear(self, event: object) -> None:
        self.floor.hear(event)  # type: ignore[arg-type]

    def ready(self) -> None:
        self.hear(GoReady(at_us=self.now_us, agent_id=ANN))

    def open(self, leg_id: LegId = NO_LEG) -> None:
        """The leg comes into our hands, or comes back."""
        self.hear(DialogueOpened(at_us=self.now_us, leg_id=leg_id or self.leg, tag=NOTE))

    def close(self) -> None:
        self.hear(DialogueClosed(at_us=self.now_us, leg_id=self.leg))

    def up(self) -> None:
        """The phone is answered, and its leg hears music."""
        self.hear(LegAnswered(at_us=self.now_us, leg_id=self.leg))
        self.open()

    def at_work(self) -> None:
        self.up()
        self.ready()

    def lost(self, cause: int = Cause.NORMAL_CLEARING) -> None:
        self.hear(LegEnded(at_us=self.now_us, leg_id=self.leg, cause=cause))

    def meet(self, contact: Contact, bridge: str = "b-1") -> None:
        """The leg joins the caller's as it was sent to."""
        self.close()
        for leg_id in (self.leg, contact.leg_id):
            self.hear(LegJoined(at_us=self.now_us, leg_id=leg_id, bridge_id=BridgeId(bridge)))

    def part(self, *legs: LegId, bridge: str = "b-1") -> None:
        """These legs leave the bridge, one after the other."""
        for leg_id in legs:
            self.hear(LegLeft(at_us=self.now_us, leg_id=leg_id, bridge_id=BridgeId(bridge)))

    def talk(self, name: str = "C1") -> Contact:
        contact = self.floor.arrive(name)
        self.meet(contact)
        return contact


# --- coming up ----------------------------------------------------------------------------------------


def test_phone_is_rung_once_at_log_in_and_hears_music() -> None:
    shift = Shift()
    (ring,) = shift.floor.orders(RingLeg)
    assert (ring.address, ring.bridge_with, ring.tag) == ("PJSIP/ann", NO_LEG, NOTE)
    assert shift.shown.standing == "ringing"
    shift.up()
    (music,) = shift.floor.orders(PlayMusic)
    assert (music.leg_id, music.music) == (ring.leg_id, "calm")
    assert shift.shown.standing == "in_hand"
    assert shift.floor.state("ann") == ("not_ready", "logged_in")


def test_agent_is_ready_only_once_the_leg_is_in_our_hands() -> None:
    shift = Shift()
    shift.ready()
    assert shift.floor.state("ann") == ("not_ready", "leg_down")
    shift.floor.arrive("C1")
    assert shift.floor.offered() == []
    shift.up()
    assert shift.floor.state("ann") == ("reserved", "")
    assert shift.rung == 1


def test_configured_agent_needs_no_wish() -> None:
    floor = Floor({"ann": 5}, standing=["ann"])
    floor.ready("ann")
    assert [order.tag for order in floor.orders(RingLeg)] == [NOTE]


# --- contacts -------------------------------------------------------------------------------------------


def test_contact_is_joined_with_the_leg_after_the_record_is_shown() -> None:
    shift = Shift()
    shift.at_work()
    before = len(shift.floor.commands)
    contact = shift.floor.arrive("C1")
    kinds = [type(command) for command in shift.floor.commands[before:]]
    assert kinds.index(PopScreen) < kinds.index(JoinLeg)
    assert shift.joined == [(shift.leg, contact.leg_id)]
    assert shift.rung == 1
    shift.meet(contact)
    (connected,) = shift.floor.events(ContactConnected)
    assert (connected.agent_id, connected.contact_id) == ("ann", "C1")
    assert contact.state is ContactState.CONNECTED


def test_caller_who_hangs_up_leaves_the_leg_for_the_next_one() -> None:
    shift = Shift()
    shift.at_work()
    first = shift.talk("C1")
    shift.part(first.leg_id, shift.leg)
    shift.floor.hang_up(first.leg_id)
    (ended,) = shift.floor.events(TalkEnded)
    assert ended.ended_by == "customer"
    assert shift.hung_up == []
    shift.open()
    assert shift.floor.state("ann") == ("wrap_up", "")
    assert [order.leg_id for order in shift.floor.orders(PlayMusic)].count(shift.leg) == 2
    shift.ready()
    second = shift.floor.arrive("C2")
    assert shift.joined == [(shift.leg, first.leg_id), (shift.leg, second.leg_id)]


def test_leg_that_comes_back_tells_the_end_of_the_talk() -> None:
    """The word of FastAGI may overtake AMI's, or AMI's be lost."""
    shift = Shift()
    shift.at_work()
    contact = shift.talk()
    shift.open()
    (ended,) = shift.floor.events(TalkEnded)
    assert ended.ended_by == "customer"
    assert shift.hung_up == [contact.leg_id]
    assert shift.floor.state("ann") == ("wrap_up", "")


def test_agent_ends_the_talk_at_the_desk_and_keeps_the_leg() -> None:
    shift = Shift()
    shift.at_work()
    contact = shift.talk()
    shift.hear(HangUpContact(at_us=shift.now_us, agent_id=ANN))
    assert shift.hung_up == [contact.leg_id]
    shift.part(contact.leg_id, shift.leg)
    shift.floor.hang_up(contact.leg_id)
    (ended,) = shift.floor.events(TalkEnded)
    assert ended.ended_by == "agent"
    shift.open()
    assert shift.hung_up == [contact.leg_id]


def test_nobody_is_offered_an_agent_whose_leg_is_not_back_yet() -> None:
    shift = Shift()
    shift.at_work()
    first = shift.talk("C1")
    shift.part(first.leg_id, shift.leg)
    shift.floor.hang_up(first.leg_id)
    shift.ready()
    assert shift.floor.state("ann") == ("ready", "")
    shift.floor.arrive("C2")
    assert len(shift.joined) == 1
    shift.open()
    assert len(shift.joined) == 2


# --- joining that comes to nothing --------------------------------------------------------------------


def test_caller_who_leaves_while_being_joined_is_abandoned_and_the_leg_stands() -> None:
    shift = Shift()
    shift.at_work()
    contact = shift.floor.arrive("C1")
    shift.close()
    shift.floor.hang_up(contact.leg_id)
    shift.open()
    assert [event.contact_id for event in shift.floor.events(ContactAbandoned)] == ["C1"]
    assert shift.floor.state("ann") == ("ready", "")
    assert shift.hung_up == []


def test_leg_that_comes_back_alone_is_sent_once_more() -> None:
    shift = Shift()
    shift.at_work()
    contact = shift.floor.arrive("C1")
    for _ in range(3):
        shift.close()
        shift.open()
    assert shift.joined == [(shift.leg, contact.leg_id)] * 2
    assert shift.floor.state("ann") == ("reserved", "")
    shift.floor.let_pass(2)
    assert [event.outcome for event in shift.floor.events(OfferFailed)] == ["lost"]
    assert shift.hung_up == []
    assert len(shift.floor.offered()) == 2


def test_leg_without_a_link_is_sent_when_the_link_is_made_again() -> None:
    """FastAGI's link may break between the offer of a callback and the answer of its customer."""
    shift = Shift()
    shift.at_work()
    contact = shift.floor.arrive("C1")
    shift.open()
    assert shift.joined == [(shift.leg, contact.leg_id)] * 2
    shift.meet(contact)
    assert len(shift.floor.events(ContactConnected)) == 1


def test_leg_that_neither_joins_nor_comes_back_is_hung_up_and_rung_anew() -> None:
    shift = Shift()
    shift.at_work()
    shift.floor.arrive("C1")
    shift.close()
    stuck = shift.leg
    shift.floor.let_pass(2)
    assert shift.hung_up == [stuck]
    shift.lost()
    assert shift.floor.state("ann") == ("not_ready", "leg_down")
    shift.floor.let_pass(DELAY_S)
    assert shift.leg != stuck
    shift.up()
    assert shift.joined[-1] == (shift.leg, LegId("leg-C1"))


def test_late_join_after_the_talk_was_told_connects_nobody() -> None:
    """AMI may lag behind FastAGI: the pair has met and parted before we hear that it met."""
    shift = Shift()
    shift.at_work()
    contact = shift.floor.arrive("C1")
    shift.close()
    shift.open()
    shift.close()
    shift.hear(LegJoined(at_us=shift.now_us, leg_id=shift.leg, bridge_id=BridgeId("b-1")))
    shift.hear(LegJoined(at_us=shift.now_us, leg_id=contact.leg_id, bridge_id=BridgeId("b-2")))
    assert shift.floor.events(ContactConnected) == []


def test_joined_at_once_means_there_is_nothing_to_reject() -> None:
    shift = Shift()
    shift.at_work()
    shift.floor.arrive("C1")
    shift.hear(RejectOffer(at_us=shift.now_us, agent_id=ANN))
    assert shift.floor.orders(AnswerRequest)[-1].code == "joined_at_once"


# --- lost, and rung again -----------------------------------------------------------------------------


def test_agent_who_hangs_up_while_ready_gets_no_call_until_answering_again() -> None:
    shift = Shift()
    shift.at_work()
    shift.lost()
    assert shift.floor.state("ann") == ("not_ready", "leg_down")
    assert shift.shown.standing == "lost"
    shift.floor.arrive("C1")
    assert shift.floor.offered() == []
    shift.floor.let_pass(DELAY_S)
    assert shift.rung == 2
    shift.up()
    assert shift.floor.offered() == [("C1", "ann")]


def test_phone_that_is_not_answered_is_left_alone_after_so_many_attempts() -> None:
    shift = Shift()
    shift.at_work()
    shift.lost()
    for _ in range(RULES.attempts_max):
        shift.floor.let_pass(DELAY_S)
        shift.lost(Cause.NO_ANSWER)
    assert shift.rung == 1 + RULES.attempts_max
    assert shift.shown.standing == "down"
    assert shift.shown.until_us == 0
    shift.floor.let_pass(3_600)
    assert shift.rung == 1 + RULES.attempts_max
    shift.ready()
    assert shift.rung == 2 + RULES.attempts_max
    shift.up()
    assert shift.floor.state("ann") == ("ready", "")


def test_phone_of_somebody_on_a_break_stays_quiet() -> None:
    shift = Shift()
    shift.at_work()
    shift.floor.not_ready("ann")
    shift.lost()
    shift.floor.let_pass(600)
    assert shift.rung == 1
    assert shift.floor.state("ann") == ("not_ready", "break")
    shift.ready()
    assert shift.rung == 2


def test_break_taken_while_the_phone_rings_again_is_kept() -> None:
    shift = Shift()
    shift.at_work()
    shift.lost()
    shift.floor.let_pass(DELAY_S)
    shift.floor.not_ready("ann")
    shift.up()
    assert shift.floor.state("ann") == ("not_ready", "break")


def test_leg_lost_while_talking_ends_the_contact_and_is_rung_during_the_wrap_up() -> None:
    shift = Shift()
    shift.at_work()
    contact = shift.talk()
    shift.part(shift.leg, contact.leg_id)
    shift.lost()
    (ended,) = shift.floor.events(TalkEnded)
    assert ended.ended_by == "agent"
    assert shift.hung_up == [contact.leg_id]
    shift.ready()
    assert shift.floor.state("ann") == ("not_ready", "leg_down")
    shift.floor.let_pass(DELAY_S)
    shift.up()
    assert shift.floor.state("ann") == ("ready", "")


def test_leg_lost_while_being_joined_is_no_miss_of_the_agent() -> None:
    shift = Shift(Floor({"ann": 5, "bob": 3}))
    shift.at_work()
    shift.floor.arrive("C1")
    shift.lost()
    assert [event.outcome for event in shift.floor.events(OfferFailed)] == ["lost"]
    assert shift.floor.state("ann") == ("not_ready", "leg_down")
    shift.floor.ready("bob")
    assert shift.floor.offered()[-1] == ("C1", "bob")


# --- going home -----------------------------------------------------------------------------------------


def test_log_out_hangs_the_leg_up() -> None:
    shift = Shift()
    shift.at_work()
    leg = shift.leg
    shift.hear(LogOut(at_us=shift.now_us, agent_id=ANN))
    assert shift.hung_up == [leg]
    shift.floor.hang_up(leg)
    shift.floor.let_pass(600)
    assert shift.rung == 1


def test_log_out_after_the_contact_hangs_the_leg_up_then() -> None:
    shift = Shift()
    shift.at_work()
    contact = shift.talk()
    shift.hear(LogOut(at_us=shift.now_us, agent_id=ANN))
    shift.part(contact.leg_id, shift.leg)
    shift.floor.hang_up(contact.leg_id)
    shift.open()
    assert shift.hung_up == []
    shift.floor.let_pass(30)
    assert shift.floor.state("ann")[0] == "logged_out"
    assert shift.hung_up == [shift.leg]


def test_phone_answered_after_log_out_is_hung_up() -> None:
    shift = Shift()
    leg = shift.leg
    shift.hear(LogOut(at_us=shift.now_us, agent_id=ANN))
    shift.open(leg)
    assert shift.hung_up == [leg, leg]


# --- links and restarts ---------------------------------------------------------------------------------


class Successor(Shift):
    """The next run of the engine: ann was ready, and her call may stand."""

    def __init__(self) -> None:
        self.floor = Floor({"ann": 5}, synced=False)
        self.hear(
            RestoreAgent(
                at_us=0,
                agent_id=ANN,
                state=AgentState.READY,
                reason="",
                extension="PJSIP/ann",
                standing=True,
            )
        )

    def synced(self) -> None:
        self.hear(PbxSynced(at_us=self.now_us, pbx="main"))


def test_leg_found_by_its_note_goes_on() -> None:
    shift = Successor()
    shift.floor.on_the_pbx({LegId("L-9"): NOTE})
    shift.synced()
    assert shift.rung == 0
    contact = shift.floor.arrive("C1")
    assert shift.joined == []
    shift.open(LegId("L-9"))
    assert shift.joined == [(LegId("L-9"), contact.leg_id)]
    assert shift.hung_up == []


def test_leg_that_asks_for_us_before_the_snapshot_goes_on() -> None:
    shift = Successor()
    shift.open(LegId("L-9"))
    shift.floor.on_the_pbx({LegId("L-9"): NOTE})
    shift.synced()
    assert shift.rung == 0
    contact = shift.floor.arrive("C1")
    assert shift.joined == [(LegId("L-9"), contact.leg_id)]


def test_leg_that_is_gone_is_rung_anew() -> None:
    shift = Successor()
    shift.synced()
    assert shift.rung == 1
    assert shift.floor.state("ann") == ("not_ready", "leg_down")
    shift.up()
    assert shift.floor.state("ann") == ("ready", "")


def test_talk_of_a_leg_that_stands_goes_on_and_the_leg_comes_back() -> None:
    shift = Successor()
    caller = Tag(role="caller", contact="C-7", agent="ann", queue="cards", connected_us=1).encode()
    shift.floor.on_the_pbx({LegId("L-9"): NOTE, LegId("leg-C7"): caller}, bridge="b-7")
    shift.synced()
    assert shift.floor.state("ann") == ("on_contact", "")
    shift.open(LegId("L-9"))
    assert shift.floor.state("ann") == ("wrap_up", "")
    assert shift.hung_up == [LegId("leg-C7")]


def test_leg_of_an_agent_nobody_expects_is_hung_up_once_it_is_in_our_hands() -> None:
    shift = Shift(Floor({"ann": 5}))
    stray = LegId("L-9")
    shift.floor.on_the_pbx({stray: NOTE})
    shift.hear(PbxSynced(at_us=shift.now_us, pbx="main"))
    assert shift.hung_up == []
    shift.open(stray)
    assert shift.hung_up == [stray]


def test_lost_leg_is_rung_when_the_link_is_back() -> None:
    shift = Shift()
    shift.at_work()
    shift.hear(PbxLost(at_us=shift.now_us, pbx="main"))
    shift.lost(Cause.UNKNOWN)
    shift.floor.let_pass(DELAY_S)
    assert shift.rung == 1
    shift.hear(PbxSynced(at_us=shift.now_us, pbx="main"))
    assert shift.rung == 2


def test_broken_link_of_an_idle_leg_keeps_calls_away_until_it_is_made_again() -> None:
    shift = Shift()
    shift.at_work()
    shift.close()
    shift.floor.arrive("C1")
    assert shift.joined == []
    assert shift.floor.events(AgentStateChanged)[-1].channels == ()
    shift.open()
    assert len(shift.joined) == 1


def test_ring_time_out_is_as_configured() -> None:
    shift = Shift()
    assert shift.floor.orders(RingLeg)[0].ring_timeout_us == microseconds(30)
