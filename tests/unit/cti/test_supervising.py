"""Supervisors who hear agents: what is rung, sent and told, and when it is over."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.model.commands import AnswerRequest, HangUpLeg, RingLeg, SuperviseLeg, TakeLeg
from core.model.control import TransferContact
from core.model.events import DialogueOpened, LegEnded, LegFailed, LegJoined, LegTagged
from core.model.ids import AgentId, BridgeId, LegId
from core.model.requests import AgentRequest, FinishWrapUp, LogOut, StopSupervising, Supervise, TakeOver
from core.model.supervision import AgentSupervised, LegHears, SupervisionEnded, SupervisionMode
from core.model.tag import SUPERVISOR, Tag, decode_tag
from cti.control.ear import EAR, EarState
from cti.control.free_agents import FreeAgents
from cti.control.supervising import MOVE_LIMIT_US, Supervising, SupervisionRules
from cti.control.talks import Talks
from tests.unit.floor import Floor

ANN, BOB = AgentId("ann"), AgentId("bob")
LISTEN, WHISPER, BARGE = SupervisionMode.LISTEN, SupervisionMode.WHISPER, SupervisionMode.BARGE


class House(Floor):
    """A floor with supervisors; the phone of each is called as its owner."""

    def __init__(self, standing: tuple[str, ...] = ()) -> None:
        super().__init__({"ann": 5, "bob": 5}, standing=standing)
        self.supervising = Supervising(
            self.engine, self.contacts, self.ids, FreeAgents(self.engine), Talks(), SupervisionRules()
        )

    def ask(self, request: AgentRequest) -> str:
        """Return the code of the refusal, empty for none."""
        return next(each.code for each in self.hear(request) if isinstance(each, AnswerRequest))

    def supervise(
        self,
        mode: SupervisionMode = LISTEN,
        agent: AgentId = ANN,
        by: str = "boss",
        extension: str | None = None,
        follows: bool = False,
    ) -> str:
        return self.ask(
            Supervise(
                at_us=self.now_us,
                agent_id=agent,
                asked_by=by,
                mode=mode,
                extension=f"PJSIP/{by}" if extension is None else extension,
                follows=follows,
            )
        )

    def stop(self, agent: AgentId = ANN, by: str = "boss") -> str:
        return self.ask(StopSupervising(at_us=self.now_us, agent_id=agent, asked_by=by))

    def take_over(self) -> str:
        return self.ask(
            TakeOver(at_us=self.now_us, agent_id=ANN, asked_by="boss", because="it is mine", by=BOB)
        )

    def talk(self, name: str = "ann", caller: str = "caller") -> None:
        """Let the ready agent talk with somebody who calls."""
        self.arrive(caller)
        self.answer(name)

    def end_talk(self, name: str = "ann", caller: str = "caller") -> None:
        """Let the customer hang up, and the agent's phone with it; no wrap-up."""
        leg_id = self.phone_of(name)
        self.hang_up(f"leg-{caller}")
        self.hang_up(leg_id)
        self.hear(FinishWrapUp(at_us=self.now_us, agent_id=AgentId(name)))

    # --- the telephone system's part ----------------------------------------------------------------

    def comes_in_hand(self, by: str = "boss") -> None:
        self.hear(DialogueOpened(at_us=self.now_us, leg_id=self.phone_of(by)))

    def hears(self, by: str = "boss") -> None:
        """Let the supervisor's leg hear whom it was sent to last."""
        sent = [order for order in self.orders(SuperviseLeg) if order.leg_id == self.phone_of(by)][-1]
        self.hear(LegHears(at_us=self.now_us, leg_id=sent.leg_id, hears=sent.hears))

    def hears_all_the_way(self, mode: SupervisionMode = LISTEN, follows: bool = False) -> None:
        assert self.supervise(mode, follows=follows) == ""
        self.comes_in_hand()
        self.hears()

    def told(self) -> list[tuple[str, str]]:
        """Return what the ledger has of supervision: the modes, and the reasons of the ends."""
        events = [each for each in self.ledger() if isinstance(each, AgentSupervised | SupervisionEnded)]
        return [
            (each.agent_id, each.mode if isinstance(each, AgentSupervised) else each.reason)
            for each in events
        ]

    def hung_up(self) -> list[LegId]:
        return [order.leg_id for order in self.orders(HangUpLeg)]


