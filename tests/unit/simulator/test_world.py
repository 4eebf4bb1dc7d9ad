"""Simulated people behave as people do, and the same seed makes the same day."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.agent import AgentState
from core.model.commands import (
    AnswerLeg,
    HangUpLeg,
    JoinLeg,
    PlayMusic,
    RecordMessage,
    RingLeg,
    TransferLeg,
)
from core.model.events import (
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegJoined,
    StepFinished,
)
from core.model.ids import LegId
from core.model.requests import FinishWrapUp, GoNotReady, GoReady, HangUpContact, LogIn, LogOut
from simulator.world import agent_profiles
from tests.unit.simulator.small_day import ANN, Day, scenario


def test_caller_keys_in_the_account_and_then_a_choice(stage: Any) -> None:
    day = Day(stage)
    leg_id = day.call()
    day.collect(leg_id, "account")
    day.time.advance(5)
    day.collect(leg_id, "choice", digits_max=1)
    day.time.advance(5)
    number = day.take(DialogueOpened)[0].caller_number
    (account,) = [r.customer.account_number for r in day.world.customers if r.phone == number]
    assert [(e.step, e.digits) for e in day.take(StepFinished)][1:] == [("account", account), ("choice", "2")]


def test_caller_out_of_keys_says_nothing(stage: Any) -> None:
    day = Day(stage, journeys=[{"keys": []}])
    leg_id = day.call()
    day.collect(leg_id, "menu")
    day.time.advance(10)
    assert day.take(StepFinished)[-1].outcome == "timeout"


def test_caller_may_hang_up_in_a_menu(stage: Any) -> None:
    day = Day(stage, journeys=[{"keys": ["hangup"]}])
    day.collect(day.call(), "menu")
    day.time.advance(10)
    assert day.take(StepFinished)[-1].outcome == "hangup"
    assert day.world.is_quiet


def test_patience_runs_from_the_first_music(stage: Any) -> None:
    day = Day(stage)
    leg_id = day.call()
    day.time.advance(30)
    day.pbx.execute(PlayMusic(leg_id=leg_id, step="m", music="default"))
    day.time.advance(40)
    day.pbx.execute(PlayMusic(leg_id=leg_id, step="m2", music="default"))
    day.time.advance(19)
    assert not day.take(LegEnded)
    day.time.advance(2)
    assert len(day.take(LegEnded)) == 1


def test_patience_no_longer_matters_once_connected(stage: Any) -> None:
    day = Day(stage)
    leg_id = day.call()
    day.pbx.execute(PlayMusic(leg_id=leg_id, step="m", music="default"))
    day.pop("gold")
    day.ring(leg_id)
    day.time.advance(70)
    assert not day.take(LegEnded)


@pytest.mark.parametrize(("tier", "talk_s"), [("gold", 100), ("standard", 50)])
def test_talk_takes_what_the_tier_takes(stage: Any, tier: str, talk_s: int) -> None:
    day = Day(stage)
    leg_id = day.call()
    day.pop(tier)
    day.ring(leg_id)
    day.time.advance(300)
    joined, ended = day.take(LegJoined)[0], day.take(LegEnded)[0]
    assert ended.at_us - joined.at_us == talk_s * SECOND_US


def test_message_is_spoken_and_ended_with_the_hash_key(stage: Any) -> None:
    day = Day(stage)
    leg_id = day.call()
    day.pbx.execute(
        RecordMessage(
            leg_id=leg_id,
            step="message",
            recording="m",
            duration_max_us=microseconds(120),
            silence_us=microseconds(3),
        )
    )
    day.time.advance(31)
    assert day.take(StepFinished)[-1].step == "message"


def test_caller_sent_outside_talks_there_and_hangs_up(stage: Any) -> None:
    day = Day(stage, callers={"outside_talk": {"kind": "constant", "value_s": 20}})
    leg_id = day.call()
    day.pbx.execute(TransferLeg(leg_id=leg_id, number="5551999"))
    day.time.advance(60)
    assert day.world.is_quiet
    assert len(day.take(LegEnded)) == 2


def test_agent_logs_in_goes_ready_and_finishes_the_wrap_up(stage: Any) -> None:
    day = Day(stage)
    day.time.advance(0)
    (log_in,) = day.take(LogIn)
    assert (log_in.agent_id, log_in.extension) == (ANN, "PJSIP/1001")
    day.show(AgentState.NOT_READY, "logged_in")
    day.time.advance(1)
    assert len(day.take(GoReady)) == 1
    day.show(AgentState.WRAP_UP)
    day.time.advance(4.9)
    assert not day.take(FinishWrapUp)
    day.time.advance(0.2)
    assert len(day.take(FinishWrapUp)) == 1


def test_pace_multiplies_the_wrap_up(stage: Any) -> None:
    day = Day(stage, agents=[{"id": "ann", "extension": "PJSIP/1001", "pace": 2}])
    day.show(AgentState.WRAP_UP)
    day.time.advance(9.9)
    assert not day.take(FinishWrapUp)
    day.time.advance(0.2)
    assert len(day.take(FinishWrapUp)) == 1


def test_commands_take_effect_when_the_telephone_system_is_that_quick(stage: Any) -> None:
    day = Day(stage, telephony={"command_s": 2})
    day.call()
    day.time.advance(1.9)
    assert not day.take(LegAnswered)
    day.time.advance(0.2)
    assert len(day.take(LegAnswered)) == 1


def test_wrap_up_that_the_engine_ended_is_not_finished_again(stage: Any) -> None:
    day = Day(stage)
    day.show(AgentState.WRAP_UP)
    day.time.advance(1)
    day.show(AgentState.READY)
    day.time.advance(60)
    assert not day.take(FinishWrapUp)


def stand_by(day: Day, **talk: Any) -> LegId:
    """Let ann's phone be rung once and answered, and a caller be joined with it; return the caller's leg."""
    day.pbx.execute(RingLeg(leg_id=LegId("L"), address="PJSIP/1001", ring_timeout_us=microseconds(15)))
    day.time.advance(3)
    caller = day.call(**talk)
    day.hold(caller)
    day.time.advance(1)
    day.pbx.execute(JoinLeg(leg_id=LegId("L"), bridge_with=caller))
    day.time.advance(1)
    return caller


def test_agent_whose_call_stands_ends_the_talk_by_the_screen(stage: Any) -> None:
    service = {"talk": {"kind": "constant", "value_s": 50}, "wrap_up": {"kind": "constant", "value_s": 5}}
    day = Day(
        stage,
        agents=[{"id": "ann", "extension": "PJSIP/1001", "standing": True}],
        service=[service | {"customer_ends": 0}],
    )
    caller = stand_by(day)
    assert [wish.standing for wish in day.take(LogIn)] == [True]
    day.time.advance(50)
    wishes = len(day.take(HangUpContact))
    assert wishes >= 1
    day.time.advance(5)
    assert len(day.take(HangUpContact)) == 5  # nobody did as wished
    day.pbx.execute(HangUpLeg(leg_id=caller))
    day.time.advance(5)
    assert len(day.take(HangUpContact)) <= 1
    assert [event.leg_id for event in day.take(LegEnded)] == [caller]
    assert day.world.is_quiet


def test_agent_who_missed_a_call_comes_back_later(stage: Any) -> None:
    day = Day(stage)
    day.show(AgentState.READY)
    day.time.advance(1)
    day.show(AgentState.NOT_READY, "rona")
    day.time.advance(29)
    assert not day.take(GoReady)
    day.time.advance(2)
    assert len(day.take(GoReady)) == 1


def test_break_is_asked_for_taken_and_ended(stage: Any) -> None:
    breaks = [{"at_s": 100, "for_s": 60, "reason": "lunch"}]
    day = Day(stage, agents=[{"id": "ann", "extension": "PJSIP/1001", "breaks": breaks}])
    day.show(AgentState.READY)
    day.time.advance(100)
    assert [wish.reason for wish in day.take(GoNotReady)] == ["lunch"]
    day.time.advance(40)  # still on a call
    day.show(AgentState.NOT_READY, "lunch")
    day.time.advance(59)
    assert not day.take(GoReady)
    day.time.advance(2)
    assert len(day.take(GoReady)) == 1


def test_lunch_that_begins_during_a_late_break_lasts_as_long_as_lunch(stage: Any) -> None:
    breaks = [{"at_s": 100, "for_s": 60}, {"at_s": 160, "for_s": 300, "reason": "lunch"}]
    day = Day(stage, agents=[{"id": "ann", "extension": "PJSIP/1001", "breaks": breaks}])
    day.show(AgentState.READY)
    day.time.advance(120)
    day.show(AgentState.NOT_READY, "break")  # it began 20 s late, after a call
    day.time.advance(40)
    assert [wish.reason for wish in day.take(GoNotReady)] == ["break", "lunch"]
    day.show(AgentState.NOT_READY, "lunch")
    day.time.advance(299)
    assert not day.take(GoReady)
    day.time.advance(2)
    assert len(day.take(GoReady)) == 1


def test_shift_ends_with_logging_out(stage: Any) -> None:
    day = Day(stage, agents=[{"id": "ann", "extension": "PJSIP/1001", "from_s": 10, "until_s": 200}])
    day.time.advance(9)
    assert not day.take(LogIn)
    day.time.advance(200)
    assert [len(day.take(LogIn)), len(day.take(LogOut))] == [1, 1]


def test_phone_fails_while_its_fault_lasts(stage: Any) -> None:
    fault = {"extension": "PJSIP/1001", "reach": "busy", "from_s": 0, "until_s": 50}
    day = Day(stage, faults=[fault])
    leg_id = day.call()
    day.ring(leg_id)
    day.time.advance(49)
    assert [event.cause for event in day.take(LegEnded)] == [17]
    day.time.advance(2)
    day.ring(leg_id)
    day.time.advance(3)
    assert len(day.take(LegJoined)) == 2


def test_agents_let_a_share_of_calls_ring_out(stage: Any) -> None:
    day = Day(stage, workforce={"misses": 1.0})
    day.ring(day.call())
    day.time.advance(20)
    assert [event.leg_id for event in day.take(LegEnded)] == ["agent-leg"]


def test_groups_call_by_their_weight_and_strangers_are_in_no_store(stage: Any) -> None:
    groups = [{"weight": 3, "tier": "gold", "count": 10}, {"weight": 1}]
    day = Day(
        stage,
        customers=groups,
        arrivals=[{"kind": "poisson", "dialed_number": "800", "per_hour": 6000}],
    )
    day.time.advance(600)
    known = {record.phone for record in day.world.customers}
    share = Counter(event.caller_number in known for event in day.take(LegCreated))
    assert len(known) == 10
    assert share[True] / (share[True] + share[False]) == pytest.approx(0.75, abs=0.05)


def test_same_seed_makes_the_same_day_and_another_seed_another(stage: Any) -> None:
    def day(seed: int) -> list[str]:
        arrivals = [{"kind": "poisson", "dialed_number": "800", "per_hour": 600}]
        one = Day(stage, seed, arrivals=arrivals)
        one.time.advance(600)
        return [repr(event) for event in one.told]

    assert day(7) == day(7)
    assert day(7) != day(8)


def test_agent_profiles_come_from_the_scenario() -> None:
    agents = [{"id": "ann", "extension": "PJSIP/1001", "skills": {"loans": 7}, "name": "Ann"}]
    profile = agent_profiles(scenario(agents=agents))[ANN]
    assert (profile.name, dict(profile.skills)) == ("Ann", {"loans": 7})


def test_answered_leg_is_told_once(stage: Any) -> None:
    day = Day(stage)
    leg_id = day.call()
    day.pbx.execute(AnswerLeg(leg_id=leg_id, step="again"))
    day.time.advance(1)
    assert len(day.take(LegAnswered)) == 1
