"""A talk is over when the first of the two leaves, whatever becomes of the legs."""

from __future__ import annotations

from core.model.commands import HangUpLeg
from core.model.events import DialogueClosed, DialogueOpened, InteractionRecorded, LegLeft, TalkEnded
from core.model.ids import BridgeId, LegId
from tests.unit.floor import Floor


def leave(floor: Floor, leg: LegId, bridge: str) -> None:
    floor.hear(LegLeft(at_us=floor.now_us, leg_id=leg, bridge_id=BridgeId(bridge)))


def test_leg_that_outlives_the_talk_does_not_lengthen_it() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    caller = floor.arrive("c")
    floor.answer("ann")
    phone = floor.phone_of("ann")
    floor.pass_s(60)
    leave(floor, phone, f"bridge-{phone}")
    floor.pass_s(0.3)
    floor.hang_up(caller.leg_id)
    (ended,) = floor.events(TalkEnded)
    assert (ended.talked_us, ended.ended_by) == (60_000_000, "agent")
    floor.fire("wrap_up", "ann")
    (record,) = floor.events(InteractionRecorded)
    assert (record.talk_us, record.wrap_up_us) == (60_000_000, 30_300_000)


def test_dialogue_that_opens_as_the_agent_answers_does_not_end_the_talk() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    caller = floor.arrive("c")
    floor.answer("ann")
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=caller.leg_id))
    floor.hear(DialogueClosed(at_us=floor.now_us, leg_id=caller.leg_id))
    assert floor.events(TalkEnded) == []
    assert floor.orders(HangUpLeg) == []


def test_caller_given_back_before_the_agent_is_known_to_have_left_is_hung_up_then() -> None:
    floor = Floor({"ann": 5})
    floor.ready("ann")
    caller = floor.arrive("c")
    floor.answer("ann")
    phone = floor.phone_of("ann")
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=caller.leg_id))
    leave(floor, phone, f"bridge-{phone}")
    (ended,) = floor.events(TalkEnded)
    assert ended.ended_by == "agent"
    assert HangUpLeg(leg_id=caller.leg_id) in floor.commands
