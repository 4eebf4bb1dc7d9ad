"""The index decides as a plain scan of everything does: 100,000 random events, in pieces by seed."""

from __future__ import annotations

import pytest

from core.model.agent import AgentProfile
from core.model.contact import Requirement
from core.model.ids import AgentId
from core.model.need import need_of
from routing import channel
from routing.channel import Channel
from routing.standing import Seat
from tests.unit.routing.chance import compare

EVENTS_A_SEED = 10_000
LANGUAGES = {f"language-{number}": 1 for number in range(100)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_index_decides_as_the_scan_does(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 2:  # nearly every need is forgotten as soon as nobody waits with it
        monkeypatch.setattr(channel, "UNUSED_MAX", 3)
    assert compare(seed, EVENTS_A_SEED) > 500


def test_needs_that_nobody_has_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "UNUSED_MAX", 10)
    voice = Channel()
    ann = AgentProfile(agent_id=AgentId("ann"), skills={"cards": 1, "language-7": 1})
    voice.seat(Seat(profile=ann, since_us=0, sequence=1))
    for number in range(100):
        demand = voice.use(need_of([Requirement(skill="cards"), Requirement(skill=f"language-{number}")]))
        for _ in range(channel.COUNTED_FROM):
            voice.able(demand)
        voice.leave_unused(demand)
    assert len(voice._demands) == 10
    assert len(voice._counted.met_by({"cards": 1, **LANGUAGES})) == 10
    voice.unseat(ann.agent_id)


def test_needs_of_one_skill_that_nobody_has_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "UNUSED_MAX", 10)
    voice = Channel()
    for language in LANGUAGES:
        voice.leave_unused(voice.use(need_of([Requirement(skill=language)])))
    assert len(voice.met_by(LANGUAGES)) == len(voice._demands) == 10


def test_needs_for_which_no_agent_was_looked_for_are_forgotten_at_once() -> None:
    voice = Channel()
    need = need_of([Requirement(skill="cards"), Requirement(skill="english")])
    voice.leave_unused(voice.use(need))
    assert not voice._demands
    demand = voice.use(need)
    assert voice.met_by({"english": 1, "cards": 1}) == [demand]


def test_count_of_the_able_is_kept_only_where_they_are_asked_for_again_and_again() -> None:
    voice = Channel()
    need = need_of([Requirement(skill="cards"), Requirement(skill="english")])
    for _ in range(channel.COUNTED_FROM - 1):
        voice.ready(need)
    assert voice.demand(need).able is None
    voice.ready(need)
    assert voice.demand(need).able is not None
    ann = AgentProfile(agent_id=AgentId("ann"), skills={"cards": 1, "english": 1})
    voice.seat(Seat(profile=ann, since_us=0, sequence=1))
    assert voice.ready(need) == 1
