"""Callers hear busy, lose patience, try again, and are the same people whatever becomes of their calls."""

from __future__ import annotations

from typing import Any

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.rng import Streams
from core.model.agent import AgentState
from core.model.events import DialogueOpened, LegCreated, LegEnded, LegJoined
from core.model.requests import FinishWrapUp
from simulator.call import Call, Origin
from simulator.customers import Population
from simulator.demand import ArrivalsEntry
from simulator.draws import Exponential
from simulator.trace import Arrival
from tests.unit.simulator.small_day import Day, scenario

AFTER_A_MINUTE = {"retry_after": {"kind": "constant", "value_s": 60}}
PATIENT_FOR_A_MINUTE = {"patience": {"kind": "constant", "value_s": 60}}
AT_ONCE = {"command_s": 0, "bridge_s": 0, "ring_s": 0}


def numbers(day: Day) -> list[str]:
    return [event.caller_number for event in day.take(DialogueOpened)]


# --- lines ---------------------------------------------------------------------------------------------


def test_caller_who_finds_all_lines_in_use_hears_busy(stage: Any) -> None:
    day = Day(stage, lines=2)
    day.call()
    day.call()
    assert day.dial() is None
    assert (day.world.callers.calls, day.world.callers.blocked) == (3, 1)
    assert len(day.take(LegCreated)) == 2


def test_line_is_free_again_after_the_call(stage: Any) -> None:
    day = Day(stage, lines=1)
    day.hold(day.call())
    day.time.advance(61)
    assert day.dial() is not None


def test_who_heard_busy_calls_again(stage: Any) -> None:
    day = Day(stage, lines=1, callers=PATIENT_FOR_A_MINUTE | AFTER_A_MINUTE | {"retry_blocked_share": 1})
    day.hold(day.call())
    day.time.advance(30)
    day.dial()
    day.time.advance(59)
    assert len(numbers(day)) == 1
    day.time.advance(2)
    assert len(numbers(day)) == 1
    assert (day.world.callers.calls, day.world.callers.blocked, day.world.callers.retrials) == (3, 1, 1)


def test_nobody_dials_again_within_the_same_instant(stage: Any) -> None:
    again_at_once = {"retry_blocked_share": 1, "retry_after": {"kind": "constant", "value_s": 0}}
    day = Day(stage, lines=1, callers=again_at_once)
    day.call()
    day.dial()
    day.time.advance(10.5)
    assert day.world.callers.retrials == 10


# --- patience, and trying again --------------------------------------------------------------------------


def test_who_lost_patience_is_the_same_person_when_calling_again(stage: Any) -> None:
    day = Day(stage, callers=PATIENT_FOR_A_MINUTE | AFTER_A_MINUTE | {"retry_share": 1})
    day.hold(day.call())
    day.time.advance(119)
    (first,) = numbers(day)
    day.time.advance(2)
    assert numbers(day) == [first]
    assert day.world.callers.retrials == 1


def test_only_a_share_calls_again(stage: Any) -> None:
    day = Day(stage, callers=PATIENT_FOR_A_MINUTE | AFTER_A_MINUTE | {"retry_share": 0.75})
    for _ in range(400):
        day.hold(day.call())
    day.time.advance(121)
    assert day.world.callers.retrials == pytest.approx(300, abs=35)


def test_nobody_calls_again_after_the_end_of_the_day(stage: Any) -> None:
    day = Day(stage, duration_s=100, callers=PATIENT_FOR_A_MINUTE | AFTER_A_MINUTE | {"retry_share": 1})
    day.hold(day.call())
    day.time.advance(300)
    assert day.world.callers.retrials == 0


def test_who_hung_up_in_a_menu_does_not_call_again(stage: Any) -> None:
    day = Day(stage, journeys=[{"keys": ["hangup"]}], callers=AFTER_A_MINUTE | {"retry_share": 1})
    day.collect(day.call(), "menu")
    day.time.advance(300)
    assert day.world.callers.retrials == 0


def test_calls_within_the_warm_up_are_not_counted(stage: Any) -> None:
    day = Day(stage, lines=1, warm_up_s=60)
    day.call()
    day.dial()
    day.time.advance(60)
    day.dial()
    assert (day.world.callers.calls, day.world.callers.blocked) == (1, 1)