@pytest.fixture
def house() -> House:
    """Ann talks with a caller; bob is ready."""
    house = House()
    house.ready("ann")
    house.talk()
    return house


def test_every_state_of_an_ear_is_reached() -> None:
    assert EAR.reachable() == frozenset(EarState)


def test_phone_is_rung_and_sent_to_hear_the_agents_leg(house: House) -> None:
    assert house.supervise(WHISPER) == ""
    ring = house.orders(RingLeg)[-1]
    assert (ring.address, ring.bridge_with) == ("PJSIP/boss", "")
    note = decode_tag(ring.tag)
    assert note is not None
    assert (note.role, note.agent, note.contact) == (SUPERVISOR, "ann", "")
    house.comes_in_hand()
    (sent,) = house.orders(SuperviseLeg)
    assert (sent.leg_id, sent.hears, sent.mode) == (ring.leg_id, house.phone_of("ann"), WHISPER)
    assert house.told() == []
    house.hears()
    (told,) = house.events(AgentSupervised)
    assert (told.agent_id, told.contact_id, told.mode, told.asked_by) == ("ann", "caller", WHISPER, "boss")


def test_conversation_is_not_touched(house: House) -> None:
    house.hears_all_the_way()
    assert house.state("ann")[0] == "on_contact"
    assert house.hung_up() == []


def test_mode_is_switched_on_the_same_leg(house: House) -> None:
    house.hears_all_the_way(LISTEN)
    assert house.supervise(BARGE, extension="") == ""
    house.hears()
    assert len([ring for ring in house.orders(RingLeg) if ring.address == "PJSIP/boss"]) == 1
    assert house.told() == [("ann", "listen"), ("ann", "barge")]


def test_mode_asked_for_while_the_phone_rings_or_moves_is_the_one_that_holds(house: House) -> None:
    house.supervise(LISTEN)
    house.supervise(WHISPER)
    house.comes_in_hand()
    house.supervise(BARGE)
    house.hears()
    assert [order.mode for order in house.orders(SuperviseLeg)] == [WHISPER, BARGE]
    assert house.told() == []
    house.hears()
    assert house.told() == [("ann", "barge")]


def test_it_ends_with_the_talk(house: House) -> None:
    house.hears_all_the_way()
    house.end_talk()
    assert house.phone_of("boss") in house.hung_up()
    assert house.told() == [("ann", "listen"), ("ann", "talk_over")]


def test_talk_that_ends_while_the_phone_rings_ends_it_too(house: House) -> None:
    house.supervise()
    house.end_talk()
    assert house.told() == [("ann", "talk_over")]
    assert house.phone_of("boss") in house.hung_up()


def test_who_follows_waits_and_hears_the_next_talk(house: House) -> None:
    house.hears_all_the_way(WHISPER, follows=True)
    house.end_talk()
    assert [order.leg_id for order in house.orders(TakeLeg)] == [house.phone_of("boss")]
    house.comes_in_hand()
    house.talk(caller="next")
    house.hears()
    assert [(told.contact_id, told.mode) for told in house.events(AgentSupervised)] == [
        ("caller", WHISPER),
        ("next", WHISPER),
    ]


def test_next_talk_is_heard_even_if_it_begins_before_the_leg_is_back(house: House) -> None:
    house.hears_all_the_way(follows=True)
    house.end_talk()
    house.talk(caller="next")
    house.comes_in_hand()
    house.hears()
    assert [told.contact_id for told in house.events(AgentSupervised)] == ["caller", "next"]


def test_standing_leg_is_not_heard_between_talks() -> None:
    house = House(standing=("ann",))
    house.ready("ann")
    house.hear(DialogueOpened(at_us=0, leg_id=house.phone_of("ann")))
    house.arrive("caller")
    for leg_id in (house.phone_of("ann"), LegId("leg-caller")):
        house.hear(LegJoined(at_us=0, leg_id=leg_id, bridge_id=BridgeId("b")))
    house.hears_all_the_way(follows=True)
    house.hear(LegEnded(at_us=0, leg_id=LegId("leg-caller"), cause=16))
    assert [order.leg_id for order in house.orders(TakeLeg)] == [house.phone_of("boss")]


