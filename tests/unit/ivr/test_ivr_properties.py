"""Any sound flow, whatever the caller, the store and the telephone system do and in whatever order.

Contacts end exactly once, no timer is left behind, nobody is led in circles for ever.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.record import replace
from core.model.commands import CancelTimer, DialogueStep, StartTimer
from core.model.events import (
    ContactAbandoned,
    ContactArrived,
    ContactClosed,
    ContactSentOn,
    LegEnded,
    MessageLeft,
    QueueingAsked,
)
from core.model.ids import TimerKey
from ivr.flow import Flow
from ivr.nodes import HangUp, NodeName
from ivr.prompts import PROMPT_SETS
from tests.unit.ivr.caller import LEG, LI, Caller, Made, Queues
from tests.unit.ivr.drawn_flows import NODES_PER_CALL, flows

ENDINGS = (ContactAbandoned, ContactClosed, ContactSentOn, MessageLeft, QueueingAsked)


class Watched:
    """A caller, and what the engine made of everything."""

    def __init__(self, flow: Flow, queues: Queues) -> None:
        self.caller = Caller(flow, queues)
        self.timers: dict[TimerKey, None] = {}
        self.endings: dict[str, int] = {}
        self.steps = 0
        self.note(self.caller.calls())

    def note(self, made: Made) -> None:
        for message in made:
            match message:
                case StartTimer(key=key):
                    self.timers[key] = None
                case CancelTimer(key=key):
                    self.timers.pop(key, None)
                case ContactArrived(contact_id=contact_id):
                    self.endings[contact_id] = 0
                case DialogueStep():
                    self.steps += 1
            if isinstance(message, ENDINGS):
                self.endings[message.contact_id] += 1


NOTHING = st.just("")
KEYS = st.text("0129*#", max_size=3)
DEEDS = st.one_of(
    st.tuples(st.just("step"), st.sampled_from(["done", "timeout", "failed", "hangup"]), KEYS),
    st.tuples(st.just("stray step"), st.sampled_from(["ivr:1", "ivr:9", "hold:music"]), KEYS),
    st.tuples(st.just("found"), st.sampled_from(["gold", "diamond"]), NOTHING),
    st.tuples(st.just("failed"), st.sampled_from(["late", "away"]), NOTHING),
    st.tuples(st.just("open"), st.sampled_from(["", "zh"]), NOTHING),
    st.tuples(st.sampled_from(["nobody", "deadline", "time", "cut", "leg"]), NOTHING, NOTHING),
)
"""What can happen: what, how, and the keys pressed."""


def do(caller: Caller, deed: tuple[str, str, str]) -> Made:
    """Let one thing happen; what needs a question to the store happens only after one."""
    what, how, digits = deed
    match what:
        case "step":
            return caller.ends_step(how, digits)
        case "stray step":
            return caller.ends_step("done", digits, step=how)
        case "time":
            caller.pass_s(3)
            return []
        case "cut":
            return caller.loses_link()
        case "open":
            return caller.calls(language=how)
        case "leg":
            return caller.hangs_up()
    if caller.asked is None:
        return []
    match what:
        case "found":
            return caller.store_answers(replace(LI, tier=how))
        case "nobody":
            return caller.store_answers(None)
        case "failed":
            return caller.store_fails(how)
    return caller.deadline_passes()


@pytest.mark.slow
@given(flow=flows(), callers=st.integers(0, 9), deeds=st.lists(DEEDS, max_size=40))
def test_each_contact_ends_once_whatever_happens_in_whatever_order(
    flow: Flow, callers: int, deeds: list[tuple[str, str, str]]
) -> None:
    watched = Watched(flow, Queues(callers=callers))
    for deed in deeds:
        watched.note(do(watched.caller, deed))
    watched.note(watched.caller.hangs_up())
    assert set(watched.endings.values()) == {1}
    assert len(watched.caller.ivr) == 0
    assert watched.timers == {}


@pytest.mark.slow
@given(flow=flows(), answer=st.sampled_from(["found", "nobody", "deadline"]))
def test_silent_caller_comes_to_an_end_without_being_cut_off(flow: Flow, answer: str) -> None:
    watched = Watched(flow, Queues())
    while watched.endings["C-1-000001"] == 0:
        watched.caller.pass_s(10)
        watched.note(watched.caller.is_silent())
        if watched.timers:
            watched.note(do(watched.caller, (answer, "gold", "")))
        # Each node asks at most three times, and without barge-in each time takes two steps.
        assert watched.steps <= 6 * len(flow.nodes) + 1


@pytest.mark.slow
@given(flow=flows(), keys=st.lists(st.sampled_from("0129*"), min_size=1, max_size=4))
def test_caller_who_presses_for_ever_is_let_go_in_the_end(flow: Flow, keys: list[str]) -> None:
    watched = Watched(flow, Queues())
    for turn in range(8 * NODES_PER_CALL):
        watched.note(watched.caller.presses(keys[turn % len(keys)]))
        if watched.timers:
            watched.note(do(watched.caller, ("nobody", "", "")))
    assert watched.endings == {"C-1-000001": 1}


def test_leg_that_ends_before_it_is_known_is_nobodys() -> None:
    caller = Caller(
        Flow(name="x", start=NodeName("n0"), nodes={NodeName("n0"): HangUp()}, prompts=PROMPT_SETS)
    )
    assert caller.tell(LegEnded(at_us=0, leg_id=LEG, cause=16)) == []