def test_who_will_not_wait_leaves_at_once(stage: Any) -> None:
    day = Day(stage, callers={"patience": {"kind": "constant", "value_s": 0}}, telephony=AT_ONCE)
    day.hold(day.call())
    day.time.advance(0.001)
    assert len(day.take(LegEnded)) == 1


def test_who_will_not_wait_talks_to_an_agent_who_is_there(stage: Any) -> None:
    habits = {"patience": {"kind": "constant", "value_s": 0}}
    answers = {"answers": {"kind": "constant", "value_s": 0}}
    day = Day(stage, callers=habits, workforce=answers, telephony=AT_ONCE)
    leg_id = day.call()
    day.hold(leg_id)
    day.ring(leg_id)
    day.time.advance(1)
    assert len(day.take(LegJoined)) == 2


# --- what is given -----------------------------------------------------------------------------------------


def test_what_a_trace_gives_is_not_drawn(stage: Any) -> None:
    day = Day(stage)
    leg_id = day.call(talk_us=7 * SECOND_US, wrap_up_us=3 * SECOND_US)
    day.pop("gold")
    day.ring(leg_id)
    day.time.advance(20)
    joined, ended = day.take(LegJoined)[0], day.take(LegEnded)[0]
    assert ended.at_us - joined.at_us == 7 * SECOND_US
    day.show(AgentState.WRAP_UP)
    day.time.advance(2.9)
    assert not day.take(FinishWrapUp)
    day.time.advance(0.2)
    assert len(day.take(FinishWrapUp)) == 1


def test_given_patience_is_that_of_the_call(stage: Any) -> None:
    day = Day(stage)
    day.hold(day.call(patience_us=5 * SECOND_US))
    day.time.advance(5.1)
    assert len(day.take(LegEnded)) == 1


def test_trace_says_which_number_and_which_customer(stage: Any) -> None:
    groups = [
        {"name": "gold", "tier": "gold", "count": 5, "weight": 1},
        {"name": "strangers", "weight": 1000},
    ]
    day = Day(stage, customers=groups)
    for _ in range(2):
        day.dial(dialed_number="801", customers="gold", customer=3)
        day.dial(customers="strangers", customer=3)
    opened = day.take(DialogueOpened)
    known = day.world.customers[3].phone
    stranger = opened[1].caller_number
    assert [event.caller_number for event in opened] == [known, stranger, known, stranger]
    assert [event.dialed_number for event in opened] == ["801", "800", "801", "800"]
    assert stranger not in {record.phone for record in day.world.customers}


# --- whose draws they are ----------------------------------------------------------------------------------


def call_of(number: int, seed: int = 7, place: int = 0) -> Call:
    population = Population(scenario(), Streams(seed))
    origin = Origin(ArrivalsEntry(dialed_number="800"), place, seed)
    person = population.caller("", None, origin.stream("who_calls", number))
    arrival = Arrival(0)
    patience = Exponential(kind="exponential", mean_s=300)
    return Call(
        key=number, origin=origin, arrival=arrival, dialed_number="800", person=person, patience=patience
    )


def test_draws_of_a_call_do_not_depend_on_what_was_drawn_before() -> None:
    talk = Exponential(kind="exponential", mean_s=180)
    one, other = call_of(17), call_of(17)
    expected = (one.patience_us(), one.talk_us(talk), one.wrap_up_us(talk))
    assert (other.wrap_up_us(talk), other.talk_us(talk), other.patience_us()) == expected[::-1]
    assert len(set(expected)) == 3


def test_another_call_another_entry_and_another_seed_draw_anew() -> None:
    calls = [call_of(17), call_of(18), call_of(17, place=1), call_of(17, seed=8)]
    assert len({call.patience_us() for call in calls}) == len(calls)


def test_who_calls_again_is_as_patient_as_before_with_the_same_matter_but_decides_anew() -> None:
    talk = Exponential(kind="exponential", mean_s=180)
    first = call_of(17)
    second = first.again()
    for of in (Call.patience_us, lambda call: call.talk_us(talk), lambda call: call.wrap_up_us(talk)):
        assert of(first) == of(second.again()) == of(second)
    assert len({call.stream("retries").random() for call in (first, second, second.again())}) == 3