def test_supervisor_who_stops_is_hung_up(house: House) -> None:
    house.hears_all_the_way()
    assert house.stop() == ""
    assert house.phone_of("boss") in house.hung_up()
    assert house.told()[-1] == ("ann", "stopped")
    assert house.stop() == "not_supervising"


@pytest.mark.parametrize("answered", [False, True])
def test_phone_that_is_hung_up_or_not_answered_ends_it(house: House, answered: bool) -> None:
    house.supervise()
    if answered:
        house.comes_in_hand()
    house.hang_up(house.phone_of("boss"))
    assert house.told() == [("ann", "hung_up" if answered else "not_answered")]


def test_phone_that_cannot_be_rung_ends_it(house: House) -> None:
    house.supervise()
    house.hear(LegFailed(at_us=0, leg_id=house.phone_of("boss"), cause=20))
    assert house.told() == [("ann", "not_answered")]


def test_leg_that_never_gets_there_is_given_up(house: House) -> None:
    house.supervise()
    house.comes_in_hand()
    house.let_pass(MOVE_LIMIT_US / 1e6)
    assert house.told() == [("ann", "failed")]
    assert house.phone_of("boss") in house.hung_up()


def test_agent_who_logs_out_is_followed_no_longer(house: House) -> None:
    house.hears_all_the_way(follows=True)
    house.end_talk()
    house.comes_in_hand()
    house.hear(LogOut(at_us=0, agent_id=ANN))
    assert house.told()[-1] == ("ann", "agent_left")


def test_supervisor_turns_to_another_agent_on_the_same_leg(house: House) -> None:
    house.hears_all_the_way()
    house.ready("bob")
    house.talk("bob", "other")
    assert house.supervise(LISTEN, agent=BOB) == ""
    house.hears()
    assert house.told() == [("ann", "listen"), ("ann", "other_agent"), ("bob", "listen")]


def test_two_supervisors_hear_one_agent_each_for_themselves(house: House) -> None:
    house.hears_all_the_way()
    house.supervise(WHISPER, by="chief")
    house.comes_in_hand("chief")
    house.hears("chief")
    house.stop()
    assert [(told.asked_by, told.mode) for told in house.events(AgentSupervised)] == [
        ("boss", LISTEN),
        ("chief", WHISPER),
    ]
    assert house.phone_of("chief") not in house.hung_up()


def test_call_is_taken_over_by_passing_it_on_once_the_phone_is_free(house: House) -> None:
    passed: list[TransferContact] = []
    house.engine.subscribe(TransferContact, passed.append)
    house.ready("bob")
    house.hears_all_the_way(WHISPER)
    assert house.take_over() == ""
    assert house.told()[-1] == ("ann", "whisper")
    assert (house.hung_up(), passed) == ([house.phone_of("boss")], [])
    house.hang_up(house.phone_of("boss"))
    assert house.told()[-1] == ("ann", "taken_over")
    (wish,) = passed
    assert (wish.agent_id, wish.contact_id, wish.to, wish.target) == ("ann", "caller", "agent", "bob")
    assert (wish.asked_by, wish.because) == ("boss", "it is mine")


@pytest.mark.parametrize("what", ["customer is gone", "another is served", "no agent now"])
def test_take_over_that_cannot_be_done_any_more_is_told_to_have_failed(house: House, what: str) -> None:
    passed: list[TransferContact] = []
    house.engine.subscribe(TransferContact, passed.append)
    house.ready("bob")
    house.hears_all_the_way()
    phone = house.phone_of("boss")
    assert house.take_over() == ""
    if what == "no agent now":
        house.hear(LogOut(at_us=0, agent_id=BOB))
    else:
        house.end_talk()
        if "another" in what:
            house.ready("ann")
            house.talk(caller="another")
    house.hang_up(phone)
    assert (house.told()[1:], passed) == ([("ann", "not_taken_over")], [])


