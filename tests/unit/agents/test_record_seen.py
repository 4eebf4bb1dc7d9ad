"""The record before the ringing: a phone waits until the page says that the record can be seen."""

from __future__ import annotations

import pytest

from core.kernel.clock import microseconds
from core.model.commands import ClearScreen, PopScreen, RingLeg
from core.model.ids import AgentId, OfferId, TimerKey
from core.model.requests import DeskBack, DeskLost, RecordSeen, RejectOffer
from tests.unit.floor import Floor

ANN = AgentId("ann")
WAITS: TimerKey = ("unseen", ANN)


class PagedFloor(Floor):
    """A floor whose phones wait a quarter of a second for the page."""

    seen_within_s = 0.25


@pytest.fixture
def floor() -> Floor:
    """A floor where ann is ready at a live desk, and somebody is offered to her."""
    floor = PagedFloor({"ann": 5})
    floor.hear(DeskBack(at_us=0, agent_id=ANN))
    floor.ready("ann")
    floor.arrive("caller")
    return floor


def sees(floor: Floor, offer_id: str = "") -> None:
    offer = offer_id or floor.orders(PopScreen)[-1].offer_id
    floor.hear(RecordSeen(at_us=floor.now_us, agent_id=ANN, offer_id=OfferId(offer)))


def test_phone_rings_when_the_record_is_seen(floor: Floor) -> None:
    assert [pop.contact_id for pop in floor.orders(PopScreen)] == ["caller"]
    assert floor.orders(RingLeg) == []
    sees(floor)
    assert [ring.address for ring in floor.orders(RingLeg)] == ["PJSIP/ann"]
    assert WAITS not in floor.timers
    floor.answer("ann")
    assert floor.state("ann")[0] == "on_contact"


def test_page_that_says_nothing_keeps_the_caller_a_moment_only(floor: Floor) -> None:
    floor.let_pass(0.2)
    assert floor.orders(RingLeg) == []
    floor.let_pass(0.05)
    assert len(floor.orders(RingLeg)) == 1
    sees(floor)  # too late, and no matter
    assert len(floor.orders(RingLeg)) == 1


def test_word_about_another_offer_rings_nothing(floor: Floor) -> None:
    sees(floor, "O-1-999999")
    assert floor.orders(RingLeg) == []


def test_caller_who_leaves_meanwhile_lets_no_phone_ring(floor: Floor) -> None:
    floor.hang_up("leg-caller")
    sees(floor)
    floor.let_pass(1)
    assert floor.orders(RingLeg) == []
    assert floor.state("ann") == ("ready", "")
    assert [cleared.contact_id for cleared in floor.orders(ClearScreen)] == ["caller"]


def test_offer_can_be_turned_down_before_the_phone_rings(floor: Floor) -> None:
    floor.hear(RejectOffer(at_us=floor.now_us, agent_id=ANN))
    floor.let_pass(1)
    assert floor.orders(RingLeg) == []
    assert floor.state("ann")[0] == "not_ready"


@pytest.mark.parametrize("news", [None, DeskLost(at_us=0, agent_id=ANN)])
def test_phone_of_an_agent_without_a_live_page_rings_at_once(news: DeskLost | None) -> None:
    floor = PagedFloor({"ann": 5})
    if news is not None:
        floor.hear(DeskBack(at_us=0, agent_id=ANN))
    floor.ready("ann")
    if news is not None:
        floor.hear(news)
    floor.arrive("caller")
    assert len(floor.orders(RingLeg)) == 1
    assert microseconds(1) > floor.now_us
