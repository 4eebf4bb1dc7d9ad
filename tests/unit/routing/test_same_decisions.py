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
        need = need_of([Requirement(skill="cards"), Requirement(skill=f"language-{number}")])
        demand = voice.demand(need)
        voice.use(demand)
        voice.able(demand)
        voice.able(demand)  # asked for again, so that count is kept
        voice.leave_unused(demand)
    assert len(voice._demands) == 10
    assert len(voice._counted.met_by({"cards": 1, **{f"language-{n}": 1 for n in range(100)}})) == 10
    voice.unseat(ann.agent_id)