def test_only_who_hears_a_talk_and_is_ready_takes_it_over(house: House) -> None:
    assert house.take_over() == "not_supervising"
    house.hears_all_the_way(follows=True)
    assert house.take_over() == "agent_not_ready"
    house.ready("bob")
    house.end_talk()
    assert house.take_over() == "no_conversation"


def test_impossible_wishes_are_refused(house: House) -> None:
    assert house.supervise(agent=BOB) == "no_conversation"
    assert house.supervise(by="") == "not_signed_in"
    assert house.supervise(extension="") == "no_extension"
    assert house.stop(agent=BOB) == "not_supervising"


@pytest.mark.parametrize("seen", ["in the snapshot", "in its dialogue"])
def test_leg_that_an_earlier_run_rang_is_hung_up(house: House, seen: str) -> None:
    note = Tag(role=SUPERVISOR, agent="ann").encode()
    leg_id = LegId("L-0-000007")
    if seen == "in the snapshot":
        house.hear(LegTagged(at_us=0, leg_id=leg_id, tag=note))
    else:
        house.hear(DialogueOpened(at_us=0, leg_id=leg_id, tag=note))
    assert house.hung_up() == [leg_id]


class AnyEar(RuleBasedStateMachine):
    """Whatever order it all happens in: who is told to be heard talks, and no leg is forgotten."""

    @initialize()
    def open(self) -> None:
        self.house = House()
        self.house.ready("ann")
        self.calls = 0

    @property
    def talks(self) -> bool:
        return self.house.state("ann")[0] == "on_contact"

    @property
    def ears(self) -> dict[LegId, object]:
        return dict(self.house.supervising._by_leg)

    @rule()
    def somebody_is_served(self) -> None:
        if self.house.state("ann")[0] == "ready":
            self.calls += 1
            self.house.talk(caller=f"caller-{self.calls}")

    @rule()
    def talk_is_over(self) -> None:
        if self.talks:
            self.house.end_talk(caller=f"caller-{self.calls}")

    @rule(mode=st.sampled_from(SupervisionMode), by=st.sampled_from(["boss", "chief"]), follows=st.booleans())
    def somebody_supervises(self, mode: SupervisionMode, by: str, follows: bool) -> None:
        assert (self.house.supervise(mode, by=by, follows=follows) == "") is self.talks

    @rule(by=st.sampled_from(["boss", "chief"]))
    def somebody_stops(self, by: str) -> None:
        self.house.stop(by=by)

    @rule(by=st.sampled_from(["boss", "chief"]), what=st.sampled_from(["opens", "hears", "ends"]))
    def telephone_system_tells(self, by: str, what: str) -> None:
        rung = [order for order in self.house.orders(RingLeg) if order.address == f"PJSIP/{by}"]
        if not rung or rung[-1].leg_id not in self.ears:
            return
        ear = self.house.supervising._by_leg[rung[-1].leg_id]
        if what == "opens":
            self.house.comes_in_hand(by)
        elif what == "hears" and ear.state is EarState.SENT:
            self.house.hears(by)
        elif what == "ends":
            self.house.hang_up(rung[-1].leg_id)

    @rule()
    def time_passes(self) -> None:
        self.house.let_pass(3)

    @invariant()
    def who_is_heard_talks(self) -> None:
        for ear in self.house.supervising._by_leg.values():
            if ear.state is EarState.HEARING:
                assert self.talks
                assert ear.contact_id == f"caller-{self.calls}"

    @invariant()
    def nobody_waits_who_does_not_follow(self) -> None:
        for ear in self.house.supervising._by_leg.values():
            assert ear.follows or self.talks

    @invariant()
    def every_leg_that_is_forgotten_was_hung_up_or_is_gone(self) -> None:
        rung = {order.leg_id for order in self.house.orders(RingLeg) if order.address != "PJSIP/ann"}
        ended = len(self.house.events(SupervisionEnded))
        assert ended == len(rung) - len(self.ears)


TestAnyEar = AnyEar.TestCase
TestAnyEar.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
