"""Estimated waits: whom one goes by, what a gold caller is told, and how callers hear it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.kernel.clock import SECOND_US, microseconds
from core.model.commands import AnswerWaits
from core.model.contact import Contact
from core.model.destination import Destination, DestinationKind
from core.model.events import ContactConnected, WaitAnnounced
from core.model.ids import QueueName
from core.model.requests import DescribeWaits
from core.model.tag import decode_tag
from routing.board import QueueBoard
from routing.estimate import Band, LastServed, Served, band_of
from routing.rules import QueueRules, Step
from routing.tags import caller_tag
from routing.told_waits import ToldWaits
from tests.unit.floor import CARDS, Floor

GOLD_US = 90 * SECOND_US
TURN_US = 4 * SECOND_US
EDGES = (2, 5, 10)


def served(*waits: tuple[str, float, int]) -> LastServed:
    """Return who was served, in this order: tier, seconds waited, how far forward it stood."""
    last = LastServed()
    for tier, waited_s, forward_us in waits:
        last.add(tier, Served(microseconds(waited_s), forward_us))
    return last


def test_caller_waits_as_long_as_the_last_served_of_the_same_tier() -> None:
    last = served(("standard", 10, 0), ("standard", 200, 0))
    assert last.wait_us("standard", 0, TURN_US) == microseconds(200)


def test_gold_gains_its_head_start_on_an_ordinary_caller_served_later() -> None:
    last = served(("gold", 5, GOLD_US), ("standard", 200, 0))
    assert last.wait_us("gold", GOLD_US, TURN_US) == microseconds(110)


def test_gold_that_outranks_the_whole_line_still_waits_for_an_agent() -> None:
    last = served(("gold", 300, GOLD_US), ("standard", 60, 0))
    assert last.wait_us("gold", GOLD_US, TURN_US) == TURN_US


def test_ordinary_caller_learns_nothing_from_gold() -> None:
    last = served(("standard", 200, 0), ("gold", 5, GOLD_US))
    assert last.wait_us("standard", 0, TURN_US) == microseconds(200)
    assert served(("gold", 5, GOLD_US)).wait_us("standard", 0, TURN_US) is None


@pytest.mark.parametrize(
    ("wait_s", "band"),
    [(0, (0, 2)), (119.9, (0, 2)), (120, (2, 5)), (599, (5, 10)), (600, (10, None)), (9999, (10, None))],
)
def test_wait_lies_in_the_band_that_holds_it(wait_s: float, band: tuple[int, int | None]) -> None:
    assert band_of(microseconds(wait_s), EDGES) == Band(*band)


# --- on the floor ------------------------------------------------------------------------------------


def floor_that_served(waited_s: float, queue: QueueRules = CARDS) -> Floor:
    """Return a floor on which one caller has waited so long and talks; its agent is the only one."""
    floor = Floor({"ann": 5}, queue=queue)
    floor.arrive("first")
    floor.pass_s(waited_s)
    floor.ready("ann")
    floor.answer("ann")
    return floor


def left_s(floor: Floor, contact: Contact) -> float:
    return floor.estimates.left_us(contact, floor.now_us) / SECOND_US


def test_before_anybody_was_served_it_is_position_times_handling_over_agents() -> None:
    floor = Floor({"ann": 5, "bob": 5}, queue=replace(CARDS, handle_expected_us=microseconds(240)))
    floor.ready("ann", "bob")
    for name in ("one", "two"):
        floor.arrive(name)
    third, fourth = floor.arrive("three"), floor.arrive("four")
    assert (left_s(floor, third), left_s(floor, fourth)) == (120, 240)


def test_what_is_left_is_less_by_what_was_waited() -> None:
    floor = floor_that_served(200)
    second = floor.arrive("second")
    floor.pass_s(80)
    assert left_s(floor, second) == 120
    floor.pass_s(500)
    assert left_s(floor, second) == 0


def test_who_asks_while_an_agent_is_idle_will_not_wait() -> None:
    floor = floor_that_served(200)
    assert floor.estimates.whole_us(CARDS.name, "standard", floor.now_us) == microseconds(200)
    floor.hang_up("leg-first")
    floor.fire("wrap_up", "ann")
    assert floor.estimates.whole_us(CARDS.name, "standard", floor.now_us) == 0


def test_screens_are_told_what_callers_of_each_tier_are_told() -> None:
    queue = replace(CARDS, handle_expected_us=TURN_US, announce_edges_min=(1, 3, 10))
    floor = floor_that_served(200, queue)
    board = QueueBoard(floor.router, floor.estimates, {CARDS.name: queue})
    ToldWaits(floor.engine, board, [CARDS.name], ("platinum", "standard"))
    floor.hear(DescribeWaits(at_us=floor.now_us, request_id="web-1-7"))
    (answer,) = floor.orders(AnswerWaits)
    told = {wait.tier: wait.wait_us for wait in answer.waits}
    assert answer.request_id == "web-1-7"
    assert told == {"platinum": 80 * SECOND_US, "standard": 200 * SECOND_US}
    for tier, band in (("platinum", (1, 3)), ("standard", (3, 10))):
        assert board.expected_band_min(CARDS.name, tier, floor.now_us) == band
        assert band_of(told[tier], (1, 3, 10)) == Band(*band)


def test_expected_wait_is_told_with_the_true_one_unless_there_was_none() -> None:
    floor = floor_that_served(200)
    floor.arrive("second")
    floor.pass_s(50)
    floor.hang_up("leg-first")
    floor.fire("wrap_up", "ann")
    floor.answer("ann")
    floor.hang_up("leg-second")
    floor.fire("wrap_up", "ann")
    floor.arrive("third")
    floor.answer("ann")
    waits = [(told.estimated_us, told.waited_us) for told in floor.events(ContactConnected)]
    assert waits[1] == (microseconds(200), microseconds(80))
    assert waits[2] == (None, 0)


def test_caller_who_keeps_the_place_is_never_told_a_longer_wait() -> None:
    floor = Floor({"ann": 5, "expert": 9})
    floor.arrive("hard", needs={"cards": 9})
    floor.pass_s(1000)
    floor.arrive("easy")
    floor.pass_s(280)
    floor.ready("ann")
    floor.answer("ann")
    patient = floor.arrive("patient")
    floor.fire("announce", "patient")
    floor.ready("expert")
    floor.answer("expert")  # now the last served is one that waited far longer
    floor.fire("announce", "patient")
    first, second = floor.events(WaitAnnounced)[-2:]
    assert (first.left_us, second.left_us) == (microseconds(260), microseconds(1220))
    assert (first.low_us, first.high_us) == (second.low_us, second.high_us)
    assert patient.told_us == first.left_us


def test_what_was_told_outlives_a_restart_of_ours() -> None:
    floor = floor_that_served(280)
    patient = floor.arrive("patient")
    floor.fire("announce", "patient")
    tag = decode_tag(caller_tag(patient))
    assert tag is not None
    assert tag.told_us == patient.told_us == microseconds(260)


def test_who_was_told_of_no_wait_at_all_is_not_told_of_more_after_a_restart() -> None:
    floor = Floor({})
    patient = floor.arrive("patient")
    patient.told_us = 0
    tag = decode_tag(caller_tag(patient))
    assert tag is not None
    assert tag.told_us == 1


def test_other_line_is_another_place_of_which_nothing_was_told() -> None:
    loans = QueueRules(name=QueueName("loans"))
    leaving = Step(after_us=microseconds(50), to=Destination(DestinationKind.QUEUE, "loans"))
    floor = Floor({}, queue=replace(CARDS, steps=(leaving,)), others=(loans,))
    moved = floor.arrive("moved")
    floor.let_pass(30)
    assert moved.told_us is not None
    floor.let_pass(21)
    assert (moved.queue, moved.told_us) == ("loans", None)


def test_queue_left_the_rules_is_estimated_all_the_same() -> None:
    floor = Floor({})
    assert floor.estimates.whole_us(QueueName("gone"), "standard", 0) == microseconds(240)
