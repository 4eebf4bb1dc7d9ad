"""People and machines on lists of leads, and what happens when they are dialed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from core.kernel.clock import microseconds
from core.kernel.errors import ConfigError
from core.model.campaign_requests import PauseCampaign
from core.model.causes import Cause
from core.model.commands import HangUpLeg, PlayPrompt, RingLeg
from core.model.events import DialogueOpened, LegAnswered, LegEnded, LegJoined, StepFinished
from core.model.ids import LegId
from core.model.prompts import Sound
from tests.unit.simulator.small_day import Day, scenario

AT_SIX = {"kind": "constant", "value_s": 6}
LIST = {"campaign": "winter", "count": 400, "reach": [1.0], "answers": AT_SIX, "fails_after": AT_SIX}
NOBODY = {"reach": [0.0]}


class Campaign(Day):
    """A day whose campaign is the test itself."""

    def __init__(self, stage: Any, *changes: dict[str, Any], **more: Any) -> None:
        lists = [LIST | {"name": f"list-{place}"} | change for place, change in enumerate(changes or ({},))]
        super().__init__(stage, leads=lists, **more)
        self.numbers = [lead.number for listed in self.world.callees.lists for lead in listed.leads()]

    def ring(self, place: int = 0, attempt: int = 1) -> LegId:  # type: ignore[override]
        leg_id = LegId(f"lead-{place}-{attempt}")
        address = f"PJSIP/{self.numbers[place]}@trunk"
        self.pbx.execute(RingLeg(leg_id=leg_id, address=address, ring_timeout_us=microseconds(25)))
        return leg_id

    def join_agent(self, leg_id: LegId) -> None:
        order = RingLeg(
            leg_id=LegId(f"agent-of-{leg_id}"),
            address="PJSIP/1001",
            bridge_with=leg_id,
            ring_timeout_us=microseconds(15),
        )
        self.pbx.execute(order)


def ends(day: Day) -> list[tuple[str, int]]:
    return [(event.leg_id, event.cause) for event in day.take(LegEnded)]


def test_person_answers_when_it_is_time_and_comes_into_our_hands(stage: Any) -> None:
    day = Campaign(stage)
    leg_id = day.ring()
    day.time.advance(5.9)
    assert day.take(LegAnswered) == []
    day.time.advance(0.2)
    assert [event.leg_id for event in day.take(DialogueOpened)] == [leg_id]


def test_person_waits_in_silence_as_long_as_patience_lasts(stage: Any) -> None:
    day = Campaign(stage, {"patience": {"kind": "constant", "value_s": 2}})
    leg_id = day.ring()
    day.time.advance(7.9)
    assert ends(day) == []
    day.time.advance(0.2)
    assert [ended for ended, _ in ends(day)] == [leg_id]


def test_person_who_finds_an_agent_talks_as_long_as_the_matter_takes(stage: Any) -> None:
    day = Campaign(stage, {"talk": {"kind": "constant", "value_s": 30}})
    leg_id = day.ring()
    day.time.advance(6.1)
    day.join_agent(leg_id)
    day.time.advance(2.2)
    assert leg_id in [event.leg_id for event in day.take(LegJoined)]
    day.time.advance(29)
    assert ends(day) == []
    day.time.advance(2)
    assert {ended for ended, _ in ends(day)} == {leg_id, f"agent-of-{leg_id}"}


def test_who_hears_the_message_for_the_abandoned_hears_it_to_its_end(stage: Any) -> None:
    day = Campaign(stage, {"patience": {"kind": "constant", "value_s": 2}})
    leg_id = day.ring()
    day.time.advance(7)
    message = (Sound("sorry"),) * 4
    day.pbx.execute(PlayPrompt(leg_id=leg_id, step="sorry", prompt=message, language="en", stop_digits="9"))
    day.time.advance(20)
    assert [told.outcome for told in day.take(StepFinished)] == ["done"]
    assert ends(day) == []


@pytest.mark.parametrize(("share", "digits"), [(1.0, "9"), (0.0, "")])
def test_share_of_the_abandoned_press_the_key_to_be_called_no_more(
    stage: Any, share: float, digits: str
) -> None:
    day = Campaign(stage, {"opts_out": share})
    leg_id = day.ring()
    day.time.advance(7)
    message = (Sound("sorry"),) * 4
    day.pbx.execute(PlayPrompt(leg_id=leg_id, step="sorry", prompt=message, language="en", stop_digits="9"))
    day.time.advance(20)
    assert [told.digits for told in day.take(StepFinished)] == [digits]


@pytest.mark.parametrize(
    ("share", "cause"),
    [("busy", Cause.BUSY), ("invalid", Cause.UNALLOCATED), ("congested", Cause.CONGESTION)],
)
def test_numbers_that_fail_tell_why_after_a_while(stage: Any, share: str, cause: Cause) -> None:
    day = Campaign(stage, NOBODY | {share: 1.0})
    leg_id = day.ring()
    day.time.advance(5.9)
    assert ends(day) == []
    day.time.advance(0.2)
    assert ends(day) == [(leg_id, cause)]


def test_who_is_not_at_home_lets_it_ring(stage: Any) -> None:
    day = Campaign(stage, NOBODY)
    leg_id = day.ring()
    day.time.advance(24.9)
    assert ends(day) == []
    day.time.advance(0.2)
    assert ends(day) == [(leg_id, Cause.NO_ANSWER)]


def test_machine_greets_waits_for_nobody_and_is_soon_left_by_an_agent(stage: Any) -> None:
    quick = {"machine_answers": AT_SIX, "machine_talk": {"kind": "constant", "value_s": 8}}
    greeting = {"greeting": {"kind": "constant", "value_s": 9}}
    day = Campaign(stage, NOBODY | quick | greeting | {"machines": 1.0})
    leg_id = day.ring()
    day.time.advance(20)
    (channel,) = day.world.exchange.channels.values()
    assert channel.voice.speaks_us == microseconds(9)
    assert ends(day) == []
    day.join_agent(leg_id)
    day.time.advance(2.2)
    assert ends(day) == []
    day.time.advance(8)
    assert leg_id in [ended for ended, _ in ends(day)]


def answered(day: Campaign, attempt: int = 1, count: int = 400) -> list[LegId]:
    """Dial everybody once and return who answered."""
    for place in range(count):
        day.ring(place, attempt)
    day.time.advance(6.1)
    legs = [event.leg_id for event in day.take(LegAnswered)]
    for channel in list(day.world.exchange.channels.values()):
        day.pbx.execute(HangUpLeg(leg_id=LegId(channel.uniqueid)))
    day.time.advance(1)
    return legs


def test_share_of_the_list_is_reached_and_it_changes_with_the_interval(stage: Any) -> None:
    day = Campaign(stage, {"reach": [0.25, 0.75], "interval_s": 60})
    assert len(answered(day, 1)) == pytest.approx(100, abs=30)
    day.time.advance(60)
    assert len(answered(day, 2)) == pytest.approx(300, abs=30)


@pytest.mark.parametrize(("alike", "same"), [(0.0, 200), (1.0, 400)])
def test_leads_that_are_alike_answer_as_they_did_before(stage: Any, alike: float, same: int) -> None:
    day = Campaign(stage, {"reach": [0.5], "alike": alike})
    times = Counter(leg_id.split("-")[1] for attempt in (1, 2) for leg_id in answered(day, attempt))
    agreed = 400 - sum(1 for count in times.values() if count == 1)
    assert agreed == pytest.approx(same, abs=40 if same < 400 else 0)


def test_same_people_whatever_was_dialed_before(stage: Any) -> None:
    forward, backward = (Campaign(stage, {"reach": [0.5]}) for _ in range(2))
    backward.numbers.reverse()
    first = {int(leg_id.split("-")[1]) for leg_id in answered(forward)}
    second = {399 - int(leg_id.split("-")[1]) for leg_id in answered(backward)}
    assert first == second


def test_two_lists_have_numbers_of_their_own(stage: Any) -> None:
    day = Campaign(stage, {"count": 3}, {"count": 4} | NOBODY)
    assert len(set(day.numbers)) == 7
    assert {leg_id.split("-")[1] for leg_id in answered(day, count=7)} == {"0", "1", "2"}


def test_more_than_everybody_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"leads 1, reach.*at most 1 with machines"):
        scenario(leads=[LIST | {"machines": 0.1}])


def test_two_lists_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="a name of its own"):
        scenario(leads=[LIST, LIST])


def test_campaign_is_asked_to_pause_at_the_end_of_the_day(stage: Any) -> None:
    day = Campaign(stage, {}, {}, duration_s=60)
    day.time.advance(59)
    assert day.take(PauseCampaign) == []
    day.time.advance(1)
    assert [event.campaign for event in day.take(PauseCampaign)] == ["winter"]
