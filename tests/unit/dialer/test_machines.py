"""Machines that answer: hung up on, told a message, and now and then heard by an agent to learn from it."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptState
from core.model.causes import Answerer
from core.model.commands import AwaitSilence, HangUpLeg, PlayPrompt, RingLeg
from core.model.detection import Detection
from core.model.events import (
    AnswererJudged,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegEnded,
    StepFinished,
)
from core.model.ids import AgentId, LegId
from core.model.prompts import Sound
from core.model.requests import FinishWrapUp
from dialer.law import ConnectWithin, Law, Pack
from dialer.machine_rules import AuditedSample, MachineRules, is_audited
from tests.unit.dialer.campaign_floor import NOON_US, CampaignFloor, lead

BOB = lead("bob", "+12125550101")
HUNG_UP_ON = MachineRules(audited_ppm=0)
TOLD = MachineRules(message="please-call-back", audited_ppm=0)
ALL_HEARD = MachineRules(audited_ppm=1_000_000)


def floor_with(machines: MachineRules, **changes: Any) -> CampaignFloor:
    """A campaign that has dialed Bob, for an agent who is ready."""
    floor = CampaignFloor(["ann"], [BOB], machines=machines, **changes)
    floor.ready("ann")
    floor.start()
    return floor


def answers(floor: CampaignFloor, answerer: Answerer, *, after_s: float = 1.6, silent_us: int = 0) -> LegId:
    """Let somebody or something answer, be judged, and come into our hands."""
    leg_id = floor.leg_of("bob")
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=leg_id))
    floor.pass_s(after_s)
    judged = AnswererJudged(at_us=floor.now_us, leg_id=leg_id, answerer=answerer, silent_us=silent_us)
    floor.hear(judged)
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=leg_id))
    return leg_id


def is_over(floor: CampaignFloor, leg_id: LegId) -> None:
    floor.hear(LegEnded(at_us=floor.now_us, leg_id=leg_id, cause=16))


def done(floor: CampaignFloor, leg_id: LegId, step: str, outcome: str = "done") -> None:
    floor.hear(StepFinished(at_us=floor.now_us, leg_id=leg_id, step=step, outcome=outcome))


def test_campaign_that_listens_says_what_for() -> None:
    detection = Detection(greeting_ms=2_000)
    floor = floor_with(MachineRules(detection=detection))
    assert floor.orders(RingLeg)[-1].detect_machine == detection


def test_machine_is_hung_up_on_and_no_contact() -> None:
    floor = floor_with(HUNG_UP_ON)
    leg_id = answers(floor, Answerer.MACHINE)
    assert leg_id in [order.leg_id for order in floor.orders(HangUpLeg)]
    is_over(floor, leg_id)
    assert not floor.events(ContactQueued)
    record = floor.last_attempt().record
    assert (record.outcome, record.disposition, record.answerer) == (
        AttemptState.MACHINE,
        "machine",
        "machine",
    )
    assert (record.answered_us, record.audited) == (NOON_US, False)


def test_machine_is_heard_out_before_it_is_told_the_message() -> None:
    floor = floor_with(TOLD)
    leg_id = answers(floor, Answerer.MACHINE)
    assert not floor.orders(HangUpLeg)
    (heard_out,) = floor.orders(AwaitSilence)
    assert (heard_out.leg_id, heard_out.silence_us) == (leg_id, SECOND_US)
    floor.pass_s(9)
    done(floor, leg_id, heard_out.step)
    (told,) = floor.orders(PlayPrompt)
    assert told.prompt == (Sound("please-call-back"),)
    floor.pass_s(5)
    done(floor, leg_id, told.step)
    assert leg_id in [order.leg_id for order in floor.orders(HangUpLeg)]
    is_over(floor, leg_id)
    record = floor.last_attempt().record
    assert record.outcome is AttemptState.MACHINE
    assert record.message_us == NOON_US + round(10.6 * SECOND_US)


def test_machine_that_hangs_up_first_is_told_nothing() -> None:
    floor = floor_with(TOLD)
    leg_id = answers(floor, Answerer.MACHINE)
    done(floor, leg_id, floor.orders(AwaitSilence)[0].step, "hangup")
    is_over(floor, leg_id)
    assert not floor.orders(PlayPrompt)
    assert floor.last_attempt().record.message_us is None


def test_machine_whose_message_was_cut_off_is_not_told_it_twice() -> None:
    floor = floor_with(TOLD)
    leg_id = answers(floor, Answerer.MACHINE)
    done(floor, leg_id, floor.orders(AwaitSilence)[0].step)
    floor.hear(DialogueClosed(at_us=floor.now_us, leg_id=leg_id))
    floor.hear(DialogueOpened(at_us=floor.now_us, leg_id=leg_id))
    assert len(floor.orders(AwaitSilence)) == len(floor.orders(PlayPrompt)) == 1
    assert leg_id in [order.leg_id for order in floor.orders(HangUpLeg)]


@pytest.mark.parametrize("answerer", [Answerer.PERSON, Answerer.UNSURE])
def test_whoever_may_be_a_person_goes_to_an_agent(answerer: Answerer) -> None:
    floor = floor_with(HUNG_UP_ON)
    answers(floor, answerer)
    floor.talks("ann", "bob")
    assert len(floor.events(ContactConnected)) == 1


def test_person_who_hangs_up_while_listened_to_counts_as_abandoned() -> None:
    floor = floor_with(HUNG_UP_ON)
    leg_id = floor.leg_of("bob")
    floor.hear(LegAnswered(at_us=floor.now_us, leg_id=leg_id))
    floor.pass_s(1)
    is_over(floor, leg_id)
    record = floor.last_attempt().record
    assert (record.outcome, record.answerer) == (AttemptState.DROPPED, "")


def law_counting_from(*clocks: Literal["answer", "greeting_end"]) -> Law:
    """Laws that each give an agent two seconds, counted from these instants."""
    rules = tuple(
        ConnectWithin(id=f"test-{number}", source="made up", limit_s=2, clock=clock)
        for number, clock in enumerate(clocks)
    )
    return Law(packs=(Pack(name="test", title="Test", countries=("*",), rules=rules),))


@pytest.mark.parametrize(
    ("law", "leaves_after_s"),
    [(law_counting_from("greeting_end"), 3.1), (law_counting_from("greeting_end", "answer"), 2.0)],
    ids=["from the greeting's end", "from the answer by one of two laws"],
)
def test_clock_runs_from_the_end_of_the_greeting_where_all_laws_say_so(
    law: Law, leaves_after_s: float
) -> None:
    floor = floor_with(HUNG_UP_ON, law=law)
    floor.not_ready("ann")
    answers(floor, Answerer.PERSON, after_s=1.9, silent_us=800_000)
    floor.let_pass(4)
    (sent_away,) = floor.events(ContactDiverted)
    assert sent_away.at_us == NOON_US + round(leaves_after_s * SECOND_US)
    (attempt,) = floor.book
    assert attempt.greeting_end_us == NOON_US + round(1.1 * SECOND_US)


# --- the audited sample -------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["machine", "sold"])
def test_machine_of_the_sample_goes_to_an_agent_who_says_what_it_was(said: str) -> None:
    floor = floor_with(ALL_HEARD)
    leg_id = answers(floor, Answerer.MACHINE)
    floor.talks("ann", "bob")
    floor.pass_s(4)
    floor.hang_up(leg_id)
    floor.hear(FinishWrapUp(at_us=floor.now_us, agent_id=AgentId("ann"), disposition=said))
    record = floor.last_attempt().record
    assert (record.outcome, record.answerer, record.audited) == (AttemptState.CONNECTED, "machine", True)
    assert record.disposition == said


def test_share_of_people_among_machines_is_known_better_with_every_one_heard() -> None:
    sample = AuditedSample()
    assert sample.misjudged_ppm == 50_000
    for heard in range(180):
        sample.count(is_person=heard % 10 == 0)
    assert sample.misjudged_ppm == 95_000


def test_lot_of_an_attempt_is_the_same_in_every_run_and_falls_on_the_share_asked_for() -> None:
    rules = MachineRules(audited_ppm=100_000)
    attempts = [f"A-1-{number:06}" for number in range(5_000)]
    heard = [attempt for attempt in attempts if is_audited(attempt, rules)]
    assert heard == [attempt for attempt in attempts if is_audited(attempt, rules)]
    assert 400 <= len(heard) <= 600
    assert not any(is_audited(attempt, HUNG_UP_ON) for attempt in attempts)
    assert all(is_audited(attempt, ALL_HEARD) for attempt in attempts)
